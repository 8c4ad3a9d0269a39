"""What a socket tells of what was sent by it."""

import socket
import struct
import time
from collections.abc import Iterator

import pytest

from sne_sandbox.server import livraison_de_la_reponse

Paire = tuple[socket.socket, socket.socket]


@pytest.fixture
def paire() -> Iterator[Paire]:
    """A client that has said goodbye, and the server's end."""
    with socket.create_server(("127.0.0.1", 0)) as ecoute:
        client = socket.create_connection(ecoute.getsockname())
        serveur, _ = ecoute.accept()
    with client, serveur:
        client.shutdown(socket.SHUT_WR)
        yield client, serveur


def _attendre(prise: socket.socket) -> bool | None:
    limite = time.monotonic() + 10
    while (dit := livraison_de_la_reponse.accuse(prise)) is None and time.monotonic() < limite:
        time.sleep(0.005)
    return dit


def test_what_the_peer_has_is_acknowledged(paire: Paire) -> None:
    client, serveur = paire
    serveur.sendall(b"voici")
    assert livraison_de_la_reponse.accuse(serveur) is None  # our own goodbye is not said
    serveur.shutdown(socket.SHUT_WR)
    assert _attendre(serveur) is True
    assert client.recv(10) == b"voici"


def test_what_a_peer_that_left_is_sent_is_refused(paire: Paire) -> None:
    client, serveur = paire
    client.close()
    serveur.sendall(b"voici")
    assert _attendre(serveur) is False


def test_a_reset_is_seen(paire: Paire) -> None:
    client, serveur = paire
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    assert _attendre(serveur) is False


def test_the_goodbye_is_watched_only_so_long(paire: Paire) -> None:
    _, serveur = paire
    attentes: list[float] = []
    dits: list[str] = []

    def plus_tard(secondes: float, regarder: object, *arguments: float) -> None:
        attentes.append(secondes)
        if not dits:
            regarder(*arguments)  # type: ignore[operator]

    livraison_de_la_reponse.Adieu(serveur, plus_tard, lambda: dits.append(""), dits.append)
    assert dits == [livraison_de_la_reponse.SANS_ACCUSE]  # it said nothing of what was never sent to it
    assert livraison_de_la_reponse.ACCUSE_MAX <= sum(attentes) < 3 * livraison_de_la_reponse.ACCUSE_MAX
