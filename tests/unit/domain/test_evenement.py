from datetime import date

import pytest

from sne_sandbox.domain.evenement import TypeEvenement

DEBUT, FIN = date(2018, 1, 1), date(2018, 12, 31)


@pytest.mark.parametrize(
    ("debut", "fin", "jour", "attendu"),
    [
        (DEBUT, FIN, date(2017, 12, 31), False),
        (DEBUT, FIN, DEBUT, True),
        (DEBUT, FIN, FIN, True),
        (DEBUT, FIN, date(2019, 1, 1), False),
        (None, FIN, date(2000, 1, 1), True),
        (DEBUT, None, date(2050, 1, 1), True),
        (None, None, DEBUT, True),
    ],
)
def test_bounds_are_inclusive(debut: date | None, fin: date | None, jour: date, attendu: bool) -> None:
    genre = TypeEvenement("T", "", "", "", False, debut_validite=debut, fin_validite=fin)
    assert genre.est_valide(jour) is attendu
