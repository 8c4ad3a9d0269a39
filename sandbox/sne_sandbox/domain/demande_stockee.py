"""A demande as the base holds it: its last document, and what the SNE knows besides."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sne_sandbox.domain.demande import Demande


class EtatDemande(StrEnum):
    """Active or radiated, with the letters of the search (`etatDemande`)."""

    ACTIVE = "A"
    RADIEE = "R"


@dataclass(frozen=True, slots=True)
class DemandeStockee:
    """A stored demande.

    `demande` is the view of its last document; `version` the message version it was written in;
    `debut_validite` the day its present year of validity began (deposit or last renewal);
    `radiation_enregistree_le` and `dalo_enregistre_le` the base's instants when they were recorded;
    `touchee_par_autrui` whether a guichet other than its creator has written to it; `revision` grows by
    one at each write.
    """

    numero_unique: str
    territoire: str
    etat: EtatDemande
    version: str
    guichet_createur: str
    guichet_dernier: str
    touchee_par_autrui: bool
    date_creation: date
    debut_validite: date
    fin_validite: date
    demande: Demande
    document: bytes = field(repr=False)
    """The document of the form (`interfaceNuu`), normalised XML, without what the SNE owns."""
    date_renouvellement: date | None = None
    date_radiation: date | None = None
    motif_radiation: str | None = None
    radiation: bytes | None = field(default=None, repr=False)
    """The `radiation` element as received, normalised XML."""
    radiation_enregistree_le: datetime | None = None
    information_dalo: bytes | None = field(default=None, repr=False)
    """The `informationDalo` element as received, normalised XML."""
    statut_dalo: str | None = None
    dalo_enregistre_le: datetime | None = None
    numero_associe: str | None = None
    revision: int = 1

    @property
    def active(self) -> bool:
        """Whether the demande is active."""
        return self.etat is EtatDemande.ACTIVE
