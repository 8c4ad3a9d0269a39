"""The connections of a process: those that it accepts, or that its parent hands it (`server.repartition`)."""

# Twisted annotates a part of itself only.
# mypy: allow-untyped-calls

import contextlib
import socket
from collections.abc import Sequence
from typing import Any

from twisted.internet.interfaces import IAddress, IReadDescriptor
from twisted.internet.protocol import ServerFactory
from twisted.python.failure import Failure
from zope.interface import implementer

from sne_sandbox.raisons import raison_systeme
from sne_sandbox.server.bornes import A_LA_PORTE, REPIT, marge
from sne_sandbox.server.channel import Canal
from sne_sandbox.server.repartition import ADOPTEE, D_UN_COUP, FERMEE
from sne_sandbox.server.service import Genre, ServiceWsgi


class FabriqueDeCanaux(ServerFactory):
    """Makes the channels of one listener."""

    noisy = False

    def __init__(self, service: ServiceWsgi, genre: Genre) -> None:
        self._service = service
        self._genre: Genre = genre

    def buildProtocol(self, addr: IAddress | None) -> Canal:  # noqa: N802
        """Twisted's: a channel for a new connection."""
        return Canal(self._service, self._genre)


@implementer(IReadDescriptor)
class Porte:
    """A listener: accepts while there is room, and leaves who comes beyond waiting in the kernel's queue."""

    def __init__(self, prise: socket.socket, service: ServiceWsgi, fabrique: ServerFactory) -> None:
        self._prise = prise
        self._service = service
        self._reacteur: Any = service.reacteur
        self._fabrique = fabrique
        self._ouverte = False
        self._retour: Any = None
        self._max = service.bornes.connexions_max + marge(service.bornes.connexions_max)
        self.ouvrir()

    def fileno(self) -> int:
        """Twisted's: what to watch."""
        return self._prise.fileno()

    def logPrefix(self) -> str:  # noqa: N802
        """Twisted's: its name in a log."""
        return "porte"

    def doRead(self) -> None:  # noqa: N802
        """Twisted's: connections have come."""
        for _ in range(D_UN_COUP):
            if len(self._service.canaux) >= self._max:
                self._attendre(f"{self._max} sont ouvertes")
                return
            try:
                connexion, _adresse = self._prise.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as erreur:  # no descriptor left
                self._service.bornes.relacher()
                self._attendre(f"le système ne le permet pas ({raison_systeme(erreur)})")
                return
            with connexion, contextlib.suppress(OSError):  # gone before it was seen
                connexion.setblocking(False)
                self._reacteur.adoptStreamConnection(connexion.fileno(), connexion.family, self._fabrique)

    def _attendre(self, raison: str) -> None:
        """Accepts nothing, until there is room again; tried every second."""
        self._reacteur.removeReader(self)
        self._ouverte = False
        self._service.bornes.etat.pauses += 1
        self._service.bornes.lignes.compter(A_LA_PORTE.format(raison))
        self._retour = self._reacteur.callLater(REPIT, self.ouvrir)

    def ouvrir(self) -> None:
        """Accepts, from now on."""
        self._retour = None
        self._ouverte = True
        self._service.bornes.reserver()
        self._reacteur.addReader(self)

    def fermer(self) -> None:
        """Accepts no more, for good."""
        if self._retour is not None:
            self._retour.cancel()
        elif self._ouverte:
            self._reacteur.removeReader(self)
        self._retour, self._ouverte = None, False

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802
        """Twisted's: the socket is its maker's."""


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
