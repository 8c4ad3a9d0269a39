"""The kit that a base prints: a poster, two leaflets, a banner, as SVG and PDF (`fixtures/kit/`).

`tests/gabarits.py` lays the pieces out once from `textes.toml`; the base that prints them is filled in.
"""

from functools import cache
from typing import Any, Final

import tomli
from markupsafe import escape

from sne_interface.resources import fixtures_dir
from sne_sandbox.operations.attestation import marque, remplir

PIECES: Final = ("affiche", "depliant-guichets", "depliant-editeurs", "banniere")
#: By extension, the type that a piece is answered as.
FORMATS: Final = {"svg": "image/svg+xml", "pdf": "application/pdf"}


@cache
def textes() -> dict[str, Any]:
    """The texts of the pieces, by name, and the words at the foot of each."""
    return tomli.loads((fixtures_dir() / "kit" / "textes.toml").read_text("utf-8"))


def octets(piece: str, extension: str, ici: str) -> bytes:
    """A piece of PIECES in a format of FORMATS; `ici` says whose base prints it, and where it is."""
    if extension == "pdf":
        return remplir(f"kit/{piece}", [ici])
    svg = (fixtures_dir() / "kit" / f"{piece}.svg").read_bytes()
    return svg.replace(marque(0), str(escape(ici)).encode())
