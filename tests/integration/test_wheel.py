"""The wheel, installed alone: it holds what the product needs, away from the checkout, and a vendor's own
folders named as ours (`sandbox/`, `contracts/`, `fixtures/`, `tests/`) hide nothing of it."""

import json
import os
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from sne_interface.contract.contrats_charges import charger

RACINE = Path(__file__).resolve().parents[2]
#: Folders of the checkout, which a vendor's repository may well have too.
NOMS = ("sandbox", "contracts", "fixtures", "docs", "tests")

pytestmark = pytest.mark.charge


@dataclass(frozen=True, slots=True)
class Installe:
    """An environment that has the wheel and its libraries; `paquets` is its site-packages."""

    bin: Path
    paquets: Path

    def demarrer(self, *mots: str, dossier: Path, env: Mapping[str, str]) -> subprocess.Popen[str]:
        """Starts a command of the environment in a folder."""
        herite = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("PYTHON")}
        return subprocess.Popen(
            [str(self.bin / mots[0]), *mots[1:]],
            cwd=dossier,
            env={**herite, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def lancer(self, *mots: str, dossier: Path, env: Mapping[str, str] | None = None, rend: int = 0) -> str:
        """Runs such a command to its end: what it wrote. Fails when it does not exit as it should."""
        processus = self.demarrer(*mots, dossier=dossier, env=env or {})
        sortie, erreurs = processus.communicate(timeout=240)
        assert processus.returncode == rend, f"{' '.join(mots)}\n{sortie}\n{erreurs}"
        return sortie


@pytest.fixture(scope="module")
def installe(tmp_path_factory: pytest.TempPathFactory) -> Installe:
    """The wheel as `make wheel` writes it, in an environment of its own."""
    dossier = tmp_path_factory.mktemp("wheel")
    commande = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dossier)]
    subprocess.run(commande, cwd=RACINE, check=True, capture_output=True)
    (wheel,) = dossier.glob("*.whl")
    uv, python = Path(sys.executable).with_name("uv"), dossier / "v" / "bin" / "python"
    installer = ["pip", "install", "--python", python, "--no-index", "--no-deps", "--compile-bytecode", wheel]
    for mots in (["venv", "--python", sys.executable, dossier / "v"], installer):
        subprocess.run([uv, *mots], check=True, capture_output=True)
    ici = Installe(python.parent, next((dossier / "v").rglob("site-packages")))
    # The libraries of this environment: a .pth of a .pth is not read, so that our checkout stays out.
    libraries = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    (ici.paquets / "dependances.pth").write_text(str(libraries))
    return ici


