"""An application that its packing of messages stops before it does anything, whatever it is told: the rest of
the plan would say the same thing, and it waits and tries again each time."""

from dataclasses import dataclass
from typing import Final

from sne_sandbox.conformance.deroulement import Deroule
from sne_sandbox.conformance.recolte import Recolte
from sne_sandbox.conformance.reduction import depend_du_menage

#: Scenarios in a row, from the first of the run, after which the others are not played.
PAREILS_MAX: Final = 5


@dataclass(slots=True)
class Blocage:
    """Follows a run until the application does a command, or breaks something that a household may explain:
    then all the plan is played."""

    exigence: str = ""
    premier: str = ""
    pareils: int = 0
    leve: bool = False

    @property
    def atteint(self) -> bool:
        """Whether enough scenarios ended alike."""
        return self.pareils >= PAREILS_MAX

    @property
    def raison(self) -> str:
        """Why a scenario is not played, in French."""
        return f"même écart que {self.premier} : l'application n'a encore mené aucune commande à bien"

    def suffit(self, deroule: Deroule) -> bool:
        """Whether another example of the scenario would say the same."""
        cassees = {exigence for exigence, _ in deroule.fautes}
        return deroule.bloque and not self.leve and _sans_menage(cassees)

    def voir(self, scenario: str, recolte: Recolte) -> None:
        """One more scenario, played."""
        cassees = set(recolte.cassees)
        exigence = self.exigence or next(iter(recolte.cassees), "")
        if self.leve or not recolte.bloquee or exigence not in cassees or not _sans_menage(cassees):
            self.leve, self.pareils = True, 0
            return
        self.exigence = exigence
        self.premier = self.premier or f"{scenario}/{exigence}"
        self.pareils += 1


def _sans_menage(cassees: set[str]) -> bool:
    return bool(cassees) and not any(map(depend_du_menage, cassees))
