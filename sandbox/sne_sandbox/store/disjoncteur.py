"""The cut-out between the exchanges and a database that does not answer.

An exchange that finds the database broken says so here. From then on every exchange is refused at once, in a
few microseconds, and one thread alone tries the database again, at longer and longer intervals; when it
answers, all go on. Two lines of the log tell it: when the database was lost, and when it is back, with the
number of refusals meanwhile.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from sne_interface.errors import MagasinIndisponible
from sne_sandbox.journal_technique import journal_technique

#: Seconds between two tries: the first, and the longest.
PREMIER: Final = 0.1
DERNIER: Final = 1.0
#: A failure that comes back so soon after a recovery is the same: tries go on as far apart as they were.
RECHUTE: Final = 30.0
#: Seconds between two lines that say that it lasts.
RAPPEL: Final = 60.0


class Disjoncteur:
    """Of one database, in one process. `sonder(ecriture)` tries it, and raises while it fails.

    It works from `armer` on: what a command finds once, it says by itself.
    """

    def __init__(self, sonder: Callable[[bool], None]) -> None:
        self._sonder = sonder
        self._verrou = threading.Lock()
        self._arme = False
        self._fini = threading.Event()
        self._delai = PREMIER
        self._retablie = 0.0
        self._refus = 0
        self._ecriture_seule = False
        #: Why everybody is refused; None as long as nobody is.
        self.coupure: MagasinIndisponible | None = None

    def armer(self) -> None:
        """From now on failures cut it out."""
        self._arme = True

    def fermer(self) -> None:
        """Ends what tries."""
        self._fini.set()

    def verifier(self, *, ecriture: bool) -> None:
        """Raises MagasinIndisponible when it is cut out (for those who write, when only they are)."""
        coupure = self.coupure
        if coupure is not None and (ecriture or not self._ecriture_seule):
            self._refus += 1
            raise coupure.pareille(connue=True)

    def couper(self, erreur: MagasinIndisponible, *, ecriture_seule: bool) -> None:
        """Cuts it out, and has it tried again."""
        with self._verrou:
            if not self._arme or self.coupure is not None or self._fini.is_set():
                return
            if time.monotonic() - self._retablie > RECHUTE:
                self._delai = PREMIER
            self._refus, self._ecriture_seule, self.coupure = 0, ecriture_seule, erreur.pareille(connue=True)
            threading.Thread(target=self._reprendre, name="sne-reprise", daemon=True).start()

    def _reprendre(self) -> None:
        debut = dit = time.monotonic()
        coupure = self.coupure
        assert coupure is not None
        journal = journal_technique("sne_sandbox.store")
        journal.error("database lost", cause=coupure.cause, remedy=coupure.remede)
        while not self._fini.wait(self._delai):
            self._delai = min(self._delai * 2, DERNIER)
            maintenant = time.monotonic()
            try:
                self._sonder(self._ecriture_seule)
            except Exception:  # noqa: BLE001 - tried again, whatever it is: nobody else would
                if maintenant - dit >= RAPPEL:
                    dit = maintenant
                    journal.error("database still lost", cause=coupure.cause, refused=self._refus)
                continue
            with self._verrou:
                self._retablie, self.coupure = time.monotonic(), None
            journal.warning("database back", seconds=round(self._retablie - debut, 1), refused=self._refus)
            return
