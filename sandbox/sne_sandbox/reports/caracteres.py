"""Characters that a terminal would obey, written out; and lines cut to their width."""

import re
from typing import Final

#: Controls (C0 but tab and line feed, C1), and the marks that turn the direction of a line.
_COMMANDES: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(texte: str) -> str:
    """`texte` with its control characters written out (`\\x1b`): a terminal shows them, and obeys none."""
    return _COMMANDES.sub(lambda trouve: _ecrit(ord(trouve[0])), texte.replace("\r\n", "\n"))


def abrege(texte: str, largeur: int) -> str:
    """`texte` on one line, cut to `largeur` characters, « … » included."""
    ligne = " ".join(texte.split())
    return ligne if len(ligne) <= largeur else ligne[: max(largeur - 1, 0)].rstrip() + "…"


def _ecrit(point: int) -> str:
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}"
