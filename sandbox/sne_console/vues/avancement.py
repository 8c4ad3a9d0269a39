"""The progress of an application that is driven through the plan: what `--suivi` writes, beside the plan. The
same values, of its report, show a run that has ended.

The scenarios end in the order of the plan, even those that were played beside one another: the run waits for
the first one that has not ended.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from sne_conformite.rapports import rapport_json
from sne_conformite.rapports.constats_groupes import GroupeConstats, grouper
from sne_conformite.rapports.etapes_de_preparation import PREPARATION, derniere
from sne_conformite.rapports.rapport import Rapport, ResultatScenario
from sne_conformite.rapports.suivi_de_pilotage import LectureDuSuivi
from sne_conformite.rapports.verdict_de_conformite import (
    EN_ATTENTE,
    Issue,
    issue_de_scenario,
    issue_de_verification,
    niveaux_de,
)
from sne_console.vues.epreuves import EtatJugement, JugementConserve, plan

A_VENIR: Final = Issue("·", "à venir", "à venir", "à venir")
EN_COURS: Final = Issue("▸", "en cours", "en cours", "en cours", "conseil")
NON_JOUE: Final = Issue("-", "non jouée", "non jouées", "non joué")
#: Scenarios that have ended before a time is estimated by them: the first ones say little of the others.
_MESURES: Final = 5
#: Part of the work that is done before its pace corrects what the last run took.
_ASSEZ: Final = 0.1
#: Options of a command by which two judgements take about as long.
_MEME_TRAVAIL: Final = ("--application", "--examples", "--scenario", "--contract")


@dataclass(frozen=True, slots=True)
class VerificationSuivie:
    """A check on the page: the requirement, its text, its state, and why, "" when there is nothing to say."""

    exigence: str
    texte: str
    issue: Issue
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class ScenarioSuivi:
    """A scenario on the page: its state, what was found first, "" when nothing was, its checks; `joue` says
    whether it has ended."""

    id: str
    titre: str
    issue: Issue
    phrase: str = ""
    verifications: tuple[VerificationSuivie, ...] = ()
    joue: bool = False


@dataclass(frozen=True, slots=True)
class FamilleSuivie:
    """A family of scenarios on the page."""

    sigle: str
    titre: str
    scenarios: tuple[ScenarioSuivi, ...]

    @property
    def joues(self) -> int:
        """How many have ended."""
        return sum(scenario.joue for scenario in self.scenarios)

    @property
    def rates(self) -> int:
        """How many failed."""
        return sum(scenario.issue.classe == "mal" for scenario in self.scenarios)

    @property
    def issue(self) -> Issue:
        """The state of the whole: that of what failed, else of what is under way, else of what is not."""
        issues = [scenario.issue for scenario in self.scenarios]
        rangs = ("mal", "conseil", "neutre", "bien")
        if A_VENIR in issues and {*issues} != {A_VENIR} and not self.rates:
            return EN_COURS
        return min(issues, key=lambda issue: rangs.index(issue.classe))


class Avancement:
    """A judgement of `conform`, read as it goes by `avancer`. `textes` are those of the requirements, by id;
    `avant` a report of the same work, when there is one: what it took is what one may wait for. `joues` are
    the scenarios that have ended, by id; `total` is how many there are; `etape` the step of the preparation,
    from 1, 0 before the first."""

    def __init__(
        self, epreuve: JugementConserve, textes: Mapping[str, str] | None = None, avant: Path | None = None
    ) -> None:
        self._lecture = LectureDuSuivi(epreuve.suivi)
        self._textes = dict(textes or {})
        self._fins: list[datetime] = []
        self._avant = _durees(avant, avant.stat().st_mtime_ns) if avant is not None else None
        choisi = epreuve.options.get("--scenario", "")
        self._plan = [
            (i, titre, exigences)
            for i, (titre, exigences) in plan().scenarios.items()
            if choisi in ("", i) or i.startswith(f"{choisi}-")
        ]
        self.joues: dict[str, ScenarioSuivi] = {}
        self.total = len(self._plan)
        self.etape = 0

    def avancer(self, epreuve: JugementConserve) -> list[FamilleSuivie]:
        """The families, in the order of the plan; `epreuve` tells whether it still runs."""
        self._lecture.fichier = epreuve.suivi  # shared with other servers once it has ended
        for rapport in self._lecture.suite():
            self._textes |= {bilan.exigence: bilan.texte for bilan in rapport.bilans}
            joue = _lire(rapport)
            if joue.id not in self.joues:
                self._fins.append(rapport.entete.fin)
            self.joues[joue.id] = joue
        vit = epreuve.etat is EtatJugement.EN_COURS
        if vit and not self.joues:
            self.etape = derniere(epreuve.sortie.splitlines())
        suivant = EN_COURS if vit and (self.joues or self.etape == len(PREPARATION)) else A_VENIR
        familles: dict[str, list[ScenarioSuivi]] = {}
        for i, titre, exigences in self._plan:
            etat = self.joues.get(i)
            if etat is None:
                issue, suivant = (suivant, A_VENIR) if vit else (NON_JOUE, A_VENIR)
                suite = A_VENIR if vit else NON_JOUE
                siennes = tuple(VerificationSuivie(e, self._textes.get(e, ""), suite) for e in exigences)
                etat = ScenarioSuivi(i, titre, issue, verifications=siennes)
            familles.setdefault(i.partition("-")[0], []).append(etat)
        return [_famille(sigle, scenarios) for sigle, scenarios in familles.items()]

    @property
    def attendu(self) -> str:
        """The scenario that is waited for, "" before the first is played and when all have ended."""
        if not self.joues and self.etape < len(PREPARATION):
            return ""
        return next((i for i, _, _ in self._plan if i not in self.joues), "")

    @property
    def preparation(self) -> str:
        """« préparation 3 sur 6 : la base de l'épreuve se prépare », "" once a scenario has ended."""
        if self.joues:
            return ""
        rang = max(1, self.etape)
        return f"préparation {rang} sur {len(PREPARATION)} : {PREPARATION[rang - 1]}"

    @property
    def reste(self) -> str:
        """« encore environ 40 s », and by what that is known; "" when none is played, or left."""
        if self._avant is not None and len(self.joues) < self.total:
            dit = self._avant.reste(self.joues, self._fins, datetime.now(UTC))
            if dit:
                return dit
        dit = estimer(self._fins, self.total, datetime.now(UTC))
        if not dit and 0 < len(self._fins) < _MESURES < self.total:
            return f"le temps qui reste se saura après {_MESURES} scénarios"
        return f"{dit}, au rythme de ceux qui sont joués" if dit else ""


