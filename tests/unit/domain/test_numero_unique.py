"""TTT MM AA NNNNNN GGGGG."""

from datetime import date

import pytest

from sne_sandbox.domain.numero_unique import NumeroUnique, departement_de, territoire_de


@pytest.mark.parametrize(
    ("commune", "territoire"),
    [
        ("75056", "111"),
        ("75120", "111"),
        ("77186", "111"),
        ("95018", "111"),
        ("62041", "062"),
        ("01004", "001"),
        ("69123", "069"),
        ("69266", "069"),
        ("2A004", "02A"),
        ("2B033", "02B"),
        ("97105", "971"),
        ("97411", "974"),
        ("98818", "988"),
    ],
)
def test_the_territory_of_a_commune(commune: str, territoire: str) -> None:
    assert territoire_de(commune) == territoire


def test_the_departement_of_a_commune() -> None:
    assert [departement_de(c) for c in ("62041", "2A004", "97105", "98818")] == ["62", "2A", "971", "988"]


@pytest.mark.parametrize(
    "texte", ["1110318016982G1104", "02A1218000001G0622", "9710101999999GDPUB", "0620417000001G1226"]
)
def test_read_and_written_again(texte: str) -> None:
    lu = NumeroUnique.lire(texte)
    assert lu is not None
    assert str(lu) == texte


def test_its_parts() -> None:
    assert NumeroUnique.lire("1110318016982G1104") == NumeroUnique("111", 3, 18, 16982, "G1104")
    assert str(NumeroUnique.de("062", date(2009, 12, 31), 7, "GDPUB")) == "0621209000007GDPUB"


@pytest.mark.parametrize(
    "texte",
    ["", "1110318016982G110", "1110318016982G11045", "1111318016982G1104", "1110018016982G1104", "x" * 18],
)
def test_what_is_no_number(texte: str) -> None:
    assert NumeroUnique.lire(texte) is None
