"""How values are written as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from sne_interface.domain.valeurs_en_json import TU, champs_publies, en_json, tirer


class Couleur(StrEnum):
    ROUGE = "rouge"


@dataclass(frozen=True, slots=True)
class Petit:
    quand: datetime | None
    jour: date


@dataclass(frozen=True, slots=True)
class Grand:
    nom: Annotated[str, "ce qu'il est"]
    secret: Annotated[bytes, TU]
    couleur: Couleur
    part: Decimal
    petits: tuple[Petit, ...]
    comptes: Mapping[Couleur, int]
    libre: dict[str, Any]


GRAND = Grand(
    "a",
    b"x",
    Couleur.ROUGE,
    Decimal("0.50"),
    (Petit(datetime(2018, 3, 15, 12, tzinfo=UTC), date(2018, 3, 15)),),
    {Couleur.ROUGE: 2},
    {"b": [None, True, 1.5]},
)


def test_a_value_is_written_by_its_fields_but_those_that_are_kept() -> None:
    assert en_json(GRAND) == {
        "nom": "a",
        "couleur": "rouge",
        "part": 0.5,
        "comptes": {"rouge": 2},
        "libre": {"b": [None, True, 1.5]},
        "petits": [{"quand": "2018-03-15T12:00:00+00:00", "jour": "2018-03-15"}],
    }
    assert type(en_json(GRAND)["couleur"]) is str
    assert list(champs_publies(Grand)) == ["nom", "couleur", "part", "petits", "comptes", "libre"]


def test_a_value_is_drawn_from_another() -> None:
    assert tirer(Petit, GRAND.petits[0], quand=None) == Petit(None, date(2018, 3, 15))
