"""The steps of the CI recipes, run as a forge runs them, in a folder that stands for the vendor's repository.

What stands for what is not here: this machine for the images (their names are only read), a client of
`fixtures/clients/` for the vendor's tests (for .NET, the one in shell), our example for its adapter, a server
of the same command line for the service's container, a base class of the same methods for Testcontainers'.
The tool is installed from the wheel and the lock, as `installer.sh` does, into the cache that it looks in;
`test_it_is_installed_as_told` has it install by itself, from the network.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import recettes
from recettes import CI, Travail
from serveur_local import Serveur

from sne_conformite.rapports import rapport_json
from sne_conformite.rapports.formats_de_rapport import TOUJOURS
from sne_conformite.rapports.verdict_de_conformite import conclure
from sne_interface.resources import fixtures_dir

pytestmark = pytest.mark.cher

RACINE = Path(__file__).resolve().parents[2]
CLIENTS = fixtures_dir() / "clients"
#: What stands for the tests of a vendor, by language: program, and the client that it runs.
TESTS = {
    "java": ("java", "java/Client.java"),
    "php": ("php", "php/client.php"),
    "node": ("node", "node/client.js"),
}
#: Variables of ours, which must not choose for the vendor's machine.
_A_NOUS = ("SNE_", "GITHUB_", "PYTHON", "PYTEST", "VIRTUAL_ENV", "UV_PROJECT", "COV_")


@pytest.fixture(scope="session")
def outils(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`outils/` as the recipes want it, and beside it what a cache would hold of `.sne-outil/`."""
    ici = tmp_path_factory.mktemp("recettes")
    dossier, uv = ici / "outils", Path(sys.executable).with_name("uv")
    shutil.copytree(CI, dossier)
    roue = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dossier)]
    verrou = [str(uv), "export", "--quiet", "--locked", "--no-dev", "--no-emit-project", "--no-header",
              "--no-annotate", "-o", str(dossier / "sne-sandbox.lock")]  # fmt: skip
    for commande in (roue, verrou):
        subprocess.run(commande, cwd=RACINE, check=True, capture_output=True, env=propre())
    (paquet,) = dossier.glob("*.whl")
    venv = ici / ".sne-outil"
    python = ["--python", str(venv / "bin" / "python")]
    for mots in (
        ["venv", "--python", sys.executable, str(venv)],
        ["pip", "install", *python, "--no-deps", "--require-hashes", "-r", str(dossier / "sne-sandbox.lock")],
        ["pip", "install", *python, "--no-deps", str(paquet)],
    ):
        subprocess.run([uv, *mots], check=True, capture_output=True, env=propre())
    empreinte = f"cat '{paquet}' '{dossier}/sne-sandbox.lock' | sha256sum | cut -d ' ' -f 1"
    dite = subprocess.run(["sh", "-c", empreinte], check=True, capture_output=True)
    (venv / "empreinte").write_bytes(dite.stdout)
    return dossier


def propre(**autres: str) -> dict[str, str]:
    """The environment of a machine that has nothing of ours."""
    return {nom: v for nom, v in os.environ.items() if not nom.startswith(_A_NOUS)} | autres


@pytest.fixture
def depot(outils: Path, tmp_path: Path) -> Path:
    """The vendor's repository: its tools, its tests, its adapter; the cache of the forge is restored."""
    (tmp_path / "outils").symlink_to(outils)
    (tmp_path / ".sne-outil").symlink_to(outils.parent / ".sne-outil")
    (tmp_path / "clients").symlink_to(CLIENTS)
    (tmp_path / "adaptateur").write_text("#!/bin/sh\nexec python3 clients/python/adaptateur.py\n", "utf-8")
    (tmp_path / "adaptateur").chmod(0o755)
    sne_tests(tmp_path, "shell")
    return tmp_path


def sne_tests(depot: Path, langage: str) -> None:
    """Writes the vendor's tests: a demande of today is registered."""
    (depot / "mes-tests.sh").write_text(
        'set -eu\n"${SNE_OUTIL_DU_TEST:-sne-sandbox}" generate --kind CRE --count 1 --seed 3 --out envois\n'
        + (
            "sh clients/shell/enregistrer.sh envois/*.xml\n"
            if langage not in TESTS
            else f'{TESTS[langage][0]} clients/{TESTS[langage][1]} "$SNE_READY_FILE" envois/*.xml G1226\n'
        ),
        "utf-8",
    )


