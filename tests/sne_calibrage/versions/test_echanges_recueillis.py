"""Where recorded exchanges come from, and what is none."""

from pathlib import Path

import pytest

from sne_calibrage.versions import echanges_recueillis
from sne_interface.contract.contrats_charges import charger
from sne_interface.errors import BaseInconnue, UsageError
from sne_sandbox.store.magasin import Magasin


def ouvrir(dit: str | Path, home: Path) -> None:
    with echanges_recueillis.ouvrir(str(dit), lambda: Magasin.ouvrir(None, home)) as trouvee:
        list(trouvee.echanges(charger()))


def test_a_folder_without_a_recording_and_a_file_that_is_none_are_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="aucun enregistrement"):
        ouvrir(tmp_path, tmp_path)
    (tmp_path / "a.xml").write_text("<a/>", "utf-8")
    with pytest.raises(UsageError, match="n'est pas un enregistrement"):
        ouvrir(tmp_path / "a.xml", tmp_path)
    with pytest.raises(UsageError, match="ne se lit pas"):
        ouvrir(tmp_path / "absent.zip", tmp_path)
    assert list(tmp_path.glob("*.sqlite3")) == []


def test_a_base_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BaseInconnue):
        ouvrir("nulle", tmp_path)
