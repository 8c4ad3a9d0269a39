"""Texts: how names compare (accents, case, hyphens, spaces folded), what XML can hold, how a NIR is masked,
how people write numbers and what agrees with them, and what a terminal is given.
"""

import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

from sne_interface.domain.nir import chercher_nirs, deplier

#: What XML 1.0 has no room for. Source: W3C XML 1.0, production 2 (Char).
_HORS_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
T = TypeVar("T")

_RETENUS_MAX: Final = 2048
_RETENU_MAX: Final = 128
#: Characters of what says how many more there are.
_SUITE_MAX: Final = 40
#: Letters that Unicode does not take apart.
LIGATURES: Final = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
#: Characters of the shortest NIR, without its key.
_NIR_MIN: Final = 13
#: References to what is written by references, that are followed.
_REFERENCES_MAX: Final = 8
#: Names of the elements that hold a NIR: the word itself, and what the contracts of this process bind to it.
_NOMS_NIR: Final = {"nir"}
#: The word in a name: « NIR », « nirDemandeur », « numNir », « code_nir », not « fournir ».
_DIT_NIR: Final = re.compile(r"(?:^|[_.-])(?:nir|NIR)(?![a-z])|N(?:ir|IR)(?![a-z])")
#: What people call a NIR, folded, but for the word itself, which is within others (« fournir »).
MOTS_DU_NIR: Final = ("securitesociale", "numsecu", "numerosecu", "inscriptionrepertoire")
#: How a spreadsheet knows a formula.
_FORMULE: Final = ("=", "+", "-", "@", "\t", "\r")
#: Controls (C0 but tab and line feed, C1), and the marks that turn the direction of a line.
_COMMANDES: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
#: What stands for a secret, and where an address says one; it may have an « @ » itself.
CACHE: Final = "***"
#: A word of small letters, capitals and digits, long enough to be a NIR in base64; its twelve first are not.
_MOT_CODE: Final = re.compile(
    r"(?<![\w+/-])(?=[A-Za-z+/_-]*\d)(?=[a-z\d+/_-]*[A-Z])([\w+/-]{12})[\w+/-]{6,}={0,2}", re.ASCII
)
_MOT_DE_PASSE: Final = re.compile(r"(://[^\s/:@]*:)[^\s/]+(?=@)|([?&]password=)[^&\s'\"]+")
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
        if isinstance(texte, str) and len(texte) <= _RETENU_MAX:
            if len(self) >= _RETENUS_MAX:
                self.clear()
            self[texte] = valeur
        return valeur


@lru_cache(maxsize=2048)
def plier(texte: str) -> str:
    """A name folded for comparison, without accent, case, hyphen nor blank: « Éloïse D'Œuf-Le Gall » and «
    ELOISE DOEUF LE GALL » are one."""
    decompose = unicodedata.normalize("NFKD", texte.translate(LIGATURES))
    return "".join(c for c in decompose if c.isalnum()).casefold()


def premiers(mots: Sequence[object], combien: int) -> str:
    """« 3, 4, 5 et 12 autres »: the first of a list, and how many others there are."""
    dits = ", ".join(map(str, mots[:combien]))
    reste = len(mots) - combien
    return f"{dits} et {accorde(reste, 'autre', 'autres')}" if reste > 0 else dits


def accorde(nombre: int, un: str, plusieurs: str) -> str:
    """« 1 scénario », « 3 scénarios »."""
    return f"{nombre} {un if nombre < 2 else plusieurs}"


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


def retenir_noms_nir(noms: Iterable[str]) -> None:
    """Masks as a NIR the content of any element that has one of these names, from now on and in all the
    process: a name that one contract binds to a NIR is better hidden under another contract too."""
    _NOMS_NIR.update(noms)


def parle_de_nir(nom: str) -> bool:
    """True when the name of an element says that it holds a NIR: « numSecu », « nirDemandeur »."""
    return (
        plier(nom).startswith("nir")
        or "Nir" in nom
        or "NIR" in nom
        or any(mot in plier(nom) for mot in MOTS_DU_NIR)
    )


def est_nom_de_nir(nom: str) -> bool:
    """True when an element of that (local) name holds a NIR."""
    return nom in _NOMS_NIR


@lru_cache(maxsize=2048)
def cache_un_nir(nom: str) -> bool:
    """True when the content of an element or an attribute of that (local) name is hidden, whatever it is: a
    contract binds the name to a NIR, or the name itself says so."""
    return nom in _NOMS_NIR or bool(_DIT_NIR.search(nom)) or any(mot in plier(nom) for mot in MOTS_DU_NIR)


def noms_nir() -> frozenset[str]:
    """Names of the elements that hold a NIR."""
    return frozenset(_NOMS_NIR)


def masquer_nir(nir: str) -> str:
    """A NIR as it may be shown: sex and year, the rest hidden (« 206** ** *** *** ** »)."""
    return nir[:3] + "*" * max(len(nir) - 3, 0)


def masquer_nirs(texte: str, cacher: Callable[[str], str] = masquer_nir) -> str:
    """`texte` with everything that reads like a NIR masked (journal, console, exports), however it is cut and
    whatever its digits are written in: see `chercher_nirs`. `cacher` says what is shown of each. A text that
    writes one by references or escapes is shown as it is read."""
    if len(texte) < _NIR_MIN:
        return texte
    montre = lu = masquer_ecrits(texte, cacher)
    for _ in range(_REFERENCES_MAX):
        deplie = deplier(lu)
        if deplie == lu:
            break
        lu = masquer_ecrits(deplie, cacher)
        if lu != deplie:
            montre = lu
    return montre


def masquer_ecrits(texte: str, cacher: Callable[[str], str]) -> str:
    """As `masquer_nirs`, for NIRs that are written without references nor escapes."""
    morceaux, fait = [], 0
    for debut, fin in chercher_nirs(texte):
        morceaux += [texte[fait:debut], cacher(texte[debut:fin])]
        fait = fin
    return "".join((*morceaux, texte[fait:]))


def masquer_mots_de_passe(texte: str) -> str:
    """`texte` with the password of every address masked."""
    if "://" not in texte and "password=" not in texte:  # texts of a megabyte are looked through at once
        return texte
    return _MOT_DE_PASSE.sub(rf"\1\2{CACHE}", texte)


def masquer_secrets(texte: str) -> str:
    """`texte` as it may be shown: no NIR, nor the password of an address."""
    return masquer_nirs(masquer_mots_de_passe(texte))


def extrait(texte: str, maximum: int | None) -> str:
    """The first `maximum` characters of `texte` (all for None), masked first: half a NIR reads like none."""
    return masquer_secrets(texte)[:maximum]


def debut_cite(texte: str, maximum: int) -> str:
    """The first `maximum` characters of what was received, as an error cites them: `extrait`, and of a word
    that may be base64 too few for the NIR that it may hold."""
    return _MOT_CODE.sub(r"\1…", extrait(texte, maximum))


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
    an apostrophe (OWASP, CSV injection): names of guichets and codes come from their senders."""
    return f"'{valeur}" if isinstance(valeur, str) and valeur.startswith(_FORMULE) else valeur
