"""The dwelling and the places wished (REC), and why the household asks (MOT)."""

from datetime import date
from typing import Final

from sne_interface.domain.codes import LOGEMENT_PROPRE, TYPES_LOGEMENT
from sne_interface.domain.demande import territoire_de
from sne_interface.domain.element_recu import Element
from sne_interface.domain.menage import taille
from sne_interface.domain.texte import plier
from sne_interface.rules.catalogue.regles_logement import FUTUR_COUPLE, departement_connu
from sne_interface.rules.rule import Contexte, Infractions, a_venir, allege, infraction, manquant, regle

# --- REC ----------------------------------------------------------------------------------------------


_PIECES: Final = {"C": 1, "T1": 1, "T2": 2, "T3": 3, "T4": 4, "T5": 5}
_TYPES_MAX: Final = 2
#: The form 14069*03: when it came into force, and the last day of the former one, which « ne peut plus être
#: utilisé » from the next (arrêté of 6 August 2018); the places that each has room for (USH 2012; Cerfa *03).
FORMULAIRE_03: Final = date(2018, 9, 10)
FIN_FORMULAIRE_02: Final = date(2019, 9, 9)
LOCALISATIONS_FORMULAIRE_02: Final = 10
LOCALISATIONS_FORMULAIRE_03: Final = 8


@regle("REC001")
def logement_recherche_absent(contexte: Contexte) -> Infractions:
    """logementRecherche is present. Source: the form; a client in the field checks it itself (deduced)."""
    if contexte.demande.logement_recherche is None:
        yield manquant(contexte.demande.formulaire, "logementRecherche")


@regle("REC002", "typeLogement")
def types_qui_ne_se_suivent_pas(contexte: Contexte) -> Infractions:
    """At most 2 types of dwelling, consecutive (T2 and T3, in any order), none twice. Source: the form
    (convention)."""
    types = contexte.demande.types_souhaites
    for rang, element in enumerate(types):
        if rang >= _TYPES_MAX or element.code in [precedent.code for precedent in types[:rang]]:
            yield infraction(element)
            return
    rangs = [TYPES_LOGEMENT.index(element.code) for element in types if element.code in TYPES_LOGEMENT]
    if rangs and max(rangs) - min(rangs) > 1:
        yield infraction(types[-1])


@regle("REC003", "logementRecherche")
def nombre_de_localisations(contexte: Contexte) -> Infractions:
    """1 wished place at least, and no more than the form has on the day of deposit: 10, then 8 on the form
    14069*03; a setting of the base says another number. Source: USH 2012 (10), Cerfa *03 (8); deduced. The
    message does not say which form was filled in: while the former one was accepted too, the 9th and the 10th
    only warn (convention)."""
    recherche = contexte.demande.logement_recherche
    if recherche is None:
        return
    nombre, maximum, tolere = len(contexte.demande.localisations), contexte.localisations_max, 0
    if not maximum:
        maximum = (
            LOCALISATIONS_FORMULAIRE_02 if contexte.depot < FORMULAIRE_03 else LOCALISATIONS_FORMULAIRE_03
        )
        tolere = LOCALISATIONS_FORMULAIRE_02 if contexte.depot <= FIN_FORMULAIRE_02 else 0
    if not 1 <= nombre <= maximum:
        trouve = manquant(recherche, "listeLocalisationSouhaite", valeur=str(nombre), max=str(maximum))
        yield allege(trouve) if maximum < nombre <= tolere else trouve


@regle("REC004", "localisationSouhaite")
def localisation_en_double(contexte: Contexte) -> Infractions:
    """No commune twice with the same quartier, names folded, both absent included. Convention."""
    vues: set[tuple[str, str]] = set()
    for place in contexte.demande.localisations:
        commune = place.enfant("commune")
        if commune is None or commune.code is None:
            continue
        cle = (commune.code, plier(place.texte_de("quartier") or ""))
        if cle in vues:
            yield infraction(commune)
        vues.add(cle)


@regle("REC005", "commune")
def communes_de_plusieurs_territoires(contexte: Contexte) -> Infractions:
    """All wished communes lie in the territory of the first: the region in Île-de-France, the département
    elsewhere, 69 with the Métropole de Lyon. Source: L. 441-2-1 (deduced).

    An abolished commune counts in the département of its own code. A code that reads as no French commune is
    ADR002's: it has no territory, and gives none to the others.
    """
    territoire = None
    for commune in contexte.demande.communes_souhaitees:
        code = commune.attributs["code"]
        if not (departement_connu(code) or contexte.territoires.existe(code)):
            continue
        sien = territoire_de(code)
        territoire = territoire or sien
        if sien != territoire:
            yield infraction(commune)


