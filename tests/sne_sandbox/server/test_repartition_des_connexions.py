"""Connections dealt out among processes, which are here two ends of a socket."""

import errno
import selectors
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from sne_sandbox.server import repartition_des_connexions
from sne_sandbox.server.repartition_des_connexions import Repartiteur


class Banc:
    """A listener, its Repartiteur, and what each process was handed."""

    def __init__(self, pile: ExitStack) -> None:
        self._pile = pile
        self.prise = pile.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.prise.setblocking(False)
        self.veille = pile.enter_context(selectors.DefaultSelector())
        self.repartiteur = Repartiteur([None, self.prise], self.veille, 100)
        pile.callback(self.repartiteur.fermer)
        self.lignes: dict[int, socket.socket] = {}
        self.recues: dict[int, list[socket.socket]] = {}

    def embaucher(self, *nouveaux: int) -> None:
        """More processes."""
        for processus in nouveaux:
            notre, sienne = socket.socketpair(type=socket.SOCK_SEQPACKET)
            sienne.setblocking(False)
            self.repartiteur.ajouter(processus, notre)
            self.lignes[processus] = self._pile.enter_context(sienne)
            self.recues[processus] = []

    def venir(self, combien: int) -> list[socket.socket]:
        """Clients that connect."""
        return [
            self._pile.enter_context(socket.create_connection(self.prise.getsockname()))
            for _ in range(combien)
        ]

    def arriver(self, combien: int, *nouveaux: int) -> list[socket.socket]:
        """Clients that are handed on, to more processes."""
        self.embaucher(*nouveaux)
        clients = self.venir(combien)
        self.tourner()
        return clients

    def tourner(self) -> None:
        """The parent does all that it has to do."""
        while pretes := self.veille.select(timeout=0):
            for cle, _ in pretes:
                if cle.fd in self.veille.get_map():
                    cle.data()

    def adopter(self, processus: int) -> int:
        """A process takes what it was handed, and says so; how many."""
        combien = 0
        while True:
            try:
                rang, descripteurs, _, _ = socket.recv_fds(self.lignes[processus], 1, 1)
            except BlockingIOError:
                return combien
            if not rang:  # the parent takes leave
                return combien
            assert rang == b"\x01"
            (descripteur,) = descripteurs
            self.recues[processus].append(self._pile.enter_context(socket.socket(fileno=descripteur)))
            with suppress(BrokenPipeError):
                self.lignes[processus].send(b"+")
            combien += 1

    def fermer(self, processus: int, combien: int) -> None:
        """A process closes so many of its connections."""
        for _ in range(combien):
            self.recues[processus].pop().close()
            self.lignes[processus].send(b"-")


@pytest.fixture
def banc() -> Iterator[Banc]:
    """No process yet."""
    with ExitStack() as pile:
        yield Banc(pile)


def test_connections_are_shared_evenly_even_before_closed_ones_are_counted(banc: Banc) -> None:
    banc.arriver(8, 0, 1)
    assert [banc.adopter(0), banc.adopter(1)] == [4, 4]
    banc.fermer(0, 4)
    banc.tourner()
    banc.fermer(1, 4)  # not read yet
    banc.arriver(8)
    assert sorted((banc.adopter(0), banc.adopter(1))) in ([3, 5], [4, 4])


def test_a_process_that_keeps_many_is_given_none(banc: Banc) -> None:
    banc.arriver(20, 0, 1)
    banc.adopter(0)
    banc.adopter(1)
    banc.fermer(0, 10)
    banc.tourner()
    banc.arriver(7)
    assert [banc.adopter(0), banc.adopter(1)] == [7, 0]


def test_connections_that_come_one_by_one_go_to_each_in_turn(banc: Banc) -> None:
    for processus in range(3):
        banc.embaucher(processus)
    prises = []
    for _ in range(6):
        banc.arriver(1)
        prises += [processus for processus in range(3) if banc.adopter(processus)]
        banc.fermer(prises[-1], 1)
        banc.tourner()
    assert sorted(prises[:3]) == [0, 1, 2]
    assert prises[3:] == prises[:3]


