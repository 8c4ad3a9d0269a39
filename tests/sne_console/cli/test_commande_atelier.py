"""The command `atelier`: what it is given."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from sne_console.cli.commande_atelier import commande
from sne_interface.errors import UsageError


def test_names_that_are_no_utf_8_are_refused_with_their_remedy(tmp_path: Path) -> None:
    noms = tmp_path / "noms.txt"
    noms.write_bytes("Hélène\n".encode("latin-1"))
    appel = ["creer", "lundi", "--noms", str(noms), "--home", str(tmp_path / "home")]
    with pytest.raises(UsageError, match="n'est pas en UTF-8"):
        CliRunner().invoke(commande, appel, catch_exceptions=False, standalone_mode=False)
    assert not (tmp_path / "home").exists()
