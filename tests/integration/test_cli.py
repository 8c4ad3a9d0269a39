"""The commands as a script calls them: exit codes, what goes to which output, the remedy of each failure."""

import functools
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from client_mtom import Client, adapter, specimen
from commande import argv, environnement
from commande import sne as lancer
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from lxml import etree
from serveur_local import HORLOGE, Serveur

from sne_interface.contract.codec import NS

COMMANDES = (
    "serve", "run", "conform", "report", "demo", "check", "generate", "rules", "bases", "stats", "clock",
    "pannes", "pki", "db",
)  # fmt: skip
Sne = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def sne(tmp_path: Path) -> Sne:
    """Runs the command in a folder of its own, its home included."""

    return functools.partial(lancer, tmp_path)


def _sans(document: bytes, *noms: str) -> bytes:
    """The document without these elements (the first of each name)."""
    racine = etree.fromstring(document)
    for nom in noms:
        element = racine.find(f".//{{{NS}}}{nom}")
        element.getparent().remove(element)
    octets: bytes = etree.tostring(racine)
    return octets


# --- check -------------------------------------------------------------------------------------------


def _check(sne: Sne, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return sne("check", "--clock", HORLOGE, *arguments)


def test_check_names_each_missing_element(sne: Sne, tmp_path: Path) -> None:
    fichier = tmp_path / "recu.xml"
    fichier.write_bytes(_sans(specimen("demandes/colocataires"), "typeFichier", "numGuichet", "precision"))
    vu = _check(sne, fichier)
    assert vu.returncode == 1
    for nom in ("typeFichier", "numGuichet", "precision"):
        assert nom in vu.stdout
    assert "3 fautes bloquantes" in vu.stdout
    assert "remède" in vu.stdout
    # Completed, it carries a number: one blocking fault is left.
    fichier.write_bytes(adapter(specimen("demandes/colocataires"), numUnique="0620318000001G1226"))
    vu = _check(sne, "--format", "json", fichier)
    assert vu.returncode == 1
    fautes = json.loads(vu.stdout)["fichiers"][0]["fautes"]
    assert [f["regle"] for f in fautes if f["gravite"] == "bloquante"] == ["ENT009"]


def test_check_accepts_a_folder_of_specimens(sne: Sne, tmp_path: Path) -> None:
    dossier = tmp_path / "envois" / "mars"
    dossier.mkdir(parents=True)
    for nom in ("colocataires", "personne_seule", "association"):
        (dossier / f"{nom}.xml").write_bytes(specimen(f"demandes/{nom}"))
    (dossier / "notes.txt").write_text("rien")
    vu = _check(sne, "--profile", "strict", "--format", "json", "envois")
    assert vu.returncode == 0, vu.stdout
    rapport = json.loads(vu.stdout)
    assert rapport["conforme"] is True
    assert len(rapport["fichiers"]) == 3


def test_check_writes_junit(sne: Sne, tmp_path: Path) -> None:
    (tmp_path / "bon.xml").write_bytes(specimen("demandes/colocataires"))
    (tmp_path / "faux.xml").write_bytes(b"<a>")
    vu = _check(sne, "--format", "junit", "bon.xml", "faux.xml")
    assert vu.returncode == 1
    suite = etree.fromstring(vu.stdout).find("testsuite")
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [cas.find("failure") is None for cas in suite.iter("testcase")] == [True, False]


def test_check_judges_the_name_of_a_file_that_says_it_was_sent(sne: Sne, tmp_path: Path) -> None:
    bien, mal = "DEMG1226-201803151200-000001.xml", "DEMG1226-2018-1.xml"
    for nom in (bien, mal):
        (tmp_path / nom).write_bytes(specimen("demandes/colocataires"))
    vu = _check(sne, "--format", "json", "--profile", "strict", bien, mal)
    fichiers = {f["fichier"]: f for f in json.loads(vu.stdout)["fichiers"]}
    assert fichiers[bien]["fautes"] == []
    assert [f["regle"] for f in fichiers[mal]["fautes"]] == ["ENT004"]
    assert vu.returncode == 1
    assert "ENT004" not in fichiers[bien]["omises"]
    assert "DOU001" in fichiers[bien]["omises"], "it needs a base"


def test_check_takes_thousands_of_documents(sne: Sne, tmp_path: Path) -> None:
    """More than one process shares them, in order."""
    dossier = tmp_path / "envois"
    dossier.mkdir()
    document = specimen("demandes/association")
    for rang in range(450):
        (dossier / f"{rang:04d}.xml").write_bytes(document if rang != 321 else b"<a/>")
    vu = _check(sne, "--format", "json", "envois")
    assert vu.returncode == 1
    fautifs = [Path(f["fichier"]).name for f in json.loads(vu.stdout)["fichiers"] if not f["conforme"]]
    assert fautifs == ["0321.xml"]


def test_check_reads_standard_input_and_pipes(tmp_path: Path) -> None:
    fichier = tmp_path / "a.xml"
    fichier.write_bytes(specimen("demandes/colocataires"))
    sur_tube = f'cat {fichier} | "$@" - -; "$@" <(cat {fichier}); "$@" /dev/stdin < {fichier}'
    mots = [*argv("check", "--clock", HORLOGE)]
    vu = subprocess.run(
        ["bash", "-c", sur_tube, "-", *mots], capture_output=True, text=True, env=environnement()
    )
    assert (vu.returncode, vu.stdout.count(": conforme")) == (0, 3), vu.stderr


def test_check_reads_no_more_than_it_may(sne: Sne, tmp_path: Path) -> None:
    with (tmp_path / "enorme.xml").open("wb") as enorme:
        enorme.truncate(1 << 40)  # no memory holds it
    vu = _check(sne, "enorme.xml")
    assert vu.returncode == 1
    assert "plus de 5000000 octets" in vu.stdout
    assert "--xml-max" in vu.stdout
    (tmp_path / "a.xml").write_bytes(specimen("demandes/colocataires"))
    assert "plus de 100 octets" in _check(sne, "--xml-max", "100", "a.xml").stdout


def test_check_names_in_junit_a_file_whose_name_is_no_text(sne: Sne, tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xe9t\x01.xml")).write_bytes(specimen("demandes/colocataires"))
    vu = _check(sne, "--format", "junit", ".")
    assert vu.returncode == 0, vu.stderr
    assert etree.fromstring(vu.stdout.encode()).find(".//testcase").get("name") == "\ufffdt\ufffd.xml"


@pytest.mark.parametrize(
    ("arguments", "dit"),
    [
        (("absent.xml",), "n'existe pas"),
        ((".",), "aucun fichier .xml"),
        ((), "FICHIER"),
        (("--format", "pdf", "a.xml"), "pdf"),
    ],
)
def test_check_used_wrongly(sne: Sne, arguments: tuple[str, ...], dit: str) -> None:
    vu = sne("check", *arguments)
    assert (vu.returncode, vu.stdout) == (2, "")
    assert dit in vu.stderr


def test_check_with_a_contract_that_cannot_be_read(sne: Sne, tmp_path: Path) -> None:
    surcharge = tmp_path / "contrats"
    surcharge.mkdir()
    (surcharge / "rules.toml").write_text("ceci n'est pas du TOML", "utf-8")
    (tmp_path / "a.xml").write_bytes(specimen("demandes/colocataires"))
    vu = _check(sne, "--contracts", surcharge, "a.xml")
    assert (vu.returncode, vu.stdout) == (3, "")
    assert "rules.toml" in vu.stderr
    assert "→" in vu.stderr
    vu = _check(sne, "--contracts", tmp_path / "absent", "a.xml")
    assert (vu.returncode, vu.stdout) == (2, ""), "not the tool's failure"
    assert "→ donnez à --contracts un dossier" in vu.stderr


# --- rules, bases, pki, db ---------------------------------------------------------------------------


def test_rules_tells_source_and_fidelity(sne: Sne) -> None:
    vu = sne("rules", "--format", "json", "ENT009")
    assert vu.returncode == 0
    (regle,) = json.loads(vu.stdout)["regles"]
    assert regle["code"] == "ENT009"
    assert regle["fidelite"] in ("attestée", "déduite", "convention")
    assert regle["source"]
    assert {"accepte", "refuse"} == set(regle["exemples"])
    inconnue = sne("rules", "ZZZ999")
    assert (inconnue.returncode, inconnue.stdout) == (2, "")


def test_bases_live_and_die(sne: Sne) -> None:
    creee = sne("bases", "create", "essai-42", "--seed-base", "vide", "--clock", HORLOGE)
    assert creee.returncode == 0, creee.stderr
    assert "essai-42\tvide" in sne("bases", "list").stdout
    reprise = sne("bases", "create", "essai-42", "--seed-base", "vide")
    assert reprise.returncode in (2, 3)
    assert "essai-42" in reprise.stderr
    assert sne("bases", "delete", "essai-42").returncode == 0
    assert "essai-42" not in sne("bases", "list").stdout
    inconnue = sne("bases", "delete", "essai-42")
    assert inconnue.returncode == 2
    assert "n'existe pas" in inconnue.stderr
    assert sne("clock", "--base", "essai-42").returncode == 2


def test_pki_issue_writes_what_a_client_needs(sne: Sne, tmp_path: Path) -> None:
    vu = sne("pki", "issue", "--guichet", "G1104", "--base", "essai", "--out", "certificats")
    assert vu.returncode == 0, vu.stderr
    dossier = tmp_path / "certificats"
    noms = {"G1104.pem", "G1104.key", "G1104.p12", "truststore.p12"}
    assert {f.name for f in dossier.iterdir()} == noms
    assert (dossier / "G1104.key").stat().st_mode & 0o077 == 0, "nobody else reads a private key"
    cle, certificat, autres = pkcs12.load_key_and_certificates(
        (dossier / "G1104.p12").read_bytes(), b"sne-sandbox"
    )
    assert cle is not None
    assert certificat is not None
    assert certificat.public_key() == cle.public_key()
    unites = [
        str(u.value) for u in certificat.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    ]
    assert "essai" in unites
    assert autres
    magasin = pkcs12.load_pkcs12((dossier / "truststore.p12").read_bytes(), b"sne-sandbox")
    assert [c.certificate.subject for c in magasin.additional_certs] == [autres[0].subject]
    assert sne("pki", "issue", "--guichet", "G1", "--out", "certificats").returncode == 2
    vu = sne("pki", "issue", "--guichet", "G1105", "--out", "autres")
    assert (vu.returncode, vu.stdout) == (2, "")
    assert "Le guichet [G1105] n'existe pas dans la base [ecole]" in vu.stderr
    assert "vouliez-vous dire " in vu.stderr
    assert "G1104 (" in vu.stderr
    vu = sne("pki", "issue", "--guichet", "G1104", "--base", "pas un nom", "--out", "autres")
    assert (vu.returncode, vu.stdout) == (2, "")
    assert "Le nom de base [pas un nom] ne convient pas." in vu.stderr
    assert not (tmp_path / "autres").exists()


def test_db_keeps_and_gives_back_a_base(demarrer: Callable[..., Serveur], sne: Sne, tmp_path: Path) -> None:
    serveur = demarrer("--seed-base", "vide")
    client = Client(serveur, "G1226")
    numero = client.enregistrer(specimen("demandes/colocataires")).numero
    client.fermer()
    assert serveur.arreter() == 0

    home = ("--home", serveur.home)
    assert sne("db", "upgrade", *home).returncode == 0
    assert sne("db", "snapshot", "base.zip", *home).returncode == 0
    assert sne("db", "reset", "--portee", "tout", *home).returncode == 0
    vide = demarrer("--seed-base", "vide")
    assert _relire(vide, numero) == f"Le numéro unique [{numero}] est inconnu."
    vide.arreter()
    rendue = sne("db", "restore", "base.zip", *home)
    assert rendue.returncode == 0, rendue.stderr
    assert _relire(demarrer("--seed-base", "vide"), numero) is None

    (tmp_path / "faux.zip").write_bytes(b"PK")
    faux = sne("db", "restore", "faux.zip", *home)
    assert faux.returncode == 2, "not the tool's failure"
    assert "faux.zip" in faux.stderr
    assert "rien n'a été remplacé" in faux.stderr


def _relire(serveur: Serveur, numero: str) -> str | None:
    client = Client(serveur, "G1226")
    try:
        return client.relire(numero).phrase
    finally:
        client.fermer()


# --- serve, and what all share -----------------------------------------------------------------------


def test_serve_on_a_busy_port(sne: Sne) -> None:
    with socket.create_server(("127.0.0.1", 0)) as prise:
        port = prise.getsockname()[1]
        vu = sne("serve", "--http-port", str(port), "--https-port", "0", "--seed-base", "vide")
    assert (vu.returncode, vu.stdout) == (3, "")
    assert str(port) in vu.stderr
    assert "→" in vu.stderr, "the remedy"
    assert "Traceback" not in vu.stderr


def test_serve_on_a_home_that_cannot_be_one(sne: Sne, tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("pas un dossier")
    for home in ("fichier", "fichier/sous"):
        vu = sne("serve", "--home", home, "--http-port", "0", "--https-port", "0")
        assert (vu.returncode, vu.stdout) == (3, "")
        assert "fichier" in vu.stderr
        assert "→" in vu.stderr
        assert "Traceback" not in vu.stderr


def test_serve_with_a_database_that_is_none(sne: Sne, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "sne.sqlite3").write_bytes(b"pas une base de donnees" * 100)
    vu = sne("serve", "--home", home, "--http-port", "0", "--https-port", "0")
    assert vu.returncode == 3
    assert "→" in vu.stderr
    assert "Traceback" not in vu.stderr


def test_the_ready_file_says_where_and_with_what(demarrer: Callable[..., Serveur]) -> None:
    serveur = demarrer("--seed-base", "vide")
    pret: dict[str, Any] = dict(serveur.pret)
    assert set(pret) == {
        "https", "http", "https_expire", "https_autre_nom", "ca_file", "cert_file", "key_file", "pkcs12_file",
        "guichet", "admin_token", "version",
    }  # fmt: skip
    assert (pret["guichet"], pret["admin_token"]) == ("G1226", None)
    for nom in ("ca_file", "cert_file", "key_file", "pkcs12_file"):
        assert Path(pret[nom]).is_absolute()
        assert Path(pret[nom]).is_file()
    assert serveur.arreter() == 0, "SIGTERM is a normal end"


@pytest.mark.parametrize("arguments", [("serve", "--inconnue"), ("inconnue",), ("db", "inconnue")])
def test_an_unknown_option_or_command(sne: Sne, arguments: tuple[str, ...]) -> None:
    vu = sne(*arguments)
    assert (vu.returncode, vu.stdout) == (2, "")
    assert "inconnue" in vu.stderr


def test_help_shows_every_command_with_examples(sne: Sne) -> None:
    aide = sne("--help").stdout
    for commande in COMMANDES:
        assert f"  {commande} " in aide
        sienne = sne(commande, "--help")
        assert sienne.returncode == 0
        assert f"sne-sandbox {commande}" in sienne.stdout.partition("Exemple")[2]


def test_the_installed_command_is_the_same() -> None:
    commande = shutil.which("sne-sandbox", path=str(Path(sys.executable).parent))
    assert commande is not None
    vu = subprocess.run([commande, "--version"], capture_output=True, text=True, timeout=240)
    assert vu.returncode == 0
    assert vu.stdout.startswith("sne-sandbox ")
