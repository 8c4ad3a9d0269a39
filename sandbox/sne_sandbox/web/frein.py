"""The brake on people who try tokens: a few may be wrong at once, then one now and then, of any caller.

Each process counts for itself, and no thread waits: a caller who comes too early is told when to come back.
"""

import math
import threading
import time
from collections import OrderedDict
from typing import Final

#: Wrong tokens that may come at once, and seconds that win one back: of one peer, and of all.
PAR_PAIR: Final = (10, 6.0)
EN_TOUT: Final = (100, 1.0)
#: Peers that are remembered.
_RETENUS: Final = 4096


class Frein:
    """Counts wrong tokens."""

    def __init__(self) -> None:
        self._verrou = threading.Lock()
        self._pairs: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._tous: tuple[float, float] = (0.0, 0.0)

    def attente(self, pair: str) -> int:
        """Seconds that `pair` has to wait before a wrong token of its is answered; 0 for now."""
        with self._verrou:
            instant = time.monotonic()
            return max(
                _attente(self._pairs.get(pair, (0.0, 0.0)), PAR_PAIR, instant),
                _attente(self._tous, EN_TOUT, instant),
            )

    def noter(self, pair: str) -> None:
        """A wrong token of `pair`."""
        with self._verrou:
            instant = time.monotonic()
            self._pairs[pair] = _ajouter(self._pairs.get(pair, (0.0, 0.0)), PAR_PAIR, instant)
            self._pairs.move_to_end(pair)
            if len(self._pairs) > _RETENUS:
                self._pairs.popitem(last=False)
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
