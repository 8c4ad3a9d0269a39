"""The CI recipes are YAML, call commands of ours with options they have, and keep what they write."""

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from sne_sandbox.cli.main import cli

CI = Path(__file__).resolve().parents[2] / "fixtures" / "ci"
RECETTES = sorted(fichier.name for fichier in CI.iterdir())


def lire(nom: str) -> dict[str, Any]:
    recette: dict[str, Any] = yaml.safe_load((CI / nom).read_text("utf-8"))
    return recette


def travaux(nom: str) -> dict[str, list[str]]:
    """The shell lines of each job that calls us."""
    recette = lire(nom)
    if nom == "gitlab-ci.yml":
        return {cle: list(travail["script"]) for cle, travail in recette.items() if "script" in travail}
    return {
        cle: [etape["run"] for etape in travail["steps"] if "run" in etape]
        for cle, travail in recette["jobs"].items()
    }


def commandes(nom: str) -> Iterator[list[str]]:
    for lignes in travaux(nom).values():
        for ligne in lignes:
            mots = shlex.split(ligne)
            if mots[0] == "sne-sandbox":
                yield mots[1:]


def test_there_is_a_recipe_for_each_forge() -> None:
    assert RECETTES == ["github-actions.yml", "gitlab-ci.yml"]


@pytest.mark.parametrize("nom", RECETTES)
def test_a_recipe_judges_traffic_and_drives_the_plan(nom: str) -> None:
    assert [mots[0] for mots in commandes(nom)] == ["run", "conform"]


@pytest.mark.parametrize("nom", RECETTES)
def test_every_command_of_a_recipe_is_one_of_ours(
    nom: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """click reads it: an option that does not exist, or a missing argument, raises."""
    monkeypatch.chdir(tmp_path)
    Path("sne-connus.toml").touch()
    for premier, *suite in commandes(nom):
        commande = cli.get_command(click.Context(cli), premier)
        assert commande is not None
        contexte = commande.make_context(premier, suite)
        assert contexte.params["dossier"] == Path("rapport-sne")


def test_gitlab_keeps_the_reports_even_of_a_failed_job() -> None:
    recette = lire("gitlab-ci.yml")
    artefacts = recette[".sne"]["artifacts"]
    assert artefacts["when"] == "always"
    assert artefacts["reports"]["junit"] == "rapport-sne/junit.xml"
    assert all(recette[travail]["extends"] == ".sne" for travail in travaux("gitlab-ci.yml"))


def test_github_keeps_the_reports_even_of_a_failed_job() -> None:
    for travail in lire("github-actions.yml")["jobs"].values():
        (depot,) = [e for e in travail["steps"] if e.get("uses", "").startswith("actions/upload-artifact@")]
        assert depot["if"] == "always()"
        assert depot["with"]["path"] == "rapport-sne/"


@pytest.mark.parametrize("nom", RECETTES)
def test_a_recipe_works_as_it_is_copied(nom: str) -> None:
    """No file of the reader's is asked for, and a run that hangs ends."""
    texte = (CI / nom).read_text("utf-8")
    assert all("--baseline" not in mots for mots in commandes(nom))
    assert "# Avec des manquements connus, ajoutez : --baseline" in texte
    assert "make wheel" in texte
    assert "timeout" in texte


def test_github_sums_up_what_there_is() -> None:
    """An installation that failed wrote no report: its own error is the one to read."""
    for travail in lire("github-actions.yml")["jobs"].values():
        (resume,) = [e for e in travail["steps"] if e.get("name") == "Résumé"]
        assert resume["if"] == "always() && hashFiles('rapport-sne/junit.xml') != ''"


def test_github_shows_the_junit_as_a_summary(tmp_path: Path) -> None:
    (tmp_path / "rapport-sne").mkdir()
    junit = (
        '<testsuites tests="3" failures="1" errors="0"><testsuite><testcase name="EMB-01 Une enveloppe"/>'
        '<testcase name="EMB-10 Une faute"><skipped message="en attente"/></testcase>'
        '<testcase name="NOM-02 Un nom"><failure message="Mal formé."/></testcase></testsuite></testsuites>'
    )
    (tmp_path / "rapport-sne" / "junit.xml").write_text(junit, "utf-8")
    resume = lire("github-actions.yml")["env"]["RESUME"]
    vu = subprocess.run(
        [sys.executable, "-c", resume], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "| 3 | 1 | 0 | 1 |" in vu.stdout, "what was not played is no success"
    assert "- NOM-02 Un nom : Mal formé." in vu.stdout
