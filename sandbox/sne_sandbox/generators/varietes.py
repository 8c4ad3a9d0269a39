"""What households of a test have beyond those of a seed: names that are hard to carry, shortest first.

A seed looks like the register; a test looks for what breaks. `TirageVarie` is the drawing of `generate`:
the shares of life are left aside, and rare things are frequent.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final, TypeVar

from sne_sandbox.generators.noms import noms
from sne_sandbox.generators.tirage import Repartition, TirageAleatoire

T = TypeVar("T")

#: A chance is brought between these: what is rare in life is what an application has not been tried on.
RARE: Final = 0.12
FREQUENT: Final = 0.88
#: How many of the drawn names are kept, the shortest; the remarkable ones follow.
_COURTS: Final = 40

#: Accents, ligatures, straight and typographic apostrophes, hyphens, particles, one letter, double names;
#: all invented, and no longer than the shortest bound of their elements.
_REMARQUABLES: Final = {
    "masculins": ("Bo", "Noé", "Théo", "Jean-Noël", "Loïc Anaël", "Señen", "Çelik", "Ángel-Aÿ"),
    "feminins": ("Ô", "Léa", "Zoé", "Anaïs", "Cœline", "Maëlle-Ève", "Fa’atea", "N'Deye", "Marie Lætitia"),
    "familles": (
        "Ba",
        "Oz",
        "Lœuil",
        "D'Almé",
        "N’Goran",
        "Saint-Œy",
        "de La Haÿe",
        "Le Goff-Küçük",
        "Pérez y Núñez",
        "L’Hôpital d'Aÿ",
        "Van der Œst-Ménès",
    ),
    "voies": ("rue X", "allée de l’Œuf", "rue d'Aÿ", "chemin du Bas-Château", "bd du 8-Mai-1945 (côté pair)"),
    "metiers": ("Clerc", "Maître d’œuvre", "Aide-soignant·e", "Chef d'équipe (nuit)"),
    "employeurs": ("Ac", "Côté & Fils", "L’Œil d'Or SARL", "Müller <Bois>"),
}


@cache
def pools() -> dict[int, tuple[str, ...]]:
    """The pools of names, the simplest first, by the identity of the seeds' pool (which lives as long as
    we do): a builder asks for `noms().familles` and is given these."""
    reserve = noms()
    rangees = {}
    for champ, remarquables in _REMARQUABLES.items():
        pool = getattr(reserve, champ)
        courts = sorted(pool, key=lambda nom: (len(nom), nom))[:_COURTS]
        rangees[id(pool)] = tuple(sorted((*courts, *remarquables), key=_simplicite))
    return rangees


def _simplicite(nom: str) -> tuple[bool, int, str]:
    """Plain letters before all others, then the shortest."""
    return not (nom.isascii() and nom.replace(" ", "").isalpha()), len(nom), nom


class TirageVarie(TirageAleatoire):
    """Draws from `random.Random(graine)`, all values alike: for documents meant to try an application."""

    __slots__ = ()

    def choix(self, valeurs: Sequence[T]) -> T:
        """One of `valeurs`; remarkable names among the names."""
        rangees: Sequence[T] = pools().get(id(valeurs), valeurs)  # type: ignore[assignment]
        return super().choix(rangees)

    def selon(self, repartition: Repartition[T]) -> T:
        """One value of `repartition`, whatever its share."""
        return self.choix(repartition.valeurs)

    def booleen(self, chance: float) -> bool:
        """True with about that chance; never certain unless it is said to be."""
        return super().booleen(chance if chance <= 0 or chance >= 1 else min(max(chance, RARE), FREQUENT))
