"""How far an application that is driven through the plan is: what `--suivi` writes, beside the plan.

The scenarios end in the order of the plan, even those that were played beside one another: the first that has
not ended is the one that is waited for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

from sne_sandbox.reports.decision import Issue, issue_de_scenario, niveaux_de
from sne_sandbox.reports.groupes import grouper
from sne_sandbox.reports.model import Rapport
from sne_sandbox.reports.suivi import LectureDuSuivi
from sne_sandbox.web.epreuves import EtatJugement, JugementConserve, plan

A_VENIR: Final = Issue("·", "à venir", "à venir", "à venir")
EN_COURS: Final = Issue("▸", "en cours", "en cours", "en cours", "conseil")
NON_JOUE: Final = Issue("-", "non joué", "non joués", "non joué")
#: Scenarios that have ended before a time is estimated: the first ones say little of the others.
_MESURES: Final = 5


@dataclass(frozen=True, slots=True)
class ScenarioSuivi:
    """A scenario on the page: its state, and what was found first, "" when nothing was."""

    id: str
    titre: str
    issue: Issue
    phrase: str = ""


class Avancement:
    """A judgement of `conform`, read as it goes by `avancer`. `joues` are the scenarios that have ended, by
    id; `total` is how many there are."""

    def __init__(self, epreuve: JugementConserve) -> None:
        self._lecture = LectureDuSuivi(epreuve.suivi)
        self._fins: list[datetime] = []
        famille = epreuve.options.get("--scenario", "")
        self._plan = [(i, titre) for i, titre in _plan() if not famille or i.startswith(f"{famille}-")]
        self.joues: dict[str, ScenarioSuivi] = {}
        self.total = len(self._plan)

    def avancer(self, epreuve: JugementConserve) -> dict[str, tuple[str, list[ScenarioSuivi]]]:
        """The families, each with its title and its scenarios, in the order of the plan; `epreuve` tells
        whether it still runs."""
        self._lecture.fichier = epreuve.suivi  # shared with other servers once it has ended
        for rapport in self._lecture.suite():
            joue = _lire(rapport)
            if joue.id not in self.joues:
                self._fins.append(rapport.entete.fin)
            self.joues[joue.id] = joue
        vit = epreuve.etat is EtatJugement.EN_COURS
        suivant = EN_COURS if vit and epreuve.suivi.is_file() else A_VENIR
        familles: dict[str, tuple[str, list[ScenarioSuivi]]] = {}
        for i, titre in self._plan:
            etat = self.joues.get(i) or ScenarioSuivi(i, titre, suivant if vit else NON_JOUE)
            suivant = suivant if i in self.joues else A_VENIR
            tete = i.partition("-")[0]
            familles.setdefault(tete, (plan().familles[tete], []))[1].append(etat)
        return familles

    @property
    def reste(self) -> str:
        """« encore environ 40 s », "" as long as it cannot be told."""
        return estimer(self._fins, self.total, datetime.now(UTC))


def estimer(fins: Sequence[datetime], total: int, maintenant: datetime) -> str:
    """How long the scenarios that are left will take if they take as long as those that ended at `fins`; ""
    when too few have, or none is left."""
    if len(fins) < _MESURES or len(fins) >= total:
        return ""
    rythme = (fins[-1] - fins[0]).total_seconds() / (len(fins) - 1)
    secondes = rythme * (total - len(fins)) - (maintenant - fins[-1]).total_seconds()
    if secondes < 10:
        return "encore quelques secondes"
    dit = f"{secondes / 10:.0f}0 s" if secondes < 95 else f"{secondes / 60:.0f} min"
    return f"encore environ {dit}"


def _lire(rapport: Rapport) -> ScenarioSuivi:
    (resultat,) = rapport.scenarios
    issue = issue_de_scenario(resultat, niveaux_de(rapport))
    premier = next(iter(grouper(rapport)), None)
    phrase = premier.phrase if premier else resultat.raison
    dit = " ".join(filter(None, (phrase, rapport.entete.inacheve)))
    return ScenarioSuivi(resultat.id, resultat.titre, issue, dit)


@cache
def _plan() -> list[tuple[str, str]]:
    from sne_sandbox.conformance import plan as plans

    return [(scenario.id, scenario.titre) for scenario in plans.charger()]
