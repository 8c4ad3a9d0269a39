"""Where each element of a document stands in its text: a piece of it can be changed, and nothing else."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

_GUILLEMETS: Final = "\"'"
_BLANCS: Final = " \t\r\n"


@dataclass(slots=True)
class PlaceElement:
    """An element of a text, in characters from its beginning: its start tag is [debut, ouverte[, what it
    holds [ouverte, ferme[, its end tag [ferme, fin[. One written `<a/>` holds nothing and has no end tag
    (`court`). `chemin` is without prefixes, and without an index for the first of several namesakes."""

    nom: str
    chemin: str
    debut: int
    ouverte: int
    ferme: int
    fin: int
    texte: str = ""
    enfants: list["PlaceElement"] = field(default_factory=list)

    @property
    def court(self) -> bool:
        """Whether one tag is the whole of it."""
        return self.ferme == self.fin

    @property
    def prefixe(self) -> str:
        """That of its name, with the colon; "" for none."""
        tete, deux_points, _ = self.nom.rpartition(":")
        return tete + deux_points


@dataclass(frozen=True, slots=True)
class AttributEcrit:
    """An attribute of a start tag: its name is [debut, debut + len(nom)[, its value, without its quotes,
    [valeur, fin[."""

    nom: str
    debut: int
    valeur: int
    fin: int


@dataclass(frozen=True, slots=True)
class Rupture:
    """Where a text ceases to be XML: the character, what expat says of it (a code of its own), the elements
    that are open there, from the root."""

    place: int
    code: int
    ouverts: tuple[PlaceElement, ...]


def places(texte: str) -> dict[str, PlaceElement]:
    """The elements of a well-formed text, by their path, in document order; none of one that is not."""
    trouvees, rompu = _parcourir(texte)
    return trouvees if rompu is None else {}


def rupture(texte: str) -> Rupture | None:
    """Where a text ceases to be XML; None for one that is."""
    return _parcourir(texte)[1]


def _parcourir(texte: str) -> tuple[dict[str, PlaceElement], Rupture | None]:
    """The elements of a text, as far as it is XML, and where it is not."""
    octets = texte.encode("utf-8", "replace")
    trouvees: dict[str, PlaceElement] = {}
    ouvertes: list[tuple[PlaceElement, Counter[str]]] = []
    racine = PlaceElement("", "", 0, 0, 0, 0)
    lu, ou = 0, 0  # bytes that were read, and the characters that they are
    analyseur = expat.ParserCreate("utf-8")

    def ici() -> int:
        nonlocal lu, ou
        ou += len(octets[lu : analyseur.CurrentByteIndex].decode("utf-8", "replace"))
        lu = analyseur.CurrentByteIndex
        return ou

    def ouvrir(nom: str, _: dict[str, str]) -> None:
        dessus, rangs = ouvertes[-1]
        court = nom.rpartition(":")[2]
        rangs[court] += 1
        chemin = f"{dessus.chemin}/{court}" if dessus.chemin else court
        if rangs[court] > 1:
            chemin += f"[{rangs[court]}]"
        debut = ici()
        ouverte = _fin_de_balise(texte, debut)
        place = PlaceElement(nom, chemin, debut, ouverte, ouverte, ouverte)
        trouvees[chemin] = place
        dessus.enfants.append(place)
        ouvertes.append((place, Counter()))

    def fermer(_: str) -> None:
        place, _rangs = ouvertes.pop()
        if texte[place.ouverte - 2] != "/":
            place.ferme = ici()
            place.fin = _fin_de_balise(texte, place.ferme)

    def dire(morceau: str) -> None:
        ouvertes[-1][0].texte += morceau

    ouvertes.append((racine, Counter()))
    analyseur.StartElementHandler, analyseur.EndElementHandler = ouvrir, fermer
    analyseur.CharacterDataHandler = dire
    try:
        analyseur.Parse(octets, True)
    except expat.ExpatError as erreur:
        place = len(octets[: analyseur.ErrorByteIndex].decode("utf-8", "replace"))
        return trouvees, Rupture(place, erreur.code, tuple(place for place, _ in ouvertes[1:]))
    except ValueError:
        return trouvees, Rupture(0, 0, ())
    return trouvees, None


def attributs(texte: str, place: PlaceElement) -> list[AttributEcrit]:
    """Those of the start tag of an element, as they are written."""
    trouves: list[AttributEcrit] = []
    ou, bout = place.debut + 1 + len(place.nom), place.ouverte - 1
    while True:
        while ou < bout and texte[ou] in _BLANCS:
            ou += 1
        if ou >= bout or texte[ou] == "/":
            return trouves
        egal = texte.index("=", ou)
        valeur = egal + 1
        while texte[valeur] in _BLANCS:
            valeur += 1
        fin = texte.index(texte[valeur], valeur + 1)
        trouves.append(AttributEcrit(texte[ou:egal].rstrip(_BLANCS), ou, valeur + 1, fin))
        ou = fin + 1


def marge(texte: str, debut: int) -> str:
    """The end of line and the blanks before a tag that begins its line; "" for one that does not."""
    ligne = texte.rfind("\n", 0, debut) + 1
    blancs = texte[ligne:debut]
    return texte[ligne - 1 : debut] if ligne and not blancs.strip(_BLANCS) else ""


def _fin_de_balise(texte: str, debut: int) -> int:
    """Where the tag that begins at `debut` ends: a > between quotes ends none."""
    ou = debut
    while texte[ou] != ">":
        ou = texte.index(texte[ou], ou + 1) + 1 if texte[ou] in _GUILLEMETS else ou + 1
    return ou + 1
