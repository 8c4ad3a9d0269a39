"""The service that every connection of a server shares: the application, the threads that run it, limits."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from wsgiref.types import WSGIApplication

from twisted.internet.posixbase import PosixReactorBase

from sne_sandbox.server.bornes import Bornes, connexions_possibles
from sne_sandbox.server.listeners import Ecoute
from sne_sandbox.server.refus_http import RefusServeur
from sne_sandbox.web.sante import Sante

logger = logging.getLogger(__name__)


#: Answers that last (event streams, downloads) have threads of their own, this many at most.
FLUX_MAX = 64


Tache = tuple[Callable[..., None] | None, tuple[Any, ...]]


class Fils:
    """The `nombre` threads that run the application, fed by one queue. A task wakes one of them, the last to
    have come to rest; one that raises is logged, and its thread goes on."""

    def __init__(self, nombre: int) -> None:
        self._verrou = threading.Lock()
        self._taches: deque[Tache] = deque()
        #: The locks that the threads at rest wait for.
        self._reveils: list[threading.Lock] = []
        self._fils = [
            threading.Thread(target=self._tourner, name=f"sne-{rang}", daemon=True) for rang in range(nombre)
        ]
        for fil in self._fils:
            fil.start()

    def soumettre(self, tache: Callable[..., None] | None, *arguments: Any) -> None:
        """Runs `tache(*arguments)` in the first free thread; None ends a thread."""
        with self._verrou:
            self._taches.append((tache, arguments))
            if self._reveils:
                self._reveils.pop().release()

    def arreter(self, attente: float) -> bool:
        """Ends the threads, waiting `attente` seconds for each at most. False when one is still at work."""
        for _ in self._fils:
            self.soumettre(None)
        for fil in self._fils:
            fil.join(attente)
        return not any(fil.is_alive() for fil in self._fils)

    def _prendre(self, reveil: threading.Lock) -> Tache:
        while True:
            with self._verrou:
                if self._taches:
                    return self._taches.popleft()
                self._reveils.append(reveil)
            reveil.acquire()

    def _tourner(self) -> None:
        reveil = threading.Lock()
        reveil.acquire()
        while True:
            tache, arguments = self._prendre(reveil)
            if tache is None:
                return
            try:
                tache(*arguments)
            except Exception:
                logger.exception("a task of the server failed")
            # Waiting for the next task must not keep the last one's request, body and answer alive.
            del tache, arguments


ApplicationWsgi = WSGIApplication


@dataclass(slots=True, eq=False)
class ServiceWsgi:
    """The application, its threads and its limits, for the channels of one server."""

    ecoute: Ecoute
    application: ApplicationWsgi
    reacteur: PosixReactorBase
    fils: Fils
    refus: Callable[[RefusServeur], None]
    #: What `/readyz` tells; None: those addresses are the application's.
    etat: Sante | None = None
    #: The way of heavy reads (`server.lectures_lourdes.Voie`); None: the application.
    voie: Any = None
    bornes: Bornes = field(init=False)
    #: Open channels; touched by the reactor's thread only.
    canaux: set[Any] = field(default_factory=set)
    #: Called when a channel closes.
    connexion_fermee: Callable[[], None] | None = None
    #: Requests that the application was given; touched by the reactor's thread only.
    recues: int = 0
    arret_demande: bool = False
    #: Whether it has said that it is about to end (`Ecoute.preavis`).
    depart: bool = False
    #: The places of answers that last.
    flux: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(FLUX_MAX))
    _date: tuple[int, bytes] = (0, b"")

    def __post_init__(self) -> None:
        self.bornes = Bornes(connexions_possibles(self.ecoute.connexions_max), self.ecoute.octets_max)

    def signaler(self, refus: RefusServeur) -> None:
        """Has a refusal noted, in a thread: noting it may wait for a database."""
        self.fils.soumettre(self.refus, refus)

    def saturer(self, raison: str) -> None:
        """A request was refused because the server is full: said, and journalled, once a minute."""
        self.bornes.etat.satures += 1
        self.bornes.lignes.compter(raison)

    def dire_les_saturations(self) -> None:
        """Says and journals what is due of it."""
        if not (dues := self.bornes.lignes.dues()):
            return
        self.bornes.relacher()  # the first line of a log opens files: the modules that write it
        for raison in dues:
            logger.warning("sne-sandbox : %s", raison)
            self.signaler(RefusServeur(pair="", raison=raison, methode="", statut=503))
        self.bornes.reserver()

    def date(self) -> bytes:
        """Value of the Date header, computed once a second."""
        seconde = int(time.time())
        if seconde != self._date[0]:
            self._date = (seconde, formatdate(seconde, usegmt=True).encode())
        return self._date[1]
