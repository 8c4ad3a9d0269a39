"""The CI recipes call commands of ours with options they have, keep what those write, and name what there is.

`tests/integration/test_recettes_ci.py` runs their steps.
"""

import re
import shlex
import string
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import publication
import pytest
import recettes
from recettes import ACTION, CI, COMPOSANT, GITHUB, GITLAB, Travail

from sne_conformite.rapports.formats_de_rapport import FICHIERS
from sne_interface.settings import PAR_NOM
from sne_sandbox.cli.main import cli
from sne_sandbox.server.adresse_et_certificats_d_une_base import SERVICES
from sne_sandbox.web.configuration_et_services import VERSION

RACINE = Path(__file__).resolve().parents[2]
CANDIDAT, QUOI = "candidat.toml", ("commande", "application")
TRAVAUX: list[Travail] = [
    *recettes.de_github(),
    *recettes.de_gitlab(),
    recettes.du_composant(image="node:22", commande="npm test"),
    recettes.du_composant(image="node:22", application="./adaptateur"),
    recettes.de_action(commande="npm test"),
    recettes.de_action(application="./adaptateur"),
    *(recettes.de_action(**{quoi: "./x", "mention": "socle", "candidat": CANDIDAT}) for quoi in QUOI),
    *(
        recettes.du_composant(**{"image": "node:22", quoi: "./x", "mention": "socle", "candidat": CANDIDAT})
        for quoi in QUOI
    ),
]
LANGAGES = ("java", "php", "dotnet", "node")


def commandes(travail: Travail) -> Iterator[list[str]]:
    """The words of each call of ours, its variables in their place."""
    for variables, texte in travail.etapes:
        connues = {**travail.variables, **variables}
        entiere = texte.replace("\\\n", " ")
        for nom in connues:  # « ${NOM:+OPTION} » stands for OPTION when NOM is not empty
            choix = re.compile(rf"\$\{{{nom}:\+([^}}]*)\}}")
            entiere = choix.sub(r"\1" if connues[nom] else "", entiere)
        for rendue in string.Template(entiere).safe_substitute(connues).splitlines():
            if rendue.strip().startswith("sne-sandbox "):
                yield shlex.split(rendue)[1:]


def test_the_recipes_are_those() -> None:
    trouves = {f.relative_to(CI).as_posix() for f in CI.rglob("*") if f.is_file() and f.suffix != ".pyc"}
    java, python = "testcontainers/SneSandboxContainer.java", "testcontainers/sne_sandbox_container.py"
    assert trouves == {GITHUB, GITLAB, ACTION, COMPOSANT, "installer.sh", "service.sh", java, python}


@pytest.mark.parametrize("travaux", [recettes.de_github(), recettes.de_gitlab()], ids=["github", "gitlab"])
def test_each_forge_has_a_job_for_each_language_the_plan_and_a_service(travaux: list[Travail]) -> None:
    noms = " ".join(t.nom for t in travaux)
    assert all(langage in noms for langage in (*LANGAGES, "conformite", "service"))
    assert all(t.image for t in travaux if "conformite" not in t.nom)


