"""How a valid demande is given more than it needs: a walk, and for each element a choice of ornaments.

Codes come from the contract's nomenclatures, lengths and numbers from its schemas (`bornes`); what may be
added, and when it has a meaning, is `table_des_ornements.ORNEMENTS`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from lxml import etree

from sne_interface.contract.contrats_charges import Contrat, retenu
from sne_interface.contract.nomenclatures_et_territoires import Nomenclatures
from sne_interface.contract.schemas import Document, cloture
from sne_interface.domain.element_recu import Element, Elements, avec_enfants
from sne_interface.domain.nir import est_nom_de_nir
from sne_interface.generators.tirage import Tirage
from sne_interface.resources import lire_a_cote

# --- how long a text, how large a number: read off the schemas ---------------------------------------

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"


@dataclass(frozen=True, slots=True)
class Borne:
    """The bounds of a simple value: at most `longueur` characters; from `bas` to `haut`. None: not
    bounded."""

    longueur: int | None = None
    bas: int | None = None
    haut: int | None = None


@retenu
def bornes(contrat: Contrat, version: str, document: Document = Document.DEMANDE) -> Mapping[str, Borne]:
    """The bounds of every bounded element of a document of that message version, by path without index."""
    racines = cloture(contrat.schemas.lire, contrat.schemas.fichier(document, version))
    nommes = (n for r in racines.values() for n in r if n.tag in (_XS + "simpleType", _XS + "complexType"))
    types = {nomme.get("name"): nomme for nomme in nommes}
    (element,) = next(iter(racines.values())).findall(_XS + "element")
    return dict(_parcourir(element, "", types))


def _parcourir(element: Any, parent: str, types: Mapping[str, Any]) -> Iterator[tuple[str, Borne]]:
    chemin = f"{parent}/{element.get('name')}" if parent else element.get("name")
    type_ = types.get(element.get("type", ""))
    if type_ is None:
        type_ = next((e for e in element if e.tag in (_XS + "complexType", _XS + "simpleType")), None)
    if type_ is None:
        return
    enfants = list(_elements(type_))
    for enfant in enfants:
        yield from _parcourir(enfant, chemin, types)
    if not enfants:
        borne = _borne(type_, types)
        if borne != Borne():
            yield chemin, borne


def _elements(noeud: Any) -> Iterator[Any]:
    """The elements of a content model, whatever groups hold them."""
    for enfant in noeud:
        if enfant.tag == _XS + "element":
            yield enfant
        elif enfant.tag in (_XS + "sequence", _XS + "choice", _XS + "all"):
            yield from _elements(enfant)


def _borne(type_: Any, types: Mapping[str, Any]) -> Borne:
    lues: dict[str, int] = {}
    courant = type_
    while courant is not None:
        derive = next((e for e in courant.iter(_XS + "restriction", _XS + "extension")), None)
        if derive is None:
            break
        for facette in derive:
            valeur = facette.get("value", "")
            if valeur.lstrip("-").isdigit():
                lues.setdefault(etree.QName(facette).localname, int(valeur))
        courant = types.get(derive.get("base", ""))
    return Borne(lues.get("maxLength"), lues.get("minInclusive"), lues.get("maxInclusive"))


# --- the walk ----------------------------------------------------------------------------------------

#: Elements whose text no limit stretches: they are read as codes, or have a form of their own.
_FORMES: Final = frozenset(lire_a_cote(__file__, "menages.toml")["textes"]["formes"])


#: Whether to stretch a text: a choice, of which what is hard is the last.
_ETIRER: Final = (False, True)
#: From this many ornaments on, an element has them drawn together.
_ENSEMBLE: Final = 3
_DOMICILE: Final = "interfaceNuu/demande/demandeLogement/personnePhysique/demandeur/adressePostale"
_NOMS: Final = frozenset({"nom", "nomPatronymique", "prenom"})
_COURRIELS: Final = frozenset({"mel"})
_DOMAINE: Final = "@example.org"
#: What stretches a text to its limit: letters, accents and ligatures, no blank that could be trimmed.
_RALLONGE: Final = "-Œuvrard-d’Église-Maëlle-N'Guéma-Aÿ" * 8


@dataclass(frozen=True, slots=True)
class Decor:
    """Where a document is ornamented. `richesse` is the chance of each ornament, from 0 to 1; `limites` says
    to stretch texts and numbers to their bounds; `jour` is the day of the document; `place` a postal code
    and an INSEE code to be written as a French place."""

    tirage: Tirage
    nomenclatures: Nomenclatures
    bornes: Mapping[str, Borne]
    version: str
    jour: date
    place: tuple[str, str]
    richesse: float
    limites: bool = False
    #: Tell whether the applicant's address has to be abroad.
    etranger: bool = False
    #: Tell whether the base knows these people already: their names stay as they are.
    connus: bool = False
    #: Tell whether lists are as long as they may be.
    longues: bool = False


Dessin = Callable[[Decor, str, Element], Elements]
Condition = Callable[[Decor, Element], bool]


@dataclass(frozen=True, slots=True)
class Ornement:
    """One thing that may be added to an element, or taken from it.

    `nom` is the child that it adds: where there is one already, nothing is done, unless `refait` draws it
    anew or `ajoute` puts one more beside it. `dessin` draws the child, and whatever has to go with it. `si`
    says in which element it has a meaning. `retire` are the names of children that leave. `toujours` adds it
    without a draw; `expatrie` marks the one that puts an address abroad. `facultatif` adds nothing: it takes
    `retire` away from a household that has them and can do without, unless the draw keeps them.
    """

    nom: str
    dessin: Dessin
    si: Condition | None = None
    refait: bool = False
    ajoute: bool = False
    toujours: bool = False
    expatrie: bool = False
    facultatif: bool = False
    #: The least chance, from 0 to 1, that what is `facultatif` stays.
    garde: float = 0.0
    retire: tuple[str, ...] = ()


Ornements = Mapping[str, tuple[Ornement, ...]]


def orner(element: Element, scene: Decor, chemin: str, ornements: Ornements) -> Element:
    """`element`, whose path without index is `chemin`, with what the drawing adds to it: `ornements` by
    local name of the element that may hold them."""
    if element.texte or (not element.enfants and element.nom not in ornements):
        return _etirer(element, scene, chemin) if scene.limites else element
    enfants = [orner(enfant, scene, f"{chemin}/{enfant.nom}", ornements) for enfant in element.enfants]
    courant = avec_enfants(element, tuple(enfants))
    possibles = ornements.get(element.nom, ())
    chance = _chance(scene, sum(not ornement.facultatif for ornement in possibles))
    for ornement in possibles:
        if ornement.facultatif:
            if _part(ornement, scene, courant):
                restent = tuple([e for e in courant.enfants if e.nom not in ornement.retire])
                courant = avec_enfants(courant, restent)
            continue
        if not _permis(ornement, scene, chemin, courant):
            continue
        certain = ornement.toujours or (scene.etranger and ornement.expatrie and chemin == _DOMICILE)
        if ornement.expatrie and chance >= 1:  # abroad is harder, and hides what is written in France
            certain = certain or scene.tirage.choix((False, True))
        elif not certain:
            certain = scene.tirage.booleen(chance)
        if not certain:
            continue
        dessines = ornement.dessin(scene, chemin, courant)
        nouveaux = [orner(n, scene, f"{chemin}/{n.nom}", ornements) for n in dessines]
        partis = {*ornement.retire, *([] if ornement.ajoute else [n.nom for n in nouveaux])}
        gardes = [e for e in courant.enfants if e.nom not in partis]
        courant = avec_enfants(courant, ranger([*gardes, *nouveaux], chemin, scene.nomenclatures.ordre))
    return courant


def ranger(enfants: Sequence[Element], chemin: str, ordre: Callable[[str], int]) -> Elements:
    """These children of the element at `chemin`, in the order of the schema."""
    return tuple(sorted(enfants, key=lambda e: ordre(f"{chemin}/{e.nom}")))


def _chance(scene: Decor, combien: int) -> float:
    """The chance of each of the `combien` ornaments of an element. Where there are several, one draw first
    says whether the element has any at all: that spares half of the draws, and shrinks them all away at
    once."""
    richesse = scene.richesse
    if combien < _ENSEMBLE or not 0 < richesse < 0.5:
        return richesse
    return 2 * richesse if scene.tirage.booleen(0.5) else 0.0


def _part(ornement: Ornement, scene: Decor, parent: Element) -> bool:
    """Tell whether a `facultatif` leaves: the simplest is without."""
    if parent.enfant(ornement.nom) is None or (ornement.si is not None and not ornement.si(scene, parent)):
        return False
    return not scene.tirage.booleen(max(scene.richesse, ornement.garde))


def _permis(ornement: Ornement, scene: Decor, chemin: str, parent: Element) -> bool:
    if not ornement.refait and not ornement.ajoute and any(e.nom == ornement.nom for e in parent.enfants):
        return False
    if ornement.si is not None and not ornement.si(scene, parent):
        return False
    depuis = scene.nomenclatures.depuis_ou_rien(f"{chemin}/{ornement.nom}")
    return depuis is not None and depuis <= scene.version


def _etirer(element: Element, scene: Decor, chemin: str) -> Element:
    """`element` at a bound of its type, if it has one and the drawing wants it."""
    borne = scene.bornes.get(chemin)
    fige = element.nom in _FORMES or est_nom_de_nir(element.nom) or (scene.connus and element.nom in _NOMS)
    if borne is None or not element.texte or fige or not scene.tirage.choix(_ETIRER):
        return element
    if borne.longueur is not None:
        texte = _long(element, borne.longueur)
    else:
        texte = str(scene.tirage.choix([b for b in (borne.haut, borne.bas) if b is not None]))
    return Element(element.nom, texte, element.attributs)


def _long(element: Element, longueur: int) -> str:
    if element.nom in _COURRIELS:
        return element.texte.partition("@")[0].ljust(longueur - len(_DOMAINE), "x") + _DOMAINE
    if longueur <= len("app."):
        return "ABCDEF"[:longueur]
    return allonger(element.texte, longueur)


def allonger(texte: str, longueur: int) -> str:
    """`texte` stretched to that many characters; the last is never one that a reader might trim."""
    return (texte + _RALLONGE)[: longueur - 1] + "é"
