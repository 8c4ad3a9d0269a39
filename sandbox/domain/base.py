"""A base owns everything: state, clock, journal, pannes, profile. Parallel runs never meet."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sandbox.domain.dates import PARIS
from sandbox.settings import Reglages

#: The base behind /services/…; any other is behind /bases/<nom>/services/….
BASE_PAR_DEFAUT: Final = "ecole"
#: Years that a clock may show: near the ends of the calendar there is no month before, no night after.
ANNEES: Final = range(1900, 3000)


@dataclass(frozen=True, slots=True)
class Horloge:
    """Business time of a base. Frozen at `fige_a` when it is set, else the machine's time plus `decalage`."""

    fige_a: datetime | None = None
    decalage: timedelta = timedelta(0)

    def maintenant(self, machine: datetime) -> datetime:
        """The base's instant, in Paris, when the machine's clock says `machine` (aware)."""
        instant = self.fige_a if self.fige_a is not None else machine + self.decalage
        return instant.astimezone(PARIS)

    @property
    def reelle(self) -> bool:
        """Whether the base lives in the machine's own time."""
        return self.fige_a is None and not self.decalage


@dataclass(frozen=True, slots=True)
class Base:
    """A base as it is registered. `seed` fixes people, numbers and boundaries; `semence` names its start;
    `derniere_nuit` is the last day whose nightly work was done."""

    nom: str
    semence: str = "ecole"
    seed: int = 0
    horloge: Horloge = field(default_factory=Horloge)
    reglages: Reglages = field(default_factory=Reglages)
    derniere_nuit: date | None = None
    creee_le: datetime | None = None
