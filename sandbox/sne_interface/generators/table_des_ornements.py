"""The elements that may be added to a valid demande, one by one, and leave it valid: the table `ORNEMENTS`,
which is data (`menages.toml`), after the words it is written with.

A drawing (`Dessin`) gives the elements to add below a parent, the simplest value first; a condition says when
that has a meaning.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from sne_interface.domain.element_recu import Element, Elements, bloc, construits, de_code
from sne_interface.generators.demandes_ornees import Condition, Decor, Dessin, Ornement, Ornements
from sne_interface.generators.tirage import noms
from sne_interface.resources import TableToml, lire_a_cote

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
    postal, commune, pays = scene.tirage.choix(_LU["textes"]["etrangeres"])
    return construits(etranger=True, codePostalEtranger=postal, communeEtranger=commune, pays=pays)


def _place(scene: Decor, *places: tuple[str, str]) -> Elements:
    postal, commune = scene.tirage.choix(places)
    return (*construits(etranger=False, codePostal=postal), de_code("commune", commune))


def adresse_logement(scene: Decor, chemin: str, parent: Element) -> Elements:
    """An `adresseLogement` in the commune of the scene, or elsewhere."""
    etranger, *lieu = _place(scene, scene.place, *_LU["textes"]["ailleurs"])
    voie = Element("voie", scene.tirage.choix(noms().voies))
    return (bloc("adresseLogement", etranger, voie, *lieu),)


def lieu_de_travail(scene: Decor, chemin: str, parent: Element) -> Elements:
    """A place in the commune of the scene, or elsewhere."""
    return _place(scene, scene.place, *_LU["textes"]["ailleurs"])


def ailleurs(scene: Decor, chemin: str, parent: Element) -> Elements:
    """A place of another département: who receives letters in one commune may live in another."""
    return _place(scene, *_LU["textes"]["ailleurs"])


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
PRECISIONS: Final[tuple[str, ...]] = tuple(_LU["textes"]["precisions"])
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
