"""Numbers drawn from the sequences of a base. What is drawn in a transaction that is rolled back was never
given."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

from sne_sandbox.domain.numero_unique import NumeroUnique
from sne_sandbox.errors import StoreError
from sne_sandbox.store import requetes
from sne_sandbox.store.connexion import Connexion

_SEQUENCE_MAX: Final = 999_999
_EVENEMENT: Final = "evenement"


def numeros_uniques(connexion: Connexion, base: str, depots: Sequence[tuple[str, date, str]]) -> list[str]:
    """A numéro unique for each (territory, day of deposit, guichet), in order: the sequence restarts each
    month and territory. Raises StoreError when a month is full."""
    # The prefix holds two digits of the year: 1918 and 2018 share their sequence, and never a number.
    prefixes = [f"{territoire}{depot:%m%y}" for territoire, depot, _ in depots]
    suivants: dict[str, int] = {}
    for prefixe, combien in Counter(prefixes).items():
        dernier = _avancer(connexion, base, prefixe, combien)
        if dernier > _SEQUENCE_MAX:
            raise StoreError(
                f"La séquence des numéros uniques {prefixe} est épuisée ({_SEQUENCE_MAX} numéros).",
                remede="avancez l'horloge de la base d'un mois, ou videz son état",
            )
        suivants[prefixe] = dernier - combien
    numeros = []
    for prefixe, (territoire, depot, guichet) in zip(prefixes, depots, strict=True):
        suivants[prefixe] += 1
        numeros.append(str(NumeroUnique.de(territoire, depot, suivants[prefixe], guichet)))
    return numeros


def numero_d_evenement(connexion: Connexion, base: str) -> int:
    """The id of a new event."""
    return _avancer(connexion, base, _EVENEMENT, 1)


def _avancer(connexion: Connexion, base: str, nom: str, combien: int) -> int:
    cle = {"base": base, "nom": nom, "combien": combien}
    ligne = connexion.ligne(requetes.SUIVANT[connexion.dialecte], cle)
    assert ligne is not None
    return int(ligne[0])
