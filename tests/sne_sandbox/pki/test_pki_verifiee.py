"""A PKI that nothing has touched is not read again; one that has changed, lacks something or ends soon is."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sne_interface.errors import PkiError
from sne_sandbox.pki import certificates, pki_verifiee
from sne_sandbox.pki.authority import RENOUVELER_AVANT, Autorite

NOMS = ["sne.exemple.fr"]


@pytest.fixture
def lectures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The names that the PKI was read for, from now on; it is made, and noted."""
    pki_verifiee.preparer(tmp_path, NOMS)
    lues: list[object] = []
    ouvrir = Autorite.ouvrir
    monkeypatch.setattr(Autorite, "ouvrir", lambda home, noms=(): [lues.append(noms), ouvrir(home, noms)][1])
    return lues


def test_it_is_not_read_again(tmp_path: Path, lectures: list[object]) -> None:
    pki_verifiee.preparer(tmp_path, NOMS)
    assert lectures == []


@pytest.mark.parametrize(
    "toucher",
    [
        lambda pki: (pki / "serveur.pem").unlink(),
        lambda pki: (pki / "ca.key").chmod(0o640),
        lambda pki: shutil.copyfile(pki / "serveur.pem", pki / "serveur-expire.pem"),
        lambda pki: (pki / ".controle.json").write_text("[]"),
        lambda pki: (pki / ".controle.json").unlink(),
    ],
    ids=["file gone", "rights", "file replaced", "note damaged", "no note"],
)
def test_whatever_changes_has_it_read(
    tmp_path: Path, lectures: list[object], toucher: Callable[[Path], object]
) -> None:
    toucher(tmp_path / "pki")
    pki_verifiee.preparer(tmp_path, NOMS)
    assert lectures == [NOMS]
    pki_verifiee.preparer(tmp_path, NOMS)
    assert lectures == [NOMS], "what was read is noted"


@pytest.mark.parametrize("nom", ["serveur-expire.pem", "serveur-autre-nom.pem"])
def test_what_no_server_could_show_is_said_before_any_is_ready(tmp_path: Path, nom: str) -> None:
    pki_verifiee.preparer(tmp_path, NOMS)
    (tmp_path / "pki" / nom).write_bytes(b"abime")
    for _ in range(2):  # it is not noted as good
        with pytest.raises(PkiError, match=nom):
            pki_verifiee.preparer(tmp_path, NOMS)
    (tmp_path / "pki" / nom).unlink()  # the remedy
    pki_verifiee.preparer(tmp_path, NOMS)


def test_another_name_has_it_read(tmp_path: Path, lectures: list[object]) -> None:
    pki_verifiee.preparer(tmp_path, [*NOMS, f"autre.{NOMS[0]}"])
    assert lectures == [[*NOMS, f"autre.{NOMS[0]}"]]


def test_it_is_read_when_it_is_to_be_renewed(
    tmp_path: Path, lectures: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    fin = Autorite(tmp_path / "pki").a_renouveler_le
    assert timedelta(days=300) < fin + RENOUVELER_AVANT - certificates.maintenant()
    monkeypatch.setattr(pki_verifiee.time, "time", lambda: fin.timestamp() + 1)
    pki_verifiee.preparer(tmp_path, NOMS)
    assert lectures == [NOMS]
