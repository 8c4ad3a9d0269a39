"""Connections dealt out among processes: the parent accepts, and hands them to each in turn, but for one that
has more than its share.

Left to the kernel, whoever wakes first takes all that wait: of eight connections over two processes, one had
all eight nine times of twelve.
"""

import contextlib
import logging
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

logger = logging.getLogger(__name__)

#: Connections taken at one waking: the other things that the parent watches must not wait.
D_UN_COUP: Final = 64
#: Rest before a new try, where no descriptor is left. Seconds.
_REPIT: Final = 0.05
#: How many more connections than another a process may have and still be given one. What is known of those
#: that were closed a moment ago is behind: always giving to the one that has the fewest would heap them up.
_ECART: Final = 2
#: What a process says of its connections: one is adopted, one is closed.
ADOPTEE: Final = b"+"
FERMEE: Final = b"-"


_Connexion = tuple[int, socket.socket]
"""The rank of the listener that it came by, and its socket."""


class Repartiteur:
    """The parent's side; `server.arrivees` is that of a process, which has a number. `prises` are the
    listeners, None for one that is off.

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
            for _ in range(D_UN_COUP):
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
        """To each process in turn, but for those that have too many more than another."""
        rang, prise = connexion
        self._tour += 1
        tous = list(self._lignes)
        premier = self._tour % len(tous) if tous else 0
        trop = min(self._ouvertes.values(), default=0) + _ECART
        for processus in sorted(
            tous[premier:] + tous[:premier], key=lambda p: max(0, self._ouvertes[p] - trop)
        ):
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
                if dit == FERMEE:
                    self._ouvertes[processus] -= 1
                else:
                    self._confiees[processus].popleft()[1].close()
        en_attente, self._sans_hote = self._sans_hote, []
        for connexion in en_attente:
            self._donner(connexion)
