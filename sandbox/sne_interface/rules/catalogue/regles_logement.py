"""Places: communes and addresses (ADR), the present dwelling (LOG).

Communes come first: in force, abolished, or not in the code officiel géographique at all. Other subjects use
these functions too.
"""

from datetime import date
from functools import lru_cache
from typing import Final

from sne_interface.contract.nomenclatures_et_territoires import Territoires
from sne_interface.domain.codes import HEBERGES, LOCATAIRES, LOGEMENT_PROPRE
from sne_interface.domain.demande import departement_de
from sne_interface.domain.element_recu import Element
from sne_interface.domain.menage import LIENS_DE_COUPLE
from sne_interface.domain.texte import plier
from sne_interface.rules.rule import (
    Contexte,
    Infractions,
    allege,
    de_codes,
    en_double,
    incomplets,
    infraction,
    manquant,
    regle,
    sur,
)

# --- communes -----------------------------------------------------------------------------------------


#: Départements and collectivités of the code officiel géographique, in 2018.
DEPARTEMENTS: Final = frozenset(
    {
        *(f"{rang:02d}" for rang in range(1, 96) if rang != 20),
        *("2A", "2B", "971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988"),
    }
)


@lru_cache(maxsize=8192)
def departement_connu(code: str) -> bool:
    """True when `code` reads as a commune code (5 characters) of a known département or collectivité."""
    departement = departement_de(code)
    return len(code) == 5 and departement in DEPARTEMENTS and code[len(departement) :].isdecimal()


def commune_inconnue(element: Element, contexte: Contexte) -> Infractions:
    """The `commune` element names no commune, past or present; a gap in our tables is not the sender's
    fault, so a code of a known département only warns."""
    code = element.code
    if code is not None and not contexte.territoires.existe(code):
        trouve = infraction(element)
        yield allege(trouve) if departement_connu(code) else trouve


def remplacante(code: str, jour: date, territoires: Territoires) -> str | None:
    """Names the commune that replaced the one of that code, when it is no longer in force on `jour`: « Nom
    (code) », or « une autre commune » when our tables do not say. None when it is in force, or unknown."""
    if territoires.commune(code) is not None:
        return None
    ancienne = territoires.ancienne(code)
    # The date of end is that of the act: a commune that ended on 1 January was in force all the year before.
    if ancienne is None or (ancienne.fin is not None and jour < ancienne.fin):
        return None
    nouvelle = territoires.commune(ancienne.successeur) if ancienne.successeur else None
    return f"{nouvelle.nom} ({nouvelle.code})" if nouvelle is not None else "une autre commune"


# --- ADR ----------------------------------------------------------------------------------------------


#: Blocks where the schema always asks for both the flag and one branch of the choice.
_COMPLETES: Final = ("adressePostale", "adresseLogement")
_BRANCHE_FRANCE: Final = frozenset({"codePostal", "commune"})
_BRANCHE_ETRANGER: Final = frozenset({"codePostalEtranger", "communeEtranger", "pays"})


@regle("ADR001", "etranger")
def indicateur_etranger(contexte: Contexte) -> Infractions:
    """The flag « étranger » goes with the branch given."""
    for adresse in contexte.demande.adresses:
        etranger = adresse.booleen_de("etranger")
        if etranger is None:
            continue
        contraire = _BRANCHE_FRANCE if etranger else _BRANCHE_ETRANGER
        donnes = adresse.presents.keys() & contraire
        if adresse.nom in _COMPLETES and len(adresse.presents) < len(adresse.enfants):
            # There an empty branch is one all the same.
            donnes |= {e.nom for e in adresse.enfants} & contraire
        if donnes:
            yield infraction(adresse.enfant("etranger") or adresse)


@regle("ADR002", "commune", par_place=True)
def commune_inexistante(contexte: Contexte) -> Infractions:
    """Every French commune exists, or has existed."""
    territoires = contexte.territoires
    for ecrite in contexte.demande.communes:
        if ecrite.code is not None and territoires.commune(ecrite.code) is None:
            yield from commune_inconnue(ecrite, contexte)


@regle("ADR003", "codePostal")
def code_postal_de_la_commune(contexte: Contexte) -> Infractions:
    """The postal code is one of the commune's."""
    for adresse in contexte.demande.adresses:
        postal, ecrite = adresse.presents.get("codePostal"), adresse.presents.get("commune")
        if postal is None or ecrite is None or ecrite.code is None or len(postal.texte) != 5:
            continue
        trouvee = contexte.territoires.commune(ecrite.code)
        if trouvee is not None and trouvee.codes_postaux and postal.texte not in trouvee.codes_postaux:
            yield infraction(postal, commune=trouvee.nom)


