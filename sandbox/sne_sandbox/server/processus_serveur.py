"""One server process: opens the listeners, serves until it is told to stop, ends what is under way."""

# Twisted annotates a part of itself only.
# mypy: allow-untyped-calls

import contextlib
import ctypes
import gc
import linecache
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

from twisted.internet.error import ReactorNotRunning
from twisted.internet.posixbase import PosixReactorBase
from twisted.logger import LogEvent, LogLevel, formatEvent, globalLogBeginner
from twisted.protocols.tls import TLSMemoryBIOFactory

from sne_interface import systeme
from sne_sandbox.journal_technique import recueillir
from sne_sandbox.pki.authority import Autorite
from sne_sandbox.server.connexions_acceptees import Arrivees, FabriqueDeCanaux, Porte
from sne_sandbox.server.lectures_lourdes import Voie
from sne_sandbox.server.listeners import GENRES, AdressesServies, Ecoute, Prises, ouvrir_prises
from sne_sandbox.server.service_wsgi import Fils, ServiceWsgi
from sne_sandbox.server.tls import ContexteTls, TransportTls
from sne_sandbox.server.workers import Taches

logger = logging.getLogger(__name__)

#: Seconds between two calls of `periodique`.
PERIODE: Final = 60.0

#: Seconds between two looks at who is too slow.
VEILLE: Final = 1.0
#: On SIGTERM, what peers have sent already is read first: a client that refused our certificate has its line
#: in the journal even if the server is told to end at once. Seconds.
DELAI_LECTURE: Final = 0.05
#: What a peer whose request is half sent is given to send the rest, on SIGTERM. Seconds.
DELAI_RECEPTION: Final = 1.0
#: Beyond the notice of a server, what its parent is given to stop the processes. Seconds.
DELAI_PARENT: Final = 5.0


def servir(
    ecoute: Ecoute,
    taches: Taches,
    autorite: Autorite,
    *,
    sockets: Prises | None = None,
    arrivees: socket.socket | None = None,
    pret: Callable[[AdressesServies], None],
    arret: threading.Event | None = None,
) -> None:
    """Serves `taches` until SIGTERM, SIGINT, or `arret` is set; then ends the exchanges under way.

    `sockets` are listeners already bound (they stay the caller's), `arrivees` what a parent process hands
    connections by; without either, the listeners are bound here. `pret` is called once every listener
    accepts. Outside of the main thread no signal is listened to: give `arret`.
    Raises ListenError when a listener cannot be opened, PkiError when a certificate cannot be read, and
    whatever `pret` raises.
    """
    prises = sockets or (ouvrir_prises(ecoute) if arrivees is None else Prises())
    menager_memoire()
    espacer_ramassages()
    recueillir()
    _journaliser_twisted()
    fils, voie = Fils(ecoute.threads), None
    try:
        reacteur = _reacteur()
        if taches.lecteur is not None:
            voie = Voie(taches.lecteur, reacteur.callFromThread)
        service = ServiceWsgi(ecoute, taches.application, reacteur, fils, taches.refus, taches.etat, voie)
        serveur = _Serveur(service, autorite, prises, arrivees, taches.periodique, arret)
        serveur.tourner(pret)
    finally:
        if voie is not None:
            voie.fermer()
        if taches.etat is not None:
            taches.etat.fermer()
        if not fils.arreter(0.5):
            logger.warning("an exchange was still at work when the server ended")
        if sockets is None:
            prises.fermer()


