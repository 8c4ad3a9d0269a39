"""What every connection of a server shares: the application, the threads that run it, limits."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Literal, Protocol

from twisted.internet.posixbase import PosixReactorBase

from sne_sandbox.server.listeners import Ecoute
from sne_sandbox.server.tls import RefusTls

logger = logging.getLogger(__name__)

Genre = Literal["https", "http", "https_expire", "https_autre_nom"]
"""The listener that a request came by."""

#: Answers that last (event streams, downloads) have threads of their own, this many at most.
FLUX_MAX = 64


Tache = tuple[Callable[..., None], tuple[Any, ...]]


class _Fil:
    """A thread, and the task that it is woken for; None ends it."""

    __slots__ = ("reveil", "tache", "thread")

    def __init__(self) -> None:
        self.reveil = threading.Lock()
        self.reveil.acquire()
        self.tache: Tache | None = None
        self.thread: threading.Thread


class Fils:
    """The `nombre` threads that run the application. A task that raises is logged; its thread goes on.

    The last that became free is woken first: what it works with is still in the processor's caches, where
    each in turn would find its own gone.
    """

    def __init__(self, nombre: int) -> None:
        self._verrou = threading.Lock()
        self._file: deque[Tache] = deque()
        self._libres = [_Fil() for _ in range(nombre)]
        self._tous = list(self._libres)
        self._fini = False
        for rang, fil in enumerate(self._tous):
            fil.thread = threading.Thread(target=self._tourner, args=(fil,), name=f"sne-{rang}", daemon=True)
            fil.thread.start()

    def soumettre(self, tache: Callable[..., None], *arguments: Any) -> None:
        """Runs `tache(*arguments)` in a free thread, as soon as there is one."""
        with self._verrou:
            if not self._libres:
                self._file.append((tache, arguments))
                return
            fil = self._libres.pop()
        fil.tache = (tache, arguments)
        fil.reveil.release()

    def arreter(self, attente: float) -> bool:
        """Ends the threads once nothing waits, giving each `attente` seconds at most. False when one is still
        at work."""
        with self._verrou:
            self._fini = True
            libres, self._libres = self._libres, []
        for fil in libres:
            fil.reveil.release()
        for fil in self._tous:
            fil.thread.join(attente)
        return not any(fil.thread.is_alive() for fil in self._tous)

    def _tourner(self, fil: _Fil) -> None:
        while True:
            fil.reveil.acquire()
            tache, fil.tache = fil.tache, None
            while tache is not None:
                _executer(tache)
                # Waiting for the next task must not keep the last one's request, body and answer alive.
                tache = self._suivante(fil)
            if self._fini:
                return

    def _suivante(self, fil: _Fil) -> Tache | None:
        """The task that waits; without one, the thread is free."""
        with self._verrou:
            if self._file:
                return self._file.popleft()
            if not self._fini:
                self._libres.append(fil)
            return None


def _executer(tache: Tache) -> None:
    fonction, arguments = tache
    try:
        fonction(*arguments)
    except Exception:
        logger.exception("a task of the server failed")


class ApplicationWsgi(Protocol):
    """A WSGI application (PEP 3333)."""

    def __call__(self, environ: dict[str, Any], start_response: Any, /) -> Iterable[bytes]: ...


@dataclass(frozen=True, slots=True)
class RefusHttp:
    """A request refused before the application saw it. `methode` and `chemin` may be empty; `statut` is
    0 when the peer left before it could be answered."""

    pair: str
    methode: str
    chemin: str
    statut: int
    raison: str


@dataclass(slots=True, eq=False)
class ServiceWsgi:
    """The application, its threads and its limits, for the channels of one server."""

    ecoute: Ecoute
    application: ApplicationWsgi
    reacteur: PosixReactorBase
    fils: Fils
    refus_tls: Callable[[RefusTls], None]
    refus_http: Callable[[RefusHttp], None]
    canaux: set[Any] = field(default_factory=set)
    """Open channels; touched by the reactor's thread only."""
    connexion_fermee: Callable[[], None] | None = None
    """Called when a channel closes."""
    arret_demande: bool = False
    _flux: int = 0
    _verrou: threading.Lock = field(default_factory=threading.Lock)
    _date: tuple[int, bytes] = (0, b"")

    def prendre_flux(self) -> bool:
        """Takes one of the places of answers that last; False when none is left."""
        with self._verrou:
            if self._flux >= FLUX_MAX:
                return False
            self._flux += 1
            return True

    def rendre_flux(self) -> None:
        """Gives the place back."""
        with self._verrou:
            self._flux -= 1

    def signaler_tls(self, refus: RefusTls) -> None:
        """Has a refused handshake noted, in a thread: noting it may wait for a database."""
        self.fils.soumettre(self.refus_tls, refus)

    def signaler_http(self, refus: RefusHttp) -> None:
        """Has a refused request noted, in a thread."""
        self.fils.soumettre(self.refus_http, refus)

    def date(self) -> bytes:
        """Value of the Date header, computed once a second."""
        seconde = int(time.time())
        if seconde != self._date[0]:
            self._date = (seconde, formatdate(seconde, usegmt=True).encode())
        return self._date[1]