@regle("ADR004", "codePostal", par_place=True)
def code_postal_incomplet(contexte: Contexte) -> Infractions:
    """A postal code has 5 digits."""
    for adresse in contexte.demande.adresses:
        postal = adresse.presents.get("codePostal")
        if postal is not None and len(postal.texte) != 5:
            yield infraction(postal)


@regle("ADR005", "pays")
def pays_etranger(contexte: Contexte) -> Infractions:
    """The country of an address abroad is not blank, and not France."""
    for adresse in contexte.demande.adresses:
        pays = adresse.enfant("pays")
        if pays is not None and adresse.booleen_de("etranger") and plier(pays.texte) in ("", "france"):
            yield infraction(pays)


@regle("ADR006", *de_codes("modeleLogement", HEBERGES))
def nom_de_l_hebergeant(contexte: Contexte) -> Infractions:
    """A household lodged by somebody names its host."""
    if contexte.demande.modes_de_logement.isdisjoint(HEBERGES):
        return
    lieux = ("personnePhysique/adresseLogement", "personnePhysique/demandeur/adressePostale")
    adresse = next(filter(None, map(contexte.demande.formulaire.enfant, lieux)), None)
    if adresse is not None and not (adresse.texte_de("nomHebergeant") or "").strip():
        yield manquant(adresse, "nomHebergeant")


@regle("ADR007", "commune")
def commune_remplacee(contexte: Contexte) -> Infractions:
    """Every commune is in force on the base's clock."""
    jour, territoires = contexte.jour, contexte.territoires
    for ecrite in contexte.demande.communes:
        if ecrite.code is not None and territoires.commune(ecrite.code) is None:
            nouvelle = remplacante(ecrite.code, jour, territoires)
            if nouvelle is not None:
                yield infraction(ecrite, commune=nouvelle)


# --- LOG ----------------------------------------------------------------------------------------------


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
_DEPUIS: Final = tuple(nom for nom in _COMPLEMENTS if nom.endswith("Depuis"))
_SANS_LOGEMENT: Final = frozenset({"SD", "SQUAT", "CAMCAR"})
_PROPRIETAIRE_OCCUPANT: Final = "POCC"
_LIEU: Final = ("codePostal", "commune", "codePostalEtranger", "communeEtranger", "pays")
_DESCRIPTION: Final = {
    "montantMensuelLoyer": "loyer mensuel",
    "surface": "surface",
    "nombreHabitant": "nombre d'habitants",
}
FUTUR_COUPLE: Final = "14"
_REGROUPEMENT_FAMILIAL: Final = "15"


@regle("LOG001", "modeleLogement=HLM")
def bailleur_du_logement_hlm(contexte: Contexte) -> Infractions:
    """A tenant of an HLM dwelling names the landlord. Source: XSD comp* fields (deduced)."""
    return _complements_absents(contexte, "HLM")


@regle("LOG002", "modeleLogement=RS")
def entree_en_residence_sociale(contexte: Contexte) -> Infractions:
    """In a résidence sociale, foyer or pension de famille, since when. Source: XSD comp* fields (deduced)."""
    return _complements_absents(contexte, "RS")


@regle("LOG003", "modeleLogement=RHVS")
def entree_en_residence_hoteliere(contexte: Contexte) -> Infractions:
    """In a résidence hôtelière à vocation sociale, since when. Source: XSD comp* fields (deduced)."""
    return _complements_absents(contexte, "RHVS")


@regle("LOG004", "modeleLogement=SLHT")
def debut_de_la_sous_location(contexte: Contexte) -> Infractions:
    """A subtenant, or one housed for a time, says since when. Source: XSD comp* fields (deduced)."""
    return _complements_absents(contexte, "SLHT")


@regle("LOG005", "modeleLogement=SH")
def structure_d_hebergement(contexte: Contexte) -> Infractions:
    """In a structure d'hébergement, which and since when. Source: XSD comp* fields (deduced)."""
    return _complements_absents(contexte, "SH")


@regle("LOG006", "modeleLogement=CDEFCM")
def centre_maternel(contexte: Contexte) -> Infractions:
    """In a centre de l'enfance or maternel, which and since when. Source: XSD comp* fields (deduced)."""
    return _complements_absents(contexte, "CDEFCM")


@regle("LOG007", *_COMPLEMENTS)
def complement_sans_mode_de_logement(contexte: Contexte) -> Infractions:
    """A comp… field is given only with its modeleLogement. Deduced."""
    logement = contexte.demande.logement_actuel
    codes = contexte.demande.modes_de_logement
    for nom, modele in _COMPLEMENTS.items():
        if nom in logement.presents and modele not in codes:
            yield infraction(logement.presents[nom], valeur=nom)


