"""Drawing: the few gestures by which a household is made up, whoever draws.

`TirageAleatoire` draws from `random.Random` for seeds and `generate`; another driver (Hypothesis) may take
its place, so builders draw little, in a fixed order, and put the simplest value first wherever there is one.
"""

from bisect import bisect
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate
from random import Random
from typing import Generic, Protocol, TypeVar

from sne_sandbox.errors import ContractError

T = TypeVar("T")


class Repartition(Generic[T]):
    """Values and their shares (any positive unit), the simplest value first. Raises ContractError when no
    value has a share."""

    __slots__ = ("cumuls", "total", "valeurs")

    def __init__(self, parts: Mapping[T, float]) -> None:
        retenues = {valeur: part for valeur, part in parts.items() if part > 0}
        if not retenues:
            raise ContractError("Une répartition n'a aucune part positive.", remede="corrigez semence.toml")
        self.valeurs: tuple[T, ...] = tuple(retenues)
        self.cumuls: list[float] = list(accumulate(retenues.values()))
        self.total = self.cumuls[-1]

    def part(self, valeur: T) -> float:
        """Share of `valeur`, between 0 and 1."""
        if valeur not in self.valeurs:
            return 0.0
        rang = self.valeurs.index(valeur)
        return (self.cumuls[rang] - (self.cumuls[rang - 1] if rang else 0)) / self.total


class Tirage(Protocol):
    """What a builder may ask of who draws."""

    def entier(self, bas: int, haut: int) -> int:
        """An integer from `bas` to `haut`, both included; `bas` is the simplest."""

    def choix(self, valeurs: Sequence[T]) -> T:
        """One of `valeurs`, all alike; the first is the simplest."""

    def selon(self, repartition: Repartition[T]) -> T:
        """One value of `repartition`, according to its share."""

    def booleen(self, chance: float) -> bool:
        """True with that chance, between 0 and 1; False is the simplest."""

    def date(self, du: date, au: date) -> date:
        """A day from `du` to `au`, both included; `du` is the simplest."""


class TirageAleatoire:
    """Draws from `random.Random(graine)`, by its `random()` alone: the one method whose sequence Python
    promises to keep from version to version."""

    __slots__ = ("_random",)

    def __init__(self, graine: int | str) -> None:
        self._random = Random(graine).random

    def entier(self, bas: int, haut: int) -> int:
        """An integer from `bas` to `haut`, both included."""
        return bas + int(self._random() * (haut - bas + 1))

    def choix(self, valeurs: Sequence[T]) -> T:
        """One of `valeurs`, all alike."""
        return valeurs[int(self._random() * len(valeurs))]

    def selon(self, repartition: Repartition[T]) -> T:
        """One value of `repartition`, according to its share."""
        return repartition.valeurs[bisect(repartition.cumuls, self._random() * repartition.total)]

    def booleen(self, chance: float) -> bool:
        """True with that chance."""
        return self._random() < chance

    def date(self, du: date, au: date) -> date:
        """A day from `du` to `au`, both included."""
        return date.fromordinal(self.entier(du.toordinal(), au.toordinal()))
