"""The file of SQLite is the one that was opened, or nothing is acknowledged."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sne_interface.domain.base import Base
from sne_interface.errors import MagasinIndisponible
from sne_sandbox.store.commit_groupe import Groupe
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.moteurs import ouvrir_sqlite


@pytest.fixture
def magasin(tmp_path: Path) -> Iterator[Magasin]:
    with Magasin.ouvrir(None, tmp_path) as ouvert:
        ouvert.bases.creer(Base("ecole"))
        ouvert.servir()
        yield ouvert


def _ecrire(magasin: Magasin, nom: str) -> None:
    magasin.bases.creer(Base(nom))


def _noms(fichier: Path) -> set[str]:
    with closing(sqlite3.connect(fichier)) as lien:
        return {nom for (nom,) in lien.execute("SELECT nom FROM base")}


def _remplacer(fichier: Path) -> None:
    shutil.copy(fichier, fichier.with_name("copie"))
    fichier.with_name("copie").replace(fichier)


@pytest.mark.parametrize(
    ("faire", "cause"),
    [
        (Path.unlink, "le fichier sne.sqlite3 a été supprimé sous le serveur"),
        (_remplacer, "le fichier sne.sqlite3 a été remplacé par un autre sous le serveur"),
        (
            lambda fichier: fichier.with_name("sne.sqlite3-wal").unlink(),
            "sne.sqlite3-wal a été supprimé sous le serveur",
        ),
        (lambda fichier: os.truncate(fichier, 4096), "sous le serveur"),
    ],
)
def test_a_commit_sees_that_the_file_is_another(
    magasin: Magasin, tmp_path: Path, faire: Callable[[Path], None], cause: str
) -> None:
    _ecrire(magasin, "avant")
    with closing(magasin.ouvrir_connexion()) as autre:  # the file holds all of it
        autre.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    _ecrire(magasin, "encore")
    faire(tmp_path / "sne.sqlite3")
    with pytest.raises(MagasinIndisponible, match=cause):
        _ecrire(magasin, "apres")
    # From then on nobody is let in, until it is mended.
    with pytest.raises(MagasinIndisponible, match=cause) as refus:
        magasin.bases.lire("ecole")
    assert refus.value.connue
    assert "relancez" in refus.value.remede


def test_nothing_of_a_refused_one_is_in_the_file_that_is_put_back(magasin: Magasin, tmp_path: Path) -> None:
    ici, ailleurs = tmp_path / "sne.sqlite3", tmp_path / "ailleurs"
    ici.rename(ailleurs)
    with pytest.raises(MagasinIndisponible):
        _ecrire(magasin, "refusee")
    ailleurs.rename(ici)
    limite = time.monotonic() + 60
    while magasin.disjoncteur.coupure is not None:
        assert time.monotonic() < limite
        time.sleep(0.01)
    _ecrire(magasin, "apres")
    assert _noms(ici) == {"ecole", "apres"}


def test_it_is_not_made_again_empty(magasin: Magasin, tmp_path: Path) -> None:
    (tmp_path / "sne.sqlite3").unlink()
    with pytest.raises(MagasinIndisponible, match="supprimé"), magasin.remplissage("ecole"):
        pass
    assert not (tmp_path / "sne.sqlite3").exists()


def test_an_older_generation_is_seen(magasin: Magasin, tmp_path: Path) -> None:
    """As after `.restore` of SQLite's own shell, which goes through its locks."""
    with closing(sqlite3.connect(tmp_path / "sne.sqlite3")) as lien:
        presente = lien.execute("PRAGMA user_version").fetchone()[0]
        assert presente > 1_700_000_000
        _ecrire(magasin, "vue")
        lien.execute(f"PRAGMA user_version = {presente - 1}")
    with pytest.raises(MagasinIndisponible, match="ramené à un état antérieur"):
        _ecrire(magasin, "apres")


def test_another_server_of_the_same_file_is_no_other_file(magasin: Magasin, tmp_path: Path) -> None:
    _ecrire(magasin, "une")
    with Magasin.ouvrir(None, tmp_path) as autre:
        autre.servir()
        _ecrire(autre, "deux")
        _ecrire(magasin, "trois")
        _ecrire(autre, "quatre")
    _ecrire(magasin, "cinq")
    noms = ["cinq", "deux", "ecole", "quatre", "trois", "une"]
    assert [base.nom for base in magasin.bases.lister()] == noms


