"""The adapters of fixtures/clients in other languages, by `conform` and by `run`: what is true, no more."""

import json
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from commande import MARS, sne

from sne_interface.resources import fixtures_dir

CLIENTS = fixtures_dir() / "clients"
LIBRE = Path(__file__).with_name("utilisateur_libre.py")
ADAPTATEURS = {
    "php": ["php", str(CLIENTS / "php" / "adaptateur.php")],
    "node": ["node", str(CLIENTS / "node" / "adaptateur.js")],
}
#: What both say of themselves: a creation whose answer was lost is sent again, not looked for.
A_L_AVEUGLE = ("VIE-12", "creation_a_l_aveugle")
#: Families of scenarios that the commands they know play whole, or in part.
JOUEES = {"TRA", "CRE", "ANO", "CYC", "DOU", "CON", "ROB", "ASY"}
#: Pannes of `utilisateur_libre.py` after which the demande is registered, and nothing says so.
PERDUES = 4


@pytest.fixture(params=ADAPTATEURS)
def application(request: pytest.FixtureRequest) -> list[str]:
    """The command of an adapter."""
    mots = ADAPTATEURS[request.param]
    assert shutil.which(mots[0]), f"{mots[0]} is missing: see docs/brancher.md"
    return mots


def constats(rapport: dict[str, Any]) -> Counter[tuple[str, str]]:
    """What a report says against an application, and how often."""
    bilans = rapport["bilans"]
    dits = Counter((b["exigence"], c["sorte"]) for b in bilans for c in b["constats"] if not c["tenue"])
    etats = {b["exigence"] for b in bilans if b["etat"] in ("enfreinte", "non suivie")}
    assert etats == {exigence for exigence, _ in dits}
    return dits


@pytest.mark.cher
@pytest.mark.etranger
def test_the_whole_plan_says_what_is_true_and_no_more(application: list[str], tmp_path: Path) -> None:
    mots = ("--application", " ".join(application), "--examples", "1", "--format", "json")
    vu = sne(tmp_path, "conform", *mots)
    assert vu.returncode == 0, vu.stderr
    rapport = json.loads(vu.stdout)
    assert constats(rapport) == {A_L_AVEUGLE: 2}
    verdicts = {s["id"]: s["verdict"] for s in rapport["scenarios"] if s["verdict"] != "sans objet"}
    autres = {nom for nom, verdict in verdicts.items() if verdict != "réussi"}
    assert autres == {"ROB-REPONSE-PERDUE", "ROB-RESEAU"}
    assert {nom.partition("-")[0] for nom in verdicts} == JOUEES
    assert {"TRA-EXPIRE", "TRA-AUTRE-NOM", "ROB-TRONQUEE", "ROB-SILENCE", "DOU-FORCER"} <= set(verdicts)


@pytest.mark.etranger
@pytest.mark.parametrize("encore", [False, True])
def test_free_traffic_says_what_is_true_and_no_more(
    application: list[str], encore: bool, tmp_path: Path
) -> None:
    """Where the user asks again, the lost creations are sent again blindly; else nothing is to be said."""
    mots = [sys.executable, str(LIBRE), *["--encore"] * encore, *application]
    vu = sne(tmp_path, "run", "--clock", MARS, "--report-dir", "r", "--", *mots)
    assert vu.returncode == 0, vu.stderr
    rapport = json.loads((tmp_path / "r" / "rapport.json").read_text("utf-8"))
    assert constats(rapport) == ({A_L_AVEUGLE: PERDUES} if encore else {})
    assert rapport["entete"]["refuses"] == 3
