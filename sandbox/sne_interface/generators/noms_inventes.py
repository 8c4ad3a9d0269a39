"""Names of invented people, streets and trades, from `fixtures/seeds/noms.toml`: drawn once from Faker, whose
import alone costs more than a whole seed (`tests/noms_de_faker.py` draws them again).
"""

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import tomli

from sne_interface.resources import fixtures_dir


@dataclass(frozen=True, slots=True)
class ReserveDeNoms:
    """The pools. `voies` are street names without a number."""

    masculins: tuple[str, ...]
    feminins: tuple[str, ...]
    familles: tuple[str, ...]
    voies: tuple[str, ...]
    metiers: tuple[str, ...]
    employeurs: tuple[str, ...]


@cache
def noms() -> ReserveDeNoms:
    """The pools of names, read from their file once."""
    return ReserveDeNoms(**{champ.name: tuple(_lus()[champ.name]) for champ in fields(ReserveDeNoms)})


def remarquables() -> dict[str, list[str]]:
    """The names that are hard to carry, by pool."""
    lus: dict[str, list[str]] = _lus()["remarquables"]
    return lus


@cache
def _lus() -> dict[str, Any]:
    return tomli.loads((fixtures_dir() / "seeds" / "noms.toml").read_text("utf-8"))
