"""How to listen, from the options of `serve`; and a server that is told to end while it starts."""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from sne_interface.domain.base import Base
from sne_interface.errors import UsageError
from sne_interface.resources import contracts_dir
from sne_sandbox.server import lancement
from sne_sandbox.server.lancement import ecoute_de, noter_le_refus
from sne_sandbox.server.listeners import Prises
from sne_sandbox.server.refus_http import RefusServeur
from sne_sandbox.store.magasin import Magasin

OPTIONS: dict[str, Any] = {
    "host": "127.0.0.1",
    "https_port": 8443,
    "http_port": 8080,
    "client_cert": "optional",
    "threads": 8,
    "message_max": 1000,
    "connexions_max": None,
    "octets_max": 2_000_000,
    "debit_min": 10_000,
    "patience": 30,
}


@pytest.mark.parametrize("eteint", ["https_port", "http_port"])
def test_a_listener_can_be_turned_off(eteint: str) -> None:
    ecoute = ecoute_de(OPTIONS | {eteint: -1})
    assert getattr(ecoute, eteint) is None
    assert {ecoute.https_port, ecoute.http_port} & {8443, 8080}


def test_one_at_least_is_left() -> None:
    with pytest.raises(UsageError, match="rien à servir") as levee:
        ecoute_de(OPTIONS | {"https_port": -1, "http_port": -1})
    assert "--http-port" in levee.value.diagnostics()


@pytest.mark.parametrize(
    ("chemin", "base"),
    [
        ("/bases/a/services/X/", "a"),
        ("/services/X/", "ecole"),
        ("/bases/nulle-part/x", "ecole"),
        ("", "ecole"),
    ],
)
def test_a_refusal_goes_to_the_base_that_its_path_names(tmp_path: Path, chemin: str, base: str) -> None:
    with Magasin.ouvrir(None, tmp_path) as magasin:
        for nom in ("ecole", "a"):
            magasin.bases.creer(Base(nom))
        noter_le_refus(magasin, "ecole", RefusServeur("::1", "Trop gros.", "", "POST", chemin, 413))
        (ligne,) = magasin.journal.chercher(base)
    assert (ligne.statut, ligne.chemin) == (413, chemin)


@pytest.mark.interprete
def test_who_called_before_the_end_was_asked_for_is_answered(tmp_path: Path) -> None:
    """The server is told to end as soon as it is ready, when it has yet to import what answers."""
    pret = tmp_path / "pret.json"
    commande = ["-m", "sne_sandbox", "serve", "--home", str(tmp_path / "home"), "--seed-base", "vide"]
    commande += ["--https-port", "0", "--http-port", "0", "--ready-file", str(pret)]
    for appelle in (True, False):
        processus = subprocess.Popen([sys.executable, *commande], stderr=subprocess.DEVNULL)
        while not pret.exists():
            assert processus.poll() is None
            time.sleep(0.005)
        port = urlsplit(json.loads(pret.read_text("utf-8"))["http"]).port
        with contextlib.ExitStack() as pile:
            if appelle:
                prise = pile.enter_context(socket.create_connection(("127.0.0.1", port), timeout=120))
                prise.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            processus.terminate()
            if appelle:
                assert prise.recv(12) == b"HTTP/1.1 200"
        assert processus.wait(120) == 0
        assert not pret.exists()


def test_over_a_contract_of_ones_own_nothing_is_ready_before_all_of_it_was_built(tmp_path: Path) -> None:
    """The service description may not be made of it: who waits for the server must not call it."""
    (tmp_path / "contrat" / "v5.0").mkdir(parents=True)
    operations = (contracts_dir() / "v5.0" / "operations.csv").read_text("utf-8")
    assert "tns:codeElement" in operations
    (tmp_path / "contrat" / "v5.0" / "operations.csv").write_text(
        operations.replace("tns:codeElement", "tns:autre"), "utf-8"
    )
    pret = tmp_path / "pret.json"
    commande = ["-m", "sne_sandbox", "serve", "--home", str(tmp_path / "home"), "--seed-base", "vide"]
    commande += ["--https-port=-1", "--http-port=0", "--ready-file", str(pret)]
    commande += ["--contracts", str(tmp_path / "contrat")]
    fini = subprocess.run([sys.executable, *commande], stderr=subprocess.PIPE, text=True, check=False)
    assert fini.returncode == 3, fini.stderr
    assert "http://" not in fini.stderr
    assert not pret.exists()


def test_an_end_that_an_import_swallows_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    dits: list[int] = []
    monkeypatch.setattr(lancement.signal, "raise_signal", dits.append)
    fin = lancement._Fin(Prises())
    fin.relayer()
    assert dits == []
    with pytest.raises(SystemExit):
        fin.recevoir(signal.SIGTERM, None)
    fin.relayer()
    assert dits == [signal.SIGTERM]


def _importer(fin: lancement._Fin) -> None:
    """As Python does with what is raised while a class is made."""
    try:
        fin.recevoir(signal.SIGTERM, None)
    except SystemExit as erreur:
        raise RuntimeError("Error calling __set_name__") from erreur


def test_an_end_that_an_import_wraps_is_the_end() -> None:
    with pytest.raises(SystemExit) as sortie, lancement._fin_demandee(Prises()) as fin:
        _importer(fin)
    assert sortie.value.code == 0
    with pytest.raises(RuntimeError, match="another"), lancement._fin_demandee(Prises()):
        raise RuntimeError("another")
