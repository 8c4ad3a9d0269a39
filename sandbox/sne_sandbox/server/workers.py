"""Several server processes behind the same listeners: the parent binds, accepts, spawns, watches and
restarts.

A worker is a fresh interpreter, not a fork: it has no thread, lock or database handle of its parent, and its
memory allocator is set before it starts.
"""

import contextlib
import logging
import os
import pickle
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from sne_interface.errors import OperatorError
from sne_sandbox.journal_technique import recueillir
from sne_sandbox.server.bornes import connexions_possibles, marge
from sne_sandbox.server.listeners import GENRES, AdressesServies, Ecoute, ouvrir_prises
from sne_sandbox.server.repartition_des_connexions import Repartiteur

if TYPE_CHECKING:
    # With Twisted under them: what a worker serves with, and its parent does without.
    from sne_sandbox.pki.authority import Autorite
    from sne_sandbox.server.refus_http import RefusServeur
    from sne_sandbox.server.service_wsgi import ApplicationWsgi
    from sne_sandbox.web.sante import Sante

logger = logging.getLogger(__name__)

PRET: Final = b"pret"
#: What tells SIGTERM from SIGINT, which asks for no notice.
SIGTERM: Final = b"T"

#: Twenty-megabyte bodies in several threads leave glibc's arenas at 390 MB; with these they do not.
ENVIRONNEMENT: Final = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "2097152"}

#: Seconds before a worker that died is started again; doubled each time it dies before it is ready.
REPRISE: Final = 0.1
REPRISE_MAX: Final = 5.0


@dataclass(frozen=True, slots=True)
class Taches:
    """The tasks of one process, built inside of it. A thread of the application calls every function except
    `fin`. `etat` is what `/healthz` and `/readyz` tell."""

    application: "ApplicationWsgi"
    refus: "Callable[[RefusServeur], None]"
    #: Called every minute, in one of the processes only.
    periodique: Callable[[], None] | None = None
    #: Makes the application that heavy reads are asked, in a process of its own. Picklable. Without it they
    #: are made here.
    lecteur: "Callable[[], ApplicationWsgi] | None" = None
    #: Called when the process has served.
    fin: Callable[[], None] = lambda: None
    etat: "Sante | None" = None


@dataclass(frozen=True, slots=True)
class Consigne:
    """The orders that a worker gets when it starts, pickled on its standard input. It receives its
    connections by the descriptor `arrivees`."""

    fabrique: Callable[[], Taches]
    ecoute: Ecoute
    autorite: "Autorite"
    rang: int
    arrivees: int = -1


@dataclass(slots=True)
class _Ouvrier:
    """A worker as its parent sees it."""

    rang: int
    processus: subprocess.Popen[bytes]
    #: Our end of its standard input: closed by either side when it dies.
    ligne: socket.socket
    #: Our end of what its connections go by.
    connexions: socket.socket
    pret: bool = False


@dataclass(slots=True)
class _Equipe:
    consignes: list[Consigne]
    #: What is watched; the data of each is what to do when it is readable.
    veille: selectors.BaseSelector
    repartiteur: Repartiteur
    #: Whether the server has been said to be ready.
    annonce: bool = False
    ouvriers: dict[int, _Ouvrier] = field(default_factory=dict)
    #: When the worker of a rank is to be started again (monotonic seconds).
    reprises: dict[int, float] = field(default_factory=dict)
    delais: dict[int, float] = field(default_factory=dict)


def servir_a_plusieurs(
    n: int,
    ecoute: Ecoute,
    fabrique: Callable[[], Taches],
    autorite: "Autorite",
    *,
    pret: Callable[[AdressesServies], None],
) -> None:
    """Serves in `n` processes until SIGTERM or SIGINT, then waits for their exchanges to end.

    `fabrique` is a picklable callable (a module's function, a bound method of a picklable value), called in
    each worker. `pret` is called here, once every worker accepts. A worker that dies later is replaced.
    Raises ListenError when a listener cannot be opened, OperatorError when a worker cannot start.
    """
    recueillir()
    prises = ouvrir_prises(ecoute)
    possibles = connexions_possibles(ecoute.connexions_max)
    consignes = [Consigne(fabrique, ecoute, autorite, rang) for rang in range(n)]
    with _arret_demande() as demande, selectors.DefaultSelector() as veille:
        plafond = possibles + marge(possibles)
        repartiteur = Repartiteur([prises.get(genre) for genre in GENRES], veille, plafond)
        equipe = _Equipe(consignes, veille, repartiteur)
        try:
            for rang in range(n):
                _embaucher(equipe, rang)
            _surveiller(equipe, demande, lambda: pret(prises.adresses(ecoute.host)))
            if ecoute.preavis and demande.recv(1) == SIGTERM:
                _prevenir(equipe, demande, ecoute.preavis)
        finally:
            equipe.repartiteur.fermer()
            _congedier(equipe, ecoute.delai_arret + 2.0)
            prises.fermer()


def _surveiller(equipe: _Equipe, demande: socket.socket, annoncer: Callable[[], None]) -> None:
    """Watches workers and listeners until the end is asked for."""
    fini: list[bool] = []
    equipe.veille.register(demande, selectors.EVENT_READ, lambda: fini.append(True))
    while not fini:
        for cle, _ in equipe.veille.select(timeout=REPRISE):
            # What was done for one may have closed another.
            if cle.fd in equipe.veille.get_map():
                cle.data()
        equipe.repartiteur.reprendre()
        if not equipe.annonce and sum(o.pret for o in equipe.ouvriers.values()) == len(equipe.consignes):
            equipe.annonce = True
            annoncer()
        maintenant = time.monotonic()
        for rang in [rang for rang, quand in equipe.reprises.items() if quand <= maintenant]:
            del equipe.reprises[rang]
            _embaucher(equipe, rang)


