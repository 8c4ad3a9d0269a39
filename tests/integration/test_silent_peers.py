"""More silent peers than threads, at every stage of a request, delay nobody and are let go."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from sne_sandbox.pki.authority import Autorite
from sne_sandbox.server.processus_serveur import AdressesServies, Ecoute, servir
from sne_sandbox.server.workers import Taches

DELAI = 120.0
MUETS = 64
TETE = b"POST /services/DemandeLogementImplService/ HTTP/1.1\r\nHost: sne.exemple.fr\r\n"


def _application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    corps = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(corps)))])
    return [corps]


@pytest.fixture(scope="module")
def serveur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AdressesServies, ssl.SSLContext]]:
    """A server with two threads, and a TLS context that trusts it."""
    autorite = Autorite.ouvrir(tmp_path_factory.mktemp("home"))
    adresses: list[AdressesServies] = []
    pret, arret = threading.Event(), threading.Event()

    def annoncer(prets: AdressesServies) -> None:
        adresses.append(prets)
        pret.set()

    fil = threading.Thread(
        target=servir,
        args=(
            Ecoute(https_port=0, http_port=0, threads=2, inactivite=3600.0, reception=3600.0),
            Taches(_application, lambda refus: None),
            autorite,
        ),
        kwargs={"pret": annoncer, "arret": arret},
    )
    fil.start()
    assert pret.wait(DELAI)
    yield adresses[0], ssl.create_default_context(cafile=str(autorite.ca))
    arret.set()
    fil.join(DELAI)
    assert not fil.is_alive()


def _connecter(adresse: str | None, contexte: ssl.SSLContext | None) -> socket.socket:
    lieu = urlsplit(adresse or "")
    prise = socket.create_connection((lieu.hostname or "", lieu.port or 0), timeout=DELAI)
    return contexte.wrap_socket(prise, server_hostname="localhost") if contexte else prise


@pytest.mark.parametrize("chiffre", [False, True], ids=["http", "https"])
@pytest.mark.parametrize(
    "envoye",
    [
        pytest.param(None, id="before the handshake"),
        pytest.param(b"", id="before the head"),
        pytest.param(TETE + b"Content-Le", id="in the head"),
        pytest.param(TETE + b"Content-Length: 13000\r\n\r\n" + b"x" * 6000, id="in the body"),
        pytest.param(TETE + b"Transfer-Encoding: chunked\r\n\r\n1770\r\nxxx", id="in a chunk"),
    ],
)
def test_silent_peers_hold_no_thread(
    serveur: tuple[AdressesServies, ssl.SSLContext], envoye: bytes | None, chiffre: bool
) -> None:
    adresses, contexte = serveur
    adresse = adresses.https if chiffre else adresses.http
    with contextlib.ExitStack() as ouvertes:
        for _ in range(MUETS):
            poignee = contexte if chiffre and envoye is not None else None
            muet = ouvertes.enter_context(_connecter(adresse, poignee))
            muet.sendall(envoye or b"")
        prise = ouvertes.enter_context(_connecter(adresse, contexte if chiffre else None))
        prise.sendall(TETE + b"Content-Length: 3\r\nConnection: close\r\n\r\nabc")
        recu = b""
        while morceau := prise.recv(4096):
            recu += morceau
    assert recu.startswith(b"HTTP/1.1 200 OK")
    assert recu.endswith(b"\r\n\r\nabc")


def test_a_peer_that_sends_a_byte_at_a_time_is_answered_in_the_end(
    serveur: tuple[AdressesServies, ssl.SSLContext],
) -> None:
    adresses, _ = serveur
    with _connecter(adresses.http, None) as prise:
        prise.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in TETE + b"Content-Length: 3\r\nConnection: close\r\n\r\nabc":
            prise.sendall(bytes([octet]))
        recu = b""
        while morceau := prise.recv(4096):
            recu += morceau
    assert recu.endswith(b"\r\n\r\nabc")
