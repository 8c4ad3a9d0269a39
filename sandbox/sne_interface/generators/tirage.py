"""Drawing: the few gestures that make up a household, by any kind of draw.

`Tirage` draws a seed, which looks like the register; `TirageVarie` what `generate` writes, meant to
break things: all values alike, rare things frequent, names that are hard to carry; `strategies` draws by
Hypothesis. So builders draw little, in a fixed order, and put the simplest value first wherever there is one.
"""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any, Final, Generic, TypeVar

import tomli

from sne_interface.errors import ContractError
from sne_interface.resources import fixtures_dir


@dataclass(frozen=True, slots=True)
class ReserveDeNoms:
    """The pools. `voies` are street names without a number."""

    masculins: tuple[str, ...]
    feminins: tuple[str, ...]
    familles: tuple[str, ...]
    voies: tuple[str, ...]
    metiers: tuple[str, ...]
    employeurs: tuple[str, ...]


@cache
def noms() -> ReserveDeNoms:
    """The pools of names, read from their file once."""
    return ReserveDeNoms(**{champ.name: tuple(_lus()[champ.name]) for champ in fields(ReserveDeNoms)})


@cache
def _lus() -> dict[str, Any]:
    return tomli.loads((fixtures_dir() / "seeds" / "noms.toml").read_text("utf-8"))


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


class Tirage:
    """The draws that a builder may ask for, from `random.Random(graine)`, by its `random()` alone: the one
    method whose sequence Python promises to keep from version to version."""

    __slots__ = ("_random",)

    def __init__(self, graine: int | str) -> None:
        self._random = Random(graine).random

    def entier(self, bas: int, haut: int) -> int:
        """An integer from `bas` to `haut`, both included; `bas` is the simplest."""
        return bas + int(self._random() * (haut - bas + 1))

    def montant(self, bas: int, haut: int) -> int:
        """An amount in euros from `bas` to `haut`, both included."""
        return self.entier(bas, haut)

    def choix(self, valeurs: Sequence[T]) -> T:
        """One of `valeurs`, all alike; the first is the simplest."""
        return valeurs[int(self._random() * len(valeurs))]

    def selon(self, repartition: Repartition[T]) -> T:
        """One value of `repartition`, according to its share."""
        return repartition.valeurs[bisect(repartition.cumuls, self._random() * repartition.total)]

    def booleen(self, chance: float) -> bool:
        """True with that chance, between 0 and 1; False is the simplest."""
        return self._random() < chance

    def date(self, du: date, au: date) -> date:
        """A day from `du` to `au`, both included; `du` is the simplest."""
        return date.fromordinal(self.entier(du.toordinal(), au.toordinal()))


# --- what a test draws beyond a seed -----------------------------------------------------------------

#: A chance is brought between these: what is rare in life is what an application has not been tried on.
RARE: Final = 0.12
FREQUENT: Final = 0.88
#: How many of the drawn names are kept, the shortest; the remarkable ones follow.
_COURTS: Final = 40


@cache
def pools() -> dict[int, tuple[str, ...]]:
    """The pools of names, the simplest first, by the identity of the seeds' pool (which lives as long as
    we do): a builder asks for `noms().familles` and is given these."""
    reserve = noms()
    rangees = {}
    # The names that are hard to carry, by pool.
    for champ, difficiles in _lus()["remarquables"].items():
        pool = getattr(reserve, champ)
        courts = sorted(pool, key=lambda nom: (len(nom), nom))[:_COURTS]
        rangees[id(pool)] = tuple(sorted((*courts, *difficiles), key=_simplicite))
    return rangees


def _simplicite(nom: str) -> tuple[bool, int, str]:
    """Plain letters before all others, then the shortest."""
    return not (nom.isascii() and nom.replace(" ", "").isalpha()), len(nom), nom


class TirageVarie(Tirage):
    """Draws from `random.Random(graine)`, all values alike: for documents meant to try an application."""

    __slots__ = ()

    def choix(self, valeurs: Sequence[T]) -> T:
        """One of `valeurs`; remarkable names among the names."""
        rangees: Sequence[T] = pools().get(id(valeurs), valeurs)  # type: ignore[assignment]
        return super().choix(rangees)

    def selon(self, repartition: Repartition[T]) -> T:
        """One value of `repartition`, whatever its share."""
        return self.choix(repartition.valeurs)

    def booleen(self, chance: float) -> bool:
        """True with about that chance; never certain unless it is said to be."""
        return super().booleen(chance if chance <= 0 or chance >= 1 else min(max(chance, RARE), FREQUENT))
