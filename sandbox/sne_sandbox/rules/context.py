"""What a rule may look at: the document, the base's clock, the contract, and the register of the base."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol, Self

from sne_sandbox.contract.nomenclatures import Nomenclatures, Territoires
from sne_sandbox.domain.base import Guichet
from sne_sandbox.domain.dates import PARIS
from sne_sandbox.domain.demande import Demande, DemandeStockee, Personne
from sne_sandbox.domain.element import Element
from sne_sandbox.domain.evenement import Evenement, TypeEvenement


class Registre(Protocol):
    """What rules may ask of the base; the store implements it, tests and `check` have their own."""

    def guichet(self, code: str) -> Guichet | None:
        """The guichet of that code."""

    def demande(self, numero: str) -> DemandeStockee | None:
        """The stored demande of that number."""

    def doublons(
        self, territoire: str, personnes: Sequence[Personne], *, sauf: Sequence[str] = ()
    ) -> Sequence[DemandeStockee]:
        """Active demandes of `territoire`, `sauf` excepted, that hold one of `personnes` (same folded nom,
        folded prénom, and birth date, applicant or co-holder), by number."""

    def doublons_patronymiques(
        self, territoire: str, personnes: Sequence[Personne], *, sauf: Sequence[str] = ()
    ) -> Sequence[DemandeStockee]:
        """The same with nomPatronymique in place of nom on both sides."""

    def demande_de_reference(self, guichet: str, ref_interne: str) -> str | None:
        """Number of the active demande of `guichet` that holds this refInterne."""

    def demandes_du_nir(self, territoire: str, nir: str, *, sauf: Sequence[str] = ()) -> Sequence[str]:
        """Numbers of the active demandes of `territoire` that hold this NIR, `sauf` excepted."""

    def type_evenement(self, code: str) -> TypeEvenement | None:
        """The event type of that code, national or territorial, whatever its validity."""

    def evenement(self, identifiant: int) -> Evenement | None:
        """The event of that id, deleted ones included."""


@dataclass(frozen=True, slots=True)
class Contexte:
    """What is judged, and against what.

    `type_fichier` is the message's type (CRE, …), or what stands for it where there is none (DALO, EVT, RCH).
    `canal` is ASY for a file left in an inbox: the rules of that channel judge it too. `maintenant` is the
    base's clock. `operation` is the SOAP operation.
    """

    type_fichier: str
    document: Element
    maintenant: datetime
    nomenclatures: Nomenclatures
    territoires: Territoires
    registre: Registre
    operation: str = "getNumUnique"
    canal: str = ""
    versions: tuple[str, ...] = ("02.00", "02.01", "02.02")
    stockee: DemandeStockee | None = None
    """The stored demande that the message names (numUnique), when there is one."""
    guichet_certificat: str | None = None
    guichet_emetteur: str | None = None
    """Who the caller is, by its certificate, else by what the message says (`pipeline.guichet_de`)."""
    nom_fichier: str | None = None
    localisations_max: int = 10
    recherche_max: int = 500
    resultats: int | None = None
    """How many demandes a search finds; None until it has run (RCH003)."""

    demande: Demande = field(init=False)
    """The document, as a demande."""
    jour: date = field(init=False)
    """The base's date, in Paris."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "demande", Demande(self.document))
        object.__setattr__(self, "jour", self.maintenant.astimezone(PARIS).date())

    def avec_registre(self, registre: Registre) -> Self:
        """The same over an open register, with the stored demande that the message names."""
        numero = self.document.texte_de("operation/numUnique") or self.demande.numero_unique
        return replace(self, registre=registre, stockee=registre.demande(numero) if numero else None)

    @property
    def aujourdhui(self) -> date:
        """The last day that is « not in the future »: one day of tolerance for overseas guichets."""
        return self.jour + timedelta(days=1)

    @property
    def depot(self) -> date:
        """Day of deposit: dateCreationDemande, else the base's date."""
        return self.demande.date_creation or self.jour
