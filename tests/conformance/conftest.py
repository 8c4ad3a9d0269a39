"""A server for each worker: what it serves is put back before every example."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Test modules are no package (import-mode=importlib): what they share is found beside them.
sys.path.insert(0, str(Path(__file__).parent))

from constat_de_faute import carnet
from epreuve import Epreuve, ouvrir, ouvrir_a_part


@pytest.fixture(scope="session")
def epreuve() -> Iterator[Epreuve]:
    """The plan and a server to run it against."""
    with carnet(), ouvrir() as ouverte:
        yield ouverte


@pytest.fixture(scope="session")
def cote_a_cote() -> Iterator[Epreuve]:
    """The same, as `conform` plays it: in several lanes, on a clock that goes faster."""
    with carnet(), ouvrir_a_part(cote_a_cote=True) as ouverte:
        yield ouverte
