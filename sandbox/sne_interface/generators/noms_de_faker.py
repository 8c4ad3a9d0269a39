"""Draws the names of `fixtures/seeds/noms.toml` again from Faker (`fr_FR`): all households change.

`python -m sne_interface.generators.noms_de_faker` prints them. They replace all that stands above
`[remarquables]`.
"""

import sys
from collections.abc import Callable
from typing import Any, Final

from faker import Faker

_GRAINE: Final = 20180130
#: Pool → (how many, longest name in characters: the schema's bound of the element it goes to).
_RESERVES: Final = {
    "masculins": (160, 24),
    "feminins": (160, 24),
    "familles": (480, 24),
    "voies": (240, 32),
    "metiers": (160, 39),
    "employeurs": (160, 25),
}


def tirer_de_faker() -> str:
    """The text of `noms.toml`, drawn from a seeded Faker."""
    faker = Faker("fr_FR")
    faker.seed_instance(_GRAINE)
    sources: dict[str, Callable[[], str]] = {
        "masculins": faker.first_name_male,
        "feminins": faker.first_name_female,
        "familles": faker.last_name,
        "voies": faker.street_name,
        "metiers": faker.job,
        "employeurs": faker.company,
    }
    lignes = [
        "# Drawn once from Faker (fr_FR) by « python -m sne_interface.generators.noms_de_faker »; see there."
    ]
    for reserve, (nombre, longueur) in _RESERVES.items():
        lignes.append(f"\n{reserve} = [")
        lignes.extend(f'    "{nom}",' for nom in _distincts(sources[reserve], nombre, longueur))
        lignes.append("]")
    return "\n".join(lignes) + "\n"


def _distincts(source: Callable[[], Any], nombre: int, longueur: int) -> list[str]:
    trouves: dict[str, None] = {}
    for _ in range(nombre * 40):
        nom = str(source())
        # No quotes nor backslashes: the text is TOML, and XML needs no escaping either.
        if len(nom) <= longueur and nom.replace("'", "").replace("-", "").replace(" ", "").isalpha():
            trouves[nom] = None
        if len(trouves) == nombre:
            break
    return list(trouves)


if __name__ == "__main__":
    sys.stdout.write(tirer_de_faker())
