"""The line at fault of what is no XML, among its neighbours."""

import pytest

from sne_console.messages.echange_montre import AUTOUR, LIGNE_MAX, autour

DIX = b"\n".join(b"ligne %d" % rang for rang in range(1, 11))


@pytest.mark.parametrize(
    ("ligne", "rangs"), [(1, [1, 2, 3, 4]), (5, [2, 3, 4, 5, 6, 7, 8]), (10, [7, 8, 9, 10]), (99, [])]
)
def test_a_line_is_shown_among_its_neighbours(ligne: int, rangs: list[int]) -> None:
    vues = autour(DIX, ligne, 1)
    assert [vue.rang for vue in vues] == rangs
    assert [vue.texte for vue in vues] == [f"ligne {rang}" for rang in rangs]
    assert [vue.rang for vue in vues if vue.fautive] == [ligne] * (ligne in rangs)
    assert len(vues) <= 2 * AUTOUR + 1


@pytest.mark.parametrize(("colonne", "dit"), [(1, "A"), (5_001, "B"), (10_002, "C")])
def test_of_a_long_line_what_is_near_the_column_is_shown(colonne: int, dit: str) -> None:
    """A document is often one line."""
    (vue,) = autour(b"A" + b"." * 5_000 + b"B" + b"." * 5_000 + b"C", 1, colonne)
    assert dit in vue.texte
    assert len(vue.texte) <= LIGNE_MAX + 4
