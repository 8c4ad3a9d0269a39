"""Whole numbers as people read and write them."""

from typing import Final

#: A blank that does not break.
_FINE: Final = "\N{NARROW NO-BREAK SPACE}"
#: Digits of a number: any that has so many fits a column.
_CHIFFRES_MAX: Final = 18


def nombre(valeur: int) -> str:
    """« 50 000 »."""
    return f"{valeur:,}".replace(",", _FINE)


def entier_de(ecrit: str | None) -> int | None:
    """The whole number that was written, if a column holds it; None for anything else."""
    return int(ecrit) if ecrit and ecrit.isdecimal() and len(ecrit) <= _CHIFFRES_MAX else None
