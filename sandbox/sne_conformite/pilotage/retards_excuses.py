"""The causes that kept an application from its answer, and are no fault of its own: a busy machine, a failed
handshake.

The journal times a message from its reception, and a handshake once it is over: it contains neither the time
that a machine took before that, nor the attempts given up meanwhile. The suite looks at three things beside
it: the pulse of the server and of the machine (`Pouls`), the answers that came too late to be judged by
(`trop_tard`), the handshakes that failed while a command was done (`Poignees`).
"""

import hashlib
import http.client
import ssl
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlsplit

from sne_conformite.juges.juge import PasJoue
from sne_conformite.juges.juges_releves import CERTIFICAT_DONNE, refus_du_certificat
from sne_conformite.observation.observation import Observation
from sne_conformite.pilotage.base_pilotee import BaseJugee
from sne_conformite.pilotage.lien_application import temps_d_une_commande
from sne_conformite.protocole.protocole import DELAI_MAX_S, Adresses, Statut
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
#: Rounds of the piece of work by which the machine is measured: some milliseconds of a processor.
_TRAVAIL: Final = 20_000
#: Below this slowness, a machine is at rest.
_REPOS: Final = 2.0
#: Measures of which the middle one tells how slow the machine is, and how far the patience follows it.
_MESURES: Final = 5
_LENTEUR_MAX: Final = 10


def lenteur() -> float:
    """How many times longer than the processor works on it a piece of work takes: 1 on a machine at rest, N
    where N programs wait for each processor."""
    debut, calcul = time.monotonic(), time.thread_time()
    hashlib.pbkdf2_hmac("sha256", b"", b"", _TRAVAIL)  # holds no lock: our own threads do not wait for it
    attente, calcul = time.monotonic() - debut, time.thread_time() - calcul
    return attente / calcul if calcul else 1.0


def patience() -> float:
    """Seconds that an application is told to wait for an answer, on this machine as it is now."""
    milieu = statistics.median(lenteur() for _ in range(_MESURES))
    return DELAI_MAX_S * min(max(1, round(milieu)), _LENTEUR_MAX)


class Pouls:
    """The pulse of the server and of the machine: what was late, the application or they?

    A machine that keeps a message before it is received is not seen: an application that gave such a message
    up sends it again, as one that is wrong would. So the server is asked how it is, every PERIODE_S, as an
    application would ask it: over a connection of its own. Nor does the journal time the commit of its own
    line, after which alone an answer leaves: so the turn to write is asked for too, which waits for a commit
    that waits for the disk. `demander` is called in a thread, from `__enter__` to `__exit__`; then the
    machine is measured (`lenteur`)."""

    def __init__(self, demander: Callable[[], None]) -> None:
        self._demander = demander
        #: When an answer came, how late, in seconds, and how slow the machine was then.
        self._battements: deque[tuple[float, float, float]] = deque(maxlen=_MEMOIRE)
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
            with suppress(OSError, http.client.HTTPException):
                genre: Any = http.client.HTTPConnection
                if lieu.scheme == "https":
                    contexte = ssl.create_default_context(cafile=adresses.ca_file)
                    genre = partial(http.client.HTTPSConnection, context=contexte)
                with closing(genre(lieu.netloc, timeout=_PATIENCE_S)) as connexion:
                    connexion.request("GET", "/healthz", headers={"Connection": "close"})
                    connexion.getresponse().read()
            with suppress(StoreError), base.magasin.transaction(ecriture=True, verrou=base.nom):
                pass  # nothing to write: the turn to do it is what is waited for

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
        venus = [retard for quand, retard, _ in list(self._battements) if quand >= depuis]
        return max(0.0, time.monotonic() - self._attendue, *venus)

    def lenteur(self, depuis: float) -> float:
        """The slowest that the machine was since then (see `lenteur`), the last measure before included."""
        mesures = list(self._battements)
        return max([1.0, *(m for _, _, m in mesures[-1:]), *(m for t, _, m in mesures if t >= depuis)])

    def attendre(self, seuil: float, depuis: float, *, tard: bool = False) -> None:
        """Waits, when something was late (`tard`), or the server more than `seuil` seconds since `depuis`,
        when the last example began, until it has not been for CALME_S: what the application gave up
        meanwhile is then done, and does not arrive amid the next example, which may well say the same."""
        if tard or self.retard(depuis) > seuil:
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
            retard, self._attendue = fin - self._attendue, float("inf")
            self._battements.append((fin, retard, lenteur()))
            self._attendue = time.monotonic() + PERIODE_S