@regle("REC006", "typeLogement")
def logement_trop_petit(contexte: Contexte) -> Infractions:
    """The largest type wished has at least (persons ÷ 2) + 1 rooms. Convention.

    The division is whole: one person may wish for one room, two and three for two, four for three.
    """
    types = contexte.demande.types_souhaites
    personnes = taille(contexte.demande)
    pieces = [_PIECES.get(element.code or "") for element in types]
    if not pieces or not personnes or None in pieces:
        return  # T6P has no upper bound; an unknown code is ENT011's
    if max(filter(None, pieces)) < personnes // 2 + 1:
        yield infraction(types[-1])


@regle("REC007", "montantLoyer")
def loyer_au_dessus_des_moyens(contexte: Contexte) -> Infractions:
    """The wished rent is at most half of the household's monthly resources, when an amount is given.
    Convention."""
    recherche = contexte.demande.logement_recherche
    if recherche is None or (loyer := recherche.enfant("montantLoyer")) is None:
        return
    trop = 2 * (recherche.entier_de("montantLoyer") or 0) > contexte.demande.ressources_mensuelles
    if trop and any("montant" in ressource.presents for ressource in contexte.demande.ressources_recues):
        yield infraction(loyer)


# --- MOT ----------------------------------------------------------------------------------------------


_PRINCIPAUX: Final = "principauxMotifDemande"
_MOTIFS_MAX: Final = 3
_SANS_LOGEMENT: Final = "01"
_EXPULSION: Final = "05"
_HANDICAP: Final = "07"
_SEPARATION: Final = "11"
_AUTRE: Final = "23"
#: situationFamiliale from which one may separate.
_SEPARABLES: Final = frozenset({"D", "S", "M", "P"})


@regle("MOT001")
def motif_absent(contexte: Contexte) -> Infractions:
    """principauxMotifDemande is present for a person. Source: the form (deduced)."""
    formulaire = contexte.demande.formulaire
    if not contexte.demande.est_association and formulaire.enfant(_PRINCIPAUX) is None:
        yield manquant(formulaire, _PRINCIPAUX)


@regle("MOT002", "motifDemande")
def trop_de_motifs(contexte: Contexte) -> Infractions:
    """At most 3 motives, none twice. Source: the form (convention)."""
    vus: set[str | None] = set()
    for rang, motif in enumerate(contexte.demande.motifs):
        if rang >= _MOTIFS_MAX or motif.code in vus:
            yield infraction(motif)
        vus.add(motif.code)


@regle("MOT003", "motifDemande=23")
def autre_motif_sans_precision(contexte: Contexte) -> Infractions:
    """Motive 23 (autre, « précisez ») comes with compAutreMotif. Source: label of code 23 (deduced)."""
    principaux = contexte.demande.formulaire.enfant(_PRINCIPAUX)
    if principaux is None or _motif(contexte, _AUTRE) is None:
        return
    if not (principaux.texte_de("compAutreMotif") or "").strip():
        yield manquant(principaux, "compAutreMotif")


@regle("MOT004", "compDateJugement")
def date_du_jugement(contexte: Contexte) -> Infractions:
    """The date of the eviction judgment is not in the future (one day of tolerance), and comes with motive
    05 only; the motive without the date is accepted. Source: XSD (convention)."""
    formulaire, chemin = contexte.demande.formulaire, f"{_PRINCIPAUX}/compDateJugement"
    jugement = formulaire.enfant(chemin)
    if jugement is not None and _motif(contexte, _EXPULSION) is None:
        yield infraction(jugement)
    else:
        yield from a_venir(formulaire, chemin, contexte)


@regle("MOT005", "motifDemande=07")
def motif_handicap_sans_complement(contexte: Contexte) -> Infractions:
    """Motive 07 (handicap) comes with at least one handicap block. Source: the form (deduced)."""
    motif = _motif(contexte, _HANDICAP)
    if motif is not None and not contexte.demande.handicaps:
        yield infraction(motif)


@regle("MOT006", "motifDemande=01")
def sans_logement_mais_loge(contexte: Contexte) -> Infractions:
    """Motive 01 (sans logement) fits a modeleLogement other than HLM, LP, POCC, FONC. Convention."""
    motif = _motif(contexte, _SANS_LOGEMENT)
    modeles = contexte.demande.modeles_logement
    if motif is not None and modeles and all(modele.code in LOGEMENT_PROPRE for modele in modeles):
        yield infraction(motif)


@regle("MOT007", "motifDemande=14", "motifDemande=11")
def motif_et_situation_familiale(contexte: Contexte) -> Infractions:
    """Motive 14 (futur mariage…) is not that of a married applicant; motive 11 (séparation) is that of one
    who is divorced, separated, married or in a PACS. Convention."""
    situation = contexte.demande.situation_du_demandeur
    if situation is None:
        return
    futur_couple, separation = _motif(contexte, FUTUR_COUPLE), _motif(contexte, _SEPARATION)
    if futur_couple is not None and situation == "M":
        yield infraction(futur_couple)
    if separation is not None and situation not in _SEPARABLES:
        yield infraction(separation)


def _motif(contexte: Contexte, code: str) -> Element | None:
    return next((motif for motif in contexte.demande.motifs if motif.code == code), None)