@pytest.mark.parametrize("travail", TRAVAUX, ids=lambda t: t.nom)
def test_every_command_of_a_recipe_is_one_of_ours(
    travail: Travail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """click reads it: an option that does not exist, or a missing argument, raises."""
    monkeypatch.chdir(tmp_path)
    vues = list(commandes(travail))
    assert vues or "service.sh" in travail.etapes[-1][1]
    for premier, *suite in vues:
        commande = cli.get_command(click.Context(cli), premier)
        assert commande is not None
        lu = commande.make_context(premier, list(suite)).params
        assert lu["dossier"] == Path("rapport-sne")
        assert ("socle" in lu["mentions"]) is ("--mention" in suite)
        assert (lu["candidat"] == Path(CANDIDAT)) is ("socle" in lu["mentions"])


def test_gitlab_keeps_the_reports_even_of_a_failed_job() -> None:
    for travail in (*recettes.de_gitlab(), recettes.du_composant(image="x")):
        artefacts = travail.contenu["artifacts"]
        assert artefacts["when"] == "always"
        assert artefacts["paths"] == ["rapport-sne/"]
        gardes = {Path(chemin) for chemin in artefacts["reports"].values()}
        assert gardes == {Path("rapport-sne/junit.xml"), Path("rapport-sne/gl-code-quality.json")}
        assert {chemin.name for chemin in gardes} <= FICHIERS.keys()


def test_github_keeps_the_reports_even_of_a_failed_job() -> None:
    for job in recettes.lire(GITHUB)["jobs"].values():
        (depot,) = [e for e in job["steps"] if e.get("uses", "").startswith("actions/upload-artifact@")]
        assert depot["if"] == "always()"
        assert depot["with"]["path"] == "rapport-sne/"
        for etape in job["steps"]:
            if "upload-sarif" in etape.get("uses", ""):
                assert Path(etape["with"]["sarif_file"]).name in FICHIERS
                assert job["permissions"]["security-events"] == "write"


@pytest.mark.parametrize("nom", [GITHUB, GITLAB])
def test_a_recipe_works_as_it_is_copied(nom: str) -> None:
    """No file of the reader's is asked for but those that are named, and a run that hangs ends."""
    texte = (CI / nom).read_text("utf-8")
    assert all("--baseline" not in mots for t in TRAVAUX for mots in commandes(t))
    assert "# Avec des manquements connus, ajoutez : --baseline" in texte
    assert "make wheel" in texte
    assert all(t.contenu.get("timeout") or t.contenu.get("timeout-minutes") for t in TRAVAUX if t.image)


def test_more_is_drawn_at_night() -> None:
    github = recettes.lire(GITHUB)
    assert github["on"]["schedule"][0]["cron"]
    exemples = github["jobs"]["conformite"]["env"]["SNE_EXEMPLES"]
    assert exemples == "${{ github.event_name == 'schedule' && '10' || '2' }}"
    (plan,) = [t for t in recettes.de_gitlab() if t.nom == "sne-conformite"]
    assert plan.variables == {"SNE_EXEMPLES": "2"}
    nuit, autrement = plan.contenu["rules"]
    assert nuit == {"if": '$CI_PIPELINE_SOURCE == "schedule"', "variables": {"SNE_EXEMPLES": "10"}}
    assert autrement == {"when": "on_success"}


def test_what_is_installed_is_cached_by_what_was_locked() -> None:
    cles = [
        etape["with"]["key"]
        for job in (*recettes.lire(GITHUB)["jobs"].values(), recettes.lire(ACTION)["runs"])
        for etape in job["steps"]
        if etape.get("uses", "").startswith("actions/cache@")
    ]
    assert len(cles) == 3
    assert all("hashFiles('outils/*.whl', 'outils/sne-sandbox.lock')" in cle for cle in cles)
    assert recettes.lire(GITLAB)[".sne"]["cache"]["key"]["files"] == ["outils/sne-sandbox.lock"]
    makefile = (RACINE / "Makefile").read_text("utf-8")
    assert "-o dist/sne-sandbox.lock" in makefile.partition("\nwheel:\n")[2].partition("\n\n")[0]


def test_the_container_of_the_service_is_started_by_a_command_of_ours() -> None:
    """Docker is not here: its command line is read, its ports and its variable are those of the image."""
    (travail,) = [t for t in recettes.de_gitlab() if t.nom == "sne-service"]
    (service,) = travail.contenu["services"]
    premier, *suite = service["command"]
    commande = cli.get_command(click.Context(cli), premier)
    assert commande is not None
    options = commande.make_context(premier, suite).params
    assert options["host"] == "0.0.0.0"
    assert service["alias"] in options["noms"]
    (github,) = [t for t in recettes.de_github() if t.nom == "service"]
    (alias,) = github.contenu["services"]
    assert github.contenu["services"][alias]["options"] == f"--hostname {alias}", "a name of the certificate"
    dockerfile = (RACINE / "Dockerfile").read_text("utf-8")
    ports = [PAR_NOM["https_port"].defaut, PAR_NOM["http_port"].defaut]
    assert "EXPOSE " + " ".join(map(str, ports)) in dockerfile
    for variables in (travail.variables, github.variables):
        assert variables["SNE_HTTPS"] == f"https://{alias}:{ports[0]}"
        assert variables["SNE_API"] == f"http://{alias}:{ports[1]}"
    assert PAR_NOM["admin_token"].variable in travail.variables
    assert PAR_NOM["admin_token"].variable in github.contenu["services"][alias]["env"]


def test_one_version_is_told_wherever_one_is() -> None:
    """The package's, from which the wheel, the image and the recipes of today have theirs; and one uv makes
    the environment and the image: that of the lock."""
    projet = tomllib.loads((RACINE / "pyproject.toml").read_text("utf-8"))
    assert projet["project"]["dynamic"] == ["version"]
    assert projet["tool"]["hatch"]["version"]["path"] == "sandbox/sne_sandbox/__init__.py"
    assert publication.version() == VERSION
    dockerfile = (RACINE / "Dockerfile").read_text("utf-8")
    assert re.findall(r'image\.version="(.*)"', dockerfile) == ["${VERSION}"]
    recettes_dites = [f.read_text("utf-8") for f in (CI / "testcontainers").iterdir() if f.is_file()]
    dites = [v for texte in recettes_dites for v in re.findall(r"sne-sandbox:([\d.]+)", texte)]
    assert dites == [VERSION] * len(recettes_dites)
    paquets = tomllib.loads((RACINE / "uv.lock").read_text("utf-8"))["package"]
    (uv,) = [paquet["version"] for paquet in paquets if paquet["name"] == "uv"]
    makefile = (RACINE / "Makefile").read_text("utf-8")
    for texte in (dockerfile, makefile.replace("$$", "$")):
        (lue,) = re.findall(r"uv==\$\((?:shell )?(sed .* uv\.lock)\)", texte)
        dite = subprocess.run(["sh", "-c", lue], cwd=RACINE, check=True, capture_output=True, text=True)
        assert dite.stdout.strip() == uv
    assert makefile.count("$(UV_DU_VERROU)") == makefile.count("pip install"), "never another uv"
    assert {"BASE", "VERSION"} == set(re.findall(r"^ARG (\w+)", dockerfile, re.MULTILINE))
    assert re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE) == ["${BASE}"] * 2
    assert publication.BASE.search(dockerfile), "a tag, and the digest once `make epingler` could ask for it"