def jouer(
    travail: Travail, depot: Path, remplace: Mapping[str, str], forge: Mapping[str, str], **variables: str
) -> "list[subprocess.CompletedProcess[str]]":
    """Runs the steps of a job, each in a shell that stops at the first failure, up to one that fails."""
    chemin, env_github = depot / "github-path", depot / "github-env"
    for fichier in (chemin, env_github):
        fichier.touch()
    finis = []
    for propres, texte in travail.etapes:
        for ancien, nouveau in remplace.items():
            texte = texte.replace(ancien, nouveau)
        ajoutees = dict(ligne.split("=", 1) for ligne in env_github.read_text("utf-8").splitlines())
        dites = {**travail.variables, **variables, **propres, **ajoutees, **forge}
        dites = {nom: os.path.expandvars(valeur) for nom, valeur in dites.items()}
        environnement = propre(**dites)
        devant = ":".join(reversed(chemin.read_text("utf-8").split()))
        environnement["PATH"] = f"{devant}:{environnement['PATH']}" if devant else environnement["PATH"]
        # The interpreter of these tests is no tool of the vendor's machine.
        environnement["PATH"] = ":".join(
            lieu for lieu in environnement["PATH"].split(":") if lieu != str(Path(sys.executable).parent)
        )
        fini = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", texte],
            cwd=depot, env=environnement, capture_output=True, text=True, timeout=900,
        )  # fmt: skip
        finis.append(fini)
        if finis[-1].returncode:
            break
    return finis


def sur_github(depot: Path) -> dict[str, str]:
    """What GitHub gives each step."""
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_PATH": str(depot / "github-path"),
        "GITHUB_ENV": str(depot / "github-env"),
        "GITHUB_STEP_SUMMARY": str(depot / "page.md"),
        "GITHUB_ACTION_PATH": str(depot / "outils"),
    }


def conforme(finis: "list[subprocess.CompletedProcess[str]]", depot: Path) -> dict[str, Any]:
    """Holds the last step to a report that conforms, with every file; gives it."""
    assert finis[-1].returncode == 0, finis[-1].stdout + finis[-1].stderr
    assert {f.name for f in (depot / "rapport-sne").iterdir()} == set(TOUJOURS)
    rapport: dict[str, Any] = json.loads((depot / "rapport-sne" / "rapport.json").read_text("utf-8"))
    assert rapport["conforme"] is True
    assert rapport["entete"]["echanges"] > 0
    return rapport


LANGAGES = [
    pytest.param(langage, marks=[pytest.mark.etranger] if langage in TESTS else [])
    for langage in ("java", "php", "dotnet", "node")
]


@pytest.mark.parametrize("langage", LANGAGES)
def test_github_judges_the_tests_of_each_language(langage: str, depot: Path) -> None:
    (travail,) = [t for t in recettes.de_github() if t.nom == f"trafic-{langage}"]
    sne_tests(depot, langage)
    (rangee,) = [r for r in travail.contenu["strategy"]["matrix"]["include"] if r["langage"] == langage]
    finis = jouer(travail, depot, {rangee["tests"]: "sh mes-tests.sh"}, sur_github(depot))
    conforme(finis, depot)
    assert len(finis) == 2
    assert "::stop-commands::" in finis[-1].stderr
    assert "::error" not in finis[-1].stderr
    assert (depot / "page.md").read_text("utf-8").startswith("### ✅ ")


@pytest.mark.parametrize("langage", LANGAGES)
def test_gitlab_judges_the_tests_of_each_language(langage: str, depot: Path) -> None:
    (travail,) = [t for t in recettes.de_gitlab() if t.nom == f"sne-{langage}"]
    sne_tests(depot, langage)
    vrais = {"mvn --batch-mode verify", "php vendor/bin/phpunit", "dotnet test", "npm test"}
    finis = jouer(travail, depot, dict.fromkeys(vrais, "sh mes-tests.sh"), {"CI": "true"})
    conforme(finis, depot)
    assert json.loads((depot / "rapport-sne" / "gl-code-quality.json").read_text("utf-8")) is not None


def test_tests_that_fail_fail_the_job_and_annotate_it(depot: Path) -> None:
    travail = recettes.de_github()[0]
    finis = jouer(travail, depot, {"mvn --batch-mode verify": "false"}, sur_github(depot))
    assert finis[-1].returncode == 1
    assert "::error title=SNE jugement" in finis[-1].stderr
    assert (depot / "page.md").read_text("utf-8").startswith("### ❌ ")
    assert (depot / "rapport-sne" / "rapport.sarif").exists()


