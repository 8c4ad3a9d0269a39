"""The present dwelling (LOG)."""

from collections.abc import Iterator
from typing import Final

from sne_sandbox.domain.codes import LOCATAIRES, LOGEMENT_PROPRE
from sne_sandbox.domain.element import Element
from sne_sandbox.domain.menage import LIENS_DE_COUPLE
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Infraction, constat, manquant, regle

#: The comp… fields of logementActuel, and the modeleLogement each belongs to (XSD).
_COMPLEMENTS: Final = {
    "compNomOrgBailleur": "HLM",
    "compResSocDepuis": "RS",
    "compResHotDepuis": "RHVS",
    "compSousLocDepuis": "SLHT",
    "compStructDepuis": "SH",
    "compNomStructure": "SH",
    "compCentreDepuis": "CDEFCM",
    "compNomCentre": "CDEFCM",
}
_SANS_LOGEMENT: Final = frozenset({"SD", "SQUAT", "CAMCAR"})
_PROPRIETAIRE_OCCUPANT: Final = "POCC"
_LIEU: Final = ("codePostal", "commune", "codePostalEtranger", "communeEtranger", "pays")
_DESCRIPTION: Final = {
    "montantMensuelLoyer": "loyer mensuel",
    "surface": "surface",
    "nombreHabitant": "nombre d'habitants",
}
_FUTUR_COUPLE: Final = "14"
_REGROUPEMENT_FAMILIAL: Final = "15"


@regle("LOG001")
def bailleur_du_logement_hlm(contexte: Contexte) -> Iterator[Infraction]:
    """A tenant of an HLM dwelling names the landlord. Source: XSD comp* fields (deduced)."""
    return _complements_absents(contexte, "HLM")


@regle("LOG002")
def entree_en_residence_sociale(contexte: Contexte) -> Iterator[Infraction]:
    """In a résidence sociale, foyer or pension de famille, since when. Source: XSD comp* fields (deduced)."""
    return _complements_absents(contexte, "RS")


@regle("LOG003")
def entree_en_residence_hoteliere(contexte: Contexte) -> Iterator[Infraction]:
    """In a résidence hôtelière à vocation sociale, since when. Source: XSD comp* fields (deduced)."""
    return _complements_absents(contexte, "RHVS")


@regle("LOG004")
def debut_de_la_sous_location(contexte: Contexte) -> Iterator[Infraction]:
    """A subtenant, or one housed for a time, says since when. Source: XSD comp* fields (deduced)."""
    return _complements_absents(contexte, "SLHT")


@regle("LOG005")
def structure_d_hebergement(contexte: Contexte) -> Iterator[Infraction]:
    """In a structure d'hébergement, which and since when. Source: XSD comp* fields (deduced)."""
    return _complements_absents(contexte, "SH")


@regle("LOG006")
def centre_maternel(contexte: Contexte) -> Iterator[Infraction]:
    """In a centre de l'enfance or maternel, which and since when. Source: XSD comp* fields (deduced)."""
    return _complements_absents(contexte, "CDEFCM")


@regle("LOG007")
def complement_sans_mode_de_logement(contexte: Contexte) -> Iterator[Infraction]:
    """A comp… field is given only with its modeleLogement. Deduced."""
    logement = contexte.demande.logement_actuel
    if logement is None:
        return
    codes = _codes(logement)
    for nom, modele in _COMPLEMENTS.items():
        complement = logement.enfant(nom)
        if complement is not None and modele not in codes:
            yield constat(complement, valeur=nom)


@regle("LOG008")
def date_d_entree(contexte: Contexte) -> Iterator[Infraction]:
    """No comp…Depuis date is in the future (one day of tolerance), nor before the applicant's birth.
    Deduced."""
    logement, demandeur = contexte.demande.logement_actuel, contexte.demande.demandeur
    if logement is None:
        return
    naissance = demandeur.date_naissance if demandeur is not None else None
    for nom in _COMPLEMENTS:
        jour = logement.date_de(nom) if nom.endswith("Depuis") else None
        complement = logement.enfant(nom)
        if jour is None or complement is None:
            continue
        if jour > contexte.aujourdhui or (naissance is not None and jour < naissance):
            yield constat(complement)


@regle("LOG009")
def modes_de_logement_contradictoires(contexte: Contexte) -> Iterator[Infraction]:
    """Without shelter, in a squat or a caravan excludes a dwelling of one's own (HLM, LP, POCC, FONC).
    Convention."""
    logement = contexte.demande.logement_actuel
    if logement is None or _codes(logement).isdisjoint(LOGEMENT_PROPRE):
        return
    for modele in _modeles(logement):
        if modele.code in _SANS_LOGEMENT:
            yield constat(modele)


