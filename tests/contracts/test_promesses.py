"""What users rely on is not taken back: the frozen lists, those of 0.1.0 first, against the code of today."""

import copy

import promesses
import pytest
from donnees import a_cote


@pytest.fixture(scope="module")
def actuelles() -> dict[str, list[str]]:
    return promesses.promesses()


def test_nothing_that_was_promised_is_gone(actuelles: dict[str, list[str]]) -> None:
    assert promesses.manquent(promesses.lire(), actuelles) == [], (
        "A name that users rely on is gone. In a version 0.x its second number moves, "
        "docs/reference/compatibilite.md "
        "and the CHANGELOG say so, and it is taken out of tests/contracts/promesses.json by hand."
    )


def test_each_list_holds_something_and_misses_what_is_taken_away(actuelles: dict[str, list[str]]) -> None:
    """Else a list that is read wrong would promise nothing."""
    gelees = promesses.lire()
    assert set(gelees) == set(actuelles)
    for quoi, noms in gelees.items():
        assert noms, quoi
        sans = copy.deepcopy(actuelles)
        sans[quoi].remove(noms[0])
        assert promesses.manquent(gelees, sans) == [f"{quoi} : {noms[0]}"]


def test_the_lists_reach_what_a_user_writes(actuelles: dict[str, list[str]]) -> None:
    for quoi, nom in a_cote(__file__)["the_lists_reach_what_a_user_writes"]:
        assert nom in actuelles[quoi]
