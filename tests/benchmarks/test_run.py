"""`make bench` measures: its rows are there, whatever their numbers."""

import subprocess
import sys
from pathlib import Path

import pytest

ICI = Path(__file__).parent
RACINE = ICI.parents[1]


@pytest.mark.cher
@pytest.mark.charge
def test_a_quick_run_writes_the_page(tmp_path: Path) -> None:
    """This checkout beside itself, without npm nor what takes minutes."""
    page = tmp_path / "performances.md"
    page.write_text((RACINE / "docs" / "performances.md").read_text("utf-8"), "utf-8")
    mesures = ("appels", "instructions", "equilibre", "demarrage", "controle", "volume")
    commande = [sys.executable, str(ICI / "run.py"), "--rapide", "--ancien", str(RACINE), "--page", str(page)]
    fini = subprocess.run([*commande, "--seulement", *mesures], capture_output=True, text=True)
    assert fini.returncode == 0, fini.stderr
    ecrite = page.read_text("utf-8")
    for rangee in (
        "appels de fonctions",
        "8 connexions sur 2 processus",
        "recherche : nom seul",
        "API : une nuit",
    ):
        assert f"| {rangee}" in ecrite