@regle("LOG010")
def mode_de_logement_en_double(contexte: Contexte) -> Iterator[Infraction]:
    """The same modeleLogement is listed once. Convention."""
    logement = contexte.demande.logement_actuel
    vus: set[str] = set()
    for modele in _modeles(logement) if logement is not None else ():
        if modele.code in vus:
            yield constat(modele)
        vus.add(modele.code or "")


@regle("LOG011")
def occupant_non_proprietaire(contexte: Contexte) -> Iterator[Infraction]:
    """A propriétaire occupant (POCC) is not declared proprietaire=false. Source: the form (convention)."""
    logement = contexte.demande.logement_actuel
    if logement is None or _PROPRIETAIRE_OCCUPANT not in _codes(logement):
        return
    proprietaire = logement.enfant("proprietaire")
    if proprietaire is not None and logement.booleen_de("proprietaire") is False:
        yield constat(proprietaire)


@regle("LOG012")
def logement_possede(contexte: Contexte) -> Iterator[Infraction]:
    """An owner who does not live there (proprietaire=true, no POCC) gives the type and the place of the
    dwelling owned. Source: XSD (deduced)."""
    logement = contexte.demande.logement_actuel
    if logement is None or logement.booleen_de("proprietaire") is not True:
        return
    if _PROPRIETAIRE_OCCUPANT in _codes(logement):
        return
    if logement.enfant("typeLogementPossede") is None:
        yield manquant(logement, "typeLogementPossede")
    if all(logement.enfant(nom) is None for nom in _LIEU):
        yield manquant(logement, "commune")


@regle("LOG013")
def logement_loue_mal_decrit(contexte: Contexte) -> Iterator[Infraction]:
    """A tenant (HLM, LP) gives rent, surface and number of inhabitants. Convention."""
    logement = contexte.demande.logement_actuel
    if logement is None or _codes(logement).isdisjoint(LOCATAIRES):
        return
    manques = [nom for nom in _DESCRIPTION if logement.enfant(nom) is None]
    if manques:
        yield manquant(logement, manques[0], manque=", ".join(_DESCRIPTION[nom] for nom in manques))


@regle("LOG014")
def aide_au_dessus_du_loyer(contexte: Contexte) -> Iterator[Infraction]:
    """The housing benefit is not above the rent. Convention."""
    logement = contexte.demande.logement_actuel
    if logement is None:
        return
    loyer, aide = logement.entier_de("montantMensuelLoyer"), logement.enfant("montantMensuelAPL")
    if loyer is not None and aide is not None and (logement.entier_de("montantMensuelAPL") or 0) > loyer:
        yield constat(aide)


@regle("LOG015")
def trop_peu_d_habitants(contexte: Contexte) -> Iterator[Infraction]:
    """nombreHabitant is at least 1 + co-holders + persons à charge living there. Convention.

    The contract does not say who lives there. Flatmates to be may live apart; so may a spouse to come
    (motive 14), and a family to be reunited (motive 15).
    """
    demande, logement = contexte.demande, contexte.demande.logement_actuel
    habitants = logement.enfant("nombreHabitant") if logement is not None else None
    if demande.demandeur is None or logement is None or habitants is None:
        return
    motifs = {motif.code for motif in demande.motifs}
    presents = 1
    if _REGROUPEMENT_FAMILIAL not in motifs:
        presents += len(demande.personnes_a_charge)
        if _FUTUR_COUPLE not in motifs:
            presents += sum(c.lien_demandeur in LIENS_DE_COUPLE for c in demande.cotitulaires)
    if (logement.entier_de("nombreHabitant") or 0) < presents:
        yield constat(habitants)


def _modeles(logement: Element) -> tuple[Element, ...]:
    return logement.tous("listeModeleLogement/modeleLogement")


def _codes(logement: Element) -> set[str]:
    return {modele.code for modele in _modeles(logement) if modele.code}


def _complements_absents(contexte: Contexte, modele: str) -> Iterator[Infraction]:
    logement = contexte.demande.logement_actuel
    if logement is None or modele not in _codes(logement):
        return
    for nom, de_modele in _COMPLEMENTS.items():
        if de_modele == modele and logement.enfant(nom) is None:
            yield manquant(logement, nom)


REGLES = (
    bailleur_du_logement_hlm,
    entree_en_residence_sociale,
    entree_en_residence_hoteliere,
    debut_de_la_sous_location,
    structure_d_hebergement,
    centre_maternel,
    complement_sans_mode_de_logement,
    date_d_entree,
    modes_de_logement_contradictoires,
    mode_de_logement_en_double,
    occupant_non_proprietaire,
    logement_possede,
    logement_loue_mal_decrit,
    aide_au_dessus_du_loyer,
    trop_peu_d_habitants,
)
