"""The contract that is served, read once."""

import pytest

from sne_interface.contract.contrats_charges import Contrat, charger


@pytest.fixture(scope="session")
def contrat() -> Contrat:
    return charger("v5.2")
