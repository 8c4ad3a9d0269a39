"""What the last release left is taken up: its home, its database of each engine, its snapshot, its report.

`version-0.1.0.tar.xz` was written by the code of 0.1.0 (commit 0948e31): a served home in which a household
was registered by `fixtures/clients/python/enregistrer.py` (its number is in `numero`) and a base moved by a
night, a snapshot, the report and evidence of a scenario, a dump of the same on PostgreSQL. A release adds its
own.
"""

import json
import ssl
import stat
import subprocess
import sys
import tarfile
import urllib.request
from pathlib import Path
from typing import Any

import psycopg
import pytest
from serveur_local import Serveur

from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_sandbox.store.magasin import Magasin

ARCHIVE = Path(__file__).with_name("version-0.1.0.tar.xz")
DEMANDES = 7


@pytest.fixture
def ancienne(tmp_path: Path) -> Path:
    """The folder of what it left."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extraction_filter = lambda membre, _: membre  # its rights are of the test
        archive.extractall(tmp_path / "v")
    return tmp_path / "v"


def _lancer(*mots: str, dossier: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sne_sandbox", *mots],
        cwd=dossier, capture_output=True, text=True, encoding="utf-8", timeout=240, check=False,
    )  # fmt: skip


def _api(serveur: Serveur, chemin: str) -> Any:
    with urllib.request.urlopen(f"{serveur.pret['http']}/api/v1{chemin}", timeout=120) as reponse:
        return json.load(reponse)


def test_its_home_is_served(ancienne: Path) -> None:
    """Demandes, clocks, journal, authority and identities: those who call it change nothing."""
    numero = (ancienne / "numero").read_text("utf-8").strip()
    ca = (ancienne / "home" / "pki" / "ca.pem").read_bytes()
    client = (ancienne / "home" / "pki" / "guichets" / "G1104.pem").read_bytes()
    assert stat.S_IMODE((ancienne / "home" / "pki" / "ca.pem").stat().st_mode) == 0o644
    serveur = Serveur.demarrer(ancienne / "home", "--server-name", "un-autre-nom.exemple.fr")
    try:
        assert _api(serveur, f"/bases/ecole/demandes/{numero}")["numero_unique"] == numero
        assert {base["nom"] for base in _api(serveur, "/bases")} >= {"ecole", "formation"}
        assert _api(serveur, "/bases/formation/clock")["maintenant"].startswith("2018-03-16T12:00:00")
        (echange,) = [
            e for e in _api(serveur, "/bases/ecole/exchanges")["echanges"] if e["numero_unique"] == numero
        ]
        assert echange["verdict"] == "accepté"
        assert (ancienne / "home" / "pki" / "ca.pem").read_bytes() == ca
        assert (ancienne / "home" / "pki" / "guichets" / "G1104.pem").read_bytes() == client
        contexte = ssl.create_default_context(cadata=ca.decode())
        contexte.load_cert_chain(*serveur.certificat("G1104"))
        wsdl = serveur.service("DemandeLogementImplService", https=True) + "?wsdl"
        with urllib.request.urlopen(wsdl, context=contexte, timeout=120) as reponse:
            assert b"getNumUnique" in reponse.read()
        with Magasin.ouvrir(None, ancienne / "home") as magasin, magasin.lire("ecole") as registre:
            assert registre.compter() == DEMANDES
        ouverts = [c for c in (ancienne / "home").rglob("*") if stat.S_IMODE(c.stat().st_mode) & 0o077]
        assert ouverts == []
    finally:
        serveur.tuer()


def test_its_snapshot_is_restored(ancienne: Path, tmp_path: Path) -> None:
    fait = _lancer(
        "db", "restore", str(ancienne / "avant.zip"), "--base", "reprise", "--home", "h", dossier=tmp_path
    )
    assert fait.returncode == 0, fait.stderr
    with Magasin.ouvrir(None, tmp_path / "h") as magasin, magasin.lire("reprise") as registre:
        assert registre.compter() == DEMANDES


def test_its_database_of_postgresql_is_taken_up(
    ancienne: Path, serveur_postgres: Any, tmp_path: Path
) -> None:
    url = serveur_postgres.nouvelle()
    with psycopg.connect(url, autocommit=True) as connexion:
        lignes = (ancienne / "pg.sql").read_text("utf-8").splitlines()
        connexion.execute("\n".join(ligne for ligne in lignes if not ligne.startswith("\\")))  # type: ignore[call-overload]
    fait = _lancer("db", "upgrade", "--database", url, "--home", "h", dossier=tmp_path)
    assert fait.returncode == 0, fait.stderr
    with Magasin.ouvrir(url, tmp_path / "h") as magasin:
        assert {base.nom for base in magasin.bases.lister()} == {BASE_PAR_DEFAUT, "formation"}
        with magasin.lire(BASE_PAR_DEFAUT) as registre:
            assert registre.compter() == DEMANDES - 1


def test_its_report_is_compared_and_its_evidence_read(ancienne: Path, tmp_path: Path) -> None:
    ancien = str(ancienne / "rapport" / "rapport.json")
    assert _lancer("report", "--compare", ancien, ancien, dossier=tmp_path).returncode == 0
    verifie = _lancer("report", "--verify", str(ancienne / "rapport" / "preuves.zip"), dossier=tmp_path)
    assert verifie.returncode in (0, 1), verifie.stderr
    assert "0.1.0" in verifie.stdout + verifie.stderr, "it says which version had judged"
