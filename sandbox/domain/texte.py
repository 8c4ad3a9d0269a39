"""How names compare (accents, case, hyphens, spaces folded), and how a NIR is masked."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_LIGATURES: Final = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
_NIR: Final = re.compile(r"\b([1-478]) ?(\d\d) ?([0-9][0-9]) ?(\d[0-9AB]) ?(\d{3}) ?(\d{3}) ?(\d\d)\b")


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
