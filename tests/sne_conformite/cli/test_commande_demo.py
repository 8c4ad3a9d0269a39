"""What `demo` may empty."""

from pathlib import Path

import pytest

from sne_conformite.cli.commande_demo import _vider
from sne_interface.errors import OperatorError, UsageError


def test_a_folder_of_somebody_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "these.odt").touch()
    with pytest.raises(UsageError, match="n'est pas vide"):
        _vider(tmp_path)
    assert (tmp_path / "these.odt").is_file()


def test_what_a_demonstration_left_is_replaced(tmp_path: Path) -> None:
    dossier = tmp_path / "a" / "demo"
    _vider(dossier)
    assert dossier.is_dir()
    (dossier / "home").mkdir()
    (dossier / "home" / "serveur.log").touch()
    _vider(dossier)
    assert list(dossier.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    with pytest.raises(OperatorError, match="ne peut pas être créé") as erreur:
        _vider(tmp_path / "fichier" / "demo")
    assert "--out" in erreur.value.remede
