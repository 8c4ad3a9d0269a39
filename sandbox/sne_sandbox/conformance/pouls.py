"""The pulse of the server: what was late, the application or the machine?

The journal times a message from its reception. What a machine kept before that, it does not know: an
application that gave such a message up sends it again, as one that is wrong would. So the server is asked how
it is, twice a second, as an application would ask it: over a connection of its own. Nor does the journal time
the commit of its own line, after which alone an answer leaves: so the turn to write is asked for too, which
waits for a commit that waits for the disk.
"""

import http.client
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing, suppress
from types import TracebackType
from typing import Final
from urllib.parse import urlsplit

from sne_sandbox.conformance.adresses import Adresses
from sne_sandbox.conformance.base import BaseJugee
from sne_sandbox.errors import StoreError

#: Seconds between an answer and the next question.
PERIODE_S: Final = 0.5
#: Seconds of answers in time after which nothing is left on its way of what came late.
CALME_S: Final = 3.0
#: Seconds after which a server that does not answer any more is not waited for.
_PATIENCE_S: Final = 60.0
#: Answers remembered: more than the longest command takes.
_MEMOIRE: Final = 5_000


class Pouls:
    """Asks `demander`, every PERIODE_S, in a thread of its own, from `__enter__` to `__exit__`."""

    def __init__(self, demander: Callable[[], None]) -> None:
        self._demander = demander
        self._retards: deque[tuple[float, float]] = deque(maxlen=_MEMOIRE)
        """When an answer came, and how late, in seconds."""
        self._attendue = float("inf")
        """When the next question is to be asked, or the one under way was."""
        self._depuis = 0.0
        """When an example last began."""
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
        self._depuis = time.monotonic()
        self._attendue = self._depuis + PERIODE_S
        self._fil.start()
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._fini.set()
        self._fil.join(_PATIENCE_S)  # the base may be closed afterwards

    def retard(self, depuis: float) -> float:
        """The longest that an answer which came after `depuis` (of `time.monotonic`), or is still to come,
        kept us waiting, in seconds: from when it was to be asked for."""
        venus = [retard for quand, retard in list(self._retards) if quand >= depuis]
        return max(0.0, time.monotonic() - self._attendue, *venus)

    def attendre(self, seuil: float) -> None:
        """Waits, when the server was more than `seuil` seconds late since the last call, until it has not
        been for CALME_S: what the application gave up meanwhile is then done, and does not arrive amid the
        next example, which may well say the same."""
        if self.retard(self._depuis) > seuil:
            limite = time.monotonic() + _PATIENCE_S
            calme = time.monotonic()
            while calme + CALME_S > time.monotonic() < limite:
                time.sleep(PERIODE_S / 10)
                if self.retard(calme) > seuil:
                    calme = time.monotonic()
        self._depuis = time.monotonic()

    def _suivre(self) -> None:
        while not self._fini.wait(PERIODE_S):
            self._demander()
            fin = time.monotonic()
            self._retards.append((fin, fin - self._attendue))
            self._attendue = fin + PERIODE_S
