"""Nobody imports a satellite: delete one, or both, from a copy, and the rest stands."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DEPOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.interprete
SATELLITES = ("sne_calibrage", "sne_statistiques")
#: Imports every module that is left, builds console and API, and asks for a page of each section.
VISITE = """
import importlib, json, pathlib, sys, tempfile
racine = pathlib.Path(sys.argv[1])
for fichier in sorted(racine.glob("sne_*/**/*.py")):
    nom = ".".join(fichier.relative_to(racine).with_suffix("").parts).removesuffix(".__init__")
    programme = nom.endswith(("__main__", "processus_xpath")) or "migrations" in nom
    if not programme:
        importlib.import_module(nom)
import sne_sandbox
from werkzeug.test import Client
from sne_sandbox import offres_des_paquets as offres
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration
app = creer_application(Configuration(ouvert=True, home=pathlib.Path(tempfile.mkdtemp())))
client = Client(app.wsgi_app)
lus = {}
sections = "journal demandes composer scenes ateliers conformite controle guichets regles contrat"
for chemin in ["", *sections.split()]:
    lus[chemin] = client.get(f"/console/ecole/{chemin}", headers={"Host": "127.0.0.1"}).status_code
document = client.get("/api/v1/openapi.json", headers={"Host": "127.0.0.1"}).json
print(json.dumps({
    "depuis": sne_sandbox.__file__,
    "pages": lus,
    "appels": len(document["paths"]),
    "commandes": sorted(offres.commandes()),
}))
"""


@pytest.fixture
def copie(tmp_path: Path) -> Path:
    """A copy of the checkout, whose files git knows, to be cut."""
    suivis = subprocess.run(["git", "ls-files", "-z"], cwd=DEPOT, capture_output=True, check=True).stdout
    for nom in suivis.decode().split("\0"):
        if nom and (DEPOT / nom).is_file():
            (tmp_path / nom).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(DEPOT / nom, tmp_path / nom)
    return tmp_path


def lancer(copie: Path, *mots: str) -> subprocess.CompletedProcess[str]:
    """Runs Python in the copy, whose packages come before those that are installed."""
    environ = {**os.environ, "PYTHONPATH": str(copie / "sandbox")}
    return subprocess.run([sys.executable, *mots], cwd=copie, env=environ, capture_output=True, text=True)


def oter(copie: Path, *satellites: str) -> None:
    """Deletes them and their tests; what is installed beside must not answer in the place of what is gone."""
    for satellite in satellites:
        shutil.rmtree(copie / "sandbox" / satellite)
        shutil.rmtree(copie / "tests" / satellite)
    barrage = f"import sys\nsys.modules.update(dict.fromkeys({satellites!r}))\n"
    (copie / "sandbox" / "sitecustomize.py").write_text(barrage, "utf-8")


@pytest.mark.cher
@pytest.mark.parametrize("otes", [(satellite,) for satellite in SATELLITES] + [SATELLITES])
def test_what_is_left_is_imported_and_served(copie: Path, otes: tuple[str, ...]) -> None:
    oter(copie, *otes)
    visite = lancer(copie, "-c", VISITE, str(copie / "sandbox"))
    assert visite.returncode == 0, visite.stderr[-3000:]
    lu = json.loads(visite.stdout)
    assert lu["depuis"].startswith(str(copie))
    assert set(lu["pages"].values()) == {200}, lu["pages"]
    assert lu["appels"] > 50
    assert {"serve", "run", "conform", "check"} <= set(lu["commandes"])
    assert ("stats" in lu["commandes"]) is ("sne_statistiques" not in otes)
    assert ("calibrer" in lu["commandes"]) is ("sne_calibrage" not in otes)


@pytest.mark.campagne
@pytest.mark.parametrize("ote", SATELLITES)
def test_the_tests_of_the_rest_pass_without_it(copie: Path, ote: str) -> None:
    """Minutes: all the tests of the packages that are left, in the copy."""
    oter(copie, ote)
    dossiers = [f"tests/{p.name}" for p in sorted((copie / "tests").glob("sne_*"))]
    autres = "not (navigateur or etranger or charge or campagne or reste)"
    passe = lancer(copie, "-m", "pytest", "-q", "-n", "2", "-m", autres, *dossiers)
    assert passe.returncode == 0, passe.stdout[-5000:]
