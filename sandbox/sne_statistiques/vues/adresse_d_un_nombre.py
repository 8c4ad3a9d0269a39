"""Which addresses of the demandes are for the page behind a number. It is imported when one is asked for:
SQLAlchemy, by which it counts, takes longer to import than the rest of the console."""

from importlib import import_module
from typing import Final

from flask import request

#: The fields of an address of the demandes behind a number; `page_demandes_comptees` reads each.
CHAMPS: Final = (
    "au", "qui", "territoire", "premiere", "souhaitee", "attribuee", "motif", "radiees", "deposees",
    "ressources", "quartile", "rubrique", "modalite",
)  # fmt: skip


def demandes_comptees(base: str) -> str | None:
    """The page of the demandes behind a number; None for an address that asks for none."""
    voulues = any(request.args.get(champ) for champ in CHAMPS)
    return import_module(f"{__package__}.page_demandes_comptees").page(base) if voulues else None
