"""Connections dealt out among processes: the parent accepts, and hands each to the process that has the
fewest.

Left to the kernel, whoever wakes first takes all that wait: of eight connections over two processes, one had
all eight nine times of twelve.
"""

# Twisted annotates a part of itself only.
# mypy: allow-untyped-calls

import contextlib
import logging
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

from twisted.internet.interfaces import IReadDescriptor
from twisted.internet.protocol import ServerFactory
from twisted.python.failure import Failure
from zope.interface import implementer

logger = logging.getLogger(__name__)

#: Connections taken at one waking: the other things that the parent watches must not wait.
_D_UN_COUP: Final = 64
#: Rest before a new try, where no descriptor is left. Seconds.
_REPIT: Final = 0.05
#: What a process says of its connections: one is adopted, one is closed.
_ADOPTEE: Final = b"+"
_FERMEE: Final = b"-"


_Connexion = tuple[int, socket.socket]
"""The rank of the listener that it came by, and its socket."""


class Repartiteur:
    """The parent's side. `prises` are the listeners, None for one that is off; a process has a number.

    A connection is kept open here until its process says that it has it: one that dies before is not refused,
    another process answers it.
    """

    def __init__(self, prises: Sequence[socket.socket | None], veille: selectors.BaseSelector) -> None:
        self._prises = [(rang, prise) for rang, prise in enumerate(prises) if prise is not None]
        self._veille = veille
        self._lignes: dict[int, socket.socket] = {}
        self._ouvertes: dict[int, int] = {}
        self._confiees: dict[int, deque[_Connexion]] = {}
        self._sans_hote: list[_Connexion] = []
        self._tour = 0

    def ajouter(self, processus: int, ligne: socket.socket) -> None:
        """A process that serves from now on; `ligne` leads to its Arrivees. The first opens the door."""
        ligne.setblocking(False)
        self._veille.register(ligne, selectors.EVENT_READ, lambda: self._compter(processus))
        if not self._lignes:
            for rang, prise in self._prises:
                self._veille.register(prise, selectors.EVENT_READ, self._accepteur(rang, prise))
        self._lignes[processus] = ligne
        self._ouvertes[processus] = 0
        self._confiees[processus] = deque()
        en_attente, self._sans_hote = self._sans_hote, []
        for connexion in en_attente:
            self._donner(connexion)

    def retirer(self, processus: int) -> None:
        """A process that is gone, with its connections. With the last, the kernel keeps who comes waiting."""
        ligne = self._lignes.pop(processus, None)
        if ligne is None:
            return
        self._veille.unregister(ligne)
        ligne.close()
        del self._ouvertes[processus]
        if not self._lignes:
            for _, prise in self._prises:
                self._veille.unregister(prise)
        for connexion in self._confiees.pop(processus):
            self._donner(connexion)

    def fermer(self) -> None:
        """Takes and hands out nothing more."""
        for processus in list(self._lignes):
            self.retirer(processus)
        for _, connexion in self._sans_hote:
            connexion.close()

    def _accepteur(self, rang: int, prise: socket.socket) -> Callable[[], None]:
        def accepter() -> None:
            for _ in range(_D_UN_COUP):
                try:
                    connexion, _adresse = prise.accept()
                except (BlockingIOError, ConnectionAbortedError):
                    return
                except OSError as erreur:  # no descriptor left
                    logger.warning("a connection cannot be accepted: %s", erreur)
                    time.sleep(_REPIT)
                    return
                self._donner((rang, connexion))

        return accepter

    def _donner(self, connexion: _Connexion) -> None:
        """To the process that has the fewest; among equals, each in turn."""
        rang, prise = connexion
        self._tour += 1
        tous = list(self._lignes)
        premier = self._tour % len(tous) if tous else 0
        for processus in sorted(tous[premier:] + tous[:premier], key=self._ouvertes.__getitem__):
            with contextlib.suppress(OSError):  # dead, or so far behind that its queue is full
                socket.send_fds(self._lignes[processus], [bytes([rang])], [prise.fileno()])
                self._ouvertes[processus] += 1
                self._confiees[processus].append(connexion)
                return
        self._sans_hote.append(connexion)

    def _compter(self, processus: int) -> None:
        """Reads what a process has adopted, and what it has closed."""
        with contextlib.suppress(OSError):
            while dit := self._lignes[processus].recv(1):
                if dit == _FERMEE:
                    self._ouvertes[processus] -= 1
                else:
                    self._confiees[processus].popleft()[1].close()
        en_attente, self._sans_hote = self._sans_hote, []
        for connexion in en_attente:
            self._donner(connexion)


@implementer(IReadDescriptor)
class Arrivees:
    """A process's side: adopts the connections that come by `ligne`, each for the factory of its listener."""

    def __init__(
        self, ligne: socket.socket, reacteur: Any, fabriques: Sequence[ServerFactory | None]
    ) -> None:
        ligne.setblocking(False)
        self._ligne = ligne
        self._reacteur = reacteur
        self._fabriques = fabriques
        reacteur.addReader(self)

    def fileno(self) -> int:
        """Twisted's: what to watch."""
        return self._ligne.fileno()

    def logPrefix(self) -> str:  # noqa: N802
        """Twisted's: its name in a log."""
        return "arrivees"

    def doRead(self) -> None:  # noqa: N802
        """Twisted's: connections have come."""
        for _ in range(_D_UN_COUP):
            try:
                rang, descripteurs, _, _ = socket.recv_fds(self._ligne, 1, 1)
            except OSError:
                return
            if not rang:  # the parent is gone
                self._reacteur.removeReader(self)
                return
            for descripteur in descripteurs:
                with socket.socket(fileno=descripteur) as connexion:
                    self._adopter(connexion, self._fabriques[rang[0]])

    def _adopter(self, connexion: socket.socket, fabrique: ServerFactory | None) -> None:
        connexion.setblocking(False)
        self._dire(_ADOPTEE)
        try:
            assert fabrique is not None
            self._reacteur.adoptStreamConnection(connexion.fileno(), connexion.family, fabrique)
        except OSError:  # gone before it was seen
            self.fermee()

    def fermee(self) -> None:
        """Tells the parent that a connection was closed."""
        self._dire(_FERMEE)

    def _dire(self, quoi: bytes) -> None:
        with contextlib.suppress(OSError):
            self._ligne.send(quoi)

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802
        """Twisted's: the line is of no use any more."""

    def fermer(self) -> None:
        """Adopts what has come, and takes no more."""
        self.doRead()
        self._reacteur.removeReader(self)
        self._ligne.close()
