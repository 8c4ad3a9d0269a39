"""The causes that kept an application from its answer, and are no fault of its own: a busy machine, a failed
handshake.

The journal times a message from its reception, and a handshake once it is over: it contains neither the time
that a machine took before that, nor the attempts given up meanwhile. The suite looks at three things beside
it: the pulse of the server (`Pouls`), the answers that came too late to be judged by (`trop_tard`), the
handshakes that failed while a command was done (`Poignees`).
"""

import http.client
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sne_conformite.juges.commande_jouee import PasJoue
from sne_conformite.juges.juges_releves import CERTIFICAT_DONNE, refus_du_certificat
from sne_conformite.observation.observation import Observation
from sne_conformite.pilotage.base_pilotee import BaseJugee
from sne_conformite.protocole.adresses_pour_l_application import Adresses
from sne_interface.domain.texte import accorde
from sne_interface.errors import StoreError

#: Seconds between an answer and the next question.
PERIODE_S: Final = 0.5
#: Seconds of answers in time after which nothing is left on its way of what came late.
CALME_S: Final = 3.0
#: Seconds after which a server that does not answer any more is not waited for.
_PATIENCE_S: Final = 60.0
#: Answers remembered: more than the longest command takes.
_MEMOIRE: Final = 5_000


class Pouls:
    """The pulse of the server: what was late, the application or the machine?

    A machine that keeps a message before it is received is not seen: an application that gave such a message
    up sends it again, as one that is wrong would. So the server is asked how it is, every PERIODE_S, as an
    application would ask it: over a connection of its own. Nor does the journal time the commit of its own
    line, after which alone an answer leaves: so the turn to write is asked for too, which waits for a commit
    that waits for the disk. `demander` is called in a thread, from `__enter__` to `__exit__`."""

    def __init__(self, demander: Callable[[], None]) -> None:
        self._demander = demander
        #: When an answer came, and how late, in seconds.
        self._retards: deque[tuple[float, float]] = deque(maxlen=_MEMOIRE)
        #: When the next question is to be asked, or the one under way was.
        self._attendue = float("inf")
        self._fini = threading.Event()
        self._fil = threading.Thread(target=self._suivre, name="pouls", daemon=True)

    @classmethod
    def de(cls, adresses: Adresses, base: BaseJugee) -> "Pouls":
        """That of the server that the application calls, and of the base that it works on."""
        lieu = urlsplit(adresses.services.demande_logement)

        def demander() -> None:
            # A server that is not there, or refuses, answers at once: nobody is late.
            with suppress(OSError, http.client.HTTPException), closing(_connexion()) as connexion:
                connexion.request("GET", "/healthz", headers={"Connection": "close"})
                connexion.getresponse().read()
            with suppress(StoreError), base.magasin.transaction(ecriture=True, verrou=base.nom):
                pass  # nothing to write: the turn to do it is what is waited for

        def _connexion() -> http.client.HTTPConnection:
            hote = lieu.hostname or ""
            if lieu.scheme != "https":
                return http.client.HTTPConnection(hote, lieu.port, timeout=_PATIENCE_S)
            contexte = ssl.create_default_context(cafile=adresses.ca_file)
            return http.client.HTTPSConnection(hote, lieu.port, timeout=_PATIENCE_S, context=contexte)

        return cls(demander)

    def __enter__(self) -> "Pouls":
        self._attendue = time.monotonic() + PERIODE_S
        self._fil.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._fini.set()
        self._fil.join(_PATIENCE_S)  # the base may be closed afterwards

    def retard(self, depuis: float) -> float:
        """The longest wait for an answer of the server, in seconds, since `depuis` (of `time.monotonic`):
        from when it was to be asked; of an answer still to come, the wait so far."""
        venus = [retard for quand, retard in list(self._retards) if quand >= depuis]
        return max(0.0, time.monotonic() - self._attendue, *venus)

    def attendre(self, seuil: float, depuis: float) -> None:
        """Waits, when the server was more than `seuil` seconds late since `depuis`, when the last example
        began, until it has not been for CALME_S: what the application gave up meanwhile is then done, and
        does not arrive amid the next example, which may well say the same."""
        if self.retard(depuis) > seuil:
            limite = time.monotonic() + _PATIENCE_S
            calme = time.monotonic()
            while calme + CALME_S > time.monotonic() < limite:
                time.sleep(PERIODE_S / 10)
                if self.retard(calme) > seuil:
                    calme = time.monotonic()

    def _suivre(self) -> None:
        while not self._fini.wait(PERIODE_S):
            self._demander()
            fin = time.monotonic()
            self._retards.append((fin, fin - self._attendue))
            self._attendue = fin + PERIODE_S


