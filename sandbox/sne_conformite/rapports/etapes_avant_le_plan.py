"""The steps of a run of the plan before its first scenario, and those of its report after the last one: the
command says each as it comes to it, and a page that shows the run reads there how far it is.
"""

import sys
from collections.abc import Callable
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


def ecriture(dixieme: int) -> str:
    """The line that says how much of the report is written: « Le rapport s'écrit [####......] 40 % »."""
    return f"Le rapport s'écrit [{'#' * dixieme:.<10}] {dixieme}0 %"


def annoncer(rang: int) -> None:
    """Says the step of that rank."""
    sys.stderr.write(f"{etape(rang)}\n")


def derniere(sortie: str, dire: Callable[[int], str], combien: int) -> int:
    """The rank of the last step that a command said, of so many, 0 when it said none."""
    dites = sortie.splitlines()
    return max((rang for rang in range(1, combien + 1) if dire(rang) in dites), default=0)
