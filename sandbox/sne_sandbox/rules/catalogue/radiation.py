"""RAD: the motives of radiation and who may use them (R. 441-2-8), and the déradiation."""

from collections.abc import Iterator
from typing import Final

from sne_sandbox.domain.base import NatureGuichet
from sne_sandbox.domain.codes import (
    MOTIF_ATTRIBUTION,
    MOTIF_IRRECEVABILITE,
    MOTIF_NON_RENOUVELLEMENT,
    MOTIF_SANS_CONTACT,
)
from sne_sandbox.domain.dates import ajouter_mois
from sne_sandbox.rules.catalogue.cycle import reactivable
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Infraction, Regle, constat, manquant, regle

#: A demande is erased then, counted from its radiation (attested).
MOIS_AVANT_EFFACEMENT: Final = 12
#: A letter stays unanswered that long before a radiation for want of contact (R. 441-2-8 c).
MOIS_SANS_REPONSE: Final = 1


@regle("RAD001")
def date_de_radiation(contexte: Contexte) -> Iterator[Infraction]:
    """The radiation has a date, not in the future, not before the deposit."""
    formulaire = contexte.demande.formulaire
    radiation = contexte.demande.radiation
    if radiation is None:
        yield manquant(formulaire, "radiation", valeur="")
        return
    date_radiation = radiation.date_de("dateRadiation")
    creation = contexte.demande.date_creation
    if (
        date_radiation is None
        or date_radiation > contexte.aujourdhui
        or (creation is not None and date_radiation < creation)
    ):
        yield constat(radiation.enfant("dateRadiation") or radiation)


@regle("RAD002", registre=True)
def deja_radiee(contexte: Contexte) -> Iterator[Infraction]:
    """What is radiated is not radiated again."""
    stockee = contexte.stockee
    if contexte.demande.motif_radiation is not None and stockee is not None and not stockee.active:
        yield _sur_le_motif(contexte, numero=stockee.numero_unique)


@regle("RAD003")
def sous_motif_obligatoire(contexte: Contexte) -> Iterator[Infraction]:
    """Irrecevabilité says why."""
    radiation = contexte.demande.radiation
    if radiation is None or contexte.demande.motif_radiation != MOTIF_IRRECEVABILITE:
        return
    if radiation.code_de("sousMotifIrrecevabilite") is None:
        yield manquant(radiation, "sousMotifIrrecevabilite")


@regle("RAD004")
def sous_motif_deplace(contexte: Contexte) -> Iterator[Infraction]:
    """The sub-motive goes with irrecevabilité only."""
    radiation = contexte.demande.radiation
    if radiation is None or contexte.demande.motif_radiation in (None, MOTIF_IRRECEVABILITE):
        return
    sous_motif = radiation.enfant("sousMotifIrrecevabilite")
    if sous_motif is not None:
        yield constat(sous_motif)


@regle("RAD005")
def attribution_decrite(contexte: Contexte) -> Iterator[Infraction]:
    """A radiation for attribution describes the dwelling; no other does."""
    radiation = contexte.demande.radiation
    motif = contexte.demande.motif_radiation
    if radiation is None or motif is None:
        return
    attribution = radiation.enfant("attributionLogement")
    if motif == MOTIF_ATTRIBUTION and attribution is None:
        yield manquant(radiation, "attributionLogement")
    elif motif != MOTIF_ATTRIBUTION and attribution is not None:
        yield constat(attribution)


@regle("RAD006", registre=True)
def radiation_pour_attribution_reservee(contexte: Contexte) -> Iterator[Infraction]:
    """Only a landlord radiates for attribution."""
    if contexte.demande.motif_radiation == MOTIF_ATTRIBUTION and not _emetteur_bailleur(contexte):
        yield _sur_le_motif(contexte)


@regle("RAD007")
def courrier_sans_reponse(contexte: Contexte) -> Iterator[Infraction]:
    """The letter without answer is at least a month older than the radiation."""
    radiation = contexte.demande.radiation
    if radiation is None or contexte.demande.motif_radiation != MOTIF_SANS_CONTACT:
        return
    courrier = radiation.date_de("absenceReponse/dateCourrier")
    date_radiation = radiation.date_de("dateRadiation")
    if courrier is None:
        yield manquant(radiation, "absenceReponse/dateCourrier")
    elif date_radiation is not None and ajouter_mois(courrier, MOIS_SANS_REPONSE) > date_radiation:
        yield constat(radiation.enfant("absenceReponse/dateCourrier") or radiation)


@regle("RAD008")
def non_renouvellement_reserve(contexte: Contexte) -> Iterator[Infraction]:
    """Only the system radiates for want of renewal."""
    if contexte.demande.motif_radiation == MOTIF_NON_RENOUVELLEMENT:
        yield _sur_le_motif(contexte)


@regle("RAD009", registre=True)
def deradiation_impossible(contexte: Contexte) -> Iterator[Infraction]:
    """A demande comes back while it is radiated, and not for too long."""
    radiation = contexte.demande.radiation
    stockee = contexte.stockee
    if radiation is None or stockee is None or contexte.demande.motif_radiation is not None:
        return
    if stockee.active:
        possible = False
    elif stockee.motif_radiation == MOTIF_NON_RENOUVELLEMENT:
        possible = reactivable(stockee, contexte)
    else:
        depuis = stockee.date_radiation
        possible = depuis is None or contexte.jour < ajouter_mois(depuis, MOIS_AVANT_EFFACEMENT)
    if not possible:
        yield _sur_le_motif(contexte, numero=stockee.numero_unique)


@regle("RAD010")
def radiation_avant_le_bail(contexte: Contexte) -> Iterator[Infraction]:
    """A radiation for attribution does not come before the lease."""
    radiation = contexte.demande.radiation
    if radiation is None or contexte.demande.motif_radiation != MOTIF_ATTRIBUTION:
        return
    bail = radiation.date_de("attributionLogement/dateSignatureBail")
    date_radiation = radiation.date_de("dateRadiation")
    if bail is not None and date_radiation is not None and date_radiation < bail:
        yield constat(radiation.enfant("dateRadiation") or radiation)


@regle("RAD011", registre=True)
def irrecevabilite_reservee(contexte: Contexte) -> Iterator[Infraction]:
    """Irrecevabilité is pronounced by a landlord's commission."""
    if contexte.demande.motif_radiation == MOTIF_IRRECEVABILITE and not _emetteur_bailleur(contexte):
        yield _sur_le_motif(contexte)


def _emetteur_bailleur(contexte: Contexte) -> bool:
    """Whether the sender is a landlord; an unknown sender is the business of ENT006."""
    guichet = contexte.registre.guichet(contexte.guichet_emetteur or contexte.demande.num_guichet)
    return guichet is None or guichet.nature is NatureGuichet.BAILLEUR


def _sur_le_motif(contexte: Contexte, **valeurs: str) -> Infraction:
    radiation = contexte.demande.radiation
    if radiation is None:
        return manquant(contexte.demande.formulaire, "radiation", **valeurs)
    ecrit = radiation.enfant("motifRadiation")
    return (
        constat(ecrit, **valeurs) if ecrit is not None else manquant(radiation, "motifRadiation", **valeurs)
    )


REGLES: Final[tuple[Regle, ...]] = (
    date_de_radiation,
    deja_radiee,
    sous_motif_obligatoire,
    sous_motif_deplace,
    attribution_decrite,
    radiation_pour_attribution_reservee,
    courrier_sans_reponse,
    non_renouvellement_reserve,
    deradiation_impossible,
    radiation_avant_le_bail,
    irrecevabilite_reservee,
)
