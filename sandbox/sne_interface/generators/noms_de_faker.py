"""Draws the names of `fixtures/seeds/noms.toml` again from Faker (`fr_FR`): all households change.

`python -m sne_interface.generators.noms_de_faker` prints them. They replace all that stands above
`[remarquables]`.
"""

import sys
from collections.abc import Callable
from typing import Any, Final

from faker import Faker

_GRAINE: Final = 20180130


def tirer_de_faker() -> str:
    """The text of `noms.toml`, drawn from a seeded Faker."""
    faker = Faker("fr_FR")
    faker.seed_instance(_GRAINE)
    # Pool → its source, how many, the longest in characters: the schema's bound of the element it goes to.
    reserves: dict[str, tuple[Callable[[], str], int, int]] = {
        "masculins": (faker.first_name_male, 160, 24),
        "feminins": (faker.first_name_female, 160, 24),
        "familles": (faker.last_name, 480, 24),
        "voies": (faker.street_name, 240, 32),
        "metiers": (faker.job, 160, 39),
        "employeurs": (faker.company, 160, 25),
    }
    lignes = [
        "# Drawn once from Faker (fr_FR) by « python -m sne_interface.generators.noms_de_faker »; see there."
    ]
    for reserve, tirage in reserves.items():
        lignes.append(f"\n{reserve} = [")
        lignes.extend(f'    "{nom}",' for nom in _distincts(*tirage))
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
