"""The connections of a process: those that it accepts, or that its parent hands it
(`server.repartition_des_connexions`)."""

# Twisted annotates a part of itself only.
# mypy: allow-untyped-calls

import errno
import socket
from collections.abc import Sequence
from typing import Any, Final

from twisted.internet.interfaces import IAddress, IReadDescriptor
from twisted.internet.protocol import ServerFactory
from twisted.python.failure import Failure
from zope.interface import implementer

from sne_interface.errors import raison_systeme
from sne_sandbox.server.bornes import A_LA_PORTE, REPIT, Bornes, marge
from sne_sandbox.server.connexion_http import Canal
from sne_sandbox.server.listeners import Genre
from sne_sandbox.server.repartition_des_connexions import ADOPTEE, D_UN_COUP, FERMEE, RENDUE
from sne_sandbox.server.service_wsgi import ServiceWsgi

_SANS_DESCRIPTEUR: Final = (errno.EMFILE, errno.ENFILE)
#: Rest before what the parent has no room to hear is said again. Seconds.
_REDITE: Final = 0.02


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
class _Lue:
    """A socket that the reactor watches."""

    def __init__(self, prise: socket.socket) -> None:
        self._prise = prise

    def fileno(self) -> int:
        """Twisted's: what to watch."""
        return self._prise.fileno()

    def logPrefix(self) -> str:  # noqa: N802
        """Twisted's: its name in a log."""
        return "arrivees"

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802
        """Twisted's: the socket is closed by its maker, or is of no use any more."""


class Porte(_Lue):
    """A listener: accepts while there is room, and leaves who comes beyond waiting in the kernel's queue."""

    def __init__(self, prise: socket.socket, service: ServiceWsgi, fabrique: ServerFactory) -> None:
        super().__init__(prise)
        self._service = service
        self._reacteur: Any = service.reacteur
        self._fabrique = fabrique
        self._ouverte = False
        self._retour: Any = None
        self._max = service.bornes.connexions_max + marge(service.bornes.connexions_max)
        self.ouvrir()

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
                self._manquer(erreur)
                return
            with connexion:
                connexion.setblocking(False)
                try:
                    self._reacteur.adoptStreamConnection(connexion.fileno(), connexion.family, self._fabrique)
                except OSError as erreur:
                    if erreur.errno in _SANS_DESCRIPTEUR:
                        self._manquer(erreur)
                        return
                    # else gone before it was seen

    def _manquer(self, erreur: OSError) -> None:
        self._service.bornes.relacher()
        self._attendre(f"le système ne le permet pas ({raison_systeme(erreur)})")

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


class Arrivees(_Lue):
    """A process's side: adopts the connections that come by `ligne`, each for the factory of its listener.
    One for which no descriptor is left is given back; the next is taken a second later."""

    def __init__(
        self,
        ligne: socket.socket,
        reacteur: Any,
        fabriques: Sequence[ServerFactory | None],
        bornes: Bornes,
    ) -> None:
        ligne.setblocking(False)
        super().__init__(ligne)
        self._reacteur = reacteur
        self._fabriques = fabriques
        self._bornes = bornes
        self._a_dire = b""
        self._redite: Any = None
        self._retour: Any = None
        reacteur.addReader(self)

    def doRead(self) -> None:  # noqa: N802
        """Twisted's: connections have come."""
        for _ in range(D_UN_COUP):
            try:
                rang, descripteurs, _, _ = socket.recv_fds(self._prise, 1, 1)
            except OSError:
                return
            if not rang:  # the parent is gone
                self._reacteur.removeReader(self)
                return
            # The system drops a descriptor for which there is no room: the message comes without.
            if not descripteurs or not self._adopter(descripteurs[0], self._fabriques[rang[0]]):
                self._rendre()
                return

    def _adopter(self, descripteur: int, fabrique: ServerFactory | None) -> bool:
        """False when no descriptor is left."""
        with socket.socket(fileno=descripteur) as connexion:
            connexion.setblocking(False)
            assert fabrique is not None
            try:
                self._reacteur.adoptStreamConnection(connexion.fileno(), connexion.family, fabrique)
            except OSError as erreur:
                if erreur.errno in _SANS_DESCRIPTEUR:
                    return False
                self._dire(ADOPTEE + FERMEE)  # gone before it was seen
            else:
                self._dire(ADOPTEE)
        return True

    def _rendre(self) -> None:
        """Gives one back, and takes none for a while: the exchanges under way have the descriptors."""
        self._dire(RENDUE)
        self._bornes.relacher()
        self._bornes.etat.pauses += 1
        raison = raison_systeme(OSError(errno.EMFILE, ""))
        self._bornes.lignes.compter(A_LA_PORTE.format(f"le système ne le permet pas ({raison})"))
        self._reacteur.removeReader(self)
        self._retour = self._reacteur.callLater(REPIT, self._reprendre)

    def _reprendre(self) -> None:
        self._retour = None
        self._bornes.reserver()
        self._reacteur.addReader(self)

    def fermee(self) -> None:
        """Tells the parent that a connection was closed."""
        self._dire(FERMEE)

    def _dire(self, quoi: bytes) -> None:
        self._a_dire += quoi
        if self._redite is None:
            self._redire()

    def _redire(self) -> None:
        """Says all that is to be said; what the parent has no room to hear, a little later: it counts."""
        self._redite = None
        try:
            self._prise.send(self._a_dire)
        except BlockingIOError:
            self._redite = self._reacteur.callLater(_REDITE, self._redire)
            return
        except OSError:
            pass  # the parent is gone, or we are
        self._a_dire = b""

    def fermer(self) -> None:
        """Adopts what has come, and takes no more."""
        if self._retour is None:
            self.doRead()
        if self._retour is not None:
            self._retour.cancel()
        self._reacteur.removeReader(self)
        self._prise.close()
