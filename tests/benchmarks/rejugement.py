"""How long it takes to judge evidence again: `.venv/bin/python tests/benchmarks/rejugement.py [EXEMPLES]`.

Drives the reference application through the plan with so many examples (40 by default, about 3,500
exchanges), then verifies the package, and says what 10,000 exchanges would take: 60 s is the aim, on a quiet
machine with two cores. With few examples the start of the command weighs as much as the judging.
"""

import json
import sys
import tempfile
from pathlib import Path

from rangees import peser
from versions import actuelle


def main(exemples: str) -> None:
    """Prints a line a command."""
    ici = actuelle()
    with tempfile.TemporaryDirectory() as dossier:
        options = ("--application", "temoin", "--examples", exemples, "--report-dir", dossier)
        epreuve = peser(ici, "conform", *options)
        print(f"conform --examples {exemples} : {epreuve[0]:.1f} s, {epreuve[1]:.1f} s de CPU")
        duree, cpu = peser(ici, "report", "--verify", f"{dossier}/preuves.zip")
        echanges = json.loads(Path(dossier, "rapport.json").read_text("utf-8"))["entete"]["echanges"]
        print(f"report --verify : {echanges} échanges, {duree:.1f} s, {cpu:.1f} s de CPU")
        fois = 10_000 / echanges
        print(f"pour 10 000 échanges : {duree * fois:.0f} s, {cpu * fois:.0f} s de CPU")


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["40"]))
