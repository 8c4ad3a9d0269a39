"""The pages of the attestation, laid out once."""

import subprocess
import sys

import pytest
from gabarits import GENRES, gabarit, kit

from sne_console.formation.kit import PIECES
from sne_interface.resources import fixtures_dir


@pytest.mark.parametrize("genre", GENRES)
def test_the_pages_are_those_that_reportlab_lays_out(genre: str) -> None:
    page = (fixtures_dir() / "attestation" / f"{genre}.pdf").read_bytes()
    assert page == gabarit(genre)
    assert not page.isascii()


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_of_the_kit_is_the_one_that_is_laid_out(piece: str) -> None:
    for extension, octets in kit(piece).items():
        assert (fixtures_dir() / "kit" / f"{piece}.{extension}").read_bytes() == octets


def test_an_attestation_imports_no_reportlab() -> None:
    code = (
        "import sys; from sne_sandbox.operations import get_num_unique, attestation\n"
        "attestation._morceaux('attestation/regional')\n"
        "sys.exit(bool({'reportlab', 'PIL'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
