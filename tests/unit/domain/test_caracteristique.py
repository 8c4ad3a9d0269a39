from datetime import date

import pytest

from sne_sandbox.domain.caracteristique import convient, lire_booleen, lire_jour
from sne_sandbox.domain.evenement import Caracteristique, TypeCaracteristique


@pytest.mark.parametrize(
    ("genre", "valeur", "attendu"),
    [
        ("DAT", "2018-03-15", True),
        ("DAT", "15/03/2018", True),
        ("DAT", "31/02/2018", False),
        ("DAT", "mars 2018", False),
        ("BOO", "oui", True),
        ("BOO", "Non", True),
        ("BOO", "true", True),
        ("BOO", "peut-être", False),
        ("NUM", "12", True),
        ("NUM", "-3", True),
        ("NUM", "1,5", False),
        ("NUM", "", False),
        ("LST", "A1", True),
        ("LST", "Premier", False),
        ("TXT", "n'importe quoi", True),
    ],
)
def test_value_fits_its_type(genre: TypeCaracteristique, valeur: str, attendu: bool) -> None:
    caracteristique = Caracteristique("C", "Libellé", genre, valeurs=(("A1", "Premier"),))
    assert convient(caracteristique, valeur) is attendu


def test_reading() -> None:
    assert lire_jour("15/03/2018") == lire_jour("2018-03-15") == date(2018, 3, 15)
    assert lire_booleen("OUI") is True
    assert lire_booleen("0") is False
    assert lire_booleen("?") is None
