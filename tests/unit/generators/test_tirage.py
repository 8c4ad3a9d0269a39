from collections import Counter
from datetime import date

import pytest

from sne_sandbox.errors import ContractError
from sne_sandbox.generators.tirage import Repartition, TirageAleatoire


def test_the_same_seed_draws_the_same() -> None:
    def tirer(graine: int) -> list[object]:
        tirage = TirageAleatoire(graine)
        parts = Repartition({"a": 1, "b": 3})
        return [tirage.entier(1, 9), tirage.choix("xyz"), tirage.selon(parts), tirage.booleen(0.5)]

    assert tirer(7) == tirer(7)
    assert [tirer(i) for i in range(20)] != [tirer(i + 1) for i in range(20)]


def test_a_seed_means_the_same_for_ever() -> None:
    tirage = TirageAleatoire(42)
    assert [tirage.entier(1, 100) for _ in range(6)] == [64, 3, 28, 23, 74, 68]


def test_bounds_are_included_and_nothing_else_comes() -> None:
    tirage = TirageAleatoire(1)
    assert {tirage.entier(2, 4) for _ in range(200)} == {2, 3, 4}
    jours = {tirage.date(date(2018, 2, 28), date(2018, 3, 1)) for _ in range(50)}
    assert jours == {date(2018, 2, 28), date(2018, 3, 1)}
    assert not any(tirage.booleen(0.0) for _ in range(100))
    assert all(tirage.booleen(1.0) for _ in range(100))


def test_shares_are_kept() -> None:
    parts = Repartition({"souvent": 9.0, "rarement": 1.0, "jamais": 0.0})
    tirage = TirageAleatoire(3)
    comptes = Counter(tirage.selon(parts) for _ in range(4000))
    assert set(comptes) == {"souvent", "rarement"}
    assert comptes["rarement"] / 4000 == pytest.approx(0.1, abs=0.02)
    assert parts.part("souvent") == pytest.approx(0.9)
    assert parts.part("rarement") == pytest.approx(0.1)
    assert parts.part("jamais") == 0.0


def test_shares_that_are_none_are_refused() -> None:
    with pytest.raises(ContractError, match="répartition"):
        Repartition({"a": 0.0})
