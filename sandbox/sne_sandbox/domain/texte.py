"""Texts: how names compare (accents, case, hyphens, spaces folded), what XML can hold, how a NIR is masked,
how people write numbers and what agrees with them, and what a terminal is given.
"""

import re
import unicodedata
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterable
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
#: Between its groups, what people write: a blank, a full stop, a hyphen…; before it, letters glued to it.
_ENTRE: Final = r"[ .\-/_\u00a0\u202f]?"
_NIR: Final = re.compile(
    r"[1-478](?<!\d.)"  # the character first: it is looked for at once
    + _ENTRE.join(("", r"\d\d", r"\d\d", r"\d[\dAB]", r"\d{3}", r"\d{3}", r"\d\d"))
    + r"(?!\d)"
)
#: Text in UTF-16, read byte by byte: a zero beside each character.
_UTF16: Final = re.compile("(?:[\t-\xff]\0){8,}|(?:\0[\t-\xff]){8,}")
#: Names of the elements that hold a NIR: the word itself, and what the contracts of this process bind to it.
_NOMS_NIR: Final = {"nir"}
#: What people call a NIR, folded, but for the word itself, which is within others (« fournir »).
MOTS_DU_NIR: Final = ("securitesociale", "numsecu", "numerosecu", "inscriptionrepertoire")
#: Base64 in line or as a part, on one line or several.
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{40,}(?:\r?\n[A-Za-z0-9+/]+)*={0,2}")
_ZIP: Final = b"PK\x03\x04"
#: Controls (C0 but tab and line feed, C1), and the marks that turn the direction of a line.
_COMMANDES: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
#: What stands for a secret, and where an address says one; it may have an « @ » itself.
CACHE: Final = "***"
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
    """What was computed of short texts, by text: `retenus[texte]` computes it once. Bounded in number, and in
    length, for a client writes what it wants: a long text is computed each time."""

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
    """Whatever an element of one of these names holds is masked as a NIR, from now on and in all the process:
    what one contract calls so is better hidden under another too."""
    _NOMS_NIR.update(noms)


def parle_de_nir(nom: str) -> bool:
    """Whether the name of an element says that it holds a NIR: « numSecu », « nirDemandeur »."""
    return (
        plier(nom).startswith("nir")
        or "Nir" in nom
        or "NIR" in nom
        or any(mot in plier(nom) for mot in MOTS_DU_NIR)
    )


def est_nom_de_nir(nom: str) -> bool:
    """Whether an element of that (local) name holds a NIR."""
    return nom in _NOMS_NIR


def noms_nir() -> frozenset[str]:
    """Names of the elements that hold a NIR."""
    return frozenset(_NOMS_NIR)


@lru_cache(maxsize=8)
def _element_nir(noms: frozenset[str]) -> re.Pattern[str]:
    """The content of an element of these names, whatever its length, comments within included: a NIR that is
    badly written tells as much."""
    un = "|".join(map(re.escape, sorted(noms)))
    return re.compile(
        rf"(<(?:[\w.-]+:)?(?:{un})(?:\s[^<>]*)?>(?:\s*<!\[CDATA\[)?)"
        r"((?:[^<\]]|\](?!\]>)|<!--.{0,200}?-->|<\?.{0,200}?\?>)+)",
        re.DOTALL,
    )


@lru_cache(maxsize=8)
def _attribut_nir(noms: frozenset[str]) -> re.Pattern[str]:
    """The value of an attribute of these names, in a tag."""
    un = "|".join(map(re.escape, sorted(noms)))
    return re.compile(rf"((?<=\s)(?:[\w.-]+:)?(?:{un})\s*=\s*[\"'])([^\"'<>]+)(?=[\"'])")


def masquer_nir(nir: str) -> str:
    """A NIR as it may be shown: sex and year, the rest hidden (« 206** ** *** *** ** »)."""
    return nir[:3] + "*" * max(len(nir) - 3, 0)


def masquer_nirs(texte: str) -> str:
    """`texte` with everything that reads like a NIR masked (journal, console, exports)."""
    return _NIR.sub(lambda trouve: masquer_nir(trouve[0]), texte)


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


def masquer_message(texte: str) -> str:
    """A whole message as it may be shown: NIRs masked, also inside base64 or UTF-16; a ZIP is named, not
    shown."""
    if "\0" in texte:
        texte = _UTF16.sub(lambda trouve: _masquer_utf16(trouve[0]), texte)
    texte = _BASE64.sub(lambda trouve: _masquer_base64(trouve[0]), texte)
    noms = noms_nir()
    for motif in (_element_nir(noms), _attribut_nir(noms)):
        texte = motif.sub(lambda trouve: trouve[1] + masquer_nir(trouve[2]), texte)
    return masquer_nirs(texte)


def _masquer_utf16(texte: str) -> str:
    lettres = texte.replace("\0", "")
    masque = masquer_message(lettres)
    if len(masque) != len(lettres):  # a ZIP in base64 was named
        return masque
    return "".join(f"\0{c}" if texte[0] == "\0" else f"{c}\0" for c in masque)


def _masquer_base64(texte: str) -> str:
    compact = "".join(texte.rstrip("=").split())
    entier = compact + "=" * (-len(compact) % 4)
    if len(compact) % 4 == 1:  # no base64: a long word
        return texte
    octets = a2b_base64(entier)
    if octets.startswith(_ZIP):
        return f"[ZIP de {len(octets)} octets]"
    try:
        lu, encodage = octets.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:  # in latin-1 each byte comes back as it was
        lu, encodage = octets.decode("latin-1"), "latin-1"
    masque = masquer_message(lu)
    return texte if masque == lu else b2a_base64(masque.encode(encodage), newline=False).decode("ascii")


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
    """Whether a text, perhaps cut, is UTF-8 that was read so."""
    debut = texte.rstrip("…")
    return any(mal_lu(debut[: len(debut) - coupe]) for coupe in range(3))
