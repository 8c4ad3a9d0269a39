"""The life of a server process: signals, exchanges under way, the minute, errors of its start."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from donnees import a_cote

from sne_sandbox.pki.authority import Autorite
from sne_sandbox.server import processus_serveur
from sne_sandbox.server.processus_serveur import AdressesServies, Ecoute, servir
from sne_sandbox.server.workers import Taches

#: Seconds that nothing takes, however busy the machine.
DELAI = 60.0


def _lente(home: Path, **tuyaux: int) -> subprocess.Popen[str]:
    """A server whose exchange ends when it is told."""
    commande = [sys.executable, "-c", a_cote(__file__)["lente"], str(home)]
    return subprocess.Popen(commande, stdout=subprocess.PIPE, text=True, **tuyaux)  # type: ignore[call-overload]


@pytest.mark.parametrize("signe", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_exchange_under_way_then_the_server(tmp_path: Path, signe: int) -> None:
    import socket
    from urllib.parse import urlsplit

    with _lente(tmp_path, stdin=subprocess.PIPE) as processus:
        assert processus.stdin is not None
        assert processus.stdout is not None
        lieu = urlsplit(processus.stdout.readline().strip())
        with (
            socket.create_connection((lieu.hostname, lieu.port), DELAI) as oisive,
            socket.create_connection((lieu.hostname, lieu.port), DELAI) as prise,
        ):
            prise.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert processus.stdout.readline() == "entree\n"
            processus.send_signal(signe)
            assert oisive.recv(100) == b""
            processus.stdin.write("\n")  # the exchange under way ends only once the signal was taken
            processus.stdin.flush()
            recu = b""
            while morceau := prise.recv(4096):
                recu += morceau
        assert recu.endswith(b"\r\n\r\nok")
        assert b"Connection: close" in recu
        assert processus.stdout.readline() == "fin\n"
        assert processus.wait(DELAI) == 0


def test_ctrl_c_that_comes_twice_is_one_end_and_says_nothing(tmp_path: Path) -> None:
    """A worker hears it from the terminal, and from its parent, before its reactor has turned once more."""
    with _lente(tmp_path, stderr=subprocess.PIPE) as processus:
        assert processus.stdout is not None
        processus.stdout.readline()
        for signe in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
            processus.send_signal(signe)
        dit, erreurs = processus.communicate(timeout=DELAI)
    assert (dit, erreurs, processus.returncode) == ("fin\n", "", 0)


def test_the_end_does_not_wait_for_a_silent_peer(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir, inactivite=3600.0, reception=3600.0)
    with serveur.prise() as clair, serveur.prise_tls() as chiffree, serveur.prise_tls() as oisive:
        for prise in (clair, chiffree):
            prise.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc")
        oisive.sendall(b"GET / HTTP/1.1\r\n\r\n")
        serveur.reponse(oisive)
        serveur.arreter()
    assert len(miroir.environs) == 1


def test_an_exchange_that_does_not_end_is_left_after_the_grace(
    lancer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    entree, sortie = threading.Event(), threading.Event()

    def bloquee(environ: Any, start_response: Any) -> Any:
        entree.set()
        sortie.wait(DELAI)
        start_response("200 OK", [])
        return [b""]

    serveur = lancer(bloquee, delai_arret=0.2)
    with serveur.prise() as prise:
        prise.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert entree.wait(DELAI)
        serveur.arreter()
    assert "still at work" in caplog.text
    sortie.set()


def _servir(autorite: Autorite, periodique: Callable[[], None] | None = None, **options: Any) -> None:
    taches = Taches(lambda environ, start_response: [], print, periodique=periodique)
    servir(Ecoute(https_port=None, http_port=0, threads=1), taches, autorite, **options)


def test_what_has_to_be_done_every_minute_is_done_again_even_after_a_failure(
    autorite: Autorite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(processus_serveur, "PERIODE", 0.01)
    passages: list[int] = []
    arret = threading.Event()

    def minute() -> None:
        passages.append(threading.get_ident())
        if len(passages) == 3:
            arret.set()
        raise ZeroDivisionError

    _servir(autorite, pret=lambda adresses: None, periodique=minute, arret=arret)
    assert len(passages) >= 3
    assert threading.get_ident() not in passages
    assert "ZeroDivisionError" in caplog.text


def test_what_pret_raises_ends_the_server_and_is_raised(autorite: Autorite) -> None:
    def pret(adresses: AdressesServies) -> None:
        raise PermissionError(adresses.http)

    with pytest.raises(PermissionError):
        _servir(autorite, pret=pret)


def test_a_server_told_to_end_before_it_began_ends(autorite: Autorite) -> None:
    arret, prets = threading.Event(), []
    arret.set()
    _servir(autorite, pret=prets.append, arret=arret)
    assert len(prets) == 1
