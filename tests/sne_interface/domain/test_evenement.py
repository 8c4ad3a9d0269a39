from datetime import date

import pytest
from donnees import a_cote

from sne_interface.domain.evenement import (
    Caracteristique,
    TypeCaracteristique,
    TypeEvenement,
    convient,
    lire_booleen,
    lire_jour,
)

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


# --- caracteristique ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("genre", "valeur", "attendu"), a_cote(__file__)["value_fits_its_type"])
def test_value_fits_its_type(genre: TypeCaracteristique, valeur: str, attendu: bool) -> None:
    caracteristique = Caracteristique("C", "Libellé", genre, valeurs=(("A1", "Premier"),))
    assert convient(caracteristique, valeur) is attendu


def test_reading() -> None:
    assert lire_jour("15/03/2018") == lire_jour("2018-03-15") == date(2018, 3, 15)
    assert lire_booleen("OUI") is True
    assert lire_booleen("0") is False
    assert lire_booleen("?") is None
