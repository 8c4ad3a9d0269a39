"""What `check` writes for a forge."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from sne_interface.resources import fixtures_dir
from sne_sandbox.cli.main import cli

SCHEMA = json.loads((Path(__file__).parents[1] / "rapports" / "sarif-2.1.0.json").read_text("utf-8"))
SPECIMEN = (fixtures_dir() / "demandes" / "personne_seule.xml").read_text("utf-8")


@pytest.fixture
def envois(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A document in order, one whose creation is of another century, on one line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bon.xml").write_text(SPECIMEN, "utf-8")
    mauvais = "".join(ligne.strip() for ligne in SPECIMEN.splitlines()).replace("?>", "?>\n", 1)
    (tmp_path / "très mauvais.xml").write_text(
        mauvais.replace("2018-03-15</", "2118-03-15</").replace("T10:30", "T10:31"), "utf-8"
    )
    return tmp_path


def verifier(*mots: str) -> Result:
    return CliRunner().invoke(
        cli, ["check", "--clock", "2018-03-15T12:00:00", *mots, "bon.xml", "très mauvais.xml"],
        standalone_mode=False,
    )  # fmt: skip


def test_sarif_places_each_fault_in_its_file(envois: Path) -> None:
    vu = verifier("--format", "sarif")
    assert vu.return_value == 1
    lu: dict[str, Any] = json.loads(vu.stdout)
    jsonschema.Draft4Validator(SCHEMA).validate(lu)
    (run,) = lu["runs"]
    assert run["invocations"][0]["exitCode"] == 1
    assert [a["location"]["uri"] for a in run["artifacts"]] == ["bon.xml", "tr%C3%A8s%20mauvais.xml"]
    lignes = (envois / "très mauvais.xml").read_text("utf-8").splitlines()
    (resultat,) = [r for r in run["results"] if r["level"] == "error"]
    lieu = resultat["locations"][0]["physicalLocation"]
    assert lieu["artifactLocation"]["uri"] == "tr%C3%A8s%20mauvais.xml"
    ligne, colonne = lieu["region"]["startLine"], lieu["region"]["startColumn"]
    assert lignes[ligne - 1][colonne - 1 :].startswith("<ns1:dateCreationDemande>2118")


def test_gitlab_has_the_same_faults(envois: Path) -> None:
    lu = json.loads(verifier("--format", "gitlab").stdout)
    assert [
        (q["check_name"], q["severity"], q["location"]["path"]) for q in lu if q["severity"] == "major"
    ] == [("ENT008", "major", "très mauvais.xml")]


def test_github_annotates_the_files_beside_any_form(envois: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    vu = verifier()
    assert vu.stdout.startswith("::stop-commands::")
    ordres = [ligne for ligne in vu.stdout.splitlines() if ligne.startswith("::error ")]
    assert len(ordres) == 1
    assert "file=très mauvais.xml,line=2,col=" in ordres[0]
    vu = verifier("--format", "json")
    assert json.loads(vu.stdout)["conforme"] is False
    assert "::error " in vu.stderr


def test_nothing_is_annotated_elsewhere(envois: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert "::" not in verifier().output
