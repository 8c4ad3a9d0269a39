from datetime import date

import pytest

from sne_sandbox.domain.nir import (
    cle,
    cle_valide,
    convient_a_la_civilite,
    convient_a_la_naissance,
    forme_valide,
)


@pytest.mark.parametrize(
    ("nir", "attendu"),
    [
        ("206127511100564", True),
        ("206122A11100509", True),
        ("206122B11100536", True),
        ("206122C11100536", False),
        ("20612A511100564", False),
        ("20612751110056", False),
        ("2061275111005640", False),
        ("206 127511100564", False),
        ("206127511100564\n", False),
        ("20612751110056٤", False),  # an Arabic digit is no digit of a NIR
        ("206122a11100509", False),
        ("", False),
    ],
)
def test_form(nir: str, attendu: bool) -> None:
    assert forme_valide(nir) is attendu


def test_key_of_the_published_value() -> None:
    assert cle("2061275111005") == "64"


@pytest.mark.parametrize(("corse", "chiffres"), [("2A", "19"), ("2B", "18")])
def test_corsica_counts_as_its_digits(corse: str, chiffres: str) -> None:
    assert cle(f"20612{corse}111005") == cle(f"20612{chiffres}111005")


def test_key_formula() -> None:
    corps = "1700175113001"
    assert cle(corps) == f"{97 - int(corps) % 97:02d}"


def test_a_changed_digit_breaks_the_key() -> None:
    assert cle_valide("206127511100564")
    assert not cle_valide("206127511100464")
    assert not cle_valide("206127511100565")


@pytest.mark.parametrize(
    ("premier", "monsieur"), [("1", True), ("3", True), ("7", True), ("2", False), ("4", False), ("8", False)]
)
def test_first_digit_and_civilite(premier: str, monsieur: bool) -> None:
    nir = premier + "06127511100564"
    assert convient_a_la_civilite(nir, "1") is monsieur
    assert convient_a_la_civilite(nir, "2") is not monsieur
    assert convient_a_la_civilite(nir, "3") is not monsieur


def test_unknown_civilite_fits_any_digit() -> None:
    assert convient_a_la_civilite("506127511100564", "9")


@pytest.mark.parametrize(
    ("nir", "naissance", "attendu"),
    [
        ("206127511100564", date(2006, 12, 5), True),
        ("206127511100564", date(1906, 12, 5), True),
        ("206127511100564", date(2006, 11, 5), False),
        ("206127511100564", date(2007, 12, 5), False),
        ("206137511100564", date(2006, 5, 5), True),
        ("206207511100564", date(2006, 5, 5), True),
        ("206997511100564", date(2006, 5, 5), True),
        ("206007511100564", date(2006, 5, 5), False),
    ],
)
def test_year_and_month_of_birth(nir: str, naissance: date, attendu: bool) -> None:
    assert convient_a_la_naissance(nir, naissance) is attendu
