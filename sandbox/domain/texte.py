"""How names compare (accents, case, hyphens, spaces folded), and how a NIR is masked."""

import re
import unicodedata
from binascii import a2b_base64, b2a_base64
from functools import lru_cache
from typing import Final

_LIGATURES: Final = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
_NIR: Final = re.compile(r"\b([1-478]) ?(\d\d) ?([0-9][0-9]) ?(\d[0-9AB]) ?(\d{3}) ?(\d{3}) ?(\d\d)\b")
#: The content of an element `nir`, whatever its length: one that is badly written tells as much.
_ELEMENT_NIR: Final = re.compile(r"(<(?:[\w.-]+:)?nir(?:\s[^<>]*)?>)([^<]+)")
#: Base64 in line or as a part, on one line or several.
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{40,}(?:\r?\n[A-Za-z0-9+/]+)*={0,2}")
_ZIP: Final = b"PK\x03\x04"


@lru_cache(maxsize=8192)
def plier(texte: str) -> str:
    """A name folded for comparison: « Éloïse  D'Œuf-Le Gall » and « ELOISE DOEUF LE GALL » are one."""
    decompose = unicodedata.normalize("NFKD", texte.translate(_LIGATURES))
    return "".join(c for c in decompose if c.isalnum()).casefold()


def masquer_nir(nir: str) -> str:
    """A NIR as it may be shown: sex and year, the rest hidden (« 206** ** *** *** ** »)."""
    return nir[:3] + "*" * max(len(nir) - 3, 0)


def masquer_nirs(texte: str) -> str:
    """`texte` with everything that reads like a NIR masked (journal, console, exports)."""
    return _NIR.sub(lambda trouve: masquer_nir(trouve[0]), texte)


def masquer_message(texte: str) -> str:
    """A whole message as it may be shown: NIRs masked, also inside base64; a ZIP is named, not shown."""
    texte = _BASE64.sub(lambda trouve: _masquer_base64(trouve[0]), texte)
    return masquer_nirs(_ELEMENT_NIR.sub(lambda trouve: trouve[1] + masquer_nir(trouve[2]), texte))


def _masquer_base64(texte: str) -> str:
    compact = "".join(texte.rstrip("=").split())
    entier = compact + "=" * (-len(compact) % 4)
    if len(compact) % 4 == 1:  # no base64: a long word
        return texte
    octets = a2b_base64(entier)
    if octets.startswith(_ZIP):
        return f"[ZIP de {len(octets)} octets]"
    # latin-1: each byte comes back as it was, and a NIR is ASCII.
    lu = octets.decode("latin-1")
    masque = masquer_message(lu)
    return texte if masque == lu else b2a_base64(masque.encode("latin-1"), newline=False).decode("ascii")
