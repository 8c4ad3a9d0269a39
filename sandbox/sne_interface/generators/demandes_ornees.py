"""How a valid demande is given more than it needs: a walk, and for each element a choice of ornaments.

Codes come from the contract's nomenclatures, lengths and numbers from its schemas (`bornes`); what may be
added, and when it has a meaning, is the table `ORNEMENTS`, which is data (`menages.toml`), after the words it
is written with: a drawing (`Dessin`) gives the elements to add below a parent, the simplest value first; a
condition says when that has a meaning.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from lxml import etree

from sne_interface.contract.contrats_charges import Contrat, retenu
from sne_interface.contract.nomenclatures_et_territoires import Nomenclatures
from sne_interface.contract.schemas import Document, cloture
from sne_interface.domain.element_recu import Element, Elements, avec_enfants, bloc, construits, de_code
from sne_interface.domain.nir import est_nom_de_nir
from sne_interface.generators.menages import TEXTES
from sne_interface.generators.tirage import Tirage, noms
from sne_interface.resources import TableToml, lire_a_cote

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
_FORMES: Final = frozenset(TEXTES["formes"])


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
    si: Condition = lambda scene, parent: True
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
    if parent.enfant(ornement.nom) is None or not ornement.si(scene, parent):
        return False
    return not scene.tirage.booleen(max(scene.richesse, ornement.garde))


def _permis(ornement: Ornement, scene: Decor, chemin: str, parent: Element) -> bool:
    if not ornement.refait and not ornement.ajoute and any(e.nom == ornement.nom for e in parent.enfants):
        return False
    if not ornement.si(scene, parent):
        return False
    return scene.nomenclatures.a_sa_place(f"{chemin}/{ornement.nom}", scene.version)


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


# --- drawings ----------------------------------------------------------------------------------------

#: Ways of being housed that go with any other.
_ACCOMMODANTS: Final = ("HOT", "LTG")


def _ecrit(nom: str, dire: Callable[[Decor], str]) -> Dessin:
    """An element with the text that `dire` draws."""
    return lambda scene, chemin, parent: (Element(nom, dire(scene)),)


def texte(nom: str, *textes: str) -> Dessin:
    """An element with one of `textes`."""
    return _ecrit(nom, lambda scene: scene.tirage.choix(textes))


def entier(nom: str, bas: int, haut: int) -> Dessin:
    """An element with a whole number from `bas` to `haut`, both included."""
    return _ecrit(nom, lambda scene: str(scene.tirage.entier(bas, haut)))


def montant(nom: str, bas: int, haut: int) -> Dessin:
    """An element with an amount in euros from `bas` to `haut`, both included."""
    return _ecrit(nom, lambda scene: str(scene.tirage.montant(bas, haut)))


def booleen(nom: str) -> Dessin:
    """An element with « false » or « true »."""
    return texte(nom, "false", "true")


def code(nom: str) -> Dessin:
    """An element with a code of its nomenclature."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> Elements:
        return (de_code(nom, scene.tirage.choix(scene.nomenclatures.codes(f"{chemin}/{nom}"))),)

    return dessiner


def reserve(nom: str, pool: str) -> Dessin:
    """An element with a text of that pool of `noms()`."""
    return _ecrit(nom, lambda scene: str(scene.tirage.choix(getattr(noms(), pool))))


def jour(nom: str, avant: int) -> Dessin:
    """A day of the last `avant` days."""
    return _ecrit(nom, lambda scene: str(scene.jour - timedelta(days=scene.tirage.entier(1, avant))))


