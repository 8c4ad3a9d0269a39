from collections.abc import Callable

import pytest

from sne_sandbox.rules.catalogue.piece import date_de_la_piece
from sne_sandbox.rules.rule import Infraction


@pytest.mark.parametrize(
    ("jour", "constats"), [("2018-03-01", 0), ("2018-03-16", 0), ("2018-03-17", 1), ("", 1)]
)
def test_date_of_the_piece(juger: Callable[..., list[Infraction]], jour: str, constats: int) -> None:
    formulaire = f"<dateDerniereModificationPiece>{jour}</dateDerniereModificationPiece>"
    trouves = juger(date_de_la_piece, formulaire, type_fichier="COP")
    assert [c.valeurs["valeur"] for c in trouves] == [jour] * constats


def test_absent(juger: Callable[..., list[Infraction]]) -> None:
    (trouve,) = juger(date_de_la_piece, "<numGuichet>G1104</numGuichet>", type_fichier="COP")
    assert trouve.chemin.endswith("demandeLogement/dateDerniereModificationPiece")
