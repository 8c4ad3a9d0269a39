"""A server for each worker: what it serves is put back before every example."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Test modules are no package (import-mode=importlib): what they share is found beside them.
sys.path.insert(0, str(Path(__file__).parent))

from epreuve import Epreuve, ouvrir


@pytest.fixture(scope="session")
def epreuve() -> Iterator[Epreuve]:
    """The plan and a server to run it against."""
    with ouvrir() as ouverte:
        yield ouverte
