"""A guichet: a counter of the SNE (landlord, commune, State service, Action Logement, public portal)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class NatureGuichet(StrEnum):
    """The kind of a guichet; it rules what the guichet may do (R. 441-2-8)."""

    BAILLEUR = "bailleur"
    COMMUNE = "commune"
    ETAT = "service de l'État"
    ACTION_LOGEMENT = "Action Logement"
    PORTAIL = "portail grand public"


@dataclass(frozen=True, slots=True)
class Guichet:
    """A guichet of a base. `code` is `G` and 4 digits, or `GDPUB`; `territoire` is 111, 069, …"""

    code: str
    nature: NatureGuichet
    territoire: str
    nom: str
    adresse: str
    ouvert_le: date
    ferme_le: date | None = None

    def est_ouvert(self, jour: date) -> bool:
        """Whether the guichet is open on `jour`, closing day excluded."""
        return self.ouvert_le <= jour and (self.ferme_le is None or jour < self.ferme_le)