@dataclass(frozen=True, slots=True)
class _DureesDAvant:
    """The durations of a run of the same work: seconds in all and, of them, the part of each scenario."""

    secondes: float
    parts: Mapping[str, float]

    def reste(self, joues: Collection[str], fins: Sequence[datetime], maintenant: datetime) -> str:
        """How long is left, if what is left takes what it took, at the pace at which this run goes."""
        fait = sum(self.parts.get(i, 0.0) for i in joues)
        secondes = self.secondes * (1 - fait)
        if fait > _ASSEZ and len(fins) > 1:
            part_vue = sum(self.parts.get(i, 0.0) for i in list(joues)[1:])
            if part_vue:
                secondes = (fins[-1] - fins[0]).total_seconds() / part_vue * (1 - fait)
        if fins:
            secondes -= (maintenant - fins[-1]).total_seconds()
        return f"{_dire(secondes)}, d'après le jugement d'avant"


def estimer(fins: Sequence[datetime], total: int, maintenant: datetime) -> str:
    """How long the scenarios that are left will take if they take as long as those that ended at `fins`; ""
    when too few have, or none is left."""
    if len(fins) < _MESURES or len(fins) >= total:
        return ""
    rythme = (fins[-1] - fins[0]).total_seconds() / (len(fins) - 1)
    return _dire(rythme * (total - len(fins)) - (maintenant - fins[-1]).total_seconds())


