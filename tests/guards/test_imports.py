"""What `serve`, `run` and `check` do without: a server is ready before it has read what answers, and answers
without what only other commands need; a document is judged before a database would have been imported. What
they import and read is counted too: no count is above its budget."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from donnees import a_cote
from mesures import lire_budgets

from sne_interface.resources import fixtures_dir

#: Modules that nothing needs before a search, a chart, a page…, with who may import them, when.
DE_TROP: Final = set(a_cote(__file__)["de_trop"])
#: What answers: imported once the ready file is there.
REPONDENT: Final = {"OpenSSL", "rich", "spyne", "twisted"}
#: What `check` does without besides: hundreds of documents and a progress bar ask for them.
PAS_POUR_UN_DOCUMENT: Final = {"multiprocessing", "rich"}
#: What a server says once its ready file is there, before it goes on importing.
_PRET: Final = "bac à sable non officiel"
_PATIENCE: Final = 240.0
_COMMANDE: Final = str(Path(sys.executable).with_name("sne-sandbox"))
_SONDE: Final = Path(__file__).parent / "sonde_toml"


def _importes(trace: str) -> set[str]:
    return {module.partition(".")[0] for module in _modules(trace)}


def _modules(trace: str) -> set[str]:
    """Those that are not Python's own, of which there are more or less by its version."""
    lignes = (ligne for ligne in trace.splitlines() if ligne.startswith("import time:"))
    modules = {ligne.rpartition("|")[2].strip() for ligne in lignes}
    return {module for module in modules if module.partition(".")[0] not in sys.stdlib_module_names}


def _tenu(budget: str, compte: int) -> None:
    assert 0 < compte <= lire_budgets()[budget], f"{budget}: {compte} counted"


@contextmanager
def _servir(home: Path) -> Iterator[tuple[Path, Path]]:
    """The ready file of a server, and the file where its imports are told."""
    pret, trace = home.with_suffix(".json"), home.with_suffix(".imports")
    commande = [
        _COMMANDE, "serve", "--home", str(home), "--http-port", "0", "--https-port", "0",
        "--ready-file", str(pret),
    ]  # fmt: skip
    with trace.open("w") as sortie:
        processus = subprocess.Popen(
            commande, stderr=sortie, env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"}
        )
        try:
            fin = time.monotonic() + _PATIENCE
            while not pret.exists() and processus.poll() is None and time.monotonic() < fin:
                time.sleep(0.005)
            assert pret.exists(), trace.read_text()[-2000:]
            yield pret, trace
        finally:
            processus.terminate()
            processus.wait(_PATIENCE)


def test_serve_is_ready_and_answers_without_them(tmp_path: Path) -> None:
    """Over an empty home, the dearest start there is; then over the same."""
    with _servir(tmp_path / "home") as (pret, trace):
        http = json.loads(pret.read_text("utf-8"))["http"]
        with urllib.request.urlopen(f"{http}/healthz", timeout=_PATIENCE) as reponse:
            assert reponse.status == 200
    avant, _, apres = trace.read_text().partition(_PRET)
    assert "lxml" in _importes(avant)  # the trace is one of imports
    assert _importes(avant) & {*DE_TROP, *REPONDENT} == set()
    assert "spyne" in _importes(apres)
    assert _importes(apres) & DE_TROP == set()
    with _servir(tmp_path / "home") as (_, trace):
        pass
    avant = trace.read_text().partition(_PRET)[0]
    assert _importes(avant) & {"cryptography"} == set()  # its certificates are as they were
    _tenu("modules.serve", len(_modules(avant)))


def test_run_judges_without_them(tmp_path: Path) -> None:
    fini = subprocess.run(
        [_COMMANDE, "run", "--", "true"],
        env={
            **os.environ,
            "PYTHONPROFILEIMPORTTIME": "1",
            "PYTHONPATH": str(_SONDE),
            "SONDE_TOML": str(tmp_path / "toml"),
        },
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
    )
    assert "Aucun service n'a été appelé" in fini.stderr
    importes = _importes(fini.stderr)
    assert "lxml" in importes
    assert importes & {*DE_TROP, "cryptography", "spyne", "twisted"} == set()
    lus = (tmp_path / "toml").read_text("utf-8").splitlines()
    assert any(fichier.endswith("contract.toml") for fichier in lus), lus
    _tenu("modules.run", len(_modules(fini.stderr)))
    _tenu("toml.run", len(lus))


def test_check_judges_without_them() -> None:
    fini = subprocess.run(
        [
            _COMMANDE, "check", "--clock", "2018-03-15T12:00:00",
            fixtures_dir() / "demandes" / "personne_seule.xml",
        ],
        env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"},
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
    )  # fmt: skip
    assert " : conforme\n" in fini.stdout
    importes = _importes(fini.stderr)
    assert "lxml" in importes
    assert importes & {*DE_TROP, *PAS_POUR_UN_DOCUMENT} == set()
    _tenu("modules.check", len(_modules(fini.stderr)))
