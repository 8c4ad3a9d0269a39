"""Where the pages of the statistics are. Each is read at its first visit: SQLAlchemy, by which they count,
takes longer to import than the rest of the console."""

from importlib import import_module
from typing import Any, Final

from flask import request

from sne_console.cadre.outillage_des_sections import section
from sne_statistiques import GABARITS

blueprint: Final = section("statistiques", __name__, GABARITS)
_FICHIERS: Final = "TAB01, TAB02, TAB03, territoires, quotas, carte, tension, actives, flux, ressources"
#: The fields of an address of the demandes behind a number; `page_demandes_comptees` has a method for each.
CHAMPS: Final = (
    "au", "qui", "territoire", "premiere", "souhaitee", "attribuee", "motif", "radiees", "deposees",
    "ressources", "quartile", "rubrique", "modalite",
)  # fmt: skip


def demandes_comptees(base: str) -> str | None:
    """The page of the demandes behind a number; None for an address that asks for none."""
    voulues = any(request.args.get(champ) for champ in CHAMPS)
    return import_module(f"{__package__}.page_demandes_comptees").page(base) if voulues else None


def _visiter(**valeurs: Any) -> Any:
    """Calls the function of `page_statistiques` that has the name of the view."""
    pages = import_module(f"{__package__}.page_statistiques")
    return getattr(pages, str(request.endpoint).partition(".")[2])(**valeurs)


blueprint.add_url_rule("/statistiques", "page", _visiter)
blueprint.add_url_rule("/statistiques/flux", "flux", _visiter)
blueprint.add_url_rule("/statistiques/territoires", "territoires", _visiter)
blueprint.add_url_rule(f"/statistiques/<any({_FICHIERS}):nom>.<any(svg, csv):forme>", "fichier", _visiter)