def meme_travail(epreuve: JugementConserve, autres: Iterable[JugementConserve]) -> Path | None:
    """The report of the last of `autres` (the newest first) that had the same to do; None when there is
    none."""
    voulu = [epreuve.options.get(option) for option in _MEME_TRAVAIL]
    for autre in autres:
        if (
            autre.nom != epreuve.nom
            and autre.pilotee
            and autre.etat is EtatJugement.RENDUE
            and [autre.options.get(option) for option in _MEME_TRAVAIL] == voulu
        ):
            return autre.rapport
    return None


def arbre(rapport: Rapport) -> list[FamilleSuivie]:
    """The scenarios of a report (mode « plan »), by family, in its order."""
    niveaux = niveaux_de(rapport)
    textes = {bilan.exigence: bilan.texte for bilan in rapport.bilans}
    familles: dict[str, list[ScenarioSuivi]] = {}
    for resultat in rapport.scenarios:
        suivi = scenario_de(resultat, niveaux, textes)
        familles.setdefault(resultat.id.partition("-")[0], []).append(suivi)
    return [_famille(sigle, scenarios) for sigle, scenarios in familles.items()]


def scenario_de(
    resultat: ResultatScenario, niveaux: Mapping[str, str], textes: Mapping[str, str]
) -> ScenarioSuivi:
    """A scenario that has ended, as the page shows it."""
    verifications = tuple(
        VerificationSuivie(
            v.exigence,
            textes.get(v.exigence, ""),
            issue_de_verification(v, niveaux),
            next((c.phrase for c in v.constats if c.rompue), v.raison),
        )
        for v in resultat.verifications
    )
    issue = issue_de_scenario(resultat, niveaux)
    premiere = next((v.phrase for v in verifications if v.issue.classe == "mal" and v.phrase), "")
    return ScenarioSuivi(
        resultat.id,
        resultat.titre,
        issue,
        premiere or resultat.raison,
        verifications,
        joue=issue is not EN_ATTENTE,
    )


def _lire(rapport: Rapport) -> ScenarioSuivi:
    """A line of what `--suivi` writes."""
    (resultat,) = rapport.scenarios
    textes = {bilan.exigence: bilan.texte for bilan in rapport.bilans}
    suivi = scenario_de(resultat, niveaux_de(rapport), textes)
    premier: GroupeConstats | None = next(iter(grouper(rapport)), None)
    phrase = premier.phrase if premier else resultat.raison
    dit = " ".join(filter(None, (phrase, rapport.entete.inacheve)))
    return replace(suivi, phrase=dit, joue=True)


def _famille(sigle: str, scenarios: Sequence[ScenarioSuivi]) -> FamilleSuivie:
    return FamilleSuivie(sigle, plan().familles.get(sigle, sigle), tuple(scenarios))


def _dire(secondes: float) -> str:
    if secondes < 10:
        return "encore quelques secondes"
    dit = f"{secondes / 10:.0f}0 s" if secondes < 95 else f"{secondes / 60:.0f} min"
    return f"encore environ {dit}"


@lru_cache(maxsize=8)
def _durees(fichier: Path, _ecrit: int) -> _DureesDAvant | None:
    try:
        lu = rapport_json.lire(fichier)
    except rapport_json.RapportIllisible:
        return None
    toutes = sum(scenario.duree for scenario in lu.scenarios)
    if not toutes or lu.entete.inacheve:
        return None
    parts = {scenario.id: scenario.duree / toutes for scenario in lu.scenarios}
    secondes = (lu.entete.fin - lu.entete.debut).total_seconds()
    return _DureesDAvant(secondes, parts)
