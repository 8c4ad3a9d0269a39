"""A table read into a dataclass: what its annotations say, and each fault with its place and its remedy."""

from dataclasses import dataclass
from typing import Any

import pytest

from sne_interface.contract.tables_en_fiches import fiche_de
from sne_interface.domain.anomalie import Gravite
from sne_interface.errors import ContractError


@dataclass(frozen=True)
class Fiche:
    """One field of each sort that no contract has."""

    nom: str
    part: float = 0.5
    rang: int | None = None
    couples: tuple[tuple[str, str], ...] = ()
    codes: frozenset[Gravite] = frozenset()


def test_values_are_those_of_the_annotations() -> None:
    ecrite = {"part": 1, "rang": 2, "couples": [["a", "b"]], "codes": ["ignorée"]}
    assert fiche_de(Fiche, ecrite, "x", nom="n") == Fiche("n", 1.0, 2, (("a", "b"),), frozenset(["ignorée"]))


@pytest.mark.parametrize(
    ("ecrite", "dit"),
    [
        ({}, "il manque « nom »"),
        ({"nom": ""}, "il manque « nom »"),
        ({"nom": "n", "part": "1"}, "part attend un nombre, reçu '1'"),
        ({"nom": "n", "rang": True}, "rang attend un nombre entier"),
        ({"nom": "n", "couples": [["a", "b"], ["c"]]}, "couples[2] attend 2 valeurs"),
        ({"nom": "n", "codes": ["grave"]}, "codes[1] : « grave » n'existe pas"),
    ],
)
def test_a_fault_has_its_place_and_its_remedy(ecrite: dict[str, Any], dit: str) -> None:
    with pytest.raises(ContractError) as refus:
        fiche_de(Fiche, ecrite, "f.toml : [x]")
    assert str(refus.value).startswith("f.toml : [x] ")
    assert dit in str(refus.value)
    assert refus.value.remede