def place(fichiers: Iterable[Path]) -> int:
    """Bytes that they take on a disk of blocks of 4 KiB, without what Python compiles."""
    return sum(-f.stat().st_size // -4096 * 4096 for f in fichiers if f.is_file() and f.suffix != ".pyc")


@pytest.fixture
def editeur(tmp_path: Path) -> Path:
    """A vendor's repository, whose packages are called as our folders, and break whoever imports them."""
    for nom in NOMS:
        (tmp_path / nom).mkdir()
        (tmp_path / nom / "__init__.py").write_text(
            "raise SystemExit('the vendor’s own package was imported')\n"
        )
    # pytest imports the package of a test module: this one may be.
    (tmp_path / "tests" / "__init__.py").write_text("")
    (tmp_path / "tests" / "test_editeur.py").write_text(
        "def test_une_base(sne_sandbox):\n"
        "    assert sne_sandbox.echanges == []\n"
        "    assert sne_sandbox.variables['SNE_GUICHET'] == 'G1226'\n"
    )
    return tmp_path


def test_it_carries_its_data(installe: Installe, tmp_path: Path) -> None:
    regles = installe.lancer("sne-sandbox", "rules", "--format", "json", dossier=tmp_path)
    assert len(json.loads(regles)["regles"]) == len(charger().regles)
    ou = installe.lancer("python", "-c", "import sne_sandbox; print(sne_sandbox.__file__)", dossier=tmp_path)
    assert Path(ou.strip()).is_relative_to(installe.paquets)
    donnees = installe.paquets / "sne_sandbox" / "_data"
    assert (donnees / "contracts" / "v5.2" / "contract.toml").is_file()
    assert (donnees / "fixtures" / "demandes" / "personne_seule.xml").is_file()
    assert (donnees / "docs" / "captures" / "journal.png").is_file()
    assert "/guide" in installe.lancer("sne-sandbox", "--help", dossier=tmp_path)
    assert (donnees / "docs" / "reference" / "protocole.md").is_file()
    assert (donnees / "fixtures" / "schemas" / "protocole.schema.json").is_file()


def test_it_installs_with_all_that_it_needs_in_130_megabytes() -> None:
    """The driver of PostgreSQL is an extra."""
    projet = tomllib.loads((RACINE / "pyproject.toml").read_text("utf-8"))["project"]
    a_voir = [Requirement(ligne) for ligne in projet["dependencies"]]
    dossiers = (*(RACINE / "sandbox").glob("sne_*"), *(RACINE / nom for nom in NOMS[1:-1]))
    octets = {"sne-sandbox": sum(place(dossier.rglob("*")) for dossier in dossiers)}
    while a_voir:
        voulu = a_voir.pop()
        if voulu.name not in octets and (voulu.marker is None or voulu.marker.evaluate({"extra": ""})):
            paquet = metadata.distribution(voulu.name)
            octets[voulu.name] = place(Path(str(f.locate())) for f in paquet.files or ())
            a_voir += map(Requirement, paquet.requires or ())
    assert "psycopg" not in octets
    assert 100_000_000 < sum(octets.values()) < 130_000_000, sorted(octets.items(), key=lambda un: -un[1])


def test_it_installs_nothing_that_is_called_as_a_folder_of_ours(installe: Installe) -> None:
    assert {p.name for p in installe.paquets.iterdir()} & set(NOMS) == set()


@pytest.mark.parametrize("env", [{}, {"PYTHONPATH": "."}], ids=["as it is", "PYTHONPATH=."])
def test_it_runs_in_a_repository_with_folders_of_the_same_names(
    installe: Installe, editeur: Path, env: dict[str, str]
) -> None:
    assert "sne-sandbox" in installe.lancer("sne-sandbox", "--version", dossier=editeur, env=env)
    vu = installe.lancer(
        "sne-sandbox", "run", "--", "printenv", "SNE_GUICHET", rend=1, dossier=editeur, env=env
    )
    assert vu.strip() == "G1226", "it ran; nothing was sent, which conforms to nothing"
    temoin = installe.lancer("python", "-m", "sne_temoin", "--help", dossier=editeur, env=env)
    assert "L'application témoin" in temoin


@pytest.mark.parametrize("env", [{}, {"PYTHONPATH": "."}], ids=["as it is", "PYTHONPATH=."])
@pytest.mark.parametrize("commande", ["-m", "-P -m"], ids=["python -m pytest", "pytest"])
def test_its_fixture_works_there(
    installe: Installe, editeur: Path, commande: str, env: dict[str, str]
) -> None:
    # The script `pytest` leaves the working folder out of the path, as -P does.
    mots = ("python", *commande.split(), "pytest", "-q", "-p", "no:cacheprovider")
    assert "1 passed" in installe.lancer(*mots, dossier=editeur, env=env)


def test_it_serves_there(installe: Installe, editeur: Path) -> None:
    pret = editeur / "pret.json"
    ports = ("--https-port", "0", "--http-port", "0", "--seed-base", "vide")
    serveur = installe.demarrer(
        "sne-sandbox", "serve", *ports, "--ready-file", str(pret), dossier=editeur, env={"PYTHONPATH": "."}
    )
    try:
        while not pret.is_file():
            assert serveur.poll() is None, serveur.communicate()
            time.sleep(0.05)
        adresse = json.loads(pret.read_text("utf-8"))["http"]
        with urllib.request.urlopen(f"{adresse}/services/RechercheDemandeImplService/?wsdl") as reponse:
            assert b"rechercheDemandeMulticritere" in reponse.read()
    finally:
        serveur.terminate()
        serveur.communicate(timeout=60)
