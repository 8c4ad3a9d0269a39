"""The skeletons of `sne-sandbox adaptateur`, as a vendor has them: their own tests, `conform`, one filled."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from commande import sne
from donnees import a_cote

from sne_conformite.cli.commande_adaptateur import LANGAGES
from sne_interface.resources import fixtures_dir

#: What a skeleton begins by: its builder, or what runs it.
OUTILS = {n: dit.get("preparer", dit["application"]).split()[0] for n, dit in LANGAGES.items()}
#: Those that our CI has not: skipped there, tried where they are.
ABSENTS = {"csharp", "go"}
#: An application that registers: the client of fixtures/clients, told by an adapter in any language.
APPLICATION = """
import json, os, sys
sys.path.insert(0, {clients!r})
from adaptateur import Guichet
adresses, certificats, guichet, message = json.load(sys.stdin)
application = Guichet(dict(adresses=adresses, certificats=certificats, guichet=guichet))
application.rang = os.getpid() % 900000  # a name of file serves once
print(json.dumps(application.envoyer("CRE", message)))
"""
#: How `enregistrer` is filled, two at a time (of PHP and Node, fixtures/clients has whole ones).
REMPLIS = a_cote(__file__)["remplis"]
_MARQUES = [pytest.mark.etranger, pytest.mark.cher]
TOUS = [pytest.param(nom, marks=_MARQUES if nom != "python" else ()) for nom in OUTILS]


@pytest.fixture
def dossier(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A fresh skeleton, in a folder of the name of its language."""
    modele = request.param
    if modele in ABSENTS and shutil.which(OUTILS[modele]) is None:
        pytest.skip(f"{OUTILS[modele]} n'est pas sur cette machine")
    assert shutil.which(OUTILS[modele]), f"{OUTILS[modele]} is missing"
    assert sne(tmp_path, "adaptateur", "--modele", modele, "--dossier", modele).returncode == 0
    return tmp_path / modele


def faire(dossier: Path, *etapes: str) -> None:
    """Prepares a skeleton, runs its own tests, by the commands that its LISEZMOI says."""
    for commande in [dite for etape, dite in LANGAGES[dossier.name].items() if etape in etapes]:
        assert f"`{commande}`" in (dossier / "LISEZMOI.md").read_text("utf-8")
        vu = subprocess.run(commande, shell=True, cwd=dossier, capture_output=True, text=True, timeout=300)
        assert vu.returncode == 0, vu.stdout + vu.stderr


def juger(dossier: Path, *choix: str) -> Any:
    application = LANGAGES[dossier.name]["application"]
    vu = sne(dossier, "conform", "--application", application, "--format", "json", *choix)
    return json.loads(vu.stdout)


@pytest.mark.parametrize("dossier", TOUS, indirect=True)
def test_a_fresh_skeleton_is_accused_of_nothing(dossier: Path) -> None:
    """It answers all that is asked, plays nothing, and what proves nothing is not « conforme »."""
    faire(dossier, "preparer", "essais")
    rapport = juger(dossier, "--examples", "1")
    assert {s["verdict"] for s in rapport["scenarios"]} == {"sans objet"}
    assert {b["etat"] for b in rapport["bilans"]} == {"sans preuve", "non testée"}
    (motif,) = rapport["motifs"]
    assert motif.startswith("Rien n'a été prouvé")


@pytest.mark.parametrize("dossier", [p for p in TOUS if p.values[0] in REMPLIS], indirect=True)
def test_a_skeleton_with_one_command_filled_is_judged(dossier: Path) -> None:
    rempli = REMPLIS[dossier.name]
    script = dossier / "application"
    script.write_text(APPLICATION.format(clients=str(fixtures_dir() / "clients" / "python")), "utf-8")
    source = dossier / LANGAGES[dossier.name]["remplir"]
    texte = source.read_text("utf-8")
    for ancien, nouveau in {
        **rempli["remplacements"],
        rempli["ligne"]: rempli["ligne"].partition(" ")[2],
    }.items():
        assert ancien in texte
        texte = texte.replace(ancien, nouveau, 1)
    texte = texte.replace("PYTHON", json.dumps(sys.executable)).replace("SCRIPT", json.dumps(str(script)))
    source.write_text(texte, "utf-8")
    faire(dossier, "preparer")
    rapport = juger(dossier, "--scenario", "CRE-SIMPLE", "--examples", "2")
    assert [s["verdict"] for s in rapport["scenarios"]] == ["réussi"]
    assert not [b for b in rapport["bilans"] if b["etat"] in ("enfreinte", "non suivie")]
    depart = {"commande": "demarrer", "adresses": {}, "certificats": {}, "guichet": "G1226"}
    messages = [depart, {"commande": "enregistrer"}, {"commande": "fin"}]
    entree = "".join(json.dumps({"id": rang, **dit}) + "\n" for rang, dit in enumerate(messages))
    application = LANGAGES[dossier.name]["application"]
    vu = subprocess.run(application, shell=True, cwd=dossier, input=entree, capture_output=True, text=True)
    assert [json.loads(ligne)["id"] for ligne in vu.stdout.splitlines()] == [0, 1, 2], "« fin » comes last"
