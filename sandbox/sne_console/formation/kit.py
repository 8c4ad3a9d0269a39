"""The kit that a base prints: a poster, two leaflets, a banner, as SVG and PDF (`fixtures/kit/`).

`tests/gabarits.py` lays the pieces out once from `textes.toml`; the base that prints them is filled in.
"""

from functools import cache
from typing import Any, Final

import tomli
from lxml import etree

from sne_console.vues.dessin import SVG
from sne_interface.resources import fixtures_dir
from sne_sandbox.operations.attestation import LARGEUR, marque, remplir

PIECES: Final = ("affiche", "depliant-guichets", "depliant-editeurs", "banniere")
#: By extension, the type that a piece is answered as.
FORMATS: Final = {"svg": "image/svg+xml", "pdf": "application/pdf"}
#: Size of the line that names the base, and what one of its letters is wide, of that size.
CORPS_ICI: Final = 9
_LARGEUR_MOYENNE: Final = 0.55


@cache
def textes() -> dict[str, Any]:
    """The texts of the pieces, by name, and the words at the foot of each."""
    return tomli.loads((fixtures_dir() / "kit" / "textes.toml").read_text("utf-8"))


def octets(piece: str, extension: str, ici: str) -> bytes:
    """A piece of PIECES in a format of FORMATS; `ici` says whose base prints it, and where it is."""
    if extension == "pdf":
        return remplir(f"kit/{piece}", [ici])
    racine = etree.fromstring((fixtures_dir() / "kit" / f"{piece}.svg").read_bytes())
    (ligne,) = (texte for texte in racine.iter(f"{{{SVG}}}text") if texte.text == marque(0).decode("ascii"))
    ligne.text = ici[:LARGEUR]
    ligne.set("textLength", f"{len(ligne.text) * _LARGEUR_MOYENNE * CORPS_ICI:.1f}")
    svg: bytes = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
    return svg
