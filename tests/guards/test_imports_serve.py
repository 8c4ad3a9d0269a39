"""What `serve` does without: a server is ready before it has read what only other commands need."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

#: Modules, with what they cost on the way to the ready file, and who may import them, when.
DE_TROP: Final = {
    "alembic",  # a schema to upgrade
    "apispec",  # the first call of the API
    "flask_bootstrap",  # the first page of the console
    "hypothesis",  # the generators
    "flask_smorest",
    "marshmallow",
    "markdown_it",  # the first page of the guide
    "prometheus_client",  # the first look at /metrics
    "pygal",  # a chart
    "reportlab",  # the first attestation
    "rich",  # a progress bar
    "structlog",  # the first bug
    "wtforms",
    "xmlschema",  # the first refusal by the schema
    "zeep",
}
_PATIENCE = 240.0


def test_serve_is_ready_without_them(tmp_path: Path) -> None:
    """Over an empty home: the dearest start there is."""
    pret, trace = tmp_path / "pret.json", tmp_path / "imports"
    commande = [
        str(Path(sys.executable).with_name("sne-sandbox")), "serve", "--home", str(tmp_path / "home"),
        "--http-port", "0", "--https-port", "0", "--ready-file", str(pret),
    ]  # fmt: skip
    with trace.open("w") as sortie:
        processus = subprocess.Popen(
            commande, stderr=sortie, env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"}
        )
        try:
            fin = time.monotonic() + _PATIENCE
            while not pret.exists() and processus.poll() is None and time.monotonic() < fin:
                time.sleep(0.02)
            assert pret.exists(), trace.read_text()[-2000:]
            importes = {
                ligne.rpartition("|")[2].strip().partition(".")[0]
                for ligne in trace.read_text().splitlines()
                if ligne.startswith("import time:")
            }
        finally:
            processus.terminate()
            processus.wait(_PATIENCE)
    assert "twisted" in importes  # the trace is one of imports
    assert importes & DE_TROP == set()
