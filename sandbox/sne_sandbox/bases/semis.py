"""A base filled from its seed: households drawn and stored in batches, without passing by SOAP.

The same seed and the same day give the same base; the first households of a large one are those of a small
one. Other processes draw a large base, each its share, while this one stores it. The draws of a
small one are kept: a CI farm makes the same base for each of its jobs.
"""

import marshal
import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain, cycle
from typing import IO, Final

from sne_interface import systeme
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.errors import StoreError
from sne_interface.generators.population import lire_population
from sne_interface.generators.vies import instant
from sne_sandbox.bases.menages_en_lignes import COLONNES, Lot, Semence, lots
from sne_sandbox.store.registre import RegistreBase

#: From this many households on, other processes draw them: it takes a third of a second to start.
_PARALLELE: Final = 4_000
#: How many draw: one household is drawn in some twice the time that it takes to store it.
_TIREURS: Final = 2
#: Batches stored at once: in the order of their keys, the larger they are the faster.
_ENSEMBLE: Final = 8
#: Batches read ahead, so that nobody waits to draw while others are stored.
_AVANCE: Final = 2 * _ENSEMBLE
#: Households of the largest base whose draws are kept (3 MB), and how many such are.
_GARDES: Final = 500
_UN_SEUL: Final = threading.Lock()
_TIREUR: Final = "from sne_sandbox.bases import menages_en_lignes; menages_en_lignes.tirer()"


@dataclass(frozen=True)
class Brassee:
    """Batches stored together. With them `fait` households of `total` are."""

    lots: Sequence[Lot]
    total: int

    @property
    def fait(self) -> int:
        return self.lots[-1].fait

    def planter(self, registre: RegistreBase) -> None:
        """Stores them in the base of `registre`. Raises StoreError when a month is full."""
        registre.planter(COLONNES, [lot.lignes for lot in self.lots], self.lots[-1].sequences)


def semer(
    base: str, contrat: Contrat, *, semence: str, seed: int, maintenant: datetime, taille: int | None = None
) -> Iterator[Brassee]:
    """Draws what fills the empty base of that name from the seed `semence` as on `maintenant` (its clock).
    The demandes of those so far are whole, and may be committed. `taille` is how many households, the seed's
    own by default. Raises UsageError for an unknown seed, ContractError for one not well written."""
    population = lire_population(contrat, semence, contrat.a_venir(maintenant.date()))
    total = population.taille if taille is None else taille
    a_tirer = Semence(base, population, seed, total, maintenant)
    attendent: list[Lot] = []
    if total <= _GARDES:
        tires = _deja_tires(a_tirer, semence, contrat)
    else:
        ici = total < _PARALLELE or not systeme.PLUSIEURS_PROCESSUS
        tires = lots(a_tirer) if ici else _tires_a_cote(a_tirer)
    for lot in tires:
        attendent.append(lot)
        if len(attendent) == _ENSEMBLE or lot.fait == total:
            yield Brassee(tuple(attendent), total)
            attendent.clear()


def _deja_tires(a_tirer: Semence, semence: str, contrat: Contrat) -> Iterator[Lot]:
    """The batches of a small base, drawn once for all bases of that seed and day."""
    # From the time guichets open on, what was done today was done then: one drawing stands for the day.
    jour = instant(a_tirer.maintenant.date(), a_tirer.maintenant)
    with _UN_SEUL:  # jobs come together: the first draws, the others wait for it
        gardes = _tirer_une_fois(semence, contrat, a_tirer.seed, a_tirer.taille, jour)
    for lot in gardes:
        siennes = {
            table: [(a_tirer.base, *ligne[1:]) for ligne in lignes] for table, lignes in lot.lignes.items()
        }
        yield Lot(lot.fait, siennes, lot.sequences)


@lru_cache(maxsize=4)
def _tirer_une_fois(
    semence: str, contrat: Contrat, seed: int, taille: int, maintenant: datetime
) -> tuple[Lot, ...]:
    population = lire_population(contrat, semence, contrat.a_venir(maintenant.date()))
    return tuple(lots(Semence("", population, seed, taille, maintenant)))


def _tires_a_cote(semence: Semence) -> Iterator[Lot]:
    """The same batches, drawn by processes of their own, in turn. Not by forks, for a server has threads."""
    fait = 0
    with ExitStack() as pile:
        fil = pile.enter_context(ThreadPoolExecutor(1))
        try:
            sorties = cycle(_lancer(semence, pile))
            attendus = deque(fil.submit(pickle.load, next(sorties)) for _ in range(_AVANCE))
            while fait < semence.taille:
                lot = Lot(*marshal.loads(attendus.popleft().result()))  # noqa: S302 - ours
                attendus.append(fil.submit(pickle.load, next(sorties)))
                yield lot
                fait = lot.fait
        except (BrokenPipeError, EOFError, pickle.UnpicklingError):
            raise StoreError(
                "Un processus qui tire les ménages s'est arrêté.", remede="recommencez : rien n'est resté"
            ) from None


def _lancer(semence: Semence, pile: ExitStack) -> list[IO[bytes]]:
    """The outputs of the processes that draw, each of which tells its sequences to the next: they are ended
    with `pile`."""
    commande, sorties = [sys.executable, "-c", _TIREUR], []
    anneau = [os.pipe() for _ in range(_TIREURS)]
    try:
        for rang in range(_TIREURS):
            voisins = (anneau[rang][0], anneau[(rang + 1) % _TIREURS][1])
            # In a group of its own: an interruption is for us.
            tireur = subprocess.Popen(  # noqa: S603
                commande, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=voisins, process_group=0
            )
            pile.enter_context(tireur)
            pile.callback(tireur.kill)
            assert tireur.stdin is not None
            assert tireur.stdout is not None
            with tireur.stdin as entree:
                pickle.dump((semence, rang, _TIREURS, *voisins), entree)
            sorties.append(tireur.stdout)
    finally:
        for bout in chain(*anneau):
            os.close(bout)
    return sorties
