"""What slows down whoever tries tokens: a few may be wrong at once, then one now and then, whoever tries.

Each process counts for itself, and no thread waits: who comes too early is told when to come back. A token
that has opened is looked at whatever the others try: nobody is shut out by a neighbour behind the same relay.
A wrong one that comes again slows down itself alone: a script that was forgotten with an old token guesses
nothing, and shuts nobody out of the machine that it shares.
"""

import math
import threading
import time
from collections import OrderedDict
from typing import Final, TypeVar

_Valeur = TypeVar("_Valeur")
#: Wrong tokens that may come at once, and seconds that win one back: of one peer (or one and the same), and
#: of all.
PAR_PAIR: Final = (10, 6.0)
EN_TOUT: Final = (100, 1.0)
#: Peers and tokens that are remembered.
_RETENUS: Final = 4096


class Frein:
    """Counts wrong tokens."""

    def __init__(self) -> None:
        self._verrou = threading.Lock()
        self._pairs: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._tous: tuple[float, float] = (0.0, 0.0)
        self._connus: OrderedDict[str, None] = OrderedDict()
        self._faux: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def attente(self, pair: str, empreinte: str = "") -> int:
        """Seconds that `pair` has to wait before the token of this hash is looked at; 0 for now."""
        with self._verrou:
            if empreinte in self._connus:
                return 0
            instant = time.monotonic()
            if (deja := self._faux.get(empreinte)) is not None:
                return _attente(deja, PAR_PAIR, instant)
            return max(
                _attente(self._pairs.get(pair, (0.0, 0.0)), PAR_PAIR, instant),
                _attente(self._tous, EN_TOUT, instant),
            )

    def noter(self, pair: str, empreinte: str, *, bon: bool) -> None:
        """What a token that was looked at turned out to be."""
        with self._verrou:
            if bon:
                _retenir(self._connus, empreinte, None)
                self._faux.pop(empreinte, None)
                return
            self._connus.pop(empreinte, None)
            instant, deja = time.monotonic(), self._faux.get(empreinte)
            _retenir(self._faux, empreinte, _ajouter(deja or (0.0, 0.0), PAR_PAIR, instant))
            if deja is not None:
                return
            seau = _ajouter(self._pairs.get(pair, (0.0, 0.0)), PAR_PAIR, instant)
            _retenir(self._pairs, pair, seau)
            self._tous = _ajouter(self._tous, EN_TOUT, instant)


def _niveau(seau: tuple[float, float], borne: tuple[int, float], instant: float) -> float:
    """How full a bucket is by now; it empties with time."""
    niveau, depuis = seau
    return max(0.0, niveau - (instant - depuis) / borne[1])


def _ajouter(seau: tuple[float, float], borne: tuple[int, float], instant: float) -> tuple[float, float]:
    return _niveau(seau, borne, instant) + 1, instant


def _attente(seau: tuple[float, float], borne: tuple[int, float], instant: float) -> int:
    trop = _niveau(seau, borne, instant) + 1 - borne[0]
    return math.ceil(trop * borne[1]) if trop > 0 else 0


def _retenir(retenus: "OrderedDict[str, _Valeur]", cle: str, valeur: _Valeur) -> None:
    retenus[cle] = valeur
    retenus.move_to_end(cle)
    if len(retenus) > _RETENUS:
        retenus.popitem(last=False)
