"""Why a command does not start: what was typed, and what to type instead."""

import os
import shlex
from pathlib import Path


def empechement(nom: str, sinon: str) -> tuple[str, str]:
    """What keeps `nom`, that no folder of PATH has, from being run, and its remedy (`sinon` for what is
    nowhere): ends of French sentences."""
    fichier = Path(nom)
    ecrit = shlex.quote(f"./{nom}")
    if fichier.is_dir():
        return "est un dossier", "donnez le programme qui s'y trouve"
    if not fichier.is_file():
        return "est introuvable", sinon
    if os.access(fichier, os.X_OK):
        return "n'est pas dans le PATH", f"s'il s'agit du fichier d'ici, écrivez {ecrit}"
    suite = "" if "/" in nom else f", puis écrivez {ecrit}"
    return "n'est pas exécutable", f"chmod +x {shlex.quote(nom)}{suite}"
