"""The traffic of the reference application, limited to 5.0, under 5.2 and under a folder that tightens it."""

import json
from pathlib import Path
from typing import Any

import pytest
from commande import sne

from sne_interface.resources import contracts_dir

#: A part of the plan that goes by every type of file and of event.
FAMILLES = (
    *("CRE-SIMPLE", "CRE-COMPLETE", "CYC", "RAD", "DAL", "EVT-TYPES-NATIONAUX", "EVT-AJOUTER"),
    *("REL-RADIATIONS", "CON", "RCH-NOM"),
)
#: Exchanges of the whole plan, and of that part, that a new version leaves as they are, at least.
INCHANGES = {"entier": 200, "familles": 60}


@pytest.fixture(scope="module", params=["familles", pytest.param("entier", marks=pytest.mark.reste)])
def preuves(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    ou = tmp_path_factory.mktemp(request.param)
    options = ("--contract", "v5.0", "--examples", "1", "--clock", "2018-03-15T12:00:00", "--home", "home")
    choix = [f"--scenario={nom}" for nom in FAMILLES] if request.param == "familles" else []
    vu = sne(ou, "conform", "--application", "temoin", *options, *choix, "--report-dir", "rapport")
    assert vu.returncode == 0, vu.stdout + vu.stderr
    return ou / "rapport" / "preuves.zip"


def preparer(preuves: Path, *mots: str, code: int) -> Any:
    vu = sne(preuves.parent, "contrat", "preparer", "preuves.zip", "--format", "json", *mots)
    assert vu.returncode == code, vu.stderr
    return json.loads(vu.stdout)


@pytest.mark.cher
def test_5_2_refuses_nothing_and_the_rest_is_explained(preuves: Path, request: pytest.FixtureRequest) -> None:
    lu = preparer(preuves, "--vers", "v5.2", code=0)
    assert (lu["depuis"], lu["prete"], lu["comptes"]["refusé"]) == ("v5.0", True, 0)
    assert lu["comptes"]["inchangé"] > INCHANGES[request.node.callspec.params["preuves"]]
    autrement = [e for e in lu["echanges"] if e["devenir"] == "répondu autrement"]
    assert {e["operation"] for e in autrement} == {"getDemandeLogement", "listerTypesEvenementsNationaux"}
    assert {cause["changement"] for e in autrement for cause in e["causes"]} == {
        "DECISIONS",
        "PREMIER-QUARTILE",
    }
    indecidables = [e for e in lu["echanges"] if e["devenir"] == "indécidable"]
    assert len(indecidables) == lu["comptes"]["indécidable"] < 30
    assert all(e["raison"] for e in indecidables)
    envoyer = {n["changement"] for n in lu["nouveautes"] if n["sens"] == "envoyer"}
    assert envoyer == {"MESSAGE-0202", "NIR", "DECISIONS"}


@pytest.mark.cher
def test_a_folder_that_tightens_refuses_what_it_touches_and_nothing_else(
    preuves: Path, tmp_path: Path
) -> None:
    suite = tmp_path / "v5.1"
    suite.mkdir()
    (suite / "contract.toml").write_text('nom = "v5.1"\ntitre = "5.1"\nextends = "v5.0"\n', "utf-8")
    lignes = (contracts_dir() / "v5.0" / "nomenclatures.csv").read_text("utf-8").splitlines(keepends=True)
    gardees = [ligne for ligne in lignes if not ligne.startswith("ListeMotifsRadiation,RADABA,")]
    assert len(gardees) == len(lignes) - 1
    (suite / "nomenclatures.csv").write_text("".join(gardees), "utf-8")
    (suite / "changements.toml").write_text(
        '[SANS-RADABA]\nphrase = "Le motif RADABA disparaît."\ngenre = "retrait"\nfidelite = "convention"\n'
        'source = "essai"\ncouvre.nomenclatures = ["ListeMotifsRadiation/RADABA"]\n',
        "utf-8",
    )
    lu = preparer(preuves, "--vers", str(suite), code=1)
    refuses = [e for e in lu["echanges"] if e["devenir"] == "refusé"]
    assert refuses
    assert {e["type_fichier"] for e in refuses} == {"RAD"}
    causes = [cause for e in refuses for cause in e["causes"]]
    assert {(c["valeur"], c["changement"]) for c in causes} == {("RADABA", "SANS-RADABA")}
    assert [c["id"] for c in lu["changements"]] == ["SANS-RADABA"]
