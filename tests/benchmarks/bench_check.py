"""`check` on 5,000 documents: one by one in process, then the command itself, as it is typed."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from menages import MIDI, documents

from sne_sandbox.contract import versions
from sne_sandbox.operations.controle import controler

Benchmark = Any
DOCUMENTS = 5_000


def test_un_document(benchmark: Benchmark) -> None:
    contrat = versions.charger("v5.2")
    contrat.territoires.prechauffer()
    (document,) = documents(0, 1)
    assert benchmark(controler, document, contrat, "ecole", MIDI).conforme


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chemin = tmp_path_factory.mktemp("documents")
    for rang, document in enumerate(documents(0, DOCUMENTS)):
        (chemin / f"{rang:05d}.xml").write_bytes(document)
    return chemin


def test_la_commande(benchmark: Benchmark, dossier: Path) -> None:
    """Interpreter, imports, and the processes it starts included. `extra_info["documents"]`: how many."""
    commande = [
        str(Path(sys.executable).with_name("sne-sandbox")),
        "check",
        "--clock",
        MIDI.isoformat(),
        str(dossier),
    ]
    benchmark.extra_info["documents"] = DOCUMENTS

    def lancer() -> int:
        return subprocess.run(commande, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode

    assert benchmark.pedantic(lancer, rounds=1) == 0
