"""Our clients in other languages: each registers, is refused a duplicate, reads a fault; MTOM over HTTPS."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from serveur_local import Serveur

from sne_interface.resources import fixtures_dir

CLIENTS = fixtures_dir() / "clients"
COLOCATAIRES = fixtures_dir() / "demandes" / "colocataires.xml"
#: Command of each client, and the Debian packages without which it cannot run.
LANGAGES = {
    "php": (["php", str(CLIENTS / "php" / "client.php")], "php-cli php-soap php-xml"),
    "java": (["java", str(CLIENTS / "java" / "Client.java")], "default-jdk-headless"),
    "node": (["node", str(CLIENTS / "node" / "client.js")], "nodejs"),
}

Lancer = Callable[[Path], "subprocess.CompletedProcess[str]"]


@pytest.fixture(params=LANGAGES)
def langage(request: pytest.FixtureRequest) -> str:
    nom: str = request.param
    commande, paquets = LANGAGES[nom]
    assert shutil.which(commande[0]), f"apt-get install -y --no-install-recommends {paquets}"
    return nom


@pytest.fixture
def serveur_neuf(demarrer: Callable[..., Serveur]) -> Serveur:
    """A base of its own: every client registers the same household."""
    return demarrer()


@pytest.fixture
def lancer(langage: str, serveur_neuf: Serveur, tmp_path: Path) -> Lancer:
    """Runs the client on a document, from the folder where it writes the attestation."""
    pret = tmp_path / "pret.json"
    # Written as `--ready-file` writes it.
    pret.write_text(json.dumps(dict(serveur_neuf.pret), indent=2), "utf-8")

    def lance(document: Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*LANGAGES[langage][0], str(pret), str(document), "G1226"],
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            timeout=240,
            check=False,
        )

    return lance


@pytest.mark.etranger
def test_un_argument_qui_ne_convient_pas(langage: str, tmp_path: Path) -> None:
    """One of them, or the file that each names: a sentence and the usage, no stack."""
    (tmp_path / "vide.json").write_text("{}", "utf-8")
    for arguments in ([], ["absent.json", "absent.xml", "G1226"], ["vide.json", "vide.json", "G1226"]):
        vu = subprocess.run(
            [*LANGAGES[langage][0], *arguments],
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            timeout=240,
            check=False,
        )
        assert (vu.returncode, vu.stdout) == (2, ""), vu.stderr
        phrase, usage = vu.stderr.splitlines()
        assert phrase.startswith("Un argument ne convient pas (")
        client = Path(LANGAGES[langage][0][1]).name
        assert usage == f"Usage : {langage} {client} PRET.json DEMANDE.xml GUICHET"


@pytest.mark.cher
@pytest.mark.etranger
def test_un_client_enregistre_puis_lit_anomalie_et_fault(
    lancer: Lancer, serveur_neuf: Serveur, tmp_path: Path
) -> None:
    cree = lancer(COLOCATAIRES)
    assert cree.returncode == 0, cree.stderr
    numero = cree.stdout.strip()
    assert len(numero) == 18
    assert (tmp_path / f"attestation-{numero}.pdf").read_bytes().startswith(b"%PDF-")

    double = lancer(COLOCATAIRES)
    assert double.returncode == 1, double.stderr
    assert double.stdout.startswith("DOU001 ")
    assert numero in double.stdout

    casse = tmp_path / "casse.xml"
    casse.write_bytes(COLOCATAIRES.read_bytes()[:2000])
    refuse = lancer(casse)
    assert refuse.returncode == 1
    assert "Une erreur inattendue est survenue lors du traitement de la demande." in refuse.stderr

    trois = serveur_neuf.journal()[::-1]
    assert [ligne["statut"] for ligne in trois] == [200, 200, 500]
    assert f"/api/v1/bases/ecole/exchanges/{trois[2]['id']}" in refuse.stderr
    for ligne in trois:
        assert (ligne["operation"], ligne["guichet"], ligne["tolerances"]) == ("getNumUnique", "G1226", [])
        reponse = serveur_neuf.lire(f"/api/v1/bases/ecole/exchanges/{ligne['id']}")["reponse"]
        assert dict(reponse["en_tetes"])["Content-Type"].startswith("multipart/related")
