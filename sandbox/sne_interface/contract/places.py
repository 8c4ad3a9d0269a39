"""Where the elements of a document stand in its bytes: line and column, which a parsed tree does not tell."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final
from xml.parsers import expat

#: Longest document whose columns are looked for: reading it again costs as much as its first reading.
_OCTETS_MAX: Final = 5_000_000


def situer(fautes: Iterable[Any], octets: bytes) -> Iterator[Any]:
    """The faults (`chemin`, `ligne`, `colonne`) of a document with the column of their element; of one that
    is missing, that of the nearest above it, or of what stands in its place, when it is on the line that is
    told."""
    places = _places(octets) if len(octets) <= _OCTETS_MAX else {}
    lignes: dict[int, list[str]] = {}
    for chemin, (ligne, _) in places.items():
        lignes.setdefault(ligne, []).append(chemin)
    for faute in fautes:
        chemin = faute.chemin.partition("/@")[0].replace("[1]", "")
        while chemin and chemin not in places:
            chemin = chemin.rpartition("/")[0]
        ligne, colonne = places.get(chemin, (0, 0))
        if ligne != faute.ligne:
            dessous = lignes.get(faute.ligne, ()) if chemin else ()
            colonne = next((places[c][1] for c in dessous if c.startswith(f"{chemin}/")), 0)
        yield replace(faute, colonne=colonne) if colonne else faute


def ouvert(octets: bytes) -> str:
    """Path of the element that is open where the document ceases to be XML, "" when none is."""
    noms: list[str] = []

    def fermer(_: str) -> None:
        noms.pop()

    analyseur = expat.ParserCreate()
    analyseur.StartElementHandler = lambda nom, _: noms.append(_local(nom))
    analyseur.EndElementHandler = fermer
    try:
        analyseur.Parse(octets, True)
    except (expat.ExpatError, LookupError, ValueError):
        return "/".join(noms)
    return ""


def _local(nom: str) -> str:
    return nom.rpartition(":")[2]


def _places(octets: bytes) -> dict[str, tuple[int, int]]:
    """Line and column, from 1, of each element by its path, where the first of several namesakes has no
    index. Nothing of a document that cannot be read."""
    places: dict[str, tuple[int, int]] = {}
    ouverts: list[tuple[str, Counter[str]]] = [("", Counter())]
    analyseur = expat.ParserCreate()

    def ouvrir(nom: str, _: dict[str, str]) -> None:
        dessus, rangs = ouverts[-1]
        rangs[nom] += 1
        ici = f"{dessus}/{_local(nom)}" if dessus else _local(nom)
        if rangs[nom] > 1:
            ici += f"[{rangs[nom]}]"
        places[ici] = (analyseur.CurrentLineNumber, analyseur.CurrentColumnNumber + 1)
        ouverts.append((ici, Counter()))

    def fermer(_: str) -> None:
        ouverts.pop()

    analyseur.StartElementHandler, analyseur.EndElementHandler = ouvrir, fermer
    try:
        analyseur.Parse(octets, True)
    except (expat.ExpatError, LookupError, ValueError):
        return {}
    return places
