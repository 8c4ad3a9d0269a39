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
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from sne_interface.errors import raison_systeme
from sne_sandbox.server.bornes import A_LA_PORTE, REPIT, Lignes

logger = logging.getLogger(__name__)

#: Connections taken at one waking: the other things that the parent watches must not wait.
D_UN_COUP: Final = 64
#: How many more connections than another a process may have and still be given one. What is known of those
#: that were closed a moment ago is behind: always giving to the one that has the fewest would heap them up.
_ECART: Final = 2
#: Seconds in which a process adopts what it is handed, unless it is stopped, or has far too much to do: it is
#: given nothing more then, if another one can have it.
_PROMPT: Final = 0.25
#: What a process says of its connections: one is adopted, one is closed, one could not be taken (it has no
#: descriptor left). A message says several.
ADOPTEE: Final = b"+"
FERMEE: Final = b"-"
RENDUE: Final = b"!"
_DITES_MAX: Final = 65_536


#: The rank of the listener that it came by, its socket, and when it was last handed (monotonic seconds).
_Connexion = tuple[int, socket.socket, float]


class Repartiteur:
    """The parent's side; `server.connexions_acceptees` is that of a process, which has a number. `prises` are
    the listeners, None for one that is off; a process is handed `plafond` connections at most: once all have
    so many, who comes waits in the kernel's queue, as where no descriptor is left.

    A connection is kept open here until its process says that it has it: one that dies before is not refused,
    another process answers it.
    """

    def __init__(
        self, prises: Sequence[socket.socket | None], veille: selectors.BaseSelector, plafond: int
    ) -> None:
        self._prises = [(rang, prise) for rang, prise in enumerate(prises) if prise is not None]
        self._veille = veille
        self._lignes: dict[int, socket.socket] = {}
        self._ouvertes: dict[int, int] = {}
        self._confiees: dict[int, deque[_Connexion]] = {}
        self._sans_hote: list[_Connexion] = []
        self._tour = 0
        self._plafond = plafond
        self._lignes_dites = Lignes()
        #: When listeners that wait are tried again (monotonic seconds); 0 while they are watched.
        self._a_rouvrir = 0.0

    def ajouter(self, processus: int, ligne: socket.socket) -> None:
        """A process that serves from now on; `ligne` leads to its Arrivees. The first opens the door."""
        ligne.setblocking(False)
        self._veille.register(ligne, selectors.EVENT_READ, lambda: self._compter(processus))
        if not self._lignes:
            self._ouvrir()
        self._lignes[processus] = ligne
        self._ouvertes[processus] = 0
        self._confiees[processus] = deque()
        self._donner_ce_qui_attend()

    def retirer(self, processus: int) -> None:
        """A process that is gone, with its connections. With the last, the kernel keeps who comes waiting."""
        for rang, prise, _ in self._oublier(processus):
            self._donner(rang, prise)

    def fermer(self) -> None:
        """Takes and hands out nothing more: what a process was handed is its own, it ends it."""
        for processus in list(self._lignes):
            self._sans_hote += self._oublier(processus)
        for _, prise, _ in self._sans_hote:
            prise.close()

    def _oublier(self, processus: int) -> Iterable[_Connexion]:
        """Watches it no more; what it has not said that it adopted."""
        if processus not in self._lignes:
            return ()
        self._entendre(processus)
        ligne = self._lignes.pop(processus)
        self._veille.unregister(ligne)
        ligne.close()
        del self._ouvertes[processus]
        if not self._lignes:
            self._attendre()
            self._a_rouvrir = 0.0
        return self._confiees.pop(processus)

    def reprendre(self) -> None:
        """Tries listeners that wait, and says what is due of them; called several times a second."""
        if self._a_rouvrir and time.monotonic() >= self._a_rouvrir and self._lignes:
            self._ouvrir()
        for dite in self._lignes_dites.dues():
            logger.warning("sne-sandbox : %s", dite)

    def _ouvrir(self) -> None:
        self._a_rouvrir = 0.0
        for rang, prise in self._prises:
            self._veille.register(prise, selectors.EVENT_READ, self._accepteur(rang, prise))

    def _attendre(self, raison: str = "") -> None:
        """Watches the listeners no more, for a while."""
        if not self._a_rouvrir:
            for _, prise in self._prises:
                self._veille.unregister(prise)
        self._a_rouvrir = time.monotonic() + REPIT
        if raison:
            self._lignes_dites.compter(A_LA_PORTE.format(raison))

    def _accepteur(self, rang: int, prise: socket.socket) -> Callable[[], None]:
        def accepter() -> None:
            for _ in range(D_UN_COUP):
                if min(self._ouvertes.values(), default=0) >= self._plafond:
                    self._attendre(f"{self._plafond * len(self._lignes)} sont ouvertes")
                    return
                try:
                    connexion, _adresse = prise.accept()
                except (BlockingIOError, ConnectionAbortedError):
                    return
                except OSError as erreur:  # no descriptor left
                    self._attendre(f"le système ne le permet pas ({raison_systeme(erreur)})")
                    return
                self._donner(rang, connexion)

        return accepter

    def _donner(self, rang: int, prise: socket.socket) -> None:
        """To each process in turn, but for those that are late, or have too many more than another."""
        maintenant = time.monotonic()
        connexion = rang, prise, maintenant
        self._tour += 1
        tous = list(self._lignes)
        premier = self._tour % len(tous) if tous else 0
        trop = min(self._ouvertes.values(), default=0) + _ECART

        def merite(processus: int) -> tuple[bool, bool, int]:
            confiees = self._confiees[processus]
            en_retard = bool(confiees) and maintenant - confiees[0][2] > _PROMPT
            return (
                self._ouvertes[processus] >= self._plafond,
                en_retard,
                max(0, self._ouvertes[processus] - trop),
            )

        for processus in sorted(tous[premier:] + tous[:premier], key=merite):
            with contextlib.suppress(OSError):  # dead, or so far behind that its queue is full
                socket.send_fds(self._lignes[processus], [bytes([rang])], [prise.fileno()])
                self._ouvertes[processus] += 1
                self._confiees[processus].append(connexion)
                return
        self._sans_hote.append(connexion)

    def _compter(self, processus: int) -> None:
        """Reads what a process says, and gives the room that it leaves to the connections that no process
        could take."""
        self._entendre(processus)
        self._donner_ce_qui_attend()

    def _donner_ce_qui_attend(self) -> None:
        en_attente, self._sans_hote = self._sans_hote, []
        for rang, prise, _ in en_attente:
            self._donner(rang, prise)

    def _entendre(self, processus: int) -> None:
        """Reads what a process has adopted, what it has closed, and what it could not take."""
        confiees = self._confiees[processus]
        with contextlib.suppress(OSError):
            while dites := self._lignes[processus].recv(_DITES_MAX):
                self._ouvertes[processus] -= dites.count(FERMEE) + dites.count(RENDUE)
                for dite in dites.replace(FERMEE, b""):
                    connexion = confiees.popleft()
                    if dite == RENDUE[0]:
                        self._sans_hote.append(connexion)
                    else:
                        connexion[1].close()
