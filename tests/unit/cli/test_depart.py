"""What is written and printed when the server is there."""

import json
import os
import socket
from pathlib import Path

import pytest

from sne_sandbox.cli.depart import (
    adresse_pour_les_autres,
    configuration,
    ecrire_pret,
    jeton_d_administration,
    processus,
)
from sne_sandbox.errors import OperatorError, UsageError
from sne_sandbox.server.listeners import AdressesServies
from sne_sandbox.server.pret import ecrire, le_temps_de_servir
from sne_sandbox.settings import SETTINGS


@pytest.mark.parametrize(("jeton", "commun"), [(None, True), ("secret", False)])
def test_a_ready_file_with_a_token_is_for_its_owner(tmp_path: Path, jeton: str | None, commun: bool) -> None:
    pret = tmp_path / "pret.json"
    masque = os.umask(0o022)  # that of whoever runs the tests may keep all to its owner
    try:
        ecrire_pret(
            pret, AdressesServies(None, "http://127.0.0.1:1", None), tmp_path, tmp_path, "G1226", jeton
        )
    finally:
        os.umask(masque)
    assert json.loads(pret.read_text("utf-8"))["admin_token"] == jeton
    assert bool(pret.stat().st_mode & 0o044) is commun


@pytest.mark.parametrize(
    ("host", "noms", "attendue"),
    [
        ("127.0.0.1", ("sne.exemple.fr",), "http://127.0.0.1:8080"),
        ("192.0.2.7", (), "http://192.0.2.7:8080"),
        ("0.0.0.0", ("sne.exemple.fr", "autre"), "http://sne.exemple.fr:8080"),
        ("0.0.0.0", (), f"http://{socket.gethostname()}:8080"),
        ("::", ("sne.exemple.fr",), "http://sne.exemple.fr:8080"),
    ],
)
def test_the_address_that_trainees_are_given(host: str, noms: tuple[str, ...], attendue: str) -> None:
    locale = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:8080"
    assert adresse_pour_les_autres(locale, host, noms) == attendue


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_on_loopback_no_token_is_made(host: str) -> None:
    assert jeton_d_administration(host, None) is None
    assert jeton_d_administration(host, "donné") == "donné"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "sne.exemple.fr", "127.exemple.fr"])
def test_off_loopback_one_is_made(host: str) -> None:
    assert jeton_d_administration(host, None)


def test_a_ready_file_is_there_while_its_server_is(tmp_path: Path) -> None:
    fichier = tmp_path / "pret.json"
    fichier.write_text("d'un autre")
    with le_temps_de_servir(fichier):
        assert not fichier.exists()
        ecrire(fichier, {"admin_token": None})
        assert fichier.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_ready_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    for impossible in (Path("/proc/x/y"), tmp_path / "fichier" / "pret.json"):
        with pytest.raises(OperatorError) as erreur, le_temps_de_servir(impossible):
            ecrire(impossible, {"admin_token": None})
        assert "--ready-file" in erreur.value.diagnostics()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_the_token_that_reads_is_not_the_one_that_changes_everything(host: str) -> None:
    assert jeton_d_administration(host, "un", "autre") == "un"
    with pytest.raises(UsageError, match="jeton de lecture"):
        jeton_d_administration(host, "un", "un")


@pytest.mark.parametrize(
    ("workers", "host", "database", "attendus"),
    [
        (None, "127.0.0.1", None, 1),
        (None, "localhost", "sqlite:///a.sqlite3", 1),
        (None, "0.0.0.0", None, 3),
        (None, "127.0.0.1", "postgresql://ici/sne", 3),
        (2, "0.0.0.0", None, 2),
        (1, "127.0.0.1", "postgresql://ici/sne", 1),
    ],
)
def test_a_server_that_is_shared_has_a_process_a_core(
    workers: int | None, host: str, database: str | None, attendus: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 5})
    assert processus({"workers": workers, "host": host, "database": database}) == attendus


def test_an_open_server_is_one_of_this_machine_and_has_no_token(tmp_path: Path) -> None:
    """Else it would let in whoever reaches it, or ask for a token that opens nothing more."""
    options = {s.nom: s.defaut for s in SETTINGS} | {"home": tmp_path, "ouvert": True}
    assert configuration(options, ()).ouvert
    for de_trop, remede in (({"host": "0.0.0.0"}, "127.0.0.1"), ({"admin_token": "x" * 22}, "l'un des deux")):
        with pytest.raises(UsageError) as levee:
            configuration(options | de_trop, ())
        assert remede in levee.value.diagnostics()
