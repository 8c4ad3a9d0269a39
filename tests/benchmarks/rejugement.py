"""How long it takes to judge evidence again: `.venv/bin/python tests/benchmarks/rejugement.py [EXEMPLES]`.

Drives the reference application through the plan with so many examples (40 by default, about 3,500
exchanges), then verifies the package, and says what 10,000 exchanges would take: 60 s is the aim, on a quiet
machine with two cores. With few examples the start of the command weighs as much as the judging. Then the
same package is written again, as `report` does, as it is and with a hundred attestations of 19 MB.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from rangees import peser
from versions import actuelle

from sne_conformite.preuves import paquet_de_preuves
from sne_interface.domain.echange import Echange

ECHANGES = 10_000
LONGS = 100
ENVELOPPE = b"--B\r\n\r\n<e><n>%d</n></e>\r\n--B\r\nContent-Type: application/pdf\r\n\r\n%b\r\n--B--\r\n"


def allonger(echanges: Iterator[Echange]) -> Iterator[Echange]:
    """Gives every hundredth exchange an attestation of 19 MB of its own, in an envelope."""
    for rang, echange in enumerate(echanges):
        long = rang % (ECHANGES // LONGS) == 0
        yield replace(echange, requete=ENVELOPPE % (rang, os.urandom(19_000_000))) if long else echange


def ecrire(dossier: Path) -> None:
    """Prints how long the evidence of 10,000 exchanges takes to write, usual ones and long ones."""
    lu = paquet_de_preuves.lire(dossier / "preuves.zip")
    for quoi, longs in (("de taille usuelle", False), (f"dont {LONGS} de 19 Mo", True)):
        echanges = islice(cycle(list(lu.echanges)), ECHANGES)
        debut, cpu = time.perf_counter(), time.process_time()
        paquet_de_preuves.ecrire(
            lu.rapport,
            dossier / "autres.zip",
            echanges=allonger(echanges) if longs else echanges,
            configuration=lu.configuration,
            versions=lu.versions,
        )
        duree, cpu = time.perf_counter() - debut, time.process_time() - cpu
        print(f"preuves.zip, {ECHANGES} échanges {quoi} : {duree:.1f} s, {cpu:.1f} s de CPU")


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
        ecrire(Path(dossier))


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["40"]))
