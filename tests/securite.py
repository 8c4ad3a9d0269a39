"""Holds SECURITY.md to the code: `make check` runs bandit, and wants each of its findings argued there.

    python tests/securite.py

A row of its table « Bandit » argues one test of bandit in one file, or in the files of a pattern.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

RACINE: Final = Path(__file__).resolve().parents[1]


def lignes(titre: str) -> Iterator[list[str]]:
    """The cells of each row of the table below a title of SECURITY.md, without its head."""
    texte = (RACINE / "SECURITY.md").read_text("utf-8")
    section = texte.partition(f"\n## {titre}\n")[2].partition("\n## ")[0]
    rangees = [ligne for ligne in section.splitlines() if ligne.startswith("|")]
    for rangee in rangees[2:]:
        yield [cellule.strip() for cellule in re.split(r"(?<!\\)\|", rangee)[1:-1]]


def trouvailles() -> list[tuple[str, str, int, str]]:
    """What bandit finds in our code: test, file below sandbox/, line, sentence."""
    commande = [sys.executable, "-m", "bandit", "--quiet", "--recursive", "--format", "json", "sandbox"]
    dit = subprocess.run(commande, cwd=RACINE, capture_output=True, text=True, encoding="utf-8")
    resultat = json.loads(dit.stdout)
    if resultat["errors"]:
        sys.exit(f"bandit could not read everything: {resultat['errors']}")
    return [
        (
            r["test_id"],
            Path(r["filename"]).relative_to("sandbox").as_posix(),
            r["line_number"],
            r["issue_text"],
        )
        for r in resultat["results"]
    ]


def reproches() -> list[str]:
    """Findings that nothing argues, and arguments that argue nothing."""
    arguments = [(test, re.sub("`", "", fichier)) for test, fichier, *_ in lignes("Bandit")]
    trouvees = trouvailles()

    def couvre(argument: tuple[str, str], test: str, fichier: str) -> bool:
        return argument[0] == test and fnmatch(fichier, argument[1])

    return [
        f"{fichier}:{ligne}: {test} {phrase}"
        for test, fichier, ligne, phrase in trouvees
        if not any(couvre(argument, test, fichier) for argument in arguments)
    ] + [
        f"SECURITY.md: {argument} argues nothing"
        for argument in arguments
        if not any(couvre(argument, test, fichier) for test, fichier, *_ in trouvees)
    ]


if __name__ == "__main__":
    sys.exit("\n".join(reproches()) or None)
