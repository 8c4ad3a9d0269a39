"""Where recorded exchanges come from, and what is none."""

from pathlib import Path

import pytest

from sne_sandbox.conformance import enregistrement
from sne_sandbox.errors import BaseInconnue, UsageError


def ouvrir(fichier: Path | None, base: str | None, home: Path) -> None:
    with enregistrement.ouvrir(fichier, base, home, None):
        raise AssertionError


def test_nothing_to_replay_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="rien à rejouer"):
        ouvrir(None, None, tmp_path)


def test_a_folder_without_a_recording_and_a_file_that_is_none_are_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="aucun enregistrement"):
        ouvrir(tmp_path, None, tmp_path)
    (tmp_path / "a.xml").write_text("<a/>", "utf-8")
    with pytest.raises(UsageError, match="n'est pas un enregistrement"):
        ouvrir(tmp_path / "a.xml", None, tmp_path)
    with pytest.raises(UsageError, match="ne se lit pas"):
        ouvrir(tmp_path / "absent.zip", None, tmp_path)
    with pytest.raises(UsageError, match="pas de base à choisir"):
        ouvrir(tmp_path / "a.xml", "ecole", tmp_path)
    assert list(tmp_path.glob("*.sqlite3")) == []


def test_a_base_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BaseInconnue):
        ouvrir(None, "nulle", tmp_path)