@pytest.mark.charge
@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_the_plan_is_played(forge: str, depot: Path) -> None:
    travaux = recettes.de_github() if forge == "github" else recettes.de_gitlab()
    (travail,) = [t for t in travaux if "conformite" in t.nom]
    finis = jouer(travail, depot, {}, sur_github(depot) if forge == "github" else {}, SNE_EXEMPLES="1")
    vu = conforme(finis, depot)
    assert vu["entete"]["mode"] == "plan"
    assert vu["entete"]["graine"] == 1


@pytest.mark.parametrize("quoi", ["commande", pytest.param("application", marks=pytest.mark.charge)])
def test_the_action_and_the_component_do_both(quoi: str, depot: Path) -> None:
    entrees = {"commande": "sh mes-tests.sh"} if quoi == "commande" else {"application": "./adaptateur"}
    if quoi == "commande":
        conforme(jouer(recettes.de_action(**entrees), depot, {}, sur_github(depot)), depot)
        shutil.rmtree(depot / "rapport-sne")
        shutil.rmtree(depot / "envois")
        refusee = jouer(recettes.de_action(**entrees, mention="socle"), depot, {}, sur_github(depot))[-1]
        assert refusee.returncode == 1
        assert "Mention exigée, et non acquise : socle" in refusee.stderr
        shutil.rmtree(depot / "rapport-sne")
        shutil.rmtree(depot / "envois")
    travail = recettes.du_composant(image="node:22", exemples=1, **entrees)
    conforme(jouer(travail, depot, {}, {}), depot)


@pytest.fixture
def conteneur(tmp_path: Path) -> Iterator[Callable[..., Serveur]]:
    """Starts what a container of the image runs, on free ports, with the variables that it is given."""
    lances: list[Serveur] = []

    def lancer(*options: str, **variables: str) -> Serveur:
        anciennes = {nom: os.environ.get(nom) for nom in variables}
        os.environ.update(variables)
        try:
            lances.append(Serveur.demarrer(tmp_path / "data", *options, commande=("serve",), ouvert=False))
        finally:
            for nom, valeur in anciennes.items():
                os.environ.pop(nom) if valeur is None else os.environ.update({nom: valeur})
        return lances[-1]

    yield lancer
    for lance in lances:
        lance.tuer()


@pytest.mark.parametrize("forge", [pytest.param("github", marks=pytest.mark.charge), "gitlab"])
def test_a_service_beside_gives_a_certificate_and_judges(
    forge: str, depot: Path, conteneur: Callable[..., Serveur]
) -> None:
    travaux = recettes.de_github() if forge == "github" else recettes.de_gitlab()
    (travail,) = [t for t in travaux if "service" in t.nom]
    if forge == "gitlab":
        options = travail.contenu["services"][0]["command"][1:]
        jeton = travail.variables["SNE_SANDBOX_ADMIN_TOKEN"]
    else:
        options = ["--host", "0.0.0.0"]
        jeton = recettes.rendre(travail.contenu["services"]["sne"]["env"]["SNE_SANDBOX_ADMIN_TOKEN"], {})
    assert jeton == travail.variables["SNE_JETON"]
    servi = conteneur(*options, SNE_SANDBOX_ADMIN_TOKEN=jeton)
    adresses = {nom: servi.pret[cle] for nom, cle in (("SNE_API", "http"), ("SNE_HTTPS", "https"))}
    outil = str(depot / ".sne-outil" / "bin" / "sne-sandbox")  # it draws a demande: none is in the job
    finis = jouer(
        travail, depot, {"mvn --batch-mode verify": "sh mes-tests.sh"},
        {**(sur_github(depot) if forge == "github" else {}), **adresses, "SNE_OUTIL_DU_TEST": outil},
    )  # fmt: skip
    vu = conforme(finis, depot)
    assert vu["entete"]["base"] == "ecole"
    (dite,) = [ligne for ligne in finis[-1].stdout.splitlines() if ligne.startswith("service.sh : ")]
    conclusion = conclure(rapport_json.de_json(vu))
    assert dite == f"service.sh : {conclusion} ; conforme : true ; le rapport est dans rapport-sne/"
    secrets = depot / ".sne-secrets"
    assert {f.name for f in secrets.iterdir()} == {
        "G1226.pem", "G1226.key", "G1226.p12", "ca.pem", "truststore.p12",
    }  # fmt: skip
    assert (secrets / "G1226.key").stat().st_mode & 0o077 == 0


DOUBLE_PYTHON = """
class DockerContainer:
    def __init__(self, image): self.variables = {}
    def with_env(self, nom, valeur): self.variables[nom] = valeur
    def with_exposed_ports(self, *ports): assert set(ports) == PORTS.keys()
    def start(self): LANCER(**self.variables)
    def get_container_host_ip(self): return "127.0.0.1"
    def get_exposed_port(self, port): return PORTS[port]()
"""