@regle("LOG008", *_DEPUIS)
def date_d_entree(contexte: Contexte) -> Infractions:
    """No comp…Depuis date is in the future (one day of tolerance), nor before the applicant's birth.
    Deduced."""
    logement, naissance = contexte.demande.logement_actuel, contexte.demande.naissance_du_demandeur
    for nom in _DEPUIS:
        jour = logement.date_de(nom)
        if jour is not None and not (naissance or jour) <= jour <= contexte.aujourdhui:
            yield sur(logement, nom)


@regle("LOG009", *de_codes("modeleLogement", _SANS_LOGEMENT))
def modes_de_logement_contradictoires(contexte: Contexte) -> Infractions:
    """Without shelter, in a squat or a caravan excludes a dwelling of one's own (HLM, LP, POCC, FONC).
    Convention."""
    if contexte.demande.modes_de_logement.isdisjoint(LOGEMENT_PROPRE):
        return
    for modele in contexte.demande.modeles_logement:
        if modele.code in _SANS_LOGEMENT:
            yield infraction(modele)


@regle("LOG010", "modeleLogement")
def mode_de_logement_en_double(contexte: Contexte) -> Infractions:
    """The same modeleLogement is listed once. Convention."""
    for modele in en_double(contexte.demande.modeles_logement, lambda modele: modele.code):
        yield infraction(modele)


@regle("LOG011", "modeleLogement=POCC")
def occupant_non_proprietaire(contexte: Contexte) -> Infractions:
    """A propriétaire occupant (POCC) is not declared proprietaire=false. Source: the form (convention)."""
    logement = contexte.demande.logement_actuel
    occupant = _PROPRIETAIRE_OCCUPANT in contexte.demande.modes_de_logement
    if occupant and logement.booleen_de("proprietaire") is False:
        yield sur(logement, "proprietaire")


@regle("LOG012", "proprietaire")
def logement_possede(contexte: Contexte) -> Infractions:
    """An owner who does not live there (proprietaire=true, no POCC) gives the type and the place of the
    dwelling owned. Source: XSD (deduced)."""
    logement = contexte.demande.logement_actuel
    occupant = _PROPRIETAIRE_OCCUPANT in contexte.demande.modes_de_logement
    if occupant or not logement.booleen_de("proprietaire"):
        return
    if logement.enfant("typeLogementPossede") is None:
        yield manquant(logement, "typeLogementPossede")
    if all(logement.enfant(nom) is None for nom in _LIEU):
        yield manquant(logement, "commune")


@regle("LOG013", *de_codes("modeleLogement", LOCATAIRES))
def logement_loue_mal_decrit(contexte: Contexte) -> Infractions:
    """A tenant (HLM, LP) gives rent, surface and number of inhabitants. Convention."""
    if not contexte.demande.modes_de_logement.isdisjoint(LOCATAIRES):
        yield from incomplets([contexte.demande.logement_actuel], _DESCRIPTION)


@regle("LOG014", "montantMensuelAPL")
def aide_au_dessus_du_loyer(contexte: Contexte) -> Infractions:
    """The housing benefit is not above the rent. Convention."""
    logement = contexte.demande.logement_actuel
    loyer, aide = logement.entier_de("montantMensuelLoyer"), logement.enfant("montantMensuelAPL")
    if loyer is not None and aide is not None and (logement.entier_de("montantMensuelAPL") or 0) > loyer:
        yield infraction(aide)


@regle("LOG015", "nombreHabitant")
def trop_peu_d_habitants(contexte: Contexte) -> Infractions:
    """nombreHabitant is at least 1 + co-holders + persons à charge living there. Convention.

    The contract does not say who lives there. Flatmates to be may live apart; so may a spouse to come
    (motive 14), and a family to be reunited (motive 15).
    """
    demande, logement = contexte.demande, contexte.demande.logement_actuel
    habitants = logement.enfant("nombreHabitant")
    if demande.demandeur is None or habitants is None:
        return
    motifs = {motif.code for motif in demande.motifs}
    presents = 1
    if _REGROUPEMENT_FAMILIAL not in motifs:
        presents += len(demande.personnes_a_charge)
        if FUTUR_COUPLE not in motifs:
            presents += sum(c.lien_demandeur in LIENS_DE_COUPLE for c in demande.cotitulaires)
    if (logement.entier_de("nombreHabitant") or 0) < presents:
        yield infraction(habitants)


def _complements_absents(contexte: Contexte, modele: str) -> Infractions:
    logement = contexte.demande.logement_actuel
    if modele not in contexte.demande.modes_de_logement:
        return
    for nom, de_modele in _COMPLEMENTS.items():
        if de_modele == modele and logement.enfant(nom) is None:
            yield manquant(logement, nom)
