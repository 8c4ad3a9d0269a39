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
    with pytest.raises(UsageError, match="ne se lit pas : il n'est pas en UTF-8"):
        CliRunner().invoke(commande, appel, catch_exceptions=False, standalone_mode=False)
    assert not (tmp_path / "home").exists()


def test_names_that_cannot_be_read_are_refused_in_french_with_their_remedy(tmp_path: Path) -> None:
    for noms, raison in ((tmp_path / "absent.txt", "il n'existe pas"), (tmp_path, "c'est un dossier")):
        appel = ["creer", "lundi", "--noms", str(noms), "--home", str(tmp_path / "home")]
        with pytest.raises(UsageError, match=f"ne se lit pas : {raison}") as refus:
            CliRunner().invoke(commande, appel, catch_exceptions=False, standalone_mode=False)
        assert refus.value.remede == "un nom par ligne, en UTF-8"
