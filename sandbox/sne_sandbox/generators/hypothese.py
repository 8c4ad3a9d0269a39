"""Drawing by Hypothesis: the builders of seeds, driven by draws that it can replay and shrink.

Only tests and `conform` need it: nothing that `serve` or a seed imports may import this module.

The draws go straight to Hypothesis's `ConjectureData`, below its strategies: a demande takes a hundred of
them, and through `st.integers()` each costs two and a half times as much (24 µs against 10 measured).
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.strategies import SearchStrategy

from sne_sandbox.generators.tirage import Repartition
from sne_sandbox.generators.varietes import FREQUENT, RARE, pools

T = TypeVar("T")


class TirageHypothese:
    """Draws from Hypothesis. Every draw shrinks to the value that `Tirage` calls the simplest; shares are
    left aside, all values being worth a try."""

    __slots__ = ("_data",)

    def __init__(self, data: ConjectureData) -> None:
        self._data = data

    def entier(self, bas: int, haut: int) -> int:
        """An integer from `bas` to `haut`, both included; 0, or what is nearest to `bas`, first."""
        return self._data.draw_integer(bas, haut, shrink_towards=0 if bas < 0 < haut else bas)

    def choix(self, valeurs: Sequence[T]) -> T:
        """One of `valeurs`, the first being the simplest; of a pool of names, the shortest."""
        if len(valeurs) == 1:
            return valeurs[0]
        rangees: Sequence[T] = pools().get(id(valeurs), valeurs)  # type: ignore[assignment]
        return rangees[self._data.draw_integer(0, len(rangees) - 1)]

    def selon(self, repartition: Repartition[T]) -> T:
        """One value of `repartition`."""
        return self.choix(repartition.valeurs)

    def booleen(self, chance: float) -> bool:
        """True with about that chance; never certain unless it is said to be."""
        if chance <= 0 or chance >= 1:
            return chance > 0
        return self._data.draw_boolean(min(max(chance, RARE), FREQUENT))

    def date(self, du: date, au: date) -> date:
        """A day from `du` to `au`, both included."""
        return date.fromordinal(self.entier(du.toordinal(), au.toordinal()))


class Tirees(SearchStrategy[T]):
    """The strategy of what `construire` builds with a `Tirage`."""

    def __init__(self, construire: Callable[[TirageHypothese], T]) -> None:
        super().__init__()
        self._construire = construire

    def do_draw(self, data: ConjectureData) -> T:
        """One value (Hypothesis's own hook)."""
        return self._construire(TirageHypothese(data))

    def __repr__(self) -> str:
        return f"Tirees({getattr(self._construire, '__qualname__', self._construire)!r})"
