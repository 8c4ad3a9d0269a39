"""What the servers of one database have in common, each with its home."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from exemples_store import lire_au_coffre

from sne_interface.contract.contrats import Contrats
from sne_interface.domain.echange import NUIT
from sne_interface.errors import PkiError, StoreError, UsageError
from sne_sandbox.bases import bases, serveurs_accordes, travail_des_nuits
from sne_sandbox.pki.authority import Autorite
from sne_sandbox.pki.certificates import nom_alternatif, noms_portes
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.plusieurs_serveurs.coffre import Coffre


@pytest.fixture
def magasin(serveur_postgres: Any, tmp_path: Path) -> Iterator[Magasin]:
    with Magasin.ouvrir(serveur_postgres.nouvelle(), tmp_path / "magasin") as ouvert:
        yield ouvert


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    fichier = tmp_path / "secret"
    fichier.write_text("un secret de plus de trente-deux caractères\n", "utf-8")
    return fichier


def _noms(home: Path) -> frozenset[x509.GeneralName]:
    return noms_portes(x509.load_pem_x509_certificate(Autorite(home / "pki").serveur.read_bytes()))


def test_two_homes_have_one_authority_and_one_key(magasin: Magasin, secret: Path, tmp_path: Path) -> None:
    une, autre = tmp_path / "une", tmp_path / "autre"
    assert serveurs_accordes.accorder(magasin, une, ["exemple.fr", "une.exemple.fr"], secret) == ""
    assert serveurs_accordes.accorder(magasin, autre, ["autre.exemple.fr"], secret) == ""
    for nom in ("pki/ca.pem", "pki/ca.key", serveurs_accordes.CLE_CONSOLE):
        assert (une / nom).read_bytes() == (autre / nom).read_bytes()
        assert (autre / nom).stat().st_mode & 0o777 == 0o600
    ca = x509.load_pem_x509_certificate((une / "pki" / "ca.pem").read_bytes())
    delivre = Autorite(autre / "pki").emettre("G1104").certificat
    x509.load_pem_x509_certificate(delivre).verify_directly_issued_by(ca)


def test_the_token_that_a_server_drew_is_that_of_all(magasin: Magasin, secret: Path, tmp_path: Path) -> None:
    une, autre, encore = (tmp_path / nom for nom in ("une", "autre", "encore"))
    serveurs_accordes.accorder(magasin, une, [], secret)
    assert not (une / "jeton").exists()
    autre.mkdir()
    (autre / "jeton").write_text("un-jeton", "utf-8")
    serveurs_accordes.accorder(magasin, autre, [], secret)
    encore.mkdir()
    (encore / "jeton").write_text("un-autre", "utf-8")
    serveurs_accordes.accorder(magasin, encore, [], secret)
    assert (encore / "jeton").read_text("utf-8") == "un-jeton"
    assert (encore / "jeton").stat().st_mode & 0o777 == 0o600


def test_a_server_answers_to_the_names_of_all(magasin: Magasin, secret: Path, tmp_path: Path) -> None:
    une, autre = tmp_path / "une", tmp_path / "autre"
    serveurs_accordes.accorder(magasin, une, ["exemple.fr", "une.exemple.fr"], secret)
    serveurs_accordes.accorder(magasin, autre, ["autre.exemple.fr"], secret)
    assert nom_alternatif("une.exemple.fr") in _noms(autre)
    serveurs_accordes.accorder(magasin, une, [], secret)
    assert {nom_alternatif("une.exemple.fr"), nom_alternatif("autre.exemple.fr")} <= _noms(une)


def test_a_name_that_their_authority_may_not_sign_has_it_renewed_for_all(
    magasin: Magasin, secret: Path, tmp_path: Path
) -> None:
    une, autre = tmp_path / "une", tmp_path / "autre"
    serveurs_accordes.accorder(magasin, une, ["une.exemple.fr"], secret)
    donnee = x509.load_pem_x509_certificate(Autorite(une / "pki").emettre("G1104").certificat)
    with pytest.raises(PkiError, match=r"ne vaut pas pour le nom \[autre.exemple.fr\]"):
        serveurs_accordes.accorder(magasin, autre, ["autre.exemple.fr"], secret)
    serveurs_accordes.accorder(magasin, autre, ["autre.exemple.fr"], secret, Autorite.renouveler)
    assert "a laissé la place" in serveurs_accordes.accorder(magasin, une, [], secret)
    ca = x509.load_pem_x509_certificate((une / "pki" / "ca.pem").read_bytes())
    assert ca == x509.load_pem_x509_certificate((autre / "pki" / "ca.pem").read_bytes())
    donnee.verify_directly_issued_by(ca)
    assert {nom_alternatif("une.exemple.fr"), nom_alternatif("autre.exemple.fr")} <= _noms(une)


def test_the_first_server_gives_what_its_home_has(magasin: Magasin, secret: Path, tmp_path: Path) -> None:
    une, autre = tmp_path / "une", tmp_path / "autre"
    ancienne = Autorite.ouvrir(une).ca.read_bytes()
    Autorite.ouvrir(autre)
    assert serveurs_accordes.accorder(magasin, une, [], secret) == ""
    assert (une / "pki" / "ca.pem").read_bytes() == ancienne
    dit = serveurs_accordes.accorder(magasin, autre, [], secret)
    assert "a laissé la place" in dit
    assert str(autre) in dit
    assert (autre / "pki" / "ca.pem").read_bytes() == ancienne
    serveur = x509.load_pem_x509_certificate(Autorite(autre / "pki").serveur.read_bytes())
    serveur.verify_directly_issued_by(x509.load_pem_x509_certificate(ancienne))
    assert serveurs_accordes.accorder(magasin, autre, [], secret) == ""


def test_two_servers_that_start_at_once(magasin: Magasin, secret: Path, tmp_path: Path) -> None:
    homes = [tmp_path / str(rang) for rang in range(4)]
    with ThreadPoolExecutor(4) as fils:
        list(
            fils.map(
                lambda home: serveurs_accordes.accorder(magasin, home, [f"{home.name}.localhost"], secret),
                homes,
            )
        )
    assert len({(home / "pki" / "ca.pem").read_bytes() for home in homes}) == 1
    assert json.loads(lire_au_coffre(Coffre(magasin), "pki/noms") or b"") == [
        f"{rang}.localhost" for rang in range(4)
    ]


def test_without_a_secret_each_home_keeps_its_own_and_that_is_said(magasin: Magasin, tmp_path: Path) -> None:
    une, autre = tmp_path / "une", tmp_path / "autre"
    assert "--secret-file" in serveurs_accordes.accorder(magasin, une, [], None)
    serveurs_accordes.accorder(magasin, autre, [], None)
    assert (une / "pki" / "ca.pem").read_bytes() != (autre / "pki" / "ca.pem").read_bytes()
    assert lire_au_coffre(Coffre(magasin), "pki/ca.pem") is None


def test_who_comes_without_the_secret_of_the_others_is_refused(
    magasin: Magasin, secret: Path, tmp_path: Path
) -> None:
    serveurs_accordes.accorder(magasin, tmp_path / "une", [], secret)
    with pytest.raises(UsageError, match="il faut leur secret"):
        serveurs_accordes.accorder(magasin, tmp_path / "autre", [], None)
    faux = tmp_path / "faux"
    faux.write_text("un tout autre secret, de plus de trente-deux", "utf-8")
    with pytest.raises(StoreError, match="n'est pas celui"):
        serveurs_accordes.accorder(magasin, tmp_path / "autre", [], faux)
    assert not (tmp_path / "autre").exists()


def test_no_key_is_readable_in_the_database(magasin: Magasin, secret: Path, tmp_path: Path) -> None:
    serveurs_accordes.accorder(magasin, tmp_path / "une", ["une.exemple.fr"], secret)
    with magasin.transaction(ecriture=False) as connexion:
        lignes = connexion.sa.exec_driver_sql("SELECT nom, chiffre, contenu FROM coffre").all()
    assert {nom for nom, chiffre, _ in lignes if not chiffre} == {"sel", "pki/noms"}
    assert not any(b"PRIVATE KEY" in bytes(contenu) for _, _, contenu in lignes)


def test_the_nights_that_two_hosts_find_due_run_once(serveur_postgres: Any, tmp_path: Path) -> None:
    url, contrat = serveur_postgres.nouvelle(), Contrats(tmp_path, "v5.2").defaut
    with Magasin.ouvrir(url, tmp_path / "une") as une, Magasin.ouvrir(url, tmp_path / "autre") as autre:
        base = bases.creer(une, contrat, "nuits", semence="ecole")
        assert base.derniere_nuit is not None
        with une.ecrire("nuits") as registre:
            registre.noter_nuit(base.derniere_nuit - timedelta(days=30))
        with ThreadPoolExecutor(4) as fils:
            list(fils.map(travail_des_nuits.rattraper_toutes, [une, autre] * 2))
        assert autre.bases.lire("nuits").derniere_nuit == base.derniere_nuit
        nuits = [echange.chemin for echange in autre.journal.chercher("nuits", operation=NUIT)]
    assert nuits
    assert sorted(nuits) == sorted(set(nuits))
