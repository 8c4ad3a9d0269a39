"""Running the WSGI application in a thread, and taking its answer back to the reactor; a long
body at the pace of its reader: of what he has not taken, 64 kilobytes are in memory."""

# Twisted annotates a part of itself only.
# mypy: allow-untyped-calls

import contextvars
import io
import itertools
import logging
import tempfile
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, Any, Final, Protocol

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from sne_interface.domain.echange import LOURD, NON_REMISE, PANNE
from sne_sandbox.server import pannes_du_reseau
from sne_sandbox.server.bornes import RETOUR
from sne_sandbox.server.livraison_de_la_reponse import NonRemise
from sne_sandbox.server.service_wsgi import ServiceWsgi

#: A body no longer than this is handed to the transport in one go. Bytes.
MORCEAU: Final = 65_536
#: Longer bodies are in a temporary file, while they arrive and until they have left. Bytes.
EN_MEMOIRE: Final = 1_000_000


def recueillir(morceaux: Iterable[bytes]) -> IO[bytes]:
    """A body that comes in pieces, out of memory when it is long. Raises OSError when it cannot be."""
    corps: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=EN_MEMOIRE)  # noqa: SIM115 - closed by Ecoulement
    for morceau in morceaux:
        corps.write(morceau)
    return corps


@implementer(IPushProducer)
class Ecoulement:
    """Sends `corps` to the peer of a request whose head was written; all of it is in the reactor's thread.
    `finir` is called once, when nothing of it is held any more: with True when all was handed over."""

    def __init__(self, requete: Any, corps: IO[bytes], finir: Any) -> None:
        self._requete = requete
        self._corps = corps
        self._finir = finir
        self._en_pause = False
        self._fini = False
        self.longueur = corps.seek(0, io.SEEK_END)
        #: Bytes handed to the transport, which asks for more once it has sent them.
        self.envoyes = 0
        corps.seek(0)

    def commencer(self) -> None:
        """Begins; the rest follows as the peer reads."""
        self._requete.registerProducer(self, True)
        self.resumeProducing()

    def resumeProducing(self) -> None:  # noqa: N802
        """Twisted's: the peer has caught up."""
        self._en_pause = False
        while not self._en_pause and not self._fini:
            morceau = self._corps.read(MORCEAU)
            self.envoyes += len(morceau)
            if morceau:
                self._requete.channel.write(morceau)
            if self.envoyes >= self.longueur or not morceau:
                self._requete.unregisterProducer()
                self._terminer(complet=True)

    def pauseProducing(self) -> None:  # noqa: N802
        """Twisted's: the peer does not keep up."""
        self._en_pause = True

    def stopProducing(self) -> None:  # noqa: N802
        """Twisted's: the peer has gone."""
        self._terminer(complet=False)

    def _terminer(self, *, complet: bool) -> None:
        if not self._fini:
            self._fini = True
            self._corps.close()
            self._finir(complet)


logger = logging.getLogger(__name__)

#: An answer that says it is no longer than this is gathered, then written in one go. Bytes.
ENTIERE_MAX: Final = 32_000_000


class _Erreurs(io.TextIOBase):
    """`wsgi.errors`: what the application writes there is logged."""

    def writable(self) -> bool:
        return True

    def write(self, texte: str) -> int:
        if texte.strip():
            logger.error("%s", texte.rstrip())
        return len(texte)


ERREURS: Final = _Erreurs()


@dataclass(slots=True)
class ReponseWsgi:
    """The answer that the application gave to `start_response`. `longueur` is its Content-Length, None
    without; `sans_fin`: it is a stream of events; `non_remise` is told when it could not be delivered."""

    statut: str
    en_tetes: list[tuple[str, str]]
    longueur: int | None = None
    sans_fin: bool = False
    panne: pannes_du_reseau.Panne | None = None
    non_remise: NonRemise | None = None


#: A whole answer: what was said of it, and its body.
_Entiere = tuple[ReponseWsgi, bytes | IO[bytes]]


class Destinataire(Protocol):
    """The request that waits for an answer, in the reactor's thread (`connexion_http.RequeteRecue`)."""

    method: bytes
    #: Whether the peer has gone.
    partie: bool

    def repondre(self, reponse: ReponseWsgi, corps: bytes | IO[bytes]) -> None:
        """Writes a whole answer."""

    def oublier_corps(self) -> None:
        """Forgets the body that the request sent: the work on it is done."""

    def commencer(self, reponse: ReponseWsgi) -> None:
        """Writes the head of an answer that comes in pieces,"""

    def envoyer(self, morceau: bytes) -> None:
        """a piece of its body,"""

    def terminer(self, *, complet: bool = True) -> None:
        """and its end."""

    def registerProducer(self, producer: Any, streaming: bool, /) -> None:  # noqa: N802
        """Twisted's: the peer's pace is told to the producer."""

    def unregisterProducer(self) -> None:  # noqa: N802
        """Twisted's: no more of it."""


