"""The steps of a run of the plan before its first scenario: the command says each as it comes to it, and a
page that shows the run reads there how far it is.
"""

from collections.abc import Iterable
from typing import Final

#: In the order in which they come. No module of ours is read before the first is said.
PREPARATION: Final = (
    "le programme se charge",
    "le plan se lit",
    "la base de l'épreuve se prépare",
    "le serveur de l'épreuve démarre",
    "le serveur est vérifié",
    "l'application se présente, et commence",
)


def etape(rang: int) -> str:
    """The line of the step of that rank, from 1: « Préparation 3/6 : la base de l'épreuve se prépare… »."""
    return f"Préparation {rang}/{len(PREPARATION)} : {PREPARATION[rang - 1]}…"


def derniere(lignes: Iterable[str]) -> int:
    """The rank of the last step that these lines say, 0 when none does."""
    dites = set(lignes)
    return max((r for r in range(1, len(PREPARATION) + 1) if etape(r) in dites), default=0)
