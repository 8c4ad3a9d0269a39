"""A base filled from its seed: 1,000 households drawn, written and stored; and the tables over them."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sne_sandbox.contract.versions import charger
from sne_sandbox.domain.base import Horloge
from sne_sandbox.domain.dates import PARIS
from sne_sandbox.operations import bases, statistiques
from sne_sandbox.store.session import Magasin

HORLOGE = Horloge(fige_a=datetime(2018, 3, 15, 12, tzinfo=PARIS))
CONTRAT = charger("v5.2")
Benchmark = Callable[..., Any]


@pytest.fixture(scope="module")
def magasin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Magasin]:
    dossier: Path = tmp_path_factory.mktemp("semis")
    with Magasin.ouvrir(None, dossier) as ouvert:
        yield ouvert


def test_une_base_de_1000(benchmark: Benchmark, magasin: Magasin) -> None:
    noms = count()

    def semer() -> str:
        nom = f"b{next(noms)}"
        return bases.creer(magasin, CONTRAT, nom, semence="ecole", taille=1000, horloge=HORLOGE).nom

    assert benchmark.pedantic(semer, rounds=5) == "b4"  # type: ignore[attr-defined]


def test_les_tableaux_de_5000(benchmark: Benchmark, magasin: Magasin) -> None:
    bases.creer(magasin, CONTRAT, "stats", semence="ecole", taille=5000, horloge=HORLOGE)

    def compter() -> int:
        with magasin.lire("stats") as registre:
            jour = HORLOGE.fige_a.date()  # type: ignore[union-attr]
            codes = statistiques.CODES
            return len([statistiques.tableau(code, registre, CONTRAT, jour) for code in codes])

    assert benchmark(compter) == 3
