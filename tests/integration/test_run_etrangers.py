"""Our clients in every language before `sne-sandbox run`: each conforms, as a vendor that copies it would."""

import shutil
from pathlib import Path

import pytest
from commande import MARS, rapport_de, sne

from sne_interface.resources import fixtures_dir

CLIENTS = fixtures_dir() / "clients"
DEMANDE = fixtures_dir() / "demandes" / "colocataires.xml"
LANGAGES = {
    "python": f"python3 {CLIENTS / 'python' / 'enregistrer.py'} $SNE_READY_FILE {DEMANDE}",
    "php": f"php {CLIENTS / 'php' / 'client.php'} $SNE_READY_FILE {DEMANDE} $SNE_GUICHET",
    "java": f"java {CLIENTS / 'java' / 'Client.java'} $SNE_READY_FILE {DEMANDE} $SNE_GUICHET",
    "node": f"node {CLIENTS / 'node' / 'client.js'} $SNE_READY_FILE {DEMANDE} $SNE_GUICHET",
}


@pytest.mark.etranger
@pytest.mark.parametrize("langage", LANGAGES)
def test_a_minimal_client_conforms(langage: str, tmp_path: Path) -> None:
    commande = LANGAGES[langage]
    assert shutil.which(commande.split()[0]), f"{commande.split()[0]} is missing: see docs/brancher.md"
    vu = sne(tmp_path, "run", "--clock", MARS, "--report-dir", "r", "--", "sh", "-c", commande)
    assert vu.returncode == 0, vu.stderr
    rapport = rapport_de(tmp_path / "r")
    assert [b["exigence"] for b in rapport["bilans"] if b["etat"] == "enfreinte"] == []