def codes(liste: str, nom: str, seul: str | None = None) -> Dessin:
    """A list of distinct codes, one at least; `seul` is a code that excludes the others."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> Elements:
        codes = scene.nomenclatures.codes(f"{chemin}/{liste}/{nom}")
        if scene.longues and scene.tirage.choix((True, False)):
            retenus: Sequence[str] = [c for c in codes if c != seul]
        else:
            premier = scene.tirage.entier(0, len(codes) - 1)
            combien = scene.tirage.entier(1, len(codes) - premier)
            retenus = codes[premier : premier + combien]
            if seul in retenus:
                retenus = [seul]
        return (bloc(liste, *[de_code(nom, c) for c in retenus]),)

    return dessiner


def ressources(scene: Decor, chemin: str, parent: Element) -> Elements:
    """One to three resources of natures that are not there yet, or all of them."""
    deja = {detail.code_de("ressource") for detail in parent.enfants}
    libres = [c for c in scene.nomenclatures.codes(f"{chemin}/detailRessource/ressource") if c not in deja]
    if not libres:
        return ()
    premier, combien = 0, len(libres)
    if not scene.longues:
        premier, combien = scene.tirage.entier(0, len(libres) - 1), scene.tirage.entier(1, 3)
    return tuple(
        [
            bloc(
                "detailRessource",
                de_code("ressource", code),
                *construits(montant=scene.tirage.montant(0, 900)),
            )
            for code in libres[premier : premier + combien]
        ]
    )


def expatrie(scene: Decor, chemin: str, parent: Element) -> Elements:
    """The four elements of an address abroad, in place of a French postal code and commune."""
    postal, commune, pays = scene.tirage.choix(TEXTES["etrangeres"])
    return construits(etranger=True, codePostalEtranger=postal, communeEtranger=commune, pays=pays)


def _place(scene: Decor, *places: tuple[str, str]) -> Elements:
    postal, commune = scene.tirage.choix(places)
    return (*construits(etranger=False, codePostal=postal), de_code("commune", commune))


def adresse_logement(scene: Decor, chemin: str, parent: Element) -> Elements:
    """An `adresseLogement` in the commune of the scene, or elsewhere."""
    etranger, *lieu = _place(scene, scene.place, *TEXTES["ailleurs"])
    voie = Element("voie", scene.tirage.choix(noms().voies))
    return (bloc("adresseLogement", etranger, voie, *lieu),)


def lieu_de_travail(scene: Decor, chemin: str, parent: Element) -> Elements:
    """A place in the commune of the scene, or elsewhere."""
    return _place(scene, scene.place, *TEXTES["ailleurs"])


def ailleurs(scene: Decor, chemin: str, parent: Element) -> Elements:
    """A place of another département: who receives letters in one commune may live in another."""
    return _place(scene, *TEXTES["ailleurs"])


def autre_modele(scene: Decor, chemin: str, parent: Element) -> Elements:
    """A second way of being housed (all of them, in a long list), which contradicts no other and asks for
    nothing more; nothing to who has them all."""
    restent = [modele for modele in _ACCOMMODANTS if all(m.code != modele for m in parent.enfants)]
    if scene.longues:
        return tuple([de_code("modeleLogement", modele) for modele in restent])
    return (de_code("modeleLogement", scene.tirage.choix(restent)),) if restent else ()


def logement_possede(scene: Decor, chemin: str, parent: Element) -> Elements:
    """An owner, with the kind of dwelling."""
    return (Element("proprietaire", "true"), *code("typeLogementPossede")(scene, chemin, parent))


def autre_handicap(scene: Decor, chemin: str, parent: Element) -> Elements:
    """A handicap of another nature, told in words, or none."""
    nature = scene.tirage.choix(("Autisme", "", "Maladie de l’œil", "Épilepsie, fatigue"))
    return construits(compAutreNature=nature, handicapAutre=True) if nature else ()


def sensoriel(scene: Decor, chemin: str, parent: Element) -> Elements:
    """A sensory handicap, with its natures, or none."""
    if not scene.tirage.choix((True, False, True)):
        return ()
    liste = codes("listeNatureHandicapSensoriel", "natureHandicapSensoriel")(scene, chemin, parent)
    return (Element("handicapSensoriel", "true"), *liste)


# --- conditions --------------------------------------------------------------------------------------


def a_un_motif(code: str) -> Condition:
    """That the parent has the motive `code`."""
    return lambda scene, parent: any(motif.code == code for motif in parent.enfants)


def n_habite_pas(*modeles: str) -> Condition:
    """That the parent lives in a dwelling of none of `modeles` (codes)."""
    return lambda scene, parent: all(
        m.code not in modeles for m in parent.tous("listeModeleLogement/modeleLogement")
    )


def a(*noms: str) -> Condition:
    """That the parent has a child of one of these names."""
    return lambda scene, parent: any(parent.enfant(nom) is not None for nom in noms)


def sans(*noms: str) -> Condition:
    """That it has none of them."""
    condition = a(*noms)
    return lambda scene, parent: not condition(scene, parent)


def joignable(*noms: str) -> Condition:
    """That one of these children tells how to reach who is not to be notified on a telephone."""
    par_un_autre = a(*noms)
    return lambda scene, parent: (
        par_un_autre(scene, parent)
        and not parent.booleen_de("notifSms")
        and (not parent.booleen_de("notifEvt") or parent.enfant("mel") is not None)
    )


def rien(scene: Decor, chemin: str, parent: Element) -> Elements:
    """Nothing: for what only takes away."""
    return ()


# --- the table ---------------------------------------------------------------------------------------

_LU: Final = lire_a_cote(__file__, "menages.toml")
#: Texts of `precision` worth trying.
PRECISIONS: Final[tuple[str, ...]] = tuple(TEXTES["precisions"])
#: The words of the table: drawings that take the name of what they draw, drawings of their own, conditions.
_NOMMES: Final[Mapping[str, Callable[..., Dessin]]] = {
    fonction.__name__: fonction for fonction in (texte, entier, montant, booleen, code, reserve, jour, codes)
}
_PROPRES: Final[Mapping[str, Dessin]] = {
    "precision": texte("precision", *PRECISIONS),
} | {
    fonction.__name__: fonction
    for fonction in (
        *(ressources, expatrie, adresse_logement, lieu_de_travail, ailleurs, autre_modele),
        *(logement_possede, autre_handicap, sensoriel),
    )
}
_CONDITIONS: Final[Mapping[str, Callable[..., Condition]]] = {
    fonction.__name__: fonction for fonction in (a_un_motif, n_habite_pas, a, sans, joignable)
}


def _ornement(rangee: TableToml) -> Ornement:
    """The ornament that a row says. Raises KeyError for a word that is none."""
    reste = dict(rangee)
    if "si" in reste:
        ((mot, arguments),) = reste["si"].items()
        reste["si"] = _CONDITIONS[mot](*arguments)
    if "facultatif" in reste:
        noms = tuple(reste.pop("facultatif"))
        return Ornement(noms[0], rien, retire=noms, facultatif=True, **reste)
    nom = reste.pop("nom")
    if "dessin" in reste:
        dessin = _PROPRES[reste.pop("dessin")]
    else:
        mot = next(mot for mot in reste if mot in _NOMMES)
        dessin = _NOMMES[mot](nom, *reste.pop(mot))
    return Ornement(nom, dessin, retire=tuple(reste.pop("retire", ())), **reste)


def _ornements(rangees: Sequence[TableToml | str]) -> Iterator[Ornement]:
    for rangee in rangees:
        if isinstance(rangee, str):
            yield from _ornements(_LU["groupes"][rangee])
        else:
            yield _ornement(rangee)


ORNEMENTS: Final[Ornements] = {nom: tuple(_ornements(rangees)) for nom, rangees in _LU["ornements"].items()}