def test_testcontainers_in_python(
    conteneur: Callable[..., Serveur], depot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util
    import types

    lances: list[Serveur] = []
    ports = {
        8080: lambda: lances[0].pret["http"].rpartition(":")[2],
        8443: lambda: lances[0].pret["https"].rpartition(":")[2],
    }
    double = types.ModuleType("testcontainers.core.container")
    double.__dict__.update(PORTS=ports, LANCER=lambda **v: lances.append(conteneur(**v)))
    exec(DOUBLE_PYTHON, double.__dict__)
    monkeypatch.setitem(sys.modules, "testcontainers", types.ModuleType("testcontainers"))
    monkeypatch.setitem(sys.modules, "testcontainers.core", types.ModuleType("testcontainers.core"))
    monkeypatch.setitem(sys.modules, "testcontainers.core.container", double)
    source = CI / "testcontainers" / "sne_sandbox_container.py"
    spec = importlib.util.spec_from_file_location("sne_sandbox_container", source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sne = module.SneSandboxContainer("registre.exemple.fr/sne-sandbox:0.2.0").start()
    certificat, cle, autorite = sne.certificat("G1226", depot)
    subprocess.run(
        ["sh", "mes-tests.sh"], cwd=depot, check=True, capture_output=True,
        env=propre(
            SNE_ENDPOINT_DEMANDE_LOGEMENT=f"{sne.url}/services/DemandeLogementImplService/",
            SNE_CA_FILE=str(autorite), SNE_CERT_FILE=str(certificat), SNE_KEY_FILE=str(cle),
            SNE_GUICHET="G1226", SNE_OUTIL_DU_TEST=str(depot / ".sne-outil" / "bin" / "sne-sandbox"),
        ),
    )  # fmt: skip
    (depot / "rapport").mkdir()
    assert sne.conforme(depot / "rapport") is True
    assert {f.name for f in (depot / "rapport").iterdir()} == set(TOUJOURS)


@pytest.mark.etranger
def test_testcontainers_in_java(conteneur: Callable[..., Serveur], tmp_path: Path) -> None:
    """Compiled against a base class of the same methods. Nothing is sent: it does not conform."""
    sources = shutil.copytree(Path(__file__).with_name("testcontainers"), tmp_path / "java")
    shutil.copy(CI / "testcontainers" / "SneSandboxContainer.java", sources)
    subprocess.run(["javac", "-d", "classes", *sorted(map(str, sources.iterdir()))], cwd=tmp_path, check=True)
    with subprocess.Popen(
        ["java", "-cp", "classes", "Essai", str(sources)], cwd=tmp_path, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    ) as essai:  # fmt: skip
        assert essai.stdout is not None
        servi = conteneur(SNE_SANDBOX_ADMIN_TOKEN=essai.stdout.readline().strip())
        ports = [servi.pret[cle].rpartition(":")[2] for cle in ("http", "https")]
        sortie, _ = essai.communicate(" ".join(ports), timeout=240)
    assert sortie.split() == [servi.pret["https"], "false"]
    assert "Aucun" in (sources / "junit.xml").read_text("utf-8")


@pytest.mark.etranger
def test_it_is_installed_as_told(outils: Path, tmp_path: Path) -> None:
    """By pip, its hashes checked; then kept, unless the lock or the wheel changes. The lock is cut to
    what `--version` imports: the whole of it downloads for minutes."""
    shutil.copytree(outils, tmp_path / "outils")
    verrou = tmp_path / "outils" / "sne-sandbox.lock"
    paquets = re.split(r"\n(?=\w)", verrou.read_text("utf-8"))
    gardes = [paquet for paquet in paquets if paquet.startswith(("click==", "tomli=="))]
    assert len(gardes) == 2
    verrou.write_text("\n".join([*gardes, ""]), "utf-8")
    commande = ["sh", "outils/installer.sh"]
    choix: dict[str, Any] = {"cwd": tmp_path, "env": propre(), "capture_output": True, "text": True}
    vu = subprocess.run(commande, **choix, timeout=1200)
    assert vu.returncode == 0, vu.stderr
    assert "sne-sandbox" in vu.stdout
    temoin = tmp_path / ".sne-outil" / "garde"
    temoin.touch()
    assert subprocess.run(commande, **choix).returncode == 0
    assert temoin.exists()
    verrou.write_text(re.sub(r"sha256:....", "sha256:0000", gardes[0]) + "\n", "utf-8")
    vu = subprocess.run(commande, **choix, timeout=1200)
    assert vu.returncode != 0
    assert "HASHES" in vu.stderr.upper()
    assert not temoin.exists()
