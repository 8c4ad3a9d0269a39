"""The minimal clients of fixtures/clients, as a vendor copies them."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from client_mtom import adapter, specimen
from serveur_local import HORLOGE, Serveur

from sne_interface.resources import fixtures_dir

PYTHON = fixtures_dir() / "clients" / "python" / "enregistrer.py"


@pytest.fixture(scope="module")
def serveur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serveur]:
    """A server of its own: these clients know the base ecole only, where other tests would be duplicates."""
    demarre = Serveur.demarrer(
        tmp_path_factory.mktemp("clients") / "home", "--clock", HORLOGE, "--seed-base", "vide"
    )
    yield demarre
    demarre.arreter()


@pytest.fixture
def pret(serveur: Serveur, tmp_path: Path) -> Path:
    """Its ready file."""
    fichier = tmp_path / "pret.json"
    fichier.write_text(json.dumps(dict(serveur.pret)), "utf-8")
    return fichier


def _lancer(*arguments: Path) -> subprocess.CompletedProcess[str]:
    # -I: not even our own package can be imported from where we are.
    return subprocess.run(
        [sys.executable, "-I", str(PYTHON), *map(str, arguments)], capture_output=True, text=True, timeout=240
    )


def test_the_python_client_registers(serveur: Serveur, pret: Path, tmp_path: Path) -> None:
    demande, pdf = tmp_path / "demande.xml", tmp_path / "attestation.pdf"
    demande.write_bytes(specimen("demandes/colocataires"))
    vu = _lancer(pret, demande, pdf)
    assert (vu.returncode, vu.stderr) == (0, "")
    numero = vu.stdout.strip()
    (ligne,) = serveur.journal(numero=numero)
    assert (ligne["operation"], ligne["guichet"], ligne["tolerances"]) == ("getNumUnique", "G1226", [])
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_the_python_client_tells_a_page_that_is_no_answer(
    serveur: Serveur, pret: Path, tmp_path: Path
) -> None:
    """What a server on the way answers: HTML, which is no SOAP."""
    demande = tmp_path / "demande.xml"
    demande.write_bytes(specimen("demandes/personne_seule"))
    serveur.lire("/api/v1/bases/ecole/pannes", {"genre": "html_503", "fois": 1})
    vu = _lancer(pret, demande)
    assert (vu.returncode, vu.stdout) == (1, "")
    assert vu.stderr == "HTTP 503 : la réponse n'est pas du XML (text/html; charset=utf-8)\n"


def test_the_python_client_tells_a_refusal(pret: Path, tmp_path: Path) -> None:
    demande = tmp_path / "demande.xml"
    demande.write_bytes(adapter(specimen("demandes/colocataires"), numUnique="0620318000001G1226"))
    vu = _lancer(pret, demande)
    assert (vu.returncode, vu.stdout) == (1, "")
    assert vu.stderr.startswith("ENT009 : ")


def test_the_python_client_tells_a_fault(pret: Path, tmp_path: Path) -> None:
    demande = tmp_path / "demande.xml"
    demande.write_bytes(b"<a/>")
    vu = _lancer(pret, demande)
    assert (vu.returncode, vu.stdout) == (1, "")
    faute, journal = vu.stderr.splitlines()
    assert faute == "Une erreur inattendue est survenue lors du traitement de la demande."
    assert journal.startswith("Journal : http")
    assert "/api/v1/bases/ecole/exchanges/" in journal


def test_the_python_client_tells_how_it_is_used(pret: Path) -> None:
    vu = _lancer(pret)
    assert vu.returncode == 2
    assert "python3 enregistrer.py pret.json demande.xml [attestation.pdf]" in vu.stderr
    vu = _lancer(pret, Path("absent.xml"))
    assert (vu.returncode, vu.stdout) == (1, "")
    assert vu.stderr.startswith("Échec : ")
    assert "absent.xml" in vu.stderr


def test_the_python_client_is_short_and_needs_the_standard_library_only() -> None:
    texte = PYTHON.read_text("utf-8")
    assert len(texte.splitlines()) <= 125
    importes = set()
    for noeud in ast.walk(ast.parse(texte)):
        if isinstance(noeud, ast.Import):
            importes |= {nom.name.partition(".")[0] for nom in noeud.names}
        elif isinstance(noeud, ast.ImportFrom):
            importes.add((noeud.module or "").partition(".")[0])
    assert importes <= sys.stdlib_module_names