def test_the_image_is_given_what_it_copies_and_nothing_else() -> None:
    dockerfile = (RACINE / "Dockerfile").read_text("utf-8")
    copies = re.findall(r"^COPY (?!--from)(.*) \S+$", dockerfile, re.MULTILINE)
    regles = (RACINE / ".dockerignore").read_text("utf-8").split("\n")
    assert "*" in regles
    assert {regle[1:] for regle in regles if regle[:1] == "!"} == set(" ".join(copies).split())


def test_a_service_gives_the_variables_of_run_and_asks_which_files_there_are() -> None:
    script = (CI / "service.sh").read_text("utf-8")
    assert [nom for nom in FICHIERS if nom in script] == []
    for cle, service in SERVICES.items():
        assert f"SNE_ENDPOINT_{cle}=$SNE_HTTPS/services/{service}/" in script


@pytest.mark.parametrize("script", sorted(CI.glob("*.sh")), ids=lambda s: s.name)
def test_a_script_is_one_of_any_shell(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True)
    assert script.read_text("utf-8").startswith("#!/bin/sh\n")


def test_installing_wants_one_wheel(tmp_path: Path) -> None:
    (tmp_path / "installer.sh").write_bytes((CI / "installer.sh").read_bytes())
    for roues in ((), ("sne_sandbox-1-py3-none-any.whl", "sne_sandbox-2-py3-none-any.whl")):
        for roue in roues:
            (tmp_path / roue).touch()
        vu = subprocess.run(["sh", tmp_path / "installer.sh"], cwd=tmp_path, capture_output=True, text=True)
        assert vu.returncode == 2
        assert "une roue, et une seule" in vu.stderr
