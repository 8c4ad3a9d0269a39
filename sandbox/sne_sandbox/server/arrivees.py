"""The connections that a process is handed by its parent (`server.repartition`)."""

# Twisted annotates a part of itself only.
# mypy: allow-untyped-calls

import contextlib
import socket
from collections.abc import Sequence
from typing import Any

from twisted.internet.interfaces import IReadDescriptor
from twisted.internet.protocol import ServerFactory
from twisted.python.failure import Failure
from zope.interface import implementer

from sne_sandbox.server.repartition import ADOPTEE, D_UN_COUP, FERMEE


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
        for _ in range(D_UN_COUP):
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
        self._dire(ADOPTEE)
        try:
            assert fabrique is not None
            self._reacteur.adoptStreamConnection(connexion.fileno(), connexion.family, fabrique)
        except OSError:  # gone before it was seen
            self.fermee()

    def fermee(self) -> None:
        """Tells the parent that a connection was closed."""
        self._dire(FERMEE)

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
