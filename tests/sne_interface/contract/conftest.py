from pathlib import Path

import pytest
from lxml import etree

from sne_interface import resources
from sne_interface.contract.codec import parse

NS = "{http://nuu.application.i2/}"


@pytest.fixture
def specimen():
    """A fresh tree of a specimen of fixtures/demandes/."""

    def lire(nom: str = "couple_garde_alternee_handicap") -> etree._Element:
        chemin: Path = resources.fixtures_dir() / "demandes" / f"{nom}.xml"
        return parse(chemin.read_bytes(), limit=5_000_000)

    return lire
