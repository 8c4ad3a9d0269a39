"""The folders of a guichet: what is taken from them, what is written to them, what is left alone."""

import os
import threading
import time
from pathlib import Path

import pytest

from sne_interface.errors import StoreError
from sne_sandbox.operations.boites_sur_disque import DossiersGuichet, ouverts


@pytest.fixture
def dossiers(tmp_path: Path) -> DossiersGuichet:
    faits = DossiersGuichet.de(tmp_path, "ecole", "G1226")
    faits.ouvrir()
    return faits


def test_the_folders_are_where_the_guichet_looks(tmp_path: Path, dossiers: DossiersGuichet) -> None:
    assert (tmp_path / "bases/ecole/guichets/G1226/inbox").is_dir()
    assert (tmp_path / "bases/ecole/guichets/G1226/outbox").is_dir()
    (tmp_path / "bases/ecole/guichets/notes").mkdir()
    assert list(ouverts(tmp_path, "ecole")) == ["G1226"]
    assert list(ouverts(tmp_path, "autre")) == []


def test_only_finished_plain_files_are_taken(tmp_path: Path, dossiers: DossiersGuichet) -> None:
    for nom in ("b.xml", "a.xml", ".cache.xml", "a.xml.part", "envoi.tmp", "nom accentué.xml"):
        (dossiers.entree / nom).write_bytes(b"<a/>")
    (dossiers.entree / "dossier.xml").mkdir()
    (dossiers.entree / "lien.xml").symlink_to(dossiers.entree / "a.xml")
    assert dossiers.deposes() == ["a.xml", "b.xml"]
    os.utime(dossiers.entree / "a.xml", (0, 0))
    os.utime(dossiers.entree / "b.xml", (time.time() + 3600,) * 2)
    assert dossiers.deposes(age_min=60) == ["a.xml"]
    assert dossiers.lire("a.xml", 2) == b"<a/"  # one more than asked: too big is seen
    dossiers.retirer("a.xml")
    assert dossiers.lire("a.xml", 100) is None


def test_names_that_the_box_does_not_take_are_told_as_they_may_be_shown(dossiers: DossiersGuichet) -> None:
    for nom in ("a.xml", "a.xml.part", ".cache.xml", "mon envoi.tmp", "mon fichier.xml", "Demande(1).xml"):
        (dossiers.entree / nom).write_bytes(b"<a/>")
    (dossiers.entree / "206127511100564 é.xml").write_bytes(b"<a/>")
    (dossiers.entree / os.fsdecode(b"demand\xe9.xml")).write_bytes(b"<a/>")
    (dossiers.entree / "mon dossier").mkdir()
    (dossiers.entree / "mon lien.xml").symlink_to(dossiers.entree / "a.xml")
    dits = dossiers.ignores()
    assert [nom for nom in dits if "é" not in nom] == [
        "Demande(1).xml",
        "demand\ufffd.xml",
        "mon fichier.xml",
    ]
    (masque,) = [nom for nom in dits if "é" in nom]
    assert "2061275111005" not in masque
    assert dossiers.deposes() == ["a.xml"]
    assert DossiersGuichet(dossiers.racine / "absent").ignores() == []


def test_what_nobody_has_taken_is_thrown_away_and_nothing_else(dossiers: DossiersGuichet) -> None:
    for nom in ("a.xml", "b.xml", "b.xml.part"):
        (dossiers.entree / nom).write_bytes(b"<a/>")
    dossiers.publier("RETG1226-201803151200-000000.xml", b"<a/>")
    dossiers.jeter()
    assert [c.name for c in dossiers.entree.iterdir()] == ["b.xml.part"]
    assert [c.name for c in dossiers.sortie.iterdir()] == ["RETG1226-201803151200-000000.xml"]


def test_a_link_is_not_followed(tmp_path: Path, dossiers: DossiersGuichet) -> None:
    (dossiers.entree / "lien.xml").symlink_to(tmp_path)
    with pytest.raises(StoreError, match=r"lien\.xml"):
        dossiers.lire("lien.xml", 100)


def test_an_outbox_is_a_view_and_leaves_what_is_not_ours(dossiers: DossiersGuichet) -> None:
    dossiers.publier("RETG1226-201803151200-000000.xml", b"<a/>")
    dossiers.publier("DISG1226-201803151200-000001.xml", b"<b/>")
    (dossiers.sortie / "mes-notes.txt").write_text("à garder")
    dossiers.nettoyer({"DISG1226-201803151200-000001.xml"})
    assert sorted(c.name for c in dossiers.sortie.iterdir()) == [
        "DISG1226-201803151200-000001.xml",
        "mes-notes.txt",
    ]
    dossiers.depublier("DISG1226-201803151200-000001.xml")
    dossiers.depublier("DISG1226-201803151200-000001.xml")
    assert [c.name for c in dossiers.sortie.iterdir()] == ["mes-notes.txt"]


def test_a_folder_that_is_a_file_is_told_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "bases").write_text("")
    with pytest.raises(StoreError) as refus:
        DossiersGuichet.de(tmp_path, "ecole", "G1226").ouvrir()
    assert "vérifiez le dossier" in refus.value.diagnostics()
    assert list(ouverts(tmp_path, "ecole")) == []


def test_what_the_disk_refuses_is_told_with_its_remedy(tmp_path: Path) -> None:
    dossiers = DossiersGuichet.de(tmp_path, "ecole", "G1226")
    assert dossiers.deposes() == []
    dossiers.nettoyer(())  # no folder: nothing to clear
    dossiers.racine.mkdir(parents=True)
    dossiers.entree.write_text("")
    (dossiers.sortie / "RET.xml").mkdir(parents=True)
    refus = (
        dossiers.deposes,
        dossiers.ignores,
        lambda: dossiers.publier("RET.xml", b""),
        lambda: dossiers.depublier("RET.xml"),
        lambda: dossiers.retirer("a.xml"),
    )
    for essai in refus:
        with pytest.raises(StoreError, match="ne peut être ni lu ni écrit"):
            essai()


def test_what_is_no_file_is_not_read(dossiers: DossiersGuichet) -> None:
    os.mkfifo(dossiers.entree / "tube.xml")
    assert dossiers.deposes() == []
    assert dossiers.lire("tube.xml", 100) is None


def test_one_at_a_time(dossiers: DossiersGuichet) -> None:
    entre = threading.Event()

    def entrer() -> None:
        with dossiers.seul():
            entre.set()

    fil = threading.Thread(target=entrer)
    with dossiers.seul():
        fil.start()
        assert not entre.wait(0.1)
    fil.join(240)
    assert entre.is_set()
