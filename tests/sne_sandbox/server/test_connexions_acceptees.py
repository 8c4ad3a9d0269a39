"""What a process is handed, and what it says of it: nothing is lost, whatever it has no room for."""

import errno
import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sne_sandbox.server.bornes import Bornes
from sne_sandbox.server.connexions_acceptees import Arrivees

Bouts = tuple[socket.socket, socket.socket]


class Reacteur:
    """As much of a reactor as is asked for; it adopts what it is given, or fails."""

    def __init__(self) -> None:
        self.lus: set[Any] = set()
        self.plus_tard: list[Callable[[], None]] = []
        self.adoptees = 0
        self.erreur = 0

    def addReader(self, lecteur: Any) -> None:
        self.lus.add(lecteur)

    def removeReader(self, lecteur: Any) -> None:
        self.lus.discard(lecteur)

    def callLater(self, delai: float, fonction: Callable[[], None]) -> None:
        self.plus_tard.append(fonction)

    def adoptStreamConnection(self, descripteur: int, famille: int, fabrique: Any) -> None:
        if self.erreur:
            raise OSError(self.erreur, os.strerror(self.erreur))
        self.adoptees += 1

    def passer_le_temps(self) -> None:
        """Calls what was to be called later."""
        dus, self.plus_tard = self.plus_tard, []
        for fonction in dus:
            fonction()


@pytest.fixture
def bouts() -> Iterator[Bouts]:
    """The parent's end, and ours."""
    parent, notre = socket.socketpair(type=socket.SOCK_SEQPACKET)
    parent.setblocking(False)
    with parent, notre:
        yield parent, notre


def _dites(parent: socket.socket) -> bytes:
    dites = b""
    try:
        while dite := parent.recv(65_536):
            dites += dite
    except BlockingIOError:
        pass
    return dites


def _confier(parent: socket.socket) -> None:
    with socket.socket() as connexion:
        socket.send_fds(parent, [b"\0"], [connexion.fileno()])


def test_what_the_parent_has_no_room_to_hear_is_said_later(
    bouts: tuple[socket.socket, socket.socket],
) -> None:
    reacteur = Reacteur()
    arrivees = Arrivees(bouts[1], reacteur, [object()], Bornes(10, 10))  # type: ignore[list-item]
    for _ in range(20_000):
        arrivees.fermee()
    dites = _dites(bouts[0])
    assert len(dites) < 20_000  # the system holds some hundreds
    reacteur.passer_le_temps()
    assert dites + _dites(bouts[0]) == b"-" * 20_000


@pytest.mark.parametrize("numero", [errno.EMFILE, errno.ENFILE])
def test_a_connection_for_which_no_descriptor_is_left_is_given_back(
    bouts: tuple[socket.socket, socket.socket], numero: int
) -> None:
    reacteur, bornes = Reacteur(), Bornes(10, 10)
    arrivees = Arrivees(bouts[1], reacteur, [object()], bornes)  # type: ignore[list-item]
    reacteur.erreur = numero
    _confier(bouts[0])
    _confier(bouts[0])
    arrivees.doRead()
    assert _dites(bouts[0]) == b"!"
    assert reacteur.lus == set()
    assert "trop de fichiers sont ouverts" in bornes.lignes.dues()[0]
    reacteur.erreur = 0
    reacteur.passer_le_temps()
    assert reacteur.lus == {arrivees}
    arrivees.doRead()
    assert (_dites(bouts[0]), reacteur.adoptees) == (b"+", 1)


def test_one_whose_descriptor_the_system_dropped_is_given_back(
    bouts: tuple[socket.socket, socket.socket],
) -> None:
    reacteur = Reacteur()
    arrivees = Arrivees(bouts[1], reacteur, [object()], Bornes(10, 10))  # type: ignore[list-item]
    bouts[0].send(b"\0")
    arrivees.doRead()
    assert _dites(bouts[0]) == b"!"


def test_one_that_is_gone_is_counted_and_forgotten(bouts: Bouts) -> None:
    reacteur = Reacteur()
    arrivees = Arrivees(bouts[1], reacteur, [object()], Bornes(10, 10))  # type: ignore[list-item]
    reacteur.erreur = errno.ENOTCONN
    _confier(bouts[0])
    arrivees.doRead()
    assert _dites(bouts[0]) == b"+-"
    assert reacteur.lus == {arrivees}
