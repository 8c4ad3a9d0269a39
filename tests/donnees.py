"""Cases of tests that are data: what is given and what is expected, in the TOML beside the module; the XML of
an event, written shortly."""

import tomllib
from pathlib import Path
from typing import Any


def a_cote(module: str) -> dict[str, Any]:
    """The tables of the module's TOML, by name; `module` is its `__file__`."""
    return tomllib.loads(Path(module).with_suffix(".toml").read_text("utf-8"))


def evenement_ecrit(code: str, caracteristiques: str = "", *, identifiant: str = "", jour: str = "") -> str:
    """The element `evenement`; `caracteristiques` are « CODE=value » between blanks."""
    liste = ""
    for morceau in caracteristiques.split():
        nom, _, valeur = morceau.partition("=")
        liste += (
            f"<caracteristiqueSpecifique><code>{nom}</code><valeurCaracteristiqueSpecifique>{valeur}"
            "</valeurCaracteristiqueSpecifique></caracteristiqueSpecifique>"
        )
    return (
        f"<evenement><idEvenement>{identifiant}</idEvenement><codeTypeEvenement>{code}</codeTypeEvenement>"
        f"<dateSurvenance>{jour}</dateSurvenance>"
        f"<listeCaracteristiquesSpecifiques>{liste}</listeCaracteristiquesSpecifiques></evenement>"
    )
