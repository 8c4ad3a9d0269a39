"""The progress of an application that is driven through the plan: what `--suivi` writes, beside the plan. The
same values, of its report, show a run that has ended.

The scenarios end in the order of the plan, even those that were played beside one another: the run waits for
the first one that has not ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from sne_conformite.rapports.constats_groupes import grouper
from sne_conformite.rapports.etapes_avant_le_plan import PREPARATION, derniere, ecriture, etape
from sne_conformite.rapports.rapport import Rapport, ResultatScenario
from sne_conformite.rapports.suivi_de_pilotage import LectureDuSuivi
from sne_conformite.rapports.verdict_de_conformite import (
    EN_ATTENTE,
    Issue,
    issue_de_scenario,
    issue_de_verification,
    niveaux_de,
)
from sne_console.vues.epreuves import JugementConserve, plan

A_VENIR: Final = Issue("·", "à venir", "à venir", "à venir")
EN_COURS: Final = Issue("▸", "en cours", "en cours", "en cours", "conseil")
NON_JOUE: Final = Issue("-", "non jouée", "non jouées", "non joué")
#: Scenarios that have ended before a time is estimated by them: the first ones say little of the others.
_MESURES: Final = 5


@dataclass(frozen=True)
class VerificationSuivie:
    """A check on the page: the requirement, its text, its state, and why, "" when there is nothing to say."""

    exigence: str
    texte: str
    issue: Issue
    phrase: str = ""


@dataclass(frozen=True)
class ScenarioSuivi:
    """A scenario on the page: its state, what was found first, "" when nothing was, its checks; `joue` says
    whether it has ended."""

    id: str
    titre: str
    issue: Issue
    phrase: str = ""
    verifications: tuple[VerificationSuivie, ...] = ()
    joue: bool = False


@dataclass(frozen=True)
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
    """A judgement of `conform`, read as it goes by `avancer`. `textes` are those of the requirements, by id.
    `joues` are the scenarios that have ended, by id; `total` is how many there are; `etape` the step of the
    preparation, from 1, 0 before the first; `ecrit` how many tenths of its report are written."""

    def __init__(self, epreuve: JugementConserve, textes: Mapping[str, str] | None = None) -> None:
        self._lecture = LectureDuSuivi(epreuve.suivi)
        self._textes = dict(textes or {})
        self._fins: list[datetime] = []
        choisi = epreuve.options.get("--scenario", "")
        self._plan = [
            (i, titre, exigences)
            for i, (titre, exigences) in plan().scenarios.items()
            if choisi in ("", i) or i.startswith(f"{choisi}-")
        ]
        self.joues: dict[str, ScenarioSuivi] = {}
        self.total = len(self._plan)
        self.etape = self.ecrit = 0

    def avancer(self, epreuve: JugementConserve) -> list[FamilleSuivie]:
        """The families, in the order of the plan; `epreuve` tells whether it still runs."""
        self._lecture.fichier = epreuve.suivi  # shared with other servers once it has ended
        for rapport in self._lecture.suite():
            self._textes |= {bilan.exigence: bilan.texte for bilan in rapport.bilans}
            joue = _lire(rapport)
            if joue.id not in self.joues:
                self._fins.append(rapport.entete.fin)
            self.joues[joue.id] = joue
        vit = epreuve.en_cours
        if vit and not 0 < len(self.joues) < self.total:
            self.etape = derniere(epreuve.sortie, etape, len(PREPARATION))
            self.ecrit = derniere(epreuve.sortie, ecriture, 10)
        suite = A_VENIR if vit else NON_JOUE
        suivant = EN_COURS if vit and (self.joues or self.etape == len(PREPARATION)) else suite
        scenarios = []
        for i, titre, exigences in self._plan:
            etat = self.joues.get(i)
            if etat is None:
                siennes = tuple(VerificationSuivie(e, self._textes.get(e, ""), suite) for e in exigences)
                etat = ScenarioSuivi(i, titre, suivant, verifications=siennes)
                suivant = suite
            scenarios.append(etat)
        return _familles(scenarios)

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
        dit = estimer(self._fins, self.total, datetime.now(UTC))
        if not dit and 0 < len(self._fins) < _MESURES < self.total:
            return f"le temps qui reste se saura après {_MESURES} scénarios"
        return f"{dit}, au rythme de ceux qui sont joués" if dit else ""


def estimer(fins: Sequence[datetime], total: int, maintenant: datetime) -> str:
    """How long the scenarios that are left will take if they take as long as those that ended at `fins`; ""
    when too few have, or none is left."""
    if len(fins) < _MESURES or len(fins) >= total:
        return ""
    rythme = (fins[-1] - fins[0]).total_seconds() / (len(fins) - 1)
    return _dire(rythme * (total - len(fins)) - (maintenant - fins[-1]).total_seconds())


def arbre(rapport: Rapport) -> list[FamilleSuivie]:
    """The scenarios of a report (mode « plan »), by family, in its order."""
    return _familles(joues_de(rapport))


def joues_de(rapport: Rapport) -> list[ScenarioSuivi]:
    """The scenarios of a report, which have ended, as the page shows them."""
    niveaux = niveaux_de(rapport)
    textes = {bilan.exigence: bilan.texte for bilan in rapport.bilans}
    return [_joue(resultat, niveaux, textes) for resultat in rapport.scenarios]


def _joue(resultat: ResultatScenario, niveaux: Mapping[str, str], textes: Mapping[str, str]) -> ScenarioSuivi:
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
    phrase = (
        next((v.phrase for v in verifications if v.issue.classe == "mal" and v.phrase), "") or resultat.raison
    )
    return ScenarioSuivi(
        resultat.id, resultat.titre, issue, phrase, verifications, joue=issue is not EN_ATTENTE
    )


def _lire(rapport: Rapport) -> ScenarioSuivi:
    """A line of what `--suivi` writes."""
    (suivi,) = joues_de(rapport)
    premier = next(iter(grouper(rapport)), None)
    phrase = premier.phrase if premier else rapport.scenarios[0].raison
    return replace(suivi, phrase=" ".join(filter(None, (phrase, rapport.entete.inacheve))), joue=True)


def _familles(scenarios: Iterable[ScenarioSuivi]) -> list[FamilleSuivie]:
    familles: dict[str, list[ScenarioSuivi]] = {}
    for scenario in scenarios:
        familles.setdefault(scenario.id.partition("-")[0], []).append(scenario)
    titres = plan().familles
    return [FamilleSuivie(sigle, titres.get(sigle, sigle), tuple(s)) for sigle, s in familles.items()]


def _dire(secondes: float) -> str:
    if secondes < 10:
        return "encore quelques secondes"
    dit = f"{secondes / 10:.0f}0 s" if secondes < 95 else f"{secondes / 60:.0f} min"
    return f"encore environ {dit}"