def test_what_a_process_had_not_taken_when_it_died_goes_to_another(banc: Banc) -> None:
    clients = banc.arriver(6, 0, 1)
    assert banc.adopter(1) == 3
    banc.tourner()
    banc.lignes[0].close()
    banc.repartiteur.retirer(0)
    assert banc.adopter(1) == 3
    for client, recue in zip(clients, sorted(banc.recues[1], key=lambda p: p.getpeername()), strict=True):
        assert client.getsockname() in {p.getpeername() for p in banc.recues[1]}
        recue.sendall(b"x")
    assert {client.recv(1) for client in clients} == {b"x"}


def test_where_no_process_is_left_who_comes_waits_for_the_next(banc: Banc) -> None:
    banc.arriver(2, 0)
    banc.repartiteur.retirer(0)
    banc.arriver(1)
    banc.embaucher(1)
    banc.tourner()
    assert banc.adopter(1) == 3


def test_what_a_process_has_just_adopted_goes_to_nobody_else(banc: Banc) -> None:
    """It may have read the question: who is given the connection would wait for one."""
    banc.arriver(4, 0, 1)
    assert banc.adopter(0) == 2  # not read yet by the parent
    banc.lignes[0].close()
    banc.repartiteur.retirer(0)
    assert banc.adopter(1) == 2


def test_at_the_end_each_process_keeps_what_it_was_handed(banc: Banc) -> None:
    """Handed to a second one, a connection is shut by whoever ends first, under the answer of the other."""
    clients = banc.arriver(4, 0, 1)
    banc.repartiteur.fermer()
    assert [banc.adopter(0), banc.adopter(1)] == [2, 2]
    for recue in (*banc.recues[0], *banc.recues[1]):
        recue.sendall(b"x")
    assert {client.recv(1) for client in clients} == {b"x"}


def test_a_process_that_does_not_take_what_it_is_handed_is_handed_no_more(
    banc: Banc, monkeypatch: pytest.MonkeyPatch
) -> None:
    banc.arriver(2, 0, 1)
    assert banc.adopter(1) == 1
    banc.tourner()
    monkeypatch.setattr("sne_sandbox.server.repartition_des_connexions._PROMPT", -1.0)  # all this time
    for _ in range(6):
        banc.arriver(1)
        assert banc.adopter(1) == 1
        banc.tourner()
    assert banc.adopter(0) == 1


def test_what_a_process_has_no_descriptor_for_goes_to_another_and_counts_for_nothing(banc: Banc) -> None:
    banc.arriver(4, 0, 1)
    socket.recv_fds(banc.lignes[0], 1, 0)  # its descriptor is dropped, as the system does
    banc.adopter(1)
    banc.lignes[0].send(b"!")
    assert banc.adopter(0) == 1
    banc.tourner()
    assert banc.adopter(0) + banc.adopter(1) == 1
    assert len(banc.recues[0]) + len(banc.recues[1]) == 4
    banc.lignes[0].send(b"-" * len(banc.recues[0]))  # several in one message
    banc.lignes[1].send(b"-" * len(banc.recues[1]))
    banc.tourner()
    assert banc.repartiteur._ouvertes == {0: 0, 1: 0}


def test_full_processes_are_given_no_more_and_who_comes_waits(
    banc: Banc, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(repartition_des_connexions, "REPIT", 0.0)
    banc.repartiteur._plafond = 3
    banc.arriver(10, 0, 1)
    assert [banc.adopter(0), banc.adopter(1)] == [3, 3]
    for _ in range(5):
        banc.tourner()
        banc.repartiteur.reprendre()
    assert caplog.text.count("n'accepte plus de connexions") == 1
    assert "6 sont ouvertes" in caplog.text
    assert [banc.adopter(0), banc.adopter(1)] == [0, 0]
    banc.fermer(0, 2)
    banc.tourner()
    banc.repartiteur.reprendre()
    banc.tourner()
    assert [banc.adopter(0), banc.adopter(1)] == [2, 0]


def test_without_a_descriptor_who_comes_waits(
    banc: Banc, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(repartition_des_connexions, "REPIT", 0.0)
    banc.embaucher(0)
    banc.venir(2)

    def sans_descripteur(prise: socket.socket) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as plein:
        plein.setattr(socket.socket, "accept", sans_descripteur)
        for _ in range(3):
            for cle, _ in banc.veille.select(timeout=0):
                cle.data()
            banc.repartiteur.reprendre()
    assert caplog.text.count("trop de fichiers sont ouverts") == 1
    banc.repartiteur.reprendre()
    banc.tourner()
    assert banc.adopter(0) == 2
