"""The two published versions of the interface, compared once."""

import pytest

from sne_calibrage.versions.contrats_compares import comparer
from sne_calibrage.versions.differences_de_contrats import ComparaisonDeContrats
from sne_interface.contract.contrats_charges import charger


@pytest.fixture(scope="package")
def de_5_0_a_5_2() -> ComparaisonDeContrats:
    return comparer(charger("v5.0"), charger("v5.2"))


@pytest.fixture(scope="package")
def de_5_2_a_5_0() -> ComparaisonDeContrats:
    return comparer(charger("v5.2"), charger("v5.0"))
