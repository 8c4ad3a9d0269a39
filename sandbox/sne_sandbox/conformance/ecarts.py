"""What became of one value between what was asked and what arrived: the same, or changed, and how."""

import html
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Final

from sne_sandbox.domain.element import lire_date, lire_instant

#: `sorte` of a difference of values.
TEXTE_COUPE: Final = "texte_coupe"
CARACTERE_ABIME: Final = "caractere_abime"
VALEUR_CHANGEE: Final = "valeur_changee"

_VRAI: Final = frozenset({"1", "true"})
_FAUX: Final = frozenset({"0", "false"})
_LIGATURES: Final = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'", "‘": "'", "–": "-", "—": "-", "\u00a0": " "}
)


def equivalents(attendu: str, observe: str, *, entier: bool = False) -> bool:
    """Whether both texts say the same: white space collapsed, upper-case accepted, `1` for `true`, `100.00`
    for `100`, one instant in two time zones. A lost accent or a lost leading zero is no equivalence, but for
    an `entier` (a whole number by its schema type: `0100`, `+100`)."""
    attendu, observe = " ".join(attendu.split()), " ".join(observe.split())
    if attendu == observe or observe == attendu.upper():
        return True
    if {attendu, observe} <= _VRAI or {attendu, observe} <= _FAUX:
        return True
    un, autre = (_entier(t) if entier else _nombre(t) for t in (attendu, observe))
    if un is not None and autre is not None:
        return un == autre
    return _memes_instants(attendu, observe)


def sorte(attendu: str, observe: str) -> str:
    """How `observe` came from `attendu`, which it does not equal."""
    attendu, observe = " ".join(attendu.split()), " ".join(observe.split())
    if any(c.isalpha() for c in attendu) and attendu.casefold() != observe.casefold():
        if observe and attendu.upper().startswith(observe.upper()):
            return TEXTE_COUPE
        if _abime(attendu, observe):
            return CARACTERE_ABIME
    return VALEUR_CHANGEE


def est_neutre(texte: str) -> bool:
    """Whether a value that nobody gave says nothing: an unticked box, a zero."""
    return texte in _FAUX or _nombre(texte) == 0


def delicat(texte: str) -> bool:
    """Whether a text is one that applications damage or cut: accents, apostrophes, length."""
    return len(texte) >= 20 or not texte.isascii() or "'" in texte


def _abime(attendu: str, observe: str) -> bool:
    if _nu(attendu) == _nu(html.unescape(observe)):
        return True
    for encodage in ("latin-1", "cp1252"):
        try:
            if observe.encode(encodage).decode() == attendu:
                return True
        except UnicodeError:
            continue
    if len(attendu) == len(observe):
        changes = [a for a, o in zip(attendu, observe, strict=True) if a != o]
        return all(not c.isascii() or c in "'&<>\"" for c in changes)
    # Characters that were dropped, or written as entities or question marks.
    reste = "".join(c for c in attendu if c.isascii() and c.isalnum())
    lu = "".join(c for c in observe if c.isascii() and c.isalnum())
    return reste != attendu and reste.upper() == lu.upper()


def _nu(texte: str) -> str:
    decompose = unicodedata.normalize("NFD", texte.translate(_LIGATURES))
    return "".join(c for c in decompose if not unicodedata.combining(c)).upper()


def _nombre(texte: str) -> Decimal | None:
    """The number that a text writes, None for what is rather an identifier (« 01000 »)."""
    entier = texte.lstrip("-").partition(".")[0]
    if not entier.isdigit() or (len(entier) > 1 and entier[0] == "0") or not texte.isascii():
        return None
    try:
        return Decimal(texte)
    except InvalidOperation:
        return None


def _entier(texte: str) -> Decimal | None:
    """The number that an xs:int writes, or one with decimals."""
    signe = "-" if texte.startswith("-") else ""
    entier, point, decimales = texte.lstrip("+-").partition(".")
    return _nombre(f"{signe}{entier.lstrip('0') or '0'}{point}{decimales}") if entier else None


def _memes_instants(attendu: str, observe: str) -> bool:
    if "T" in attendu and "T" in observe:
        un, autre = lire_instant(attendu), lire_instant(observe)
        if un is None or autre is None or (un.tzinfo is None) is not (autre.tzinfo is None):
            return False
        return un == autre
    jour = lire_date(attendu)
    return jour is not None and "T" not in attendu + observe and jour == lire_date(observe)