# --- answers that came too late to be judged by ----------------------------------------------------------

#: Part of the time that the application is told to wait, beyond which an answer may have come too late: the
#: journal does not count the whole of what the application waits for.
_PART_DU_DELAI: Final = 0.5
#: How each of these reasons ends.
TROP_CHARGEE: Final = "la machine est trop chargée pour en juger"


def seuil(delai: float) -> float:
    """Seconds of lateness from which an application that waits `delai` may have given an answer up."""
    return delai * _PART_DU_DELAI


@dataclass(frozen=True, slots=True)
class Duree:
    """The duration of a command, in seconds: `attente` in all, `sourd` the time during which the server
    answered nobody meanwhile, out of `delai`, the time that the application was told to wait for an answer.
    """

    delai: float
    attente: float
    sourd: float


def trop_tard(pas: PasJoue, duree: Duree, *, lues: bool) -> str:
    """Why a step cannot be judged: an answer so slow that the application may have given it up, and that
    nothing shows it read; nothing that arrived, all the time that it waited; or a server that answered
    nobody, while the application may have asked twice. "" when it can be.

    `lues` says whether the application was seen to read an answer before: else its address may be wrong."""
    limite = f"l'application n'attend que {duree.delai:g} s"
    if pas.empeche and not pas.inacheves and lues and duree.attente >= duree.delai:
        return f"rien n'est arrivé au bac à sable, et {limite} : elle y arrivait avant cela, {TROP_CHARGEE}"
    for vue in pas.observations:
        lue = vue is pas.dernier and pas.statut in pas.attendus
        if vue.retard >= seuil(duree.delai) and not lue:
            return (
                f"le bac à sable a mis {_secondes(vue.retard)} s à répondre (échange "
                f"{vue.echange.identifiant}), sans panne, et {limite} : {TROP_CHARGEE}"
            )
    seul = len(pas.observations) == 1 and pas.statut in pas.attendus
    if duree.sourd >= seuil(duree.delai) and not seul:
        return (
            f"le bac à sable est resté {_secondes(duree.sourd)} s sans répondre à personne, et {limite} : "
            f"{TROP_CHARGEE}"
        )
    return ""


def _secondes(duree: float) -> str:
    return f"{duree:.1f}".replace(".", ",")


# --- handshakes that failed ------------------------------------------------------------------------------

#: Seconds that the line of a failed handshake is waited for, and in how many commands for nothing.
_ATTENTE: Final = 1.0
_VAINES_MAX: Final = 3
_PAUSE: Final = 0.02


@dataclass(slots=True)
class Poignees:
    """How long to wait for the line of a failed handshake, which is written once its connection is gone.
    After several commands that brought none, one stops waiting."""

    #: Commands in a row after which no line came.
    vaines: int = 0
    attente: float = _ATTENTE

    def attendre(self, relever: Callable[[], list[Observation]]) -> list[Observation]:
        """Returns the observations that `relever` brings, as soon as it brings any."""
        limite = time.monotonic() + (self.attente if self.vaines < _VAINES_MAX else 0.0)
        while not (vues := relever()) and time.monotonic() < limite:
            time.sleep(_PAUSE)
        self.vaines = 0 if vues else self.vaines + 1
        return vues


def renoncement(pas: PasJoue) -> str:
    """Why a command was given up (`PasJoue.empeche`), in French, and the remedy: a failed handshake, else the
    application's own words."""
    if pas.inacheves:
        commencees = accorde(len(pas.inacheves), "requête commencée", "requêtes commencées")
        return (
            f"« {pas.commande} » : {commencees} et jamais {'finie' if len(pas.inacheves) == 1 else 'finies'}"
        )
    if not pas.poignees:
        debut = f"l'application renonce à « {pas.commande} » sans rien envoyer au SNE{pas.dit}"
        return f"{debut} → vérifiez qu'elle appelle les adresses que « demarrer » donne"
    refus = pas.poignees[-1].echange.fault or {}
    raison, remede = str(refus.get("message", "")), str(refus.get("explication", ""))
    if refus_du_certificat(raison):
        remede = f"présentez {CERTIFICAT_DONNE}"
    return f"« {pas.commande} » : la négociation TLS échoue, {raison} → {remede}"
