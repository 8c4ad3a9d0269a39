from datetime import date

import pytest

from sne_sandbox.contract.versions import Contrat
from sne_sandbox.rules.lieux import actuelle, departement_connu, remplacante


@pytest.mark.parametrize("code", ["75999", "2A999", "2B001", "97199", "98899", "01000"])
def test_a_code_of_a_known_departement(code: str) -> None:
    assert departement_connu(code)


@pytest.mark.parametrize("code", ["99999", "20004", "97999", "7501", "62ABC", "ZZ123", "", "75", "00123"])
def test_a_code_of_none(code: str) -> None:
    assert not departement_connu(code)


def test_a_commune_is_in_force_until_the_day_it_ends(contrat: Contrat) -> None:
    territoires = contrat.territoires
    assert remplacante("01091", date(2018, 12, 31), territoires) is None
    assert remplacante("01091", date(2019, 1, 1), territoires) == "Valserhône (01033)"


def test_an_unknown_end_is_past(contrat: Contrat) -> None:
    assert remplacante("01220", date(2018, 3, 15), contrat.territoires) is not None


@pytest.mark.parametrize("code", ["75113", "99999"])
def test_a_commune_in_force_and_one_that_never_was_are_not_replaced(contrat: Contrat, code: str) -> None:
    assert remplacante(code, date(2018, 3, 15), contrat.territoires) is None


def test_an_abolished_commune_is_now_its_successor(contrat: Contrat) -> None:
    for code, attendu in (("01003", "01165"), ("75113", "75113")):
        commune = actuelle(code, contrat.territoires)
        assert commune is not None
        assert commune.code == attendu
    assert actuelle("99999", contrat.territoires) is None
