"""Whose turn it is among the threads of a process, and who commits with whom (group commit).

An interpreter runs one thread at a time, and a database file has one writer: threads that take turns at each
statement cost half as much again as those that wait for one another. So one exchange works at a time. It
first reads its message, which concerns nobody else; then it comes to the gate, where it waits until all those
that are there have read theirs; then they write, one after the other, in one transaction that the last of
them commits for all. Who is alone waits for nobody. Who comes while they write, or wait for another process
to have written, reads beside them: to miss a group is to wait for two.
"""

import threading
import time
from collections import deque
from typing import Any, Final

#: Exchanges that share one transaction, at most, and for how long it takes in others: a first one must not
#: wait for ever for its answer, nor another process for the file.
MEMBRES_MAX: Final = 16
OUVERT_MAX_S: Final = 0.05
#: How long those who were there last are waited for, at the gate: their answers have just left, and their
#: next messages are about to come.
RASSEMBLER_S: Final = 0.001


def _attente() -> threading.Lock:
    """A lock that is taken: who acquires it waits until somebody releases it."""
    verrou = threading.Lock()
    verrou.acquire()
    return verrou


class Groupe:
    """A transaction that several threads fill, one after the other. `pilote` is its connection, which they
    hand on; `differees` holds rows to be written at the end in one go, by statement; `memoire` what was read,
    and holds as long as nobody else can write."""

    __slots__ = (
        "attentes", "debut", "differees", "echec", "marques", "membres", "memoire", "pilote", "retour",
        "verrou",
    )  # fmt: skip

    def __init__(self, pilote: Any) -> None:
        self.pilote = pilote
        self.debut = time.monotonic()
        self.membres = 0
        self.differees: dict[Any, list[Any]] = {}
        self.memoire: dict[Any, Any] = {}
        self.attentes: list[threading.Lock] = []
        self.echec: BaseException | None = None
        self.marques: dict[Any, int] = {}
        self.retour: dict[Any, list[Any]] | None = None

    def commencer_un_membre(self) -> None:
        """Notes what is already to be written: what comes after goes if this member fails."""
        self.marques = {requete: len(rangees) for requete, rangees in self.differees.items()}
        self.retour = None

    def verser(self) -> dict[Any, list[Any]]:
        """Hands over the rows that wait, to be written now. Those of earlier members come back if this one is
        rolled back to where it began, and they with it."""
        rangees, self.differees = self.differees, {}
        if self.retour is None:
            self.retour = {r: tas[: self.marques[r]] for r, tas in rangees.items() if r in self.marques}
        return rangees

    def oublier_le_membre(self) -> None:
        """A member failed: its rows are forgotten, and what was read on the way."""
        if self.retour is not None:
            self.differees = self.retour
        else:
            self.differees = {r: self.differees[r][:combien] for r, combien in self.marques.items()}
        self.memoire.clear()

    @property
    def plein(self) -> bool:
        """Whether it takes nobody in any more."""
        return self.membres >= MEMBRES_MAX or time.monotonic() - self.debut > OUVERT_MAX_S

    def inscrire(self) -> threading.Lock:
        """A member that goes: what it acquires when the last has committed, or failed to (`echec`). Before
        the turn is handed on, or nobody would release it."""
        attente = _attente()
        self.attentes.append(attente)
        return attente

    def annoncer(self, echec: BaseException | None = None) -> None:
        """Tells the members how it ended."""
        self.echec = echec
        for attente in self.attentes:
            attente.release()


class Tour:
    """The turn of one process, over what has one writer: a SQLite file, or a base of PostgreSQL. `rassemble`:
    a group waits at the gate for those that were in the last one."""

    def __init__(self, *, rassemble: bool = True) -> None:
        self._verrou = threading.Lock()  # held for a few instructions
        self._pris = False
        self._ecrit = False  # who has the turn writes, or waits for another process to have written
        self._liseurs: deque[threading.Lock] = deque()
        self._ecrivains: deque[threading.Lock] = deque()
        self._attendus = 1
        self._rassemble = rassemble
        self.groupe: Groupe | None = None
        """The transaction that is open; touched by whose turn it is."""

    def lire(self, delai: float) -> bool:
        """Waits for a turn to read a message, `delai` seconds at most; whether it came. While others write it
        does not come: who reads beside them is in time to be one of them."""
        with self._verrou:
            if not self._pris:
                self._pris = True
                return True
            if self._ecrit:
                return False
            attente = _attente()
            self._liseurs.append(attente)
        if attente.acquire(timeout=delai):
            return True
        with self._verrou:
            if attente in self._liseurs:
                self._liseurs.remove(attente)
                return False
        return True  # it came just now

    def ecrire(self, *, a_la_main: bool) -> None:
        """Waits for a turn to write; `a_la_main` says whether this thread has the turn already: it lets those
        who have still to read go first."""
        rassembler = self._rassemble
        while True:
            with self._verrou:
                patience = -1.0
                if a_la_main or not self._pris:
                    self._pris = True
                    if self._liseurs and len(self._ecrivains) < MEMBRES_MAX - 1:
                        self._liseurs.popleft().release()
                    elif rassembler and len(self._ecrivains) + 1 < self._attendus:
                        patience, rassembler, self._pris = RASSEMBLER_S, False, False
                    else:
                        self._ecrit = True
                        return
                attente = _attente()
                # Who waits for others to join is not behind them.
                (self._ecrivains.append if patience < 0 else self._ecrivains.appendleft)(attente)
            if not attente.acquire(timeout=patience):
                with self._verrou:
                    if not self._pris:  # nobody came
                        self._pris = self._ecrit = True
                        self._ecrivains.remove(attente)
                        return
                attente.acquire()
            if self.groupe is not None:
                return
            a_la_main = True

    def passer_a_un_ecrivain(self) -> bool:
        """Hands the turn, and the transaction that is open, to the next who waits to write; whether there was
        one."""
        with self._verrou:
            if not self._ecrivains:
                return False
            self._ecrivains.popleft().release()
            return True

    def finir(self, groupe: Groupe) -> None:
        """The transaction that was open is ended: the next one begins another."""
        self.groupe = None
        with self._verrou:
            self._attendus = groupe.membres + len(self._liseurs) + len(self._ecrivains)

    def rendre(self) -> None:
        """Gives the turn back, no transaction being open."""
        with self._verrou:
            self._ecrit = False
            if self._liseurs and len(self._ecrivains) < MEMBRES_MAX:
                self._liseurs.popleft().release()
            elif self._ecrivains:
                self._ecrivains.popleft().release()
            else:
                self._pris = False
