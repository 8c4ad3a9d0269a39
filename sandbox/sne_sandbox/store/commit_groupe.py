"""Writers that share one COMMIT (group commit).

A SQLite file has one writer, a base of PostgreSQL too. The first exchange that comes leads: it takes the
others that wait, does their work after its own, each in a savepoint, commits once for all of them, and hands
the lead to the next that waits.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

#: Exchanges that share one transaction, at most, and for how long it takes in others: the first must not wait
#: for ever for its answer, nor another process for the file.
MEMBRES_MAX: Final = 16
OUVERT_MAX_S: Final = 0.05
#: How long the next of the members of the last group is waited for, and all of them: their answers have just
#: left, and their next messages are being read. One that wrote meanwhile would share the processor with them,
#: and keep the file from other processes for longer.
RASSEMBLER_S: Final = 0.005
RASSEMBLER_TOUS_S: Final = 0.02


class Groupe:
    """A transaction that several members fill, one after the other. `pilote` is its connection; `differees`
    holds rows to be written at the end in one go, by statement; `memoire` what was read, and holds as long as
    nobody else can write."""

    __slots__ = ("debut", "differees", "marques", "membres", "memoire", "pilote", "retour")

    def __init__(self, pilote: Any) -> None:
        self.pilote = pilote
        self.debut = time.monotonic()
        self.membres = 0
        self.differees: dict[Any, list[Any]] = {}
        self.memoire: dict[Any, Any] = {}
        self.marques: dict[Any, int] = {}
        self.retour: dict[Any, list[Any]] | None = None

    def commencer_un_membre(self) -> None:
        """Notes what is already to be written: what comes after goes if this member fails."""
        self.marques = {requete: len(rangees) for requete, rangees in self.differees.items()}
        self.retour = None
        if self.membres:
            self.pilote.execute("SAVEPOINT membre")

    def verser(self) -> dict[Any, list[Any]]:
        """Hands over the rows that wait, to be written now. The rows of earlier members wait again if this
        member is rolled back to its beginning, because their writing is rolled back with it."""
        rangees, self.differees = self.differees, {}
        if self.retour is None:
            self.retour = {r: tas[: self.marques[r]] for r, tas in rangees.items() if r in self.marques}
        return rangees

    def oublier_le_membre(self) -> None:
        """Rolls back a member that failed: its rows are forgotten, and what was read on the way."""
        self.pilote.execute("ROLLBACK TO membre")
        if self.retour is not None:
            self.differees = self.retour
        else:
            self.differees = {r: self.differees[r][:combien] for r, combien in self.marques.items()}
        self.memoire.clear()

    @property
    def plein(self) -> bool:
        """True when it takes no more members in."""
        return self.membres >= MEMBRES_MAX or time.monotonic() - self.debut > OUVERT_MAX_S


class Travail:
    """The writes of one exchange. `fait` says whether it is done: committed, or failed by `echec`; `attente`
    is released when it is, and when it leads."""

    __slots__ = ("attente", "echec", "faire", "fait", "resultat")

    def __init__(self, faire: Callable[[Any], Any]) -> None:
        self.faire = faire
        self.fait = False
        self.resultat: Any = None
        self.echec: BaseException | None = None
        self.attente = threading.Lock()
        self.attente.acquire()


class File:
    """The exchanges of this process that wait to write to one thing: `attendent`, in the order they came. The
    one that leads takes them; the first is its own."""

    def __init__(self) -> None:
        self._change = threading.Condition(threading.Lock())
        self.attendent: deque[Travail] = deque()
        self._menee = False
        self._attendus = 1

    def entrer(self, travail: Travail) -> bool:
        """Queues a work; whether it leads at once."""
        with self._change:
            mene, self._menee = not self._menee, True
            self.attendent.append(travail)
            if self._attendus > 1:
                self._change.notify()
        return mene

    def rassembler(self) -> None:
        """Waits for as many as there were in the last group, as long as one comes soon after another."""
        if len(self.attendent) + 1 < self._attendus:
            fin = time.monotonic() + RASSEMBLER_TOUS_S
            with self._change:
                while len(self.attendent) + 1 < self._attendus and time.monotonic() < fin:
                    if not self._change.wait(RASSEMBLER_S):  # nobody follows
                        break

    def passer(self, combien: int) -> None:
        """The group of so many is ended: the next that waits leads the next one."""
        with self._change:
            self._attendus = min(combien + len(self.attendent), MEMBRES_MAX)
            self._menee = bool(self.attendent)
            if self._menee:
                self.attendent[0].attente.release()
