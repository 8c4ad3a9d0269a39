from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from exemples_store import ecrire_au_coffre, lire_au_coffre

from sne_interface.errors import StoreError, UsageError
from sne_sandbox.store.connexion_en_transaction import RequeteSql
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.plusieurs_serveurs.coffre import Coffre, lire_secret

SECRET, AUTRE = b"un secret de trente-deux octets !", b"un autre secret de trente-deux o."


@pytest.fixture
def magasin(magasin: Magasin) -> Magasin:
    """With a vault that nobody used: a database of PostgreSQL is used by several tests."""
    with magasin.transaction(ecriture=True) as connexion:
        connexion.brut("DELETE FROM coffre")
    return magasin


def _brut(magasin: Magasin, nom: str) -> bytes:
    ligne = magasin.ligne(RequeteSql("SELECT contenu FROM coffre WHERE nom = :nom"), {"nom": nom})
    assert ligne is not None
    return bytes(ligne[0])


def test_what_is_written_is_read_by_whoever_has_the_secret(magasin: Magasin) -> None:
    ecrire_au_coffre(Coffre(magasin, SECRET), "pki/ca.key", b"une cle")
    assert lire_au_coffre(Coffre(magasin, SECRET), "pki/ca.key") == b"une cle"
    assert b"une cle" not in _brut(magasin, "pki/ca.key")


def test_an_entry_that_is_no_secret_needs_none(magasin: Magasin) -> None:
    ecrire_au_coffre(Coffre(magasin), "public", b"tout le monde", chiffre=False)
    assert lire_au_coffre(Coffre(magasin), "public") == b"tout le monde"
    assert not Coffre(magasin).ferme_a_cle


def test_an_absent_entry(magasin: Magasin) -> None:
    assert lire_au_coffre(Coffre(magasin), "rien") is None
    assert lire_au_coffre(Coffre(magasin, SECRET), "rien") is None


def test_another_secret_is_told_even_before_any_key_is_there(magasin: Magasin) -> None:
    with Coffre(magasin, SECRET).tenu():
        pass
    with pytest.raises(StoreError, match="n'est pas celui") as refus, Coffre(magasin, AUTRE).tenu():
        pass
    assert "--secret-file" in refus.value.remede


def test_no_secret_where_one_is_needed(magasin: Magasin) -> None:
    with pytest.raises(StoreError, match="il faut leur secret"):
        ecrire_au_coffre(Coffre(magasin), "pki/ca.key", b"une cle")
    ecrire_au_coffre(Coffre(magasin, SECRET), "pki/ca.key", b"une cle")
    with pytest.raises(StoreError, match="il faut leur secret"):
        lire_au_coffre(Coffre(magasin), "pki/ca.key")
    assert Coffre(magasin).ferme_a_cle


def test_an_entry_put_under_the_name_of_another_is_refused(magasin: Magasin) -> None:
    coffre = Coffre(magasin, SECRET)
    ecrire_au_coffre(coffre, "un", b"1")
    ecrire_au_coffre(coffre, "deux", b"2")
    with magasin.transaction(ecriture=True) as connexion:
        connexion.faire(
            RequeteSql("UPDATE coffre SET contenu = :contenu WHERE nom = 'deux'"),
            {"contenu": _brut(magasin, "un")},
        )
    with pytest.raises(StoreError, match=r"\[deux\] y est abîmée"):
        lire_au_coffre(coffre, "deux")


def test_the_first_one_wins(url: str, magasin: Magasin, tmp_path: Path) -> None:
    def assurer(rang: int) -> bytes:
        with Magasin.ouvrir(url, tmp_path) as sien, Coffre(sien, SECRET).tenu() as tenu:
            if tenu.lire("cle") is None:
                tenu.ecrire("cle", str(rang).encode())
            return tenu.lire("cle") or b""

    with ThreadPoolExecutor(6) as fils:
        lues = set(fils.map(assurer, range(6)))
    assert len(lues) == 1
    assert lire_au_coffre(Coffre(magasin, SECRET), "cle") in lues


def test_a_change_of_secret(magasin: Magasin) -> None:
    coffre = Coffre(magasin, SECRET)
    ecrire_au_coffre(coffre, "un", b"1")
    ecrire_au_coffre(coffre, "public", b"2", chiffre=False)
    assert coffre.changer_secret(AUTRE) == 1
    assert lire_au_coffre(Coffre(magasin, AUTRE), "un") == b"1"
    assert lire_au_coffre(Coffre(magasin, AUTRE), "public") == b"2"
    with pytest.raises(StoreError, match="n'est pas celui"):
        lire_au_coffre(Coffre(magasin, SECRET), "un")


def test_a_file_that_holds_no_secret(tmp_path: Path) -> None:
    fichier = tmp_path / "secret"
    with pytest.raises(UsageError, match="ne peut pas être lu"):
        lire_secret(fichier)
    fichier.write_text("court\n", "utf-8")
    with pytest.raises(UsageError, match="trop court : 5") as refus:
        lire_secret(fichier)
    assert "court" not in str(refus.value).replace("trop court", "")
    fichier.write_bytes(SECRET + b"\n")
    assert lire_secret(fichier) == SECRET
