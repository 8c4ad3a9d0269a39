"""Whole lives of a demande: those that are lawful raise nothing, under any profile; a false alarm is the worst
fault of this product."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from banc import Banc
from histoires import Joueur, histoires

LICITES = histoires("licites")


def test_there_are_many() -> None:
    assert len({histoire["titre"] for histoire in LICITES}) == len(LICITES) >= 40


@pytest.mark.parametrize("profil", ["ecole", "strict"])
@pytest.mark.parametrize("histoire", LICITES, ids=lambda histoire: histoire["titre"])
def test_a_lawful_life_raises_nothing(
    nouvelle_base: Callable[..., Banc], histoire: Mapping[str, Any], profil: str
) -> None:
    joues = Joueur(nouvelle_base(profile=profil), histoire).jouer()
    assert [(pas, sorted(constat.codes), constat.refuse) for pas, constat in joues] == [
        (pas, [], False) for pas, _ in joues
    ]