def test_a_log_cut_at_any_byte_leaves_a_base_that_opens(magasin: Magasin, tmp_path: Path) -> None:
    """As a power cut may: what was done first is there, and whole."""
    with closing(magasin.ouvrir_connexion()) as autre:
        autre.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for nom in ("une", "deux", "trois"):
        _ecrire(magasin, nom)
    fichier, journal = ((tmp_path / f"sne.sqlite3{suite}").read_bytes() for suite in ("", "-wal"))
    gardees = []
    for fin in [*range(0, len(journal), 509), len(journal)]:
        (ici := tmp_path / f"coupe-{fin}").mkdir()
        (ici / "sne.sqlite3").write_bytes(fichier)
        (ici / "sne.sqlite3-wal").write_bytes(journal[:fin])
        with Magasin.ouvrir(None, ici) as coupe:
            gardees.append([base.nom for base in coupe.bases.lister()])
    assert gardees == sorted(gardees, key=len)
    assert {len(noms) for noms in gardees} == {1, 2, 3, 4}


@pytest.mark.parametrize("encore", [0, 20])
def test_a_file_that_vacuum_made_smaller_is_the_same(magasin: Magasin, tmp_path: Path, encore: int) -> None:
    """And may grow again in its log: what comes after VACUUM is beyond its end until it is moved there."""
    with closing(sqlite3.connect(tmp_path / "sne.sqlite3")) as lien:
        lien.execute("CREATE TABLE gros (a)")
        lien.executemany("INSERT INTO gros VALUES (?)", [(b"x" * 4000,) for _ in range(200)])
        lien.commit()
        lien.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        _ecrire(magasin, "une")
        grande = (tmp_path / "sne.sqlite3").stat().st_size
        lien.execute("DELETE FROM gros")
        lien.commit()
        lien.execute("VACUUM")
        lien.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        assert (tmp_path / "sne.sqlite3").stat().st_size < grande
    with magasin.transaction(ecriture=True) as connexion:
        connexion.planter("gros", ("a",), [(b"x" * 4000,) for _ in range(encore)])
    _ecrire(magasin, "deux")
    assert _noms(tmp_path / "sne.sqlite3") == {"ecole", "une", "deux"}


def test_a_copy_made_while_it_served_and_restored_is_seen(
    magasin: Magasin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`.backup`, `.restore`: what was acknowledged between would be lost, its numbers given twice."""
    heure = time.monotonic()
    monkeypatch.setattr("sne_sandbox.store.moteurs.time.monotonic", lambda: heure)
    _ecrire(magasin, "avant")
    with (
        closing(sqlite3.connect(tmp_path / "sne.sqlite3")) as ici,
        closing(sqlite3.connect(tmp_path / "copie")) as copie,
    ):
        ici.backup(copie)
        for nom in ("acquittee", "aussi"):
            heure += 1.0
            _ecrire(magasin, nom)
        copie.backup(ici)
    with pytest.raises(MagasinIndisponible, match="ramené à un état antérieur"):
        _ecrire(magasin, "apres")


def test_a_generation_that_was_not_committed_is_not_waited_for(magasin: Magasin, tmp_path: Path) -> None:
    """As on a disk that was full when a server began."""
    with Magasin.ouvrir(None, tmp_path) as autre:
        refuse = autre._valider

        def plein(groupe: Groupe, *, ecriture: bool) -> None:
            autre.verifier_fichier(groupe.pilote)
            autre._annuler(groupe, ecriture=ecriture)
            raise MagasinIndisponible("le disque de la base est plein")

        autre._valider = plein  # type: ignore[method-assign]
        autre.servir()
        autre._valider = refuse  # type: ignore[method-assign]
        _ecrire(autre, "apres")


@pytest.mark.parametrize(("voulu", "lu"), [("FULL", 2), ("NORMAL", 1)])
def test_what_a_commit_waits_for_is_a_setting(tmp_path: Path, voulu: str, lu: int) -> None:
    with Magasin.ouvrir(None, tmp_path, synchronous=voulu) as ici, ici.transaction(ecriture=False) as vue:
        assert vue.entier("PRAGMA synchronous") == lu


def test_a_file_that_has_lost_its_log_is_not_made_ours(tmp_path: Path) -> None:
    """Its mode would be changed, which waits for locks that the others hold."""
    fichier = tmp_path / "autre.sqlite3"
    with closing(sqlite3.connect(fichier)) as lien:
        lien.execute("CREATE TABLE t (a)")
    with pytest.raises(sqlite3.DatabaseError, match="lost its log"):
        ouvrir_sqlite(fichier, "NORMAL", en_wal=True)
    lien, en_wal = ouvrir_sqlite(fichier, "NORMAL", en_wal=False)
    lien.close()
    assert en_wal
