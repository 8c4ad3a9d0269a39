"""`docs/performances.md`: the benchmarks write their tables in it, in the blocks `<!-- mesures: NAME -->`."""

import os
import platform
import re
import subprocess
from collections.abc import Iterable
from datetime import date
from pathlib import Path

_ICI = Path(__file__).parent
MOIS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre",
)  # fmt: skip


def ecrire(page: Path, nom: str, lignes: Iterable[str]) -> None:
    """Puts these lines in the block `nom` of the page. Raises ValueError when it has none."""
    debut, fin = f"<!-- mesures: {nom} -->\n", "<!-- /mesures -->"
    texte = page.read_text("utf-8")
    bloc = re.compile(re.escape(debut) + ".*?" + re.escape(fin), re.DOTALL)
    if bloc.search(texte) is None:
        raise ValueError(f"{page} has no block {nom!r}")
    page.write_text(bloc.sub(lambda _: debut + "\n".join(lignes) + "\n" + fin, texte), "utf-8")


def machine() -> str:
    """The machine that measures, and how busy it was when it began."""
    charge = f"{os.getloadavg()[0]:.1f}".replace(".", ",")
    return f"Python {platform.python_version()}, {os.cpu_count()} cœurs, charge {charge}"


def entete() -> list[str]:
    """When, of which commit and on what, as a sentence of the page."""
    jour = date.today()
    quand = f"{jour.day}{'er' if jour.day == 1 else ''} {MOIS[jour.month - 1]} {jour.year}"
    dit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=_ICI)
    commit = dit.stdout.strip() or "inconnu"
    change = subprocess.run(
        ["git", "status", "--porcelain", "--", ":/", ":!/docs/performances.md"], capture_output=True, cwd=_ICI
    )
    commit += " (arbre modifié)" * bool(change.stdout)
    return [f"Mesuré le {quand}, commit {commit} : {machine()}.", ""]
