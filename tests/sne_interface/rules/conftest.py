"""The contract as served, and messages made of the specimens."""

from collections.abc import Callable
from typing import Any

import pytest

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.generators.exemples_de_regles import ExempleDeRegle, contexte
from sne_interface.rules.rule import Contexte


@pytest.fixture
def message(contrat: Contrat) -> Callable[..., Contexte]:
    """`message(type="MOD", edits=[…], …)`: what the rules look at, as an example writes it."""

    def faire(**champs: Any) -> Contexte:
        return contexte(
            ExempleDeRegle(fichier="essai", rang=1, regle="", verdict="refuse", **champs), contrat
        )

    return faire
