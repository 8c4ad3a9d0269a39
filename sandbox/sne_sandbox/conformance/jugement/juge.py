"""What a judge is, and how it says what it saw."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from sne_sandbox.conformance.observation import Observation
from sne_sandbox.domain.texte import masquer_nirs
from sne_sandbox.reports.model import Constat

#: Characters of a value that a finding shows.
VALEUR_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Dire:
    """The pen of a judge: constats of one requirement, about one exchange. No NIR comes out of it."""

    exigence: str
    echange: int | None = None

    def tenue(self, phrase: str) -> Constat:
        """The requirement was seen held."""
        return Constat(self.exigence, True, phrase, echange=self.echange)

    def rompue(
        self, sorte: str, phrase: str, *, chemin: str = "", attendu: str = "", observe: str = ""
    ) -> Constat:
        """The requirement broke, in the way that the slug `sorte` names."""
        return Constat(
            self.exigence,
            False,
            masquer_nirs(phrase),
            sorte,
            chemin,
            attendu,
            masquer_nirs(observe[:VALEUR_MAX]),
            self.echange,
        )


Jugement = Callable[[Observation, Dire], Iterator[Constat]]


@dataclass(frozen=True, slots=True)
class Juge:
    """One line of a family's table: a requirement, and the function that looks for it in an exchange."""

    exigence: str
    juger: Jugement

    def constats(self, vue: Observation) -> Iterator[Constat]:
        """What it says of an exchange."""
        return self.juger(vue, Dire(self.exigence, vue.echange.identifiant))
