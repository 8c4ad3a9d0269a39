"""The dwelling and the places wished (REC)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from sne_sandbox.domain.codes import TYPES_LOGEMENT
from sne_sandbox.domain.demande import territoire_de
from sne_sandbox.domain.element import Element
from sne_sandbox.domain.menage import ressources_mensuelles, ressources_recues, taille
from sne_sandbox.domain.texte import plier
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.lieux import departement_connu
from sne_sandbox.rules.rule import Infraction, constat, manquant, regle

_PIECES: Final = {"C": 1, "T1": 1, "T2": 2, "T3": 3, "T4": 4, "T5": 5}
_TYPES_MAX: Final = 2


@regle("REC001")
def logement_recherche_absent(contexte: Contexte) -> Iterator[Infraction]:
    """logementRecherche is present. Source: the form; a client in the field checks it itself (deduced)."""
    if contexte.demande.logement_recherche is None:
        yield manquant(contexte.demande.formulaire, "logementRecherche")


@regle("REC002")
def types_qui_ne_se_suivent_pas(contexte: Contexte) -> Iterator[Infraction]:
    """At most 2 types of dwelling, consecutive (T2 and T3, in any order), none twice. Source: the form
    (convention)."""
    types = _types(contexte)
    for rang, element in enumerate(types):
        if rang >= _TYPES_MAX or element.code in [precedent.code for precedent in types[:rang]]:
            yield constat(element)
            return
    rangs = [TYPES_LOGEMENT.index(element.code) for element in types if element.code in TYPES_LOGEMENT]
    if any(abs(suivant - rang) > 1 for rang, suivant in pairwise(rangs)):
        yield constat(types[-1])


@regle("REC003")
def nombre_de_localisations(contexte: Contexte) -> Iterator[Infraction]:
    """1 to 10 wished places, a setting: 8 on the form 14069*03. Source: USH 2012 (10), Cerfa *03 (8);
    deduced."""
    recherche = contexte.demande.logement_recherche
    if recherche is None:
        return
    nombre, maximum = len(_places(contexte)), contexte.localisations_max
    if not 1 <= nombre <= maximum:
        yield manquant(recherche, "listeLocalisationSouhaite", valeur=str(nombre), max=str(maximum))


@regle("REC004")
def localisation_en_double(contexte: Contexte) -> Iterator[Infraction]:
    """No commune twice with the same quartier, names folded, both absent included. Convention."""
    vues: set[tuple[str, str]] = set()
    for place in _places(contexte):
        commune = place.enfant("commune")
        if commune is None or commune.code is None:
            continue
        cle = (commune.code, plier(place.texte_de("quartier") or ""))
        if cle in vues:
            yield constat(commune)
        vues.add(cle)


@regle("REC005")
def communes_de_plusieurs_territoires(contexte: Contexte) -> Iterator[Infraction]:
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
            yield constat(commune)


@regle("REC006")
def logement_trop_petit(contexte: Contexte) -> Iterator[Infraction]:
    """The largest type wished has at least (persons ÷ 2) + 1 rooms. Convention.

    The division is whole: one person may wish for one room, two and three for two, four for three.
    """
    types = _types(contexte)
    personnes = taille(contexte.demande)
    if not types or not personnes or any(element.code not in _PIECES for element in types):
        return  # T6P has no upper bound; an unknown code is ENT011's
    if max(_PIECES[element.code or ""] for element in types) < personnes // 2 + 1:
        yield constat(types[-1])


@regle("REC007")
def loyer_au_dessus_des_moyens(contexte: Contexte) -> Iterator[Infraction]:
    """The wished rent is at most half of the household's monthly resources, when an amount is given.
    Convention."""
    recherche = contexte.demande.logement_recherche
    loyer = recherche.enfant("montantLoyer") if recherche is not None else None
    if recherche is None or loyer is None:
        return
    if all(ressource.enfant("montant") is None for ressource in ressources_recues(contexte.demande)):
        return
    if 2 * (recherche.entier_de("montantLoyer") or 0) > ressources_mensuelles(contexte.demande):
        yield constat(loyer)


def _types(contexte: Contexte) -> tuple[Element, ...]:
    return contexte.demande.formulaire.tous("logementRecherche/listeTypeLogement/typeLogement")


def _places(contexte: Contexte) -> tuple[Element, ...]:
    return contexte.demande.formulaire.tous(
        "logementRecherche/listeLocalisationSouhaite/localisationSouhaite"
    )


REGLES = (
    logement_recherche_absent,
    types_qui_ne_se_suivent_pas,
    nombre_de_localisations,
    localisation_en_double,
    communes_de_plusieurs_territoires,
    logement_trop_petit,
    loyer_au_dessus_des_moyens,
)
