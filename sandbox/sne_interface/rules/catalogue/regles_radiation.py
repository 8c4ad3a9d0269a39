"""Radiation: its motives, who may use them (R. 441-2-8), and the déradiation (RAD); the dwelling that a
radiation for attribution describes (R. 441-2-9) (ATT).
"""

from typing import Final

from sne_interface.contract import codec
from sne_interface.domain.base import Acte
from sne_interface.domain.codes import (
    DALO_RECONNU,
    MOTIF_ATTRIBUTION,
    MOTIF_IRRECEVABILITE,
    MOTIF_NON_RENOUVELLEMENT,
    MOTIF_SANS_CONTACT,
)
from sne_interface.domain.dates import ajouter_mois
from sne_interface.domain.demande import Demande
from sne_interface.domain.element_recu import Element
from sne_interface.domain.nir import est_un_siren
from sne_interface.rules.catalogue.regles_logement import commune_inconnue
from sne_interface.rules.catalogue.regles_vie import reactivable
from sne_interface.rules.rule import (
    Contexte,
    Infraction,
    Infractions,
    a_venir,
    infraction,
    mal_datee,
    manquant,
    regle,
    sur,
)

# --- RAD ----------------------------------------------------------------------------------------------


#: A demande is erased then, counted from its radiation (attested).
MOIS_AVANT_EFFACEMENT: Final = 12
#: A letter stays unanswered that long before a radiation for want of contact (R. 441-2-8 c).
MOIS_SANS_REPONSE: Final = 1


@regle("RAD001")
def date_de_radiation(contexte: Contexte) -> Infractions:
    """The radiation has a date, not in the future, not before the deposit."""
    return mal_datee("radiation", "dateRadiation", contexte)


@regle("RAD002", registre=True)
def deja_radiee(contexte: Contexte) -> Infractions:
    """A radiated demande is not radiated again."""
    stockee = contexte.stockee
    if contexte.demande.motif_radiation is not None and stockee is not None and not stockee.active:
        yield sur_le_motif(contexte, numero=stockee.numero_unique)


@regle("RAD003")
def sous_motif_obligatoire(contexte: Contexte) -> Infractions:
    """A radiation for irrecevabilité gives its sub-motive."""
    radiation = contexte.demande.radiation_pour(MOTIF_IRRECEVABILITE)
    if radiation is not None and radiation.code_de("sousMotifIrrecevabilite") is None:
        yield manquant(radiation, "sousMotifIrrecevabilite")


@regle("RAD004")
def sous_motif_deplace(contexte: Contexte) -> Infractions:
    """The sub-motive goes with irrecevabilité only."""
    radiation = contexte.demande.radiation
    if radiation is None or contexte.demande.motif_radiation in (None, MOTIF_IRRECEVABILITE):
        return
    sous_motif = radiation.enfant("sousMotifIrrecevabilite")
    if sous_motif is not None:
        yield infraction(sous_motif)


@regle("RAD005")
def attribution_decrite(contexte: Contexte) -> Infractions:
    """A radiation for attribution describes the dwelling; no other does."""
    radiation = contexte.demande.radiation
    motif = contexte.demande.motif_radiation
    if radiation is None or motif is None:
        return
    attribution = radiation.enfant("attributionLogement")
    if motif == MOTIF_ATTRIBUTION and attribution is None:
        yield manquant(radiation, "attributionLogement")
    elif motif != MOTIF_ATTRIBUTION and attribution is not None:
        yield infraction(attribution)


@regle("RAD006", registre=True)
def radiation_pour_attribution_reservee(contexte: Contexte) -> Infractions:
    """Only a landlord radiates for attribution."""
    attribuee = contexte.demande.motif_radiation == MOTIF_ATTRIBUTION
    if attribuee and not contexte.habilite(Acte.RADIER_ATTRIBUTION):
        yield sur_le_motif(contexte)


@regle("RAD007")
def courrier_sans_reponse(contexte: Contexte) -> Infractions:
    """The letter without answer is at least a month older than the radiation."""
    radiation = contexte.demande.radiation_pour(MOTIF_SANS_CONTACT)
    if radiation is None:
        return
    courrier = radiation.date_de("absenceReponse/dateCourrier")
    date_radiation = radiation.date_de("dateRadiation")
    if courrier is None:
        yield manquant(radiation, "absenceReponse/dateCourrier")
    elif date_radiation is not None and ajouter_mois(courrier, MOIS_SANS_REPONSE) > date_radiation:
        yield sur(radiation, "absenceReponse/dateCourrier")


@regle("RAD008")
def non_renouvellement_reserve(contexte: Contexte) -> Infractions:
    """Only the system radiates for want of renewal."""
    if contexte.demande.motif_radiation == MOTIF_NON_RENOUVELLEMENT:
        yield sur_le_motif(contexte)


@regle("RAD009", registre=True)
def deradiation_impossible(contexte: Contexte) -> Infractions:
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
        yield sur_le_motif(contexte, numero=stockee.numero_unique)


