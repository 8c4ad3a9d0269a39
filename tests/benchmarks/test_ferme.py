"""Bases of a CI farm, fewer than `ferme.py` makes: made, used, judged and thrown away at once."""

import pytest
from ferme import Ferme, servir
from insistance import Compte, nom, verifier

BASES = 10


@pytest.mark.cher
@pytest.mark.parametrize("moteur", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_parallel_bases_through_one_instance(moteur: str) -> None:
    with servir(moteur, workers=2) as serveur:
        ferme = Ferme(serveur, echanges=4, semence="ecole")
        ferme.tourner(BASES, juges=2)
        assert {geste: len(durees) for geste, durees in ferme.durees.items()} == {
            "créer": BASES, "utiliser": BASES, "juger": 2, "jeter": BASES,
        }  # fmt: skip
        ferme.tourner(2, juges=0)  # the same names again, as if nothing had been
        assert serveur.arreter() == 0


def test_what_is_lost_or_twice_is_counted() -> None:
    """The count that the loads rest on: `endurance.py`, and two hosts."""
    compte = Compte(acquittes={nom(0): "1", nom(1): "2", nom(2): "3", nom(3): "3"})
    stockes = [("1", nom(0).lower()), ("9", nom(1).lower()), ("3", nom(2).lower()), ("4", nom(2).lower()),
               ("5", nom(7).lower())]  # fmt: skip
    # 2 is somebody else's, 3 is told to two of whom one has nothing; the third has two demandes.
    assert verifier(compte, stockes) == {"perdus": 2, "deux fois": 2, "gardés sans avoir été dits": 1}
