"""An accepted getNumUnique takes no more calls, statements and bytes than its budget."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from mesures import DEPOT, depassements, lire_budgets


@pytest.mark.interprete
def test_a_registration_takes_no_more(tmp_path: Path) -> None:
    fini = subprocess.run(
        [sys.executable, DEPOT / "tests" / "benchmarks" / "comptes.py", tmp_path / "home"],
        capture_output=True,
        check=True,
        timeout=240,
    )
    comptes = json.loads(fini.stdout)
    tenus = ("calls.", "files.getnumunique", "sql.", "log.", "journal.")
    assert {nom for nom, compte in comptes.items() if compte} == {
        n for n in lire_budgets() if n.startswith(tenus)
    }
    assert depassements(comptes, lire_budgets()) == []
