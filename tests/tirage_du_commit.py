"""The part of the tests that a push tries, drawn by the commit; `make test-all` tries the rest.

Of the planted defects, one of each requirement. Of the tests marked `cher` and of those of satellites, one
of four. `make test PAQUET=` tries all those of a package.

    TIRAGE_DE=3f2a91c make test        what another commit draws
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, Final, Protocol

import pytest

#: The commit that draws, where it is not that of the tree.
VARIABLE: Final = "TIRAGE_DE"
#: Of so many tests, a commit draws one.
PARTS: Final = 4
#: Packages that nothing else imports: a change elsewhere seldom breaks them.
_SATELLITES: Final = ("tests/sne_calibrage/", "tests/sne_statistiques/")


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


def marquer(fautes: Sequence[Any]) -> list[Any]:
    """All of them, as parameters: those that are not drawn are left to `make test-all`."""
    tirees = tirer(fautes, commit())
    return [pytest.param(f, marks=() if f.nom in tirees else pytest.mark.reste) for f in fautes]


def marquer_les_chers(items: Sequence[pytest.Item]) -> None:
    """Leaves to `make test-all` those that are not drawn: of dear tests, of the tests of satellites."""
    par = commit()
    for item in items:
        cher = item.get_closest_marker("cher") or item.nodeid.startswith(_SATELLITES)
        if cher and Random(f"{par} {item.nodeid}").randrange(PARTS):
            item.add_marker("reste")
