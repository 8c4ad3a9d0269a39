"""What an ornament draws, and when it has a meaning: the words of the table `ornements`.

Each drawing gives the elements to add below a parent; the simplest value comes first.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sne_sandbox.domain.element import Element
from sne_sandbox.generators.decoration import Condition, Decor, Dessin
from sne_sandbox.generators.noms import noms

#: Places of other départements, as postal code and INSEE code: a number would lose their leading zero.
_AILLEURS: Final = (("01000", "01053"), ("06300", "06088"))
#: Ways of being housed that go with any other.
_ACCOMMODANTS: Final = ("HOT", "LTG")


def texte(nom: str, *textes: str) -> Dessin:
    """An element with one of `textes`."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
        return (Element(nom, scene.tirage.choix(textes)),)

    return dessiner


def entier(nom: str, bas: int, haut: int) -> Dessin:
    """An element with a whole number from `bas` to `haut`, both included."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
        return (Element(nom, str(scene.tirage.entier(bas, haut))),)

    return dessiner


def booleen(nom: str) -> Dessin:
    """An element with « false » or « true »."""
    return texte(nom, "false", "true")


def code(nom: str) -> Dessin:
    """An element with a code of its nomenclature."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
        return (Element(nom, "", {"code": scene.tirage.choix(scene.codes(f"{chemin}/{nom}"))}),)

    return dessiner


def reserve(nom: str, pool: str) -> Dessin:
    """An element with a text of that pool of `noms()`."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
        return (Element(nom, scene.tirage.choix(getattr(noms(), pool))),)

    return dessiner


def telephone(nom: str) -> Dessin:
    """An element with a number that nobody has."""
    return texte(nom, "0199000001", "0353019999", "0465719876")


def jour(nom: str, avant: int) -> Dessin:
    """A day of the last `avant` days."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
        jour = scene.jour - timedelta(days=scene.tirage.entier(1, avant))
        return (Element(nom, jour.isoformat()),)

    return dessiner


def vide(nom: str) -> Dessin:
    """An element with nothing in it."""
    return lambda scene, chemin, parent: (Element(nom),)


def codes(liste: str, nom: str, *, seul: str | None = None) -> Dessin:
    """A list of distinct codes, one at least; `seul` is a code that excludes the others."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
        codes = scene.codes(f"{chemin}/{liste}/{nom}")
        premier = scene.tirage.entier(0, len(codes) - 1)
        combien = scene.tirage.entier(1, len(codes) - premier)
        retenus: Sequence[str] = codes[premier : premier + combien]
        if seul is not None and seul in retenus:
            retenus = (seul,)
        return (Element(liste, "", None, tuple([Element(nom, "", {"code": c}) for c in retenus])),)

    return dessiner


def ressources(liste: str) -> Dessin:
    """One to three resources of natures that are not there yet."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
        deja = {detail.code_de("ressource") for detail in parent.enfants}
        libres = [c for c in scene.codes(f"{chemin}/detailRessource/ressource") if c not in deja]
        if not libres:
            return ()
        premier = scene.tirage.entier(0, len(libres) - 1)
        combien = scene.tirage.entier(1, 3)
        return tuple(
            [
                Element(
                    "detailRessource",
                    "",
                    None,
                    (
                        Element("ressource", "", {"code": code}),
                        Element("montant", str(scene.tirage.entier(0, 900))),
                    ),
                )
                for code in libres[premier : premier + combien]
            ]
        )

    return dessiner


def _etranger(scene: Decor) -> tuple[Element, ...]:
    postal, commune, pays = scene.tirage.choix(
        (
            ("5000", "Namur", "Belgique"),
            ("L-2453", "Luxembourg", "Luxembourg"),
            ("CH-1201", "Genève", "Suisse"),
            ("16000", "Alger", "Algérie"),
            ("01067", "Dresde", "Allemagne"),
            ("ABIDJAN 01", "Abidjan", "Côte d’Ivoire"),
            ("SW1A 1AA", "Londres", "Royaume-Uni de Grande-Bretagne et d’I."),
        )
    )
    return (
        Element("etranger", "true"),
        Element("codePostalEtranger", postal),
        Element("communeEtranger", commune),
        Element("pays", pays),
    )


def expatrie(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """An address abroad."""
    return _etranger(scene)


def _place(scene: Decor, *places: tuple[str, str]) -> tuple[Element, ...]:
    postal, commune = scene.tirage.choix(places)
    return (
        Element("etranger", "false"),
        Element("codePostal", postal),
        Element("commune", "", {"code": commune}),
    )


def adresse_logement(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """An `adresseLogement` in the commune of the scene, or elsewhere."""
    etranger, *lieu = _place(scene, scene.place, *_AILLEURS)
    voie = Element("voie", scene.tirage.choix(noms().voies))
    return (Element("adresseLogement", "", None, (etranger, voie, *lieu)),)


def lieu_de_travail(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """A place in the commune of the scene, or elsewhere."""
    return _place(scene, scene.place, *_AILLEURS)


def ailleurs(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """A place of another département: who receives letters in one commune may live in another."""
    return _place(scene, *_AILLEURS)


def autre_modele(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """A second way of being housed, which contradicts no other and asks for nothing more; nothing to who has
    them all."""
    restent = [modele for modele in _ACCOMMODANTS if all(m.code != modele for m in parent.enfants)]
    return (Element("modeleLogement", "", {"code": scene.tirage.choix(restent)}),) if restent else ()


def logement_possede(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """An owner, with the kind of dwelling."""
    return (Element("proprietaire", "true"), *code("typeLogementPossede")(scene, chemin, parent))


def autre_handicap(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """A handicap of another nature, told in words."""
    nature = scene.tirage.choix(("Autisme", "Maladie de l’œil", "Épilepsie, fatigue"))
    return (Element("compAutreNature", nature), Element("handicapAutre", "true"))


def sensoriel(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """A sensory handicap, with its natures."""
    liste = codes("listeNatureHandicapSensoriel", "natureHandicapSensoriel")(scene, chemin, parent)
    return (Element("handicapSensoriel", "true"), *liste)


def a_un_motif(code: str) -> Condition:
    """That the parent has the motive `code`."""
    return lambda scene, parent: any(motif.code == code for motif in parent.enfants)


def habite(*modeles: str) -> Condition:
    """That the parent lives in a dwelling of one of `modeles` (codes)."""

    def tient(scene: Decor, parent: Element) -> bool:
        return any(m.code in modeles for m in parent.tous("listeModeleLogement/modeleLogement"))

    return tient


def n_habite_pas(*modeles: str) -> Condition:
    """That it lives in none of them."""
    condition = habite(*modeles)
    return lambda scene, parent: not condition(scene, parent)


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


def rien(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """Nothing: for what only takes away."""
    return ()