def _prevenir(equipe: _Equipe, demande: socket.socket, preavis: float) -> None:
    """Has each worker say that it is about to end, and goes on for `preavis` seconds, unless it is asked
    again; no worker is replaced any more."""
    for ouvrier in equipe.ouvriers.values():
        ouvrier.processus.terminate()
    limite, encore = time.monotonic() + preavis, True
    while encore and (reste := limite - time.monotonic()) > 0:
        for cle, _ in equipe.veille.select(timeout=reste):
            if cle.fileobj is demande:
                encore = False
            elif cle.fd in equipe.veille.get_map():
                cle.data()


def lancer_module(nom: str, entree: int, sortie: int, **autres: Any) -> "subprocess.Popen[bytes]":
    """Starts a module of this folder in a process of its own, which imports from where this one does."""
    chemins = os.pathsep.join(chemin for chemin in sys.path if chemin)
    return subprocess.Popen(  # noqa: S603 - our own modules
        [sys.executable, "-P", "-m", f"sne_sandbox.server.{nom}"],
        stdin=entree,
        stdout=sortie,
        env={**os.environ, **ENVIRONNEMENT, "PYTHONPATH": chemins},
        **autres,
    )


def _embaucher(equipe: _Equipe, rang: int) -> None:
    notre, sienne = socket.socketpair()
    # One message, one connection: a stream would mix them.
    connexions, arrivees = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with sienne, arrivees:
        # What it prints is for the log: its standard output is that of errors, where there is one.
        sortie = sys.stderr.fileno() if _a_un_descripteur(sys.stderr) else subprocess.DEVNULL
        processus = lancer_module("worker", sienne.fileno(), sortie, pass_fds=[arrivees.fileno()])
        consigne = replace(equipe.consignes[rang], arrivees=arrivees.fileno())
    ouvrier = _Ouvrier(rang, processus, notre, connexions)
    equipe.ouvriers[rang] = ouvrier
    equipe.veille.register(notre, selectors.EVENT_READ, lambda: _ecouter(equipe, ouvrier))
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        notre.sendall(pickle.dumps(consigne))


def _ecouter(equipe: _Equipe, ouvrier: _Ouvrier) -> None:
    """A worker is ready, or is no more."""
    if _lire(ouvrier.ligne) == PRET:
        ouvrier.pret = True
        equipe.delais.pop(ouvrier.rang, None)
        equipe.repartiteur.ajouter(ouvrier.rang, ouvrier.connexions)
        return
    equipe.veille.unregister(ouvrier.ligne)
    equipe.repartiteur.retirer(ouvrier.rang)
    ouvrier.connexions.close()
    _constater_la_mort(equipe, ouvrier)


def _constater_la_mort(equipe: _Equipe, ouvrier: _Ouvrier) -> None:
    code = ouvrier.processus.wait()
    ouvrier.ligne.close()
    del equipe.ouvriers[ouvrier.rang]
    if not equipe.annonce:
        raise OperatorError(
            f"Un processus du serveur n'a pas pu démarrer (code {code}).",
            remede="la raison est écrite ci-dessus ; essayez avec --workers 1",
        )
    delai = equipe.delais.get(ouvrier.rang, REPRISE)
    equipe.delais[ouvrier.rang] = min(delai * 2, REPRISE_MAX)
    equipe.reprises[ouvrier.rang] = time.monotonic() + delai
    logger.warning(
        "sne-sandbox : le processus %d du serveur (pid %d) est mort (code %d) ; il est relancé",
        ouvrier.rang,
        ouvrier.processus.pid,
        code,
    )


def _congedier(equipe: _Equipe, delai: float) -> None:
    """Has every worker end its exchanges; kills what has not ended after `delai` seconds."""
    for ouvrier in equipe.ouvriers.values():
        ouvrier.processus.terminate()
    limite = time.monotonic() + delai
    for ouvrier in equipe.ouvriers.values():
        try:
            ouvrier.processus.wait(max(0.0, limite - time.monotonic()))
        except subprocess.TimeoutExpired:
            logger.warning("sne-sandbox : le processus %d du serveur ne finit pas : il est tué", ouvrier.rang)
            ouvrier.processus.kill()
            ouvrier.processus.wait()
        ouvrier.ligne.close()


def _lire(ligne: socket.socket) -> bytes:
    try:
        return ligne.recv(len(PRET))
    except ConnectionResetError:
        return b""


def _a_un_descripteur(flux: object) -> bool:
    try:
        flux.fileno()  # type: ignore[attr-defined]
    except (OSError, AttributeError, ValueError):
        return False
    return True


@contextlib.contextmanager
def _arret_demande() -> Iterator[socket.socket]:
    """A socket that becomes readable on SIGTERM or SIGINT (never, outside of the main thread)."""
    lecture, ecriture = socket.socketpair()
    ecriture.setblocking(False)
    with lecture, ecriture:
        if threading.current_thread() is not threading.main_thread():
            yield lecture
            return

        def recevoir(numero: int, trame: object) -> None:
            with contextlib.suppress(BlockingIOError):
                ecriture.send(SIGTERM if numero == signal.SIGTERM else b"\0")

        anciens = {numero: signal.signal(numero, recevoir) for numero in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield lecture
        finally:
            for numero, ancien in anciens.items():
                signal.signal(numero, ancien)
