"""A QR code, as the page of cards draws it: one path of SVG, whose unit is a module."""

from dataclasses import dataclass
from typing import Final

import segno

#: Modules of white around a code (ISO/IEC 18004 asks for four).
MARGE: Final = 4


@dataclass(frozen=True, slots=True)
class CodeQr:
    """A code: its side in modules, white included, and the `d` of its path."""

    cote: int
    trace: str


def dessiner(texte: str) -> CodeQr:
    """The code of an address; a sixth of it may be unreadable (level M): paper gets creased."""
    lignes = [list(ligne) for ligne in segno.make_qr(texte, error="m", boost_error=False).matrix]
    traits = []
    for y, ligne in enumerate(lignes):
        x = 0
        while x < len(ligne):
            debut = x
            while x < len(ligne) and ligne[x]:
                x += 1
            if x > debut:
                traits.append(f"M{debut + MARGE} {y + MARGE}h{x - debut}v1h-{x - debut}z")
            x += 1
    return CodeQr(len(lignes) + 2 * MARGE, "".join(traits))
