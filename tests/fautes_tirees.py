"""The planted defects that a push tries: one of each requirement, drawn by the commit. `make test-all` tries
the others.

    FAUTES_DE=3f2a91c make test        those of another commit
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final, Protocol

import pytest

#: The commit that draws, where it is not that of the tree.
VARIABLE: Final = "FAUTES_DE"


class Defaut(Protocol):
    """As much of a planted defect as the draw wants."""

    nom: str
    exigences: tuple[str, ...]


def commit() -> str:
    """The one that draws; always the same where there is no repository."""
    if donne := os.environ.get(VARIABLE):
        return donne
    ici = Path(__file__).parent
    vu = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=ici, capture_output=True, text=True)
    return vu.stdout.strip() or "hors-depot"


def tirer(fautes: Sequence[Defaut], par: str) -> set[str]:
    """Names of those that a commit draws: one of each requirement that a defect names first."""
    de_l_exigence: dict[str, list[str]] = {}
    for faute in fautes:
        de_l_exigence.setdefault(faute.exigences[0], []).append(faute.nom)
    return {Random(f"{par} {exigence}").choice(noms) for exigence, noms in de_l_exigence.items()}


def marquer(fautes: Sequence[Any]) -> Iterator[Any]:
    """All of them, as parameters: those that are not drawn are left to `make test-all`."""
    tirees = tirer(fautes, commit())
    for faute in fautes:
        yield pytest.param(faute, marks=() if faute.nom in tirees else pytest.mark.reste)
