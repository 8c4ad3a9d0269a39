"""What happens to the stock of demandes: one line each time a demande enters, is renewed, or leaves."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class GenreMouvement(StrEnum):
    """What happened."""

    CREATION = "CRE"
    RENOUVELLEMENT = "REN"
    RADIATION = "RAD"
    REACTIVATION = "REA"
    SUPPRESSION = "SUP"


@dataclass(frozen=True, slots=True)
class Mouvement:
    """A movement of a demande on `jour`. `rang` orders those of one demande; `effet` is what it adds to the
    stock of active demandes: 1, 0 or -1."""

    numero_unique: str
    rang: int
    genre: GenreMouvement
    jour: date
    effet: int
    association: bool
    motif: str | None = None
    """Code of ListeMotifsRadiation."""