# --- answers that came too late to be judged by ----------------------------------------------------------

#: Part of the time that the application is told to wait, beyond which an answer may have come too late: the
#: journal does not count the whole of what the application waits for.
_PART_DU_DELAI: Final = 0.5
#: How each of these reasons ends.
TROP_CHARGEE: Final = "la machine est trop chargée pour en juger"


def seuil(delai: float) -> float:
    """Seconds of lateness from which an application that waits `delai` may have given an answer up."""
    return delai * _PART_DU_DELAI


@dataclass(frozen=True)
class Duree:
    """The duration of a command, in seconds: `attente` in all, `sourd` the time during which the server
    answered nobody meanwhile, out of `delai`, the time that the application was told to wait for an answer;
    the slowest that the machine was then (see `lenteur`). `seul`: the scenario is played again, alone."""

    delai: float
    seul: bool
    attente: float
    sourd: float
    lenteur: float = 1.0


def trop_tard(pas: PasJoue, duree: Duree) -> str:
    """Why a step cannot be judged, "" when it can: an answer so slow that the application may have given it
    up, and that nothing shows it read; a server that answered nobody, while the application may have asked
    twice; an application that may have waited that long, on a machine that is not at rest. One of which
    nothing arrives meanwhile is played again, and judged once the machine is at rest."""
    limite = f"l'application n'attend que {duree.delai:g} s : {TROP_CHARGEE}"
    lue = pas.statut in pas.attendus
    for vue in pas.observations:
        if vue.retard >= seuil(duree.delai) and not (lue and vue is pas.dernier):
            dit = f"le bac à sable a mis {_secondes(vue.retard)} s à répondre (échange "
            return f"{dit}{vue.echange.identifiant}), sans panne, et {limite}"
    plusieurs = len(pas.observations) != 1
    if duree.sourd >= seuil(duree.delai) and (plusieurs or not lue):
        return f"le bac à sable est resté {_secondes(duree.sourd)} s sans répondre à personne, et {limite}"
    if duree.attente < min(duree.delai, DELAI_MAX_S):  # it may wait less than it is told
        return ""
    arrives = pas.observations or pas.inacheves
    if arrives and _silence(arrives, duree.attente) < seuil(duree.delai):
        return ""
    a_rejouer = not (duree.seul or arrives or pas.faux or lue)
    if a_rejouer and pas.statut is Statut.ERREUR and pas.prevue.operations:
        return f"rien n'est arrivé au bac à sable, et {limite}"
    if duree.lenteur >= _REPOS and (not lue or (plusieurs and not pas.pannes)):
        return f"la machine est {duree.lenteur:.0f} fois plus lente qu'au repos, et {limite}"
    return ""


def sans_reponse(duree: Duree) -> str:
    """Why nothing is told of an application that gave no answer in all the time that a command has, "" when
    something is: it may be dead, or wait for a machine that is not at rest. It is played again."""
    au_repos = duree.lenteur < _REPOS and duree.sourd < seuil(duree.delai)
    if au_repos or duree.attente < temps_d_une_commande(duree.delai):
        return ""
    return f"l'application n'a pas répondu en {_secondes(duree.attente)} s, et {TROP_CHARGEE}"


def _silence(arrives: Sequence[Observation], attente: float) -> float:
    """The longest that a message may have been on its way, in seconds, in a command that took `attente`:
    between two that arrived, or before the first and after the last."""
    entre = [(apres.echange.recu_le - vue.fin).total_seconds() for vue, apres in pairwise(arrives)]
    return max(attente - (arrives[-1].fin - arrives[0].echange.recu_le).total_seconds(), 0.0, *entre)


def _secondes(duree: float) -> str:
    return f"{duree:.1f}".replace(".", ",")


# --- handshakes that failed ------------------------------------------------------------------------------

#: Seconds that the line of a failed handshake is waited for, and in how many commands for nothing.
_ATTENTE: Final = 1.0
_VAINES_MAX: Final = 3


@dataclass
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
            time.sleep(0.02)
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
    refus = pas.poignees[-1]
    raison, remede = refus.fault("message"), refus.fault("explication")
    if refus_du_certificat(raison):
        remede = f"présentez {CERTIFICAT_DONNE}"
    return f"« {pas.commande} » : la négociation TLS échoue, {raison} → {remede}"
