"""Where the elements of a document stand in its text: line, column, extent, which a parsed tree does not
tell. A piece of the text can then be shown, or changed, and nothing else."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from io import StringIO
from itertools import islice
from typing import Any, Final
from xml.parsers import expat

from sne_interface.contract.arbres_compares import chemins
from sne_interface.domain.element_recu import sans_indices

#: No document is deeper: libxml2 refuses it.
_PROFONDEUR_MAX: Final = 256
_BLANCS: Final = " \t\r\n"
#: A tag: a > between quotes ends none.
_BALISE: Final = re.compile(r"""<[^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*>""")
#: An attribute of a tag that is XML.
_ATTRIBUT: Final = re.compile(
    r"""(?P<nom>[^\s=]+)\s*=\s*(?P<borne>["'])(?P<valeur>.*?)(?P=borne)""", re.DOTALL
)
#: Text that holds no tag, whatever is written in it.
_SANS_BALISE: Final = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_OUVRANTE: Final = re.compile("<(?!/)")
_PREFIXE: Final = re.compile(r"(?<![^/])[\w.-]+:")


@dataclass(slots=True)
class PlaceElement:
    """An element of a text. `ligne` and `colonne` count from 1; the others are characters from the beginning
    of the text: the start tag is [debut, ouverte[, what it holds [ouverte, ferme[, its end tag [ferme, fin[.
    One written `<a/>` holds nothing and has no end tag (`court`). `chemin` is without prefixes, and without
    an index for the first of several namesakes."""

    nom: str
    chemin: str
    ligne: int = 0
    colonne: int = 0
    debut: int = 0
    ouverte: int = 0
    ferme: int = 0
    fin: int = 0
    texte: str = ""
    enfants: list["PlaceElement"] = field(default_factory=list)

    @property
    def court(self) -> bool:
        """Tell whether one tag is the whole of it."""
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


Places = Mapping[str, PlaceElement]


def parcourir(source: str | bytes) -> tuple[Places, Rupture | None]:
    """The elements of a text by their path, in document order, as far as it is XML; and where it is not.
    Bytes are read in the encoding that they declare: of their elements, only line and column are told."""
    texte, octets = (source, source.encode("utf-8", "replace")) if isinstance(source, str) else ("", source)
    trouvees: dict[str, PlaceElement] = {}
    ouvertes: list[tuple[PlaceElement, Counter[str]]] = [(PlaceElement("", ""), Counter())]
    lu, ou = 0, 0  # bytes that were read, and the characters that they are
    analyseur = expat.ParserCreate("utf-8" if isinstance(source, str) else None)

    def ici() -> int:
        nonlocal lu, ou
        ou += len(octets[lu : analyseur.CurrentByteIndex].decode("utf-8", "replace"))
        lu = analyseur.CurrentByteIndex
        return ou

    def ouvrir(nom: str, _: dict[str, str]) -> None:
        if len(ouvertes) > _PROFONDEUR_MAX:
            raise ValueError("too deep")
        dessus, rangs = ouvertes[-1]
        court = nom.rpartition(":")[2]
        rangs[court] += 1
        chemin = f"{dessus.chemin}/{court}" if dessus.chemin else court
        if rangs[court] > 1:
            chemin += f"[{rangs[court]}]"
        place = PlaceElement(nom, chemin, analyseur.CurrentLineNumber, analyseur.CurrentColumnNumber + 1)
        if texte:
            place.debut = ici()
            place.ouverte = place.ferme = place.fin = _fin_de_balise(texte, place.debut)
        trouvees[chemin] = place
        dessus.enfants.append(place)
        ouvertes.append((place, Counter()))

    def fermer(_: str) -> None:
        place, _rangs = ouvertes.pop()
        if texte and texte[place.ouverte - 2] != "/":
            place.ferme = ici()
            place.fin = _fin_de_balise(texte, place.ferme)

    def dire(morceau: str) -> None:
        ouvertes[-1][0].texte += morceau

    analyseur.StartElementHandler, analyseur.EndElementHandler = ouvrir, fermer
    if texte:
        analyseur.CharacterDataHandler, analyseur.buffer_text = dire, True
    try:
        analyseur.Parse(octets, True)
    except expat.ExpatError as erreur:
        place = len(octets[: analyseur.ErrorByteIndex].decode("utf-8", "replace"))
        return trouvees, Rupture(place, erreur.code, tuple(place for place, _ in ouvertes[1:]))
    except (LookupError, ValueError):  # an unknown encoding, too deep, an element that an entity writes
        return {}, Rupture(0, 0, ())
    return trouvees, None


def places(source: str | bytes) -> Places:
    """The elements of a well-formed text; none of one that is not."""
    trouvees, rompu = parcourir(source)
    return trouvees if rompu is None else {}


def plus_proche(places: Places, chemin: str) -> tuple[PlaceElement | None, str]:
    """The element at a path from the root, or the nearest one above it, and what of the path is not there; an
    attribute is in the tag of its element."""
    debut = chemin.partition("/@")[0].replace("[1]", "")
    ici = debut
    while ici and ici not in places:
        ici = ici.rpartition("/")[0]
    return places.get(ici), debut[len(ici) :].lstrip("/")


def trouver(places: Places, chemin: str) -> tuple[PlaceElement | None, str]:
    """As `plus_proche`, wherever the path begins, and whatever its prefixes: the longest way along it."""
    nom, barre, suite = _PREFIXE.sub("", chemin).replace("[1]", "").partition("/")
    trouve: tuple[PlaceElement | None, str] = None, chemin
    for debut in places:
        if nom and debut.rpartition("/")[2] == nom:
            place, reste = plus_proche(places, debut + barre + suite)
            if trouve[0] is None or len(reste) < len(trouve[1]):
                trouve = place, reste
            if not reste:
                break
    return trouve


def situer(fautes: Sequence[Any], octets: bytes, racine: Any) -> Iterator[Any]:
    """The faults (`chemin`, `ligne`, `colonne`) of a document, read into the lxml element `racine`, with the
    column of their element; of one that is missing, that of the nearest above it, or of what stands in its
    place, when it is on the line that is told."""
    par_ligne = _colonnes(octets, racine, {faute.ligne for faute in fautes})

    @cache
    def enfants(elements: tuple[Any, ...] | Any) -> dict[str, Any]:
        """Elements that stand together, by the step that leads to each: « nom », « nom[2] »."""
        return {pas.replace("[1]", ""): e for pas, e in zip(chemins(elements, ""), elements, strict=True)}

    for faute in fautes:
        trouve = (racine,)
        for pas in faute.chemin.replace("[1]", "").split("/"):
            if pas not in enfants(trouve):
                break
            trouve = enfants(trouve)[pas]
        ici = par_ligne.get(faute.ligne, {})
        colonne = ici.get(trouve) or next((c for e, c in ici.items() if trouve in e.iterancestors()), 0)
        yield replace(faute, colonne=colonne) if colonne else faute


def _colonnes(octets: bytes, racine: Any, voulues: set[int]) -> dict[int, dict[Any, int]]:
    """The column of each element that begins on one of these lines, by line, in document order."""
    ecrit = ""
    with suppress(LookupError, ValueError):  # an encoding that Python does not know
        ecrit = octets.decode(racine.getroottree().docinfo.encoding)
    ecrit = _SANS_BALISE.sub(lambda trouve: trouve[0].replace("<", " "), ecrit)
    lignes = StringIO(ecrit, newline=None).readlines()
    elements, lues = racine.iter("*"), 0
    par_ligne = {}
    for ligne in sorted(voulues.intersection(range(1, len(lignes) + 1))):
        passes = "".join(lignes[lues : ligne - 1])
        avant = passes.count("<") - passes.count("</")
        colonnes = [balise.start() + 1 for balise in _OUVRANTE.finditer(lignes[ligne - 1])]
        par_ligne[ligne] = dict(zip(islice(elements, avant, avant + len(colonnes)), colonnes, strict=True))
        lues = ligne
    return par_ligne


def ouvert(octets: bytes) -> str:
    """Path, without index, of the element that is open where the document ceases to be XML, "" when none
    is."""
    _, rompu = parcourir(octets)
    return sans_indices(rompu.ouverts[-1].chemin) if rompu is not None and rompu.ouverts else ""


def attributs(texte: str, place: PlaceElement) -> list[AttributEcrit]:
    """The attributes of the start tag of an element, as they are written."""
    ecrits = _ATTRIBUT.finditer(texte, place.debut + 1 + len(place.nom), place.ouverte)
    return [AttributEcrit(lu["nom"], lu.start("nom"), lu.start("valeur"), lu.end("valeur")) for lu in ecrits]


def marge(texte: str, debut: int) -> str:
    """The end of line and the blanks before a tag that begins its line; "" for one that does not."""
    ligne = texte.rfind("\n", 0, debut) + 1
    blancs = texte[ligne:debut]
    return texte[ligne - 1 : debut] if ligne and not blancs.strip(_BLANCS) else ""


def _fin_de_balise(texte: str, debut: int) -> int:
    balise = _BALISE.match(texte, debut)
    if balise is None:
        raise ValueError("an entity stands for the element")
    return balise.end()