class _Serveur:
    """The reactor of one call of `servir`, and how it ends."""

    def __init__(
        self,
        service: ServiceWsgi,
        autorite: Autorite,
        prises: Prises,
        arrivees: socket.socket | None,
        periodique: Callable[[], None] | None,
        arret: threading.Event | None,
    ) -> None:
        self._service = service
        self._reacteur = service.reacteur
        self._prises = prises
        self._periodique = periodique
        self._arret = arret
        self._portes: list[Porte] = []
        self._echec: BaseException | None = None
        fabriques = self._fabriques(autorite)
        self._arrivees = (
            None if arrivees is None else Arrivees(arrivees, self._reacteur, fabriques, service.bornes)
        )
        if self._arrivees is not None:
            service.connexion_fermee = self._arrivees.fermee
        for genre, fabrique in zip(GENRES, fabriques, strict=True):
            if genre in prises:
                self._portes.append(Porte(prises[genre], service, fabrique))

    def _fabriques(self, autorite: Autorite) -> list[Any]:
        """Returns the factories of the channels of each listener, in the order of `GENRES`; None for one that
        is off."""
        ecoute = self._service.ecoute
        certificats = (autorite.serveur, None, autorite.serveur_expire, autorite.serveur_autre_nom)
        fabriques: list[Any] = []
        for genre, certificat in zip(GENRES, certificats, strict=True):
            fabrique: Any = FabriqueDeCanaux(self._service, genre)
            if certificat is not None and ecoute.https_port is None:
                fabrique = None
            elif certificat is not None:
                contexte = ContexteTls(certificat, autorite.ca, ecoute.client_cert)
                # zope declares these interfaces in a way that mypy does not see.
                fabrique = TLSMemoryBIOFactory(contexte, False, fabrique, clock=self._reacteur)  # type: ignore[arg-type]
                fabrique.protocol = TransportTls
            fabriques.append(fabrique)
        return fabriques

    def tourner(self, pret: Callable[[AdressesServies], None]) -> None:
        """Runs until the end."""
        self._reacteur.callWhenRunning(self._annoncer, pret)
        if self._periodique is not None:
            self._reacteur.callLater(PERIODE, self._lancer_periodique)
        self._reacteur.callLater(VEILLE, self._veiller)
        if self._arret is not None:
            self._reacteur.callWhenRunning(self._surveiller)
        with self._signaux():
            self._reacteur.run(installSignalHandlers=False)
        if self._echec is not None:
            raise self._echec

    def _annoncer(self, pret: Callable[[AdressesServies], None]) -> None:
        try:
            pret(self._prises.adresses(self._service.ecoute.host))
        except Exception as erreur:  # noqa: BLE001 - raised again by tourner, out of the reactor
            self._echec = erreur
            self._reacteur.stop()

    def _veiller(self) -> None:
        """Drops who is too slow, and says what is due of those who were refused."""
        if self._service.ecoute.debit_min:
            for canal in list(self._service.canaux):
                canal.veiller()
        self._service.dire_les_saturations()
        self._reacteur.callLater(VEILLE, self._veiller)

    def _lancer_periodique(self) -> None:
        self._service.fils.soumettre(self._passer_periodique)

    def _passer_periodique(self) -> None:
        assert self._periodique is not None
        try:
            self._periodique()
        finally:
            self._reacteur.callFromThread(self._reacteur.callLater, PERIODE, self._lancer_periodique)

    # --- the end -------------------------------------------------------------------------------------

    def _surveiller(self) -> None:
        assert self._arret is not None
        if self._arret.is_set():
            self._finir()
        else:
            self._reacteur.callLater(0.1, self._surveiller)

    @contextlib.contextmanager
    def _signaux(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def recevoir(numero: int, trame: object) -> None:
            fin = self._partir if numero == signal.SIGTERM else self._finir
            self._reacteur.callFromThread(self._reacteur.callLater, DELAI_LECTURE, fin)

        anciens = {numero: signal.signal(numero, recevoir) for numero in (signal.SIGTERM, signal.SIGINT)}
        # The kernel may hand a signal to any thread: without this the reactor sleeps on, its handler unheard.
        reveil = signal.set_wakeup_fd(_eveilleur(self._reacteur), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(reveil)
            for numero, ancien in anciens.items():
                signal.signal(numero, ancien)

    def _partir(self) -> None:
        """Ends, once those who send calls could hear of it (`Ecoute.preavis`). Asked twice: ends."""
        preavis = self._service.ecoute.preavis
        if not preavis or self._service.depart:
            self._finir()
            return
        self._service.depart = True
        # Processes that have a parent end when it has handed out the last connection, and says so.
        sursis = preavis if self._arrivees is None else preavis + DELAI_PARENT
        self._reacteur.callLater(sursis, lambda: None if self._service.arret_demande else self._finir())

    def _finir(self) -> None:
        """Accepts no more, closes what is idle, waits for the rest. Asked twice: ends at once."""
        if self._service.arret_demande:
            self._arreter_reacteur()
            return
        self._service.arret_demande = True
        for porte in self._portes:
            porte.fermer()
        if self._arrivees is not None:
            self._arrivees.fermer()
        for canal in list(self._service.canaux):
            canal.arreter()
        self._reacteur.callLater(DELAI_RECEPTION, self._couper_inactifs)
        self._reacteur.callLater(self._service.ecoute.delai_arret, self._arreter_reacteur)
        self._attendre()

    def _couper_inactifs(self) -> None:
        for canal in list(self._service.canaux):
            if not canal.en_cours:
                canal.couper()
        self._reacteur.callLater(DELAI_RECEPTION, self._couper_inactifs)

    def _attendre(self) -> None:
        if self._service.canaux:
            self._reacteur.callLater(0.02, self._attendre)
        else:
            self._arreter_reacteur()

    def _arreter_reacteur(self) -> None:
        # It may have been told already: Ctrl-C reaches a worker twice, from the terminal and from its parent.
        with contextlib.suppress(ReactorNotRunning):
            self._reacteur.stop()


def _reacteur() -> PosixReactorBase:
    """A reactor of our own: Twisted's global one cannot be started twice in a process."""
    if systeme.WINDOWS:
        from twisted.internet.selectreactor import SelectReactor

        return SelectReactor()
    try:
        from twisted.internet.epollreactor import EPollReactor
    except ImportError:  # not Linux
        from twisted.internet.pollreactor import PollReactor

        return PollReactor()
    return EPollReactor()


def _eveilleur(reacteur: PosixReactorBase) -> int:
    """The descriptor that wakes it up: of a pipe, or of a socket on Windows."""
    eveil: Any = reacteur.waker
    return int(eveil.o if hasattr(eveil, "o") else eveil.w.fileno())


def menager_memoire() -> None:
    """Has glibc keep one arena and give freed pages back: after twenty-megabyte bodies in ten threads the
    process would otherwise keep hundreds of megabytes. It keeps two megabytes all the same: an ordinary
    exchange would give back, and ask for again, seventy pages. Does nothing with another C library."""
    m_trim_threshold, m_arena_max = -1, -8  # malloc.h
    with contextlib.suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(m_arena_max, 1)
        mallopt(m_trim_threshold, 2 * 1024 * 1024)


def espacer_ramassages() -> None:
    """Has the garbage collector leave alone what start-up made, and run every twenty thousand objects (some
    forty exchanges, a few megabytes) instead of every seven hundred: a tenth of the time of an exchange."""
    linecache.clearcache()  # half a megabyte of source, that Spyne's import read to know who calls it
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


_twisted_journalise = threading.Event()


def _journaliser_twisted() -> None:
    """Sends Twisted's warnings and errors to logging, once per process; the rest of its log is dropped."""
    if not _twisted_journalise.is_set():
        _twisted_journalise.set()
        globalLogBeginner.beginLoggingTo([_observer], discardBuffer=True, redirectStandardIO=False)  # type: ignore[list-item]


def _observer(evenement: LogEvent) -> None:
    niveau = evenement.get("log_level")
    if niveau is None or niveau < LogLevel.warn:
        return
    echec = evenement.get("log_failure")
    trace = f"\n{echec.getTraceback()}" if echec is not None else ""
    logger.log(
        logging.WARNING if niveau is LogLevel.warn else logging.ERROR,
        "%s%s",
        formatEvent(evenement),
        trace,
    )
