"""What the journal of a store measures, by SQL: the same whichever process served the exchanges."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from sne_sandbox.store import tables
from sne_sandbox.store.session import Magasin

#: Upper bounds of durations, in microseconds.
BORNES_US: Final = (1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000)
_E: Final = tables.echange.c
_C: Final = tables.journal_compteur.c
_OPERATION: Final = sa.func.coalesce(_E.operation, "")
#: An index holds all of this: a microsecond an exchange kept, whatever the size of its messages.
CHOIX: Final = (
    sa.select(
        _E.base,
        _OPERATION,
        _E.verdict,
        sa.func.count(),
        sa.func.sum(_E.duree_us),
        *(sa.func.sum(sa.case((_E.duree_us <= borne, 1), else_=0)) for borne in BORNES_US),
    )
    .group_by(_E.base, _OPERATION, _E.verdict)
    .order_by(_E.base, _OPERATION, _E.verdict)
)


@dataclass(frozen=True, slots=True)
class Tenue:
    """The journal of a base: exchanges ever written, kept, and dropped to make room."""

    base: str
    ecrits: int
    gardes: int
    oublies: int


@dataclass(frozen=True, slots=True)
class Mesure:
    """The exchanges kept of one operation and verdict. `operation` is "" where none was recognised;
    `sous` counts those that took no longer than each bound of BORNES_US."""

    base: str
    operation: str
    verdict: str
    nombre: int
    duree_us: int
    sous: tuple[int, ...]


def tenues(magasin: Magasin) -> list[Tenue]:
    """The journals of all bases, by name."""
    choix = sa.select(_C.base, _C.dernier, _C.origine, _C.oublies).order_by(_C.base)
    with magasin.transaction(ecriture=False) as connexion:
        return [
            Tenue(base, dernier, dernier - origine - oublies, oublies)
            for base, dernier, origine, oublies in connexion.sa.execute(choix)
        ]


def mesures(magasin: Magasin) -> Iterator[Mesure]:
    """All exchanges that are kept, by base, operation and verdict."""
    with magasin.transaction(ecriture=False) as connexion:
        for base, nom, verdict, nombre, duree, *comptes in connexion.sa.execute(CHOIX):
            yield Mesure(base, nom, verdict, nombre, int(duree), tuple(int(compte) for compte in comptes))
