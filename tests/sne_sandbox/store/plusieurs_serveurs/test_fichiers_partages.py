"""Files that the servers of one PostgreSQL share."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sne_interface.errors import StoreError
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.plusieurs_serveurs import fichiers_partages
from sne_sandbox.store.plusieurs_serveurs.fichiers_partages import Classeur, classeur_de


@pytest.fixture
def hotes(serveur_postgres: Any, tmp_path: Path) -> Iterator[tuple[Classeur, Classeur]]:
    """Two of them, each with its home."""
    with Magasin.ouvrir(serveur_postgres.nouvelle(), tmp_path) as magasin:
        yield Classeur(magasin, tmp_path / "un"), Classeur(magasin, tmp_path / "deux")


def _fichier(tmp_path: Path, octets: bytes) -> Path:
    fichier = tmp_path / "source"
    fichier.write_bytes(octets)
    return fichier


def test_what_one_puts_there_the_other_has(
    hotes: tuple[Classeur, Classeur], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fichiers_partages, "PIECE", 3)
    source = _fichier(tmp_path, b"sept octets et plus")
    un, deux = hotes
    assert un.deposer("snapshots/ecole", "avant.zip", source)
    copie = deux.a_jour("snapshots/ecole") / "avant.zip"
    assert copie.read_bytes() == b"sept octets et plus"
    assert copie.stat().st_mtime_ns // 1000 == source.stat().st_mtime_ns // 1000
    assert copie.stat().st_mode & 0o777 == 0o600
    assert un.dossiers("snapshots") == ["snapshots/ecole"]
    assert un.dossiers("snap") == []


def test_an_empty_file_is_one(hotes: tuple[Classeur, Classeur], tmp_path: Path) -> None:
    un, deux = hotes
    un.deposer("d", "vide", _fichier(tmp_path, b""))
    assert (deux.a_jour("d") / "vide").read_bytes() == b""


def test_a_copy_is_read_again_only_when_it_changed(hotes: tuple[Classeur, Classeur], tmp_path: Path) -> None:
    un, deux = hotes
    source = _fichier(tmp_path, b"avant")
    un.deposer("d", "f", source)
    copie = deux.a_jour("d") / "f"
    lue = copie.stat().st_ino
    deux.a_jour("d")
    assert copie.stat().st_ino == lue
    source.write_bytes(b"apres")
    os.utime(source, (1, 1))
    un.deposer("d", "f", source)
    assert (deux.a_jour("d") / "f").read_bytes() == b"apres"


def test_who_comes_second_does_not_replace(hotes: tuple[Classeur, Classeur], tmp_path: Path) -> None:
    un, deux = hotes
    un.deposer("d", "f", _fichier(tmp_path, b"premier"))
    assert not deux.deposer("d", "f", _fichier(tmp_path, b"second"), remplacer=False)
    assert (deux.a_jour("d") / "f").read_bytes() == b"premier"


def test_what_one_takes_away_the_other_loses(hotes: tuple[Classeur, Classeur], tmp_path: Path) -> None:
    un, deux = hotes
    for nom in ("a", "b"):
        un.deposer("d", nom, _fichier(tmp_path, b"x"))
    assert sorted(f.name for f in deux.a_jour("d").iterdir()) == ["a", "b"]
    un.oter("d", "a")
    assert [f.name for f in deux.a_jour("d").iterdir()] == ["b"]
    un.oter("d")
    assert not deux.a_jour("d").exists()


def test_what_a_home_held_is_moved_once(hotes: tuple[Classeur, Classeur], tmp_path: Path) -> None:
    un, deux = hotes
    anciens = tmp_path / "anciens"
    anciens.mkdir()
    (anciens / "avant.zip").write_bytes(b"x")
    (anciens / ".en-cours").write_bytes(b"y")
    un.verser("d", anciens)
    assert [f.name for f in anciens.iterdir()] == [".en-cours"]
    assert [f.name for f in deux.a_jour("d").iterdir()] == ["avant.zip"]
    un.verser("d", tmp_path / "rien")


def test_a_file_that_is_too_big_is_refused(
    hotes: tuple[Classeur, Classeur], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fichiers_partages, "FICHIER_MAX", 3)
    with pytest.raises(StoreError, match="trop gros"):
        hotes[0].deposer("d", "f", _fichier(tmp_path, b"xxxx"))
    assert not hotes[1].a_jour("d").exists()


def test_a_home_alone_shares_nothing(tmp_path: Path) -> None:
    with Magasin.ouvrir(None, tmp_path) as magasin:
        assert classeur_de(magasin, tmp_path) is None
