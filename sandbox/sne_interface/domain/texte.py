"""Texts: how names compare (accents, case, hyphens, spaces folded), what XML can hold, how people write
numbers and what agrees with them, and what a terminal is given.
"""

import csv
import io
import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

#: What XML 1.0 has no room for. Source: W3C XML 1.0, production 2 (Char).
_HORS_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
T = TypeVar("T")

_RETENUS_MAX: Final = 2048
_RETENU_MAX: Final = 128
#: Characters of what says how many more there are.
_SUITE_MAX: Final = 40
#: Letters that Unicode does not take apart.
LIGATURES: Final = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
#: How a spreadsheet knows a formula.
_FORMULE: Final = ("=", "+", "-", "@", "\t", "\r")
#: Controls (C0 but tab and line feed, C1), and the marks that turn the direction of a line.
_COMMANDES: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
#: A blank that does not break.
_FINE: Final = "\N{NARROW NO-BREAK SPACE}"
#: Digits of a number: any that has so many fits a column.
_CHIFFRES_MAX: Final = 18


def pour_xml(texte: str, a_la_place: str = "") -> str:
    """`texte`, each character that no XML document may hold replaced by `a_la_place`."""
    return _HORS_XML.sub(a_la_place, texte)


def hors_xml(texte: str) -> str:
    """The first character of `texte` that no XML document may hold, "" when it has none."""
    trouve = _HORS_XML.search(texte)
    return trouve[0] if trouve else ""


class Retenus(dict[Any, T]):
    """The results computed from short texts, by text: `retenus[texte]` computes each once. The number of
    results and the length of the texts are bounded, because a client writes what it wants: a long text is
    computed each time."""

    def __init__(self, calcul: Callable[[Any], T]) -> None:
        super().__init__()
        self._calcul = calcul

    def __missing__(self, texte: Any) -> T:
        valeur = self._calcul(texte)
        if isinstance(texte, (str, bytes)) and len(texte) <= _RETENU_MAX:
            if len(self) >= _RETENUS_MAX:
                self.clear()
            self[texte] = valeur
        return valeur


@lru_cache(maxsize=2048)
def plier(texte: str) -> str:
    """A name folded for comparison, without accent, case, hyphen nor blank: « Éloïse D'Œuf-Le Gall » and «
    ELOISE DOEUF LE GALL » are one."""
    decompose = unicodedata.normalize("NFKD", texte.translate(LIGATURES))
    return "".join(filter(str.isalnum, decompose)).casefold()


def premiers(mots: Sequence[object], combien: int) -> str:
    """« 3, 4, 5 et 12 autres »: the first of a list, and how many others there are."""
    dits = ", ".join(map(str, mots[:combien]))
    reste = len(mots) - combien
    return f"{dits} et {accorde(reste, 'autre', 'autres')}" if reste > 0 else dits


def accorde(nombre: int, un: str, plusieurs: str = "") -> str:
    """« 1 scénario », « 3 scénarios »: with « s » when `plusieurs` says nothing else."""
    return f"{nombre} {un if nombre < 2 else plusieurs or un + 's'}"


def visible(texte: str) -> str:
    """`texte` with its control characters written out (`\\x1b`): a terminal shows them, and obeys none."""
    return _COMMANDES.sub(lambda trouve: _echappe(ord(trouve[0])), texte.replace("\r\n", "\n"))


def abrege(texte: str, largeur: int) -> str:
    """`texte` on one line, cut to `largeur` characters, « … » included."""
    ligne = " ".join(texte.split())
    return ligne if len(ligne) <= largeur else ligne[: max(largeur - 1, 0)].rstrip() + "…"


def borne(texte: str, maximum: int) -> str:
    """`texte`, or as much of it as `maximum` characters hold with how many more there are: « … (1200
    caractères de plus) ». Bounding it again changes nothing."""
    if len(texte) <= maximum:
        return texte
    garde = max(maximum - _SUITE_MAX, 0)
    return f"{texte[:garde]}… ({accorde(len(texte) - garde, 'caractère', 'caractères')} de plus)"


def _echappe(point: int) -> str:
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}"


# --- whole numbers -------------------------------------------------------------------------------------


def nombre(valeur: int) -> str:
    """A whole number as people read it: « 50 000 »."""
    return f"{valeur:,}".replace(",", _FINE)


def entier_de(ecrit: str | None) -> int | None:
    """The whole number that was written, if a column holds it; None for anything else."""
    return int(ecrit) if ecrit and ecrit.isdecimal() and len(ecrit) <= _CHIFFRES_MAX else None


def mal_lu(texte: str) -> str | None:
    """The text whose UTF-8, read as Latin-1 or Windows-1252, gave this one; None when there is none."""
    for encodage in ("latin-1", "cp1252"):
        try:
            lu = texte.encode(encodage).decode()
        except UnicodeError:
            continue
        if lu != texte:
            return lu
    return None


def est_mal_lu(texte: str) -> bool:
    """True when a text, perhaps cut, is UTF-8 that was read in another encoding."""
    debut = texte.rstrip("…")
    return any(mal_lu(debut[: len(debut) - coupe]) for coupe in range(3))


#: A blank at which a line is not cut.
_TENU: Final = "\N{UNIT SEPARATOR}"
#: What the path of an element begins with.
_RACINE: Final = "interfaceNuu/"


def _pas(chemin: str, place: int) -> str:
    """The path of an element in pieces that have place, apart by a blank; another word, the path of a file
    among them, as it is."""
    if len(chemin) <= place or not chemin.startswith(_RACINE):
        return chemin
    morceaux = [""]
    for pas in re.findall("[^/]*/|[^/]+", chemin):
        if morceaux[-1] and len(morceaux[-1]) + len(pas) > place:
            morceaux.append("")
        morceaux[-1] += pas
    return " ".join(morceaux)


def en_colonne(ligne: str, largeur: int) -> list[str]:
    """A line as several of at most `largeur` characters: words stay whole, but for the path of
    an element, cut after a « / »; what follows stands two blanks further than where the line began."""
    if len(ligne) <= largeur:
        return [ligne]
    marge = ligne[: len(ligne) - len(ligne.lstrip(" "))]
    retrait = len(marge) + 2
    place = max(largeur - retrait, 20)
    mots = ligne[len(marge) :].replace("« ", f"«{_TENU}").replace(" »", f"{_TENU}»").split(" ")
    morceaux = textwrap.wrap(
        marge + " ".join(_pas(mot, place) for mot in mots),
        max(largeur, retrait + 20),
        subsequent_indent=" " * retrait,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [morceau.replace(_TENU, " ") for morceau in morceaux] or [ligne]


def cellule(valeur: T) -> T | str:
    """A value of a CSV file that a spreadsheet opens: a text that begins as a formula does is told as one, by
    an apostrophe (OWASP, CSV injection): names of guichets and codes come from their senders. A decimal has
    its comma."""
    if isinstance(valeur, float):
        return str(valeur).replace(".", ",")
    return f"'{valeur}" if isinstance(valeur, str) and valeur.startswith(_FORMULE) else valeur


def ecrire_csv(entetes: Iterable[str], lignes: Iterable[Iterable[Any]]) -> str:
    """A sheet for a spreadsheet in French: columns part at « ; », decimals at « , »; its texts are told as
    `cellule` does."""
    texte = io.StringIO()
    feuille = csv.writer(texte, delimiter=";", lineterminator="\n")
    feuille.writerow(entetes)
    feuille.writerows(map(cellule, ligne) for ligne in lignes)
    return texte.getvalue()