def executer(requete: Destinataire, service: ServiceWsgi, environ: dict[str, Any], corps: IO[bytes]) -> None:
    """Runs the application on a request; called in a thread of the service."""
    # One context for the whole exchange: an answer that lasts is read in another thread, and Flask checks
    # that what it left in the context is still there.
    contexte = contextvars.copy_context()
    rendu: Flux | _Entiere | None
    try:
        rendu = contexte.run(_passer, requete, service, environ)
    except Exception:
        logger.exception("the application failed on %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
        rendu = (
            ReponseWsgi("500 Internal Server Error", [("Content-Type", "text/plain; charset=utf-8")]),
            "Erreur interne du bac à sable.\n".encode(),
        )
    finally:
        # Before the answer leaves: who has it may send as much again.
        corps.close()
        requete.oublier_corps()
    if isinstance(rendu, Flux):
        # Event streams must not stop the others: such an answer has a thread of its own.
        threading.Thread(target=contexte.run, args=(rendu.tourner,), name="sne-flux", daemon=True).start()
    elif rendu is not None:
        service.reacteur.callFromThread(requete.repondre, *rendu)


def _passer(requete: Destinataire, service: ServiceWsgi, environ: dict[str, Any]) -> "Flux | _Entiere | None":
    """Calls the application. The answer; None when somebody else gives it."""
    dite: list[ReponseWsgi] = []
    ecrits: list[bytes] = []
    corps: bytes | IO[bytes]

    def start_response(
        statut: str, en_tetes: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        dite[:] = [_reponse(statut, en_tetes)]
        return ecrits.append

    iterable = service.application(environ, start_response)
    if dite and not ecrits and _dure(dite[0], iterable):
        if service.flux.acquire(blocking=False):
            return Flux(requete, service, dite[0], iterable)
        _fermer(iterable)
        reponse, corps = sature()
    else:
        try:
            # What was said to start_response is read after: a generator says it at its first block only.
            longue = dite and (dite[0].longueur or 0) > EN_MEMOIRE
            morceaux = (*ecrits, *iterable) if not longue else itertools.chain(ecrits, iterable)
            corps = recueillir(morceaux) if longue else b"".join(morceaux)
        finally:
            _fermer(iterable)
        if environ.get(LOURD) and service.voie is not None:
            if service.voie.soumettre(requete, environ):
                return None
            dite[0], corps = sature()
        reponse = dite[0]
        reponse.panne = pannes_du_reseau.jeu(environ.get(PANNE))
        reponse.non_remise = environ.get(NON_REMISE)
    return reponse, corps


def sature(raison: str = "trop de longues lectures à la fois") -> tuple[ReponseWsgi, bytes]:
    """Returns the answer when nothing more can be taken in, and the reason, in French."""
    en_tetes = [("Retry-After", str(RETOUR)), ("Content-Type", "text/plain; charset=utf-8")]
    texte = f"Le serveur est saturé : {raison}. → réessayez dans un instant.\n"
    return ReponseWsgi("503 Service Unavailable", en_tetes), texte.encode()


def _reponse(statut: str, en_tetes: list[tuple[str, str]]) -> ReponseWsgi:
    longueur, sans_fin = None, False
    for nom, valeur in en_tetes:
        if "\n" in nom + valeur or "\r" in nom + valeur:
            raise ValueError(f"header {nom!r} holds a line end")
        if nom.lower() == "content-length":
            longueur = int(valeur)
        elif nom.lower() == "content-type":
            sans_fin = valeur.startswith("text/event-stream")
    return ReponseWsgi(statut, en_tetes, longueur, sans_fin)


def _dure(reponse: ReponseWsgi, iterable: Iterable[bytes]) -> bool:
    if reponse.longueur is not None:
        return reponse.longueur > ENTIERE_MAX
    return not isinstance(iterable, (list, tuple)) and reponse.statut[:3] not in ("204", "304")


def _fermer(iterable: Iterable[bytes]) -> None:
    getattr(iterable, "close", lambda: None)()


@implementer(IPushProducer)
class Flux:
    """An answer in pieces: the next is asked for when the last has left, whatever the reader's pace."""

    def __init__(
        self, requete: Destinataire, service: ServiceWsgi, reponse: ReponseWsgi, iterable: Iterable[bytes]
    ) -> None:
        self._requete = requete
        self._service = service
        self._reponse = reponse
        self._iterable = iterable
        self._libre = threading.Event()
        self._en_pause = False
        self._perdu = False

    def tourner(self) -> None:
        """Sends everything; called in the thread of this answer."""
        complet = False
        appeler = self._service.reacteur.callFromThread
        try:
            appeler(self._commencer)
            complet = self._requete.method == b"HEAD" or self._envoyer_tout()
        except Exception:
            logger.exception("the application failed in the middle of an answer")
        finally:
            try:
                _fermer(self._iterable)
            finally:
                self._service.flux.release()
                appeler(self._terminer, complet)

    def _envoyer_tout(self) -> bool:
        for morceau in self._iterable:
            if not self._libre.wait(self._service.ecoute.inactivite) or self._perdu:
                return False
            self._libre.clear()
            self._service.reacteur.callFromThread(self._envoyer, morceau)
        return True

    def _commencer(self) -> None:
        if self._requete.partie:
            self.stopProducing()
            return
        self._requete.commencer(self._reponse)
        self._requete.registerProducer(self, True)
        if not self._en_pause:
            self._libre.set()

    def _envoyer(self, morceau: bytes) -> None:
        if self._requete.partie:
            self.stopProducing()
            return
        self._requete.envoyer(morceau)
        if not self._en_pause:
            self._libre.set()

    def _terminer(self, complet: bool) -> None:
        if not self._requete.partie:
            self._requete.unregisterProducer()
            self._requete.terminer(complet=complet)

    def pauseProducing(self) -> None:  # noqa: N802
        """Twisted's: the peer does not keep up."""
        self._en_pause = True

    def resumeProducing(self) -> None:  # noqa: N802
        """Twisted's: the peer has caught up."""
        self._en_pause = False
        self._libre.set()

    def stopProducing(self) -> None:  # noqa: N802
        """Twisted's: the peer has gone."""
        self._perdu = True
        self._libre.set()
