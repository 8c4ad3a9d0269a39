"""One truth, of real runs: the files of --report-dir, the exit code and GitHub's annotations decide alike."""

import json
from pathlib import Path

import pytest
from commande import MARS, sne
from fautes import designation
from lxml import etree
from verite import verifier

from sne_conformite.rapports import rapport_json

CONNUS = """[[connue]]
exigence = "FID-02"
raison = "ticket 12"
expire = 2099-12-31
"""


@pytest.mark.parametrize(
    ("faute", "suite", "code"),
    [
        ("", (), 0),
        ("sans-barre-finale", (), 0),
        ("second-cotitulaire", (), 1),
        ("second-cotitulaire", ("--baseline", "connus.toml"), 0),
        ("", ("--require", "EMB-14x"), 2),
    ],
    ids=["honnête", "recommandation", "manquement", "connu", "inachevée"],
)
def test_every_output_of_a_run_decides_alike(
    faute: str, suite: tuple[str, ...], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "connus.toml").write_text(CONNUS, "utf-8")
    page = tmp_path / "page.md"
    for nom, valeur in {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page)}.items():
        monkeypatch.setenv(nom, valeur)
    application = designation(faute) if faute else "temoin"
    vu = sne(
        tmp_path, "conform", "--application", application, "--examples", "1", "--clock", MARS,
        "--scenario", "CRE-COLOCATION", "--report-dir", "r", *suite,
    )  # fmt: skip
    assert vu.returncode == code, vu.stderr
    passe = code == 0
    ici = tmp_path / "r"
    suites = etree.parse(ici / "junit.xml").getroot()
    assert (int(suites.get("failures")) + int(suites.get("errors")) == 0) is passe
    (run,) = json.loads((ici / "rapport.sarif").read_text("utf-8"))["runs"]
    assert all(r["level"] != "error" for r in run["results"]) is passe
    assert run["invocations"][0].get("exitCode", code) == code
    defauts = json.loads((ici / "gl-code-quality.json").read_text("utf-8"))
    assert all(d["severity"] != "major" for d in defauts) is passe
    lignes = (vu.stdout + vu.stderr).splitlines()
    assert all(not ligne.startswith("::error ") for ligne in lignes) is passe
    assert page.read_text("utf-8").startswith("### ✅ " if passe else "### ❌ ")
    lu = rapport_json.lire(ici / "rapport.json")
    assert lu.conforme is passe
    verifier(lu)
    if faute == "sans-barre-finale":
        ecrit = json.loads((ici / "rapport.json").read_text("utf-8"))
        assert ecrit["synthese"]["recommandations_non_suivies"] == 1
        assert ecrit["synthese"]["verifications"]["échouée"] == ecrit["synthese"]["manquements"] == 0
