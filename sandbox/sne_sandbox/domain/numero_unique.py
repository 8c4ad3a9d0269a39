"""The numéro unique: TTT MM AA NNNNNN GGGGG, e.g. 1110318016982G1104 (deduced from two real numbers)."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

#: Characters of a number.
NUMERO_MAX: Final = 18
_FORME: Final = re.compile(r"([0-9][0-9AB][0-9AB])(\d\d)(\d\d)(\d{6})([A-Z0-9]{5})")
_ILE_DE_FRANCE: Final = frozenset({"75", "77", "78", "91", "92", "93", "94", "95"})

#: Territory of Île-de-France: one number for the whole region (R. 441-2-1; code deduced).
TERRITOIRE_ILE_DE_FRANCE: Final = "111"


def departement_de(commune: str) -> str:
    """Département of an INSEE commune code: « 62 », « 2A », « 971 » (collectivities: « 975 », « 988 »)."""
    return commune[:3] if commune.startswith(("97", "98")) else commune[:2]


def territoire_de(commune: str) -> str:
    """Territory code of an INSEE commune code.

    111 for Île-de-France (deduced); elsewhere `0` + département, `971`…, `02A`/`02B` (convention). The
    Rhône and the Métropole de Lyon are one territory (069), Corsica stays two.
    """
    departement = departement_de(commune)
    if departement in _ILE_DE_FRANCE:
        return TERRITOIRE_ILE_DE_FRANCE
    return departement.rjust(3, "0")


@dataclass(frozen=True, slots=True)
class NumeroUnique:
    """A numéro unique, taken apart."""

    territoire: str
    mois: int
    annee: int
    sequence: int
    guichet: str

    @classmethod
    def lire(cls, texte: str) -> Self | None:
        """The number written in `texte`, None when it has not the form (18 characters)."""
        trouve = _FORME.fullmatch(texte)
        if trouve is None or not 1 <= int(trouve[2]) <= 12:
            return None
        return cls(trouve[1], int(trouve[2]), int(trouve[3]), int(trouve[4]), trouve[5])

    @classmethod
    def de(cls, territoire: str, depot: date, sequence: int, guichet: str) -> Self:
        """The number of rank `sequence` in the month of `depot`."""
        return cls(territoire, depot.month, depot.year % 100, sequence, guichet)

    def __str__(self) -> str:
        return f"{self.territoire}{self.mois:02d}{self.annee:02d}{self.sequence:06d}{self.guichet}"
