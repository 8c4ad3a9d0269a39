"""Where recorded exchanges come from, and what is none."""

from pathlib import Path

import pytest

from sne_calibrage.versions import echanges_recueillis
from sne_interface.contract.contrats_charges import charger
from sne_interface.errors import BaseInconnue, UsageError
from sne_sandbox.store.magasin import Magasin


def ouvrir(dit: object, base: str | None, home: Path) -> None:
    def magasin() -> Magasin:
        return Magasin.ouvrir(None, home)

    with echanges_recueillis.ouvrir(None if dit is None else str(dit), base, magasin) as trouvee:
        list(trouvee.echanges(charger()))


def test_nothing_to_replay_and_two_things_are_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="rien à rejouer"):
        ouvrir(None, None, tmp_path)
    with pytest.raises(UsageError, match="donné deux fois"):
        ouvrir("preuves.zip", "ecole", tmp_path)


def test_a_folder_without_a_recording_and_a_file_that_is_none_are_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="aucun enregistrement"):
        ouvrir(tmp_path, None, tmp_path)
    (tmp_path / "a.xml").write_text("<a/>", "utf-8")
    with pytest.raises(UsageError, match="n'est pas un enregistrement"):
        ouvrir(tmp_path / "a.xml", None, tmp_path)
    with pytest.raises(UsageError, match="ne se lit pas"):
        ouvrir(tmp_path / "absent.zip", None, tmp_path)
    assert list(tmp_path.glob("*.sqlite3")) == []


@pytest.mark.parametrize("noms", [("nulle", None), (None, "nulle")])
def test_a_base_that_is_not_there_is_told(noms: tuple[str | None, str | None], tmp_path: Path) -> None:
    with pytest.raises(BaseInconnue):
        ouvrir(*noms, tmp_path)
