"""What `check` does without: a document is judged before a database would have been imported."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from sne_interface.resources import fixtures_dir

#: Modules, with who may import them, when.
DE_TROP: Final = {
    "multiprocessing",  # hundreds of documents
    "rich",  # a progress bar
    "sqlalchemy",  # a base
    "xmlschema",  # the first refusal by the schema
}


def test_check_judges_without_them() -> None:
    fini = subprocess.run(
        [
            Path(sys.executable).with_name("sne-sandbox"), "check", "--clock", "2018-03-15T12:00:00",
            fixtures_dir() / "demandes" / "personne_seule.xml",
        ],
        env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"},
        capture_output=True,
        text=True,
        timeout=240,
    )  # fmt: skip
    assert fini.stdout.endswith(" : conforme\n")
    importes = {
        ligne.rpartition("|")[2].strip().partition(".")[0]
        for ligne in fini.stderr.splitlines()
        if ligne.startswith("import time:")
    }
    assert "lxml" in importes  # the trace is one of imports
    assert importes & DE_TROP == set()
