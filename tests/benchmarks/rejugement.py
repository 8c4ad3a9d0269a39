"""How long it takes to judge evidence again: `.venv/bin/python tests/benchmarks/rejugement.py [EXEMPLES]`.

Drives the reference application through the plan with so many examples (40 by default, about 3,500
exchanges), then verifies the package, and says what 10,000 exchanges would take: 60 s is the aim, on a quiet
machine with two cores. With few examples the start of the command weighs as much as the judging.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SNE = Path(sys.executable).parent / "sne-sandbox"


def mesurer(*mots: str) -> tuple[float, float]:
    """Seconds, and seconds of CPU, that a command takes."""
    avant, debut = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([SNE, *mots], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    apres = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = apres.ru_utime + apres.ru_stime - avant.ru_utime - avant.ru_stime
    return time.monotonic() - debut, cpu


def main(exemples: str) -> None:
    """Prints a line a command."""
    with tempfile.TemporaryDirectory() as dossier:
        epreuve = mesurer(
            "conform", "--application", "temoin", "--examples", exemples, "--report-dir", dossier
        )
        print(f"conform --examples {exemples} : {epreuve[0]:.1f} s, {epreuve[1]:.1f} s de CPU")
        duree, cpu = mesurer("report", "--verify", f"{dossier}/preuves.zip")
        echanges = json.loads(Path(dossier, "rapport.json").read_text("utf-8"))["entete"]["echanges"]
        print(f"report --verify : {echanges} échanges, {duree:.1f} s, {cpu:.1f} s de CPU")
        fois = 10_000 / echanges
        print(f"pour 10 000 échanges : {duree * fois:.0f} s, {cpu * fois:.0f} s de CPU")


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["40"]))
