"""The reference application over the whole sandbox in process: what HTTPS would carry is handed over."""

import sys
from pathlib import Path

import pytest

# Test modules are no package (import-mode=importlib): what they share is found beside them.
sys.path.insert(0, str(Path(__file__).parent))

from banc import Banc
from pilote import Pilote


@pytest.fixture
def pilote(banc: Banc, tmp_path: Path) -> Pilote:
    """The application, told of the bench's base."""
    return Pilote(banc, tmp_path)