@regle("RAD010")
def radiation_avant_le_bail(contexte: Contexte) -> Infractions:
    """A radiation for attribution does not come before the lease."""
    radiation = contexte.demande.radiation_pour(MOTIF_ATTRIBUTION)
    if radiation is None:
        return
    bail = radiation.date_de("attributionLogement/dateSignatureBail")
    date_radiation = radiation.date_de("dateRadiation")
    if bail is not None and date_radiation is not None and date_radiation < bail:
        yield sur(radiation, "dateRadiation")


@regle("RAD011", registre=True)
def irrecevabilite_reservee(contexte: Contexte) -> Infractions:
    """Irrecevabilité is pronounced by a landlord's commission."""
    irrecevable = contexte.demande.motif_radiation == MOTIF_IRRECEVABILITE
    if irrecevable and not contexte.habilite(Acte.RADIER_IRRECEVABILITE):
        yield sur_le_motif(contexte)


def sur_le_motif(contexte: Contexte, **valeurs: str) -> Infraction:
    """The rule does not hold on the motive of the radiation."""
    return sur(contexte.demande.radiation or contexte.demande.formulaire, "motifRadiation", **valeurs)


# --- ATT ----------------------------------------------------------------------------------------------


_DESCRIPTION: Final = ("codeSirenBailleur", "typeLogement", "surface", "montantLoyer", "adresse")
#: A dwelling's identifier in the RPLS (order of 17/09/2012).
LONGUEUR_RPLS: Final = 10


@regle("ATT001")
def date_du_bail(contexte: Contexte) -> Infractions:
    """The lease is not signed in the future."""
    yield from a_venir(_attribution(contexte.demande), "dateSignatureBail", contexte)


@regle("ATT002")
def logement_designe(contexte: Contexte) -> Infractions:
    """The dwelling is named by its RPLS number, or described in full."""
    attribution = _attribution(contexte.demande)
    if attribution.vide or len((attribution.texte_de("numeroRpls") or "").strip()) == LONGUEUR_RPLS:
        return
    if any(attribution.enfant(champ) is None for champ in _DESCRIPTION):
        yield sur(attribution, "numeroRpls")


@regle("ATT003")
def siren_du_bailleur(contexte: Contexte) -> Infractions:
    """The SIREN has 9 digits and a right key."""
    siren = _attribution(contexte.demande).enfant("codeSirenBailleur")
    if siren is not None and not est_un_siren(siren.texte):
        yield infraction(siren)


@regle("ATT004", registre=True)
def dalo_inconnu(contexte: Contexte) -> Infractions:
    """A dwelling attributed under DALO goes to somebody known as recognised: what lapsed since the lease was
    then; what was decided since may have been told late."""
    attribution = _attribution(contexte.demande)
    if contexte.stockee is None or not attribution.booleen_de("attribueEnComDALO"):
        return
    bail = attribution.date_de("dateSignatureBail") or contexte.jour
    dalo = codec.dalo_de(contexte.stockee)
    if dalo.statut not in DALO_RECONNU and dalo.reconnu_le(bail) is False:
        yield sur(attribution, "attribueEnComDALO")


@regle("ATT005", registre=True)
def logement_hors_des_souhaits(contexte: Contexte) -> Infractions:
    """The dwelling lies in a wished commune, or in its EPCI."""
    commune = _attribution(contexte.demande).enfant("adresse/commune")
    if commune is None or commune.code is None or contexte.stockee is None:
        return
    territoires = contexte.territoires
    logement = territoires.actuelle(commune.code)
    souhaits = [territoires.actuelle(c.code or "") for c in contexte.stockee.demande.communes_souhaitees]
    connus = [souhait for souhait in souhaits if souhait is not None]
    if logement is None or not connus:  # a commune that does not exist is the business of ATT007
        return
    epci = logement.epci
    if not any(s.code == logement.code or (epci is not None and s.epci == epci) for s in connus):
        yield infraction(commune)


@regle("ATT006")
def bail_avant_la_demande(contexte: Contexte) -> Infractions:
    """The lease does not come before the demande."""
    attribution = _attribution(contexte.demande)
    creation = contexte.demande.date_creation
    bail = attribution.date_de("dateSignatureBail")
    if bail is not None and creation is not None and bail < creation:
        yield sur(attribution, "dateSignatureBail")


@regle("ATT007")
def commune_du_logement(contexte: Contexte) -> Infractions:
    """The commune of the dwelling exists, or has existed."""
    commune = _attribution(contexte.demande).enfant("adresse/commune")
    if commune is not None:
        yield from commune_inconnue(commune, contexte)


def _attribution(demande: Demande) -> Element:
    """The block; an empty element where there is none, and in a déradiation, which ignores it."""
    ecrite = demande.formulaire.enfant("radiation/attributionLogement")
    return ecrite if ecrite is not None and demande.motif_radiation is not None else Element("vide")
