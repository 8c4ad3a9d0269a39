"""A base filled from its seed: households drawn and stored in batches, without passing by SOAP.

The same seed and the same day give the same base; the first households of a large one are those of a small
one. One core draws a large base (this module, run as a program) while another stores it.
"""

import marshal
import pickle
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sne_sandbox.contract.versions import Contrat
from sne_sandbox.errors import StoreError
from sne_sandbox.generators.plantation import COLONNES, Lot, Semence, lots
from sne_sandbox.generators.population import lire_population
from sne_sandbox.store.registre import RegistreBase

#: From this many households on, another process draws them: it takes a third of a second to start.
_PARALLELE: Final = 4_000
#: Batches stored at once: in the order of their keys, the larger they are the faster.
_ENSEMBLE: Final = 8
_TIREUR: Final = "from sne_sandbox.generators import plantation; plantation.tirer()"


def semer(
    registre: RegistreBase,
    contrat: Contrat,
    *,
    semence: str,
    seed: int,
    maintenant: datetime,
    taille: int | None = None,
) -> Iterator[tuple[int, int]]:
    """Fills the empty base of `registre` from the seed `semence` as on `maintenant` (its clock). After each
    batch, tells how many households of how many are stored: the demandes so far are whole, and may be
    committed. `taille` is how many households, the seed's own by default. Raises UsageError for an unknown
    seed, ContractError for one not well written."""
    population = lire_population(semence, contrat)
    total = population.taille if taille is None else taille
    a_tirer = Semence(registre.base.nom, population, seed, total, maintenant)
    attendent: list[Lot] = []
    for lot in lots(a_tirer) if total < _PARALLELE else _tires_a_cote(a_tirer):
        attendent.append(lot)
        if len(attendent) == _ENSEMBLE or lot.fait == total:
            registre.planter(COLONNES, [lot.lignes for lot in attendent], lot.sequences)
            attendent.clear()
            yield lot.fait, total


def _tires_a_cote(semence: Semence) -> Iterator[Lot]:
    """The same batches, drawn by a process of its own: the draws are one sequence, which no two can share.
    Not by a fork, for a server has threads."""
    commande = [sys.executable, "-c", _TIREUR]
    with subprocess.Popen(commande, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tireur:  # noqa: S603
        assert tireur.stdin is not None
        assert tireur.stdout is not None
        try:
            with tireur.stdin as entree:
                entree.write(pickle.dumps(semence))
            fait = 0
            while fait < semence.taille:
                lot = Lot(*marshal.load(tireur.stdout))  # noqa: S302 - ours
                yield lot
                fait = lot.fait
        except EOFError:
            raise StoreError(
                "Le processus qui tire les ménages s'est arrêté.", remede="recommencez : rien n'est resté"
            ) from None
        finally:
            tireur.kill()
