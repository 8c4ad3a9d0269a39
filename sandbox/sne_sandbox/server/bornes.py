"""The bounds of what one process holds at once: connections, and bytes under way.

The bytes of a body are under way from their arrival until the work on them ends; the bytes of a long answer,
until its reader has it. A caller beyond the bounds is told so (503, `Retry-After`), and the journal is told
once a minute, with a count.
"""

import contextlib
import logging
import os
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

from sne_interface import systeme
from sne_interface.domain.echange import EtatDuServeur
from sne_sandbox.server.listeners import Ecoute

logger = logging.getLogger(__name__)

#: Descriptors that are no connection's: the database's, the log, what starts a process.
_AUTRES: Final = 80
_CONNEXIONS_MAX: Final = 10_000
_CONNEXIONS_MIN: Final = 16
#: Descriptors kept aside for the exchanges under way, where no other is left.
_RESERVE: Final = 8
#: Seconds between two lines that say the same.
PERIODE_DES_LIGNES: Final = 60.0
#: Rest before a new try to accept, where there is no room, or no descriptor. Seconds.
REPIT: Final = 1.0
A_LA_PORTE: Final = (
    "Le serveur n'accepte plus de connexions pour l'instant : {}. Celles qui sont ouvertes sont servies, les "
    "autres attendent. → fermez les connexions inutiles, ou relevez ulimit -n et --connexions-max."
)
#: Seconds after which one who was told 503 may come back.
RETOUR: Final = 5


def connexions_possibles(voulues: int | None) -> int:
    """The connections that a process may hold: those asked for, as far as the system's descriptors go. Of
    four descriptors three are connections: a body of a megabyte has one too, for its temporary file."""
    limite = systeme.descripteurs_permis()
    possibles = _CONNEXIONS_MAX if limite is None else max(_CONNEXIONS_MIN, (limite - _AUTRES) * 3 // 4)
    if voulues is None:
        return min(possibles, _CONNEXIONS_MAX)
    if voulues > possibles:
        logger.warning(
            "sne-sandbox : --connexions-max %d dépasse ce que laissent les descripteurs (ulimit -n) : %d "
            "connexions par processus",
            voulues,
            possibles,
        )
    return min(voulues, possibles)


def marge(connexions_max: int) -> int:
    """How many more connections are accepted, only to be told that there are too many; whoever comes after
    them waits at the door."""
    return connexions_max // 8 + 4


class Lignes:
    """Lines said once a minute at most, each with how many times it was to be said."""

    def __init__(self) -> None:
        self._comptes: dict[str, int] = {}
        self._dites: dict[str, float] = {}

    def compter(self, quoi: str) -> None:
        """It is to be said once more."""
        self._comptes[quoi] = self._comptes.get(quoi, 0) + 1

    def dues(self) -> list[str]:
        """Lists the sentences to say now: the ones that were not said for a minute."""
        if not self._comptes:
            return []
        maintenant = time.monotonic()
        dues = [
            quoi
            for quoi in self._comptes
            if maintenant - self._dites.get(quoi, -PERIODE_DES_LIGNES) >= PERIODE_DES_LIGNES
        ]
        self._dites |= dict.fromkeys(dues, maintenant)
        return [quoi if (n := self._comptes.pop(quoi)) == 1 else f"{quoi} ({n} fois)" for quoi in dues]


class Cadence:
    """How fast what passes by a connection goes on, looked at now and then."""

    def __init__(self) -> None:
        self._repere: tuple[object, int, float] = (None, 0, 0.0)

    def mesurer(self, quoi: object, octets: int, ecoute: Ecoute) -> tuple[int, float] | None:
        """`octets` of `quoi` have passed so far. By how many it went on, in how many seconds, when that was
        too slow; else None."""
        maintenant = time.monotonic()
        if self._repere[0] is not quoi:
            self._repere = quoi, octets, maintenant
            return None
        avance, duree = octets - self._repere[1], maintenant - self._repere[2]
        if duree < ecoute.patience:
            return None
        self._repere = quoi, octets, maintenant
        return (avance, duree) if avance < ecoute.debit_min * duree else None


@dataclass(slots=True)
class Arrivee:
    """The state of what a connection receives: its bytes so far, the last line of a head, whether a body is
    awaited; the call that refuses a request too long to come. `premier` is true until the first bytes of a
    connection in clear."""

    premier: bool
    octets: int = 0
    ligne: bytes = b""
    corps_attendu: bool = False
    limite: Any = None
    cadence: Cadence = field(default_factory=Cadence)


@dataclass(slots=True)
class Bornes:
    """The limits of a process, and where it stands. Bytes are counted from any thread, the rest from the
    reactor's."""

    connexions_max: int
    octets_max: int
    etat: EtatDuServeur = field(default_factory=EtatDuServeur)
    lignes: Lignes = field(default_factory=Lignes)
    _reserve: list[int] = field(default_factory=list)
    _verrou: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.etat.connexions_max, self.etat.octets_max = self.connexions_max, self.octets_max
        self.reserver()

    def prendre(self, octets: int) -> bool:
        """Counts more bytes under way. False when they are too many; they are counted all the same."""
        with self._verrou:
            self.etat.octets += octets
            return self.etat.octets <= self.octets_max

    def rendre(self, octets: int) -> None:
        """They are under way no more."""
        with self._verrou:
            self.etat.octets -= octets

    def admet(self, octets: int) -> bool:
        """True when so many more bytes may be under way."""
        return self.etat.octets + octets <= self.octets_max

    # --- descriptors -----------------------------------------------------------------------------------

    def reserver(self) -> None:
        """Puts descriptors aside, as many as there are."""
        with contextlib.suppress(OSError):
            while len(self._reserve) < _RESERVE:
                self._reserve.append(os.open(os.devnull, os.O_RDONLY))

    def relacher(self) -> None:
        """Gives them to the exchanges under way."""
        while self._reserve:
            os.close(self._reserve.pop())
