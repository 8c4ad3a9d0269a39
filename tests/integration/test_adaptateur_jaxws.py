"""A plain JAX-WS application, on the stubs of wsimport and the JDK's HTTP, is accused of nothing falsely.

It is certified twice: as our page says, and with the JDK as it comes, which sends a POST again by itself
when its connection dies (`sun.net.http.retryPost`)."""

import json
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from commande import MARS, sne

from sne_interface.resources import contracts_dir, fixtures_dir

SOURCE = fixtures_dir() / "clients" / "java" / "Adaptateur.java"
WSDL = contracts_dir() / "v5.0" / "wsdl" / "DemandeLogementImplService.wsdl"
LIBRE = Path(__file__).with_name("utilisateur_libre.py")
PAQUETS = "apt-get install -y --no-install-recommends default-jdk-headless jaxws libgoogle-gson-java"
SANS_RENVOI = "-Dsun.net.http.retryPost=false"
#: What no command of the adapter does, among what the mention « socle » demands.
MANQUE_AU_SOCLE = {"VIE-09", "EMB-14", "CTR-09"}

pytestmark = [pytest.mark.etranger, pytest.mark.cher]


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Built by the commands at the head of the source; the command line that they end with."""
    assert shutil.which("wsimport"), PAQUETS
    assert Path("/usr/share/java/gson.jar").exists(), PAQUETS
    dossier = tmp_path_factory.mktemp("jaxws")
    shutil.copy(SOURCE, dossier)
    (dossier / "classes").mkdir()
    tete = SOURCE.read_text("utf-8").partition("/**")[2].partition("*/")[0].replace("\\\n *     ", "")
    lignes = [ligne.removeprefix(" *   ") for ligne in tete.splitlines() if ligne.startswith(" *   ")]
    assert [ligne.split()[0] for ligne in lignes] == ["wsimport", "javac", "sne-sandbox"]
    for ligne in lignes[:2]:
        commande = [str(WSDL) if mot == "WSDL" else mot for mot in shlex.split(ligne)]
        fait = subprocess.run(commande, cwd=dossier, capture_output=True, text=True, timeout=300, check=False)
        assert fait.returncode == 0, fait.stdout + fait.stderr
    _, _, _, lance = shlex.split(lignes[2])
    assert SANS_RENVOI in lance
    return lance.replace(" classes:", f" {dossier / 'classes'}:")


def juger(ou: Path, application: str, *choix: str) -> Any:
    vu = sne(ou, "conform", "--application", application, "--examples", "1", "--format", "json", *choix)
    assert vu.returncode == 0, vu.stderr
    return json.loads(vu.stdout)


def fautifs(rapport: Any) -> dict[str, str]:
    """The requirements that are broken, or not followed, and their state."""
    return {b["exigence"]: b["etat"] for b in rapport["bilans"] if b["etat"] in ("enfreinte", "non suivie")}


def constats(rapport: Any) -> Counter[tuple[str, str]]:
    """What a report says against an application, and how often."""
    bilans = rapport["bilans"]
    return Counter((b["exigence"], c["sorte"]) for b in bilans for c in b["constats"] if not c["tenue"])


def test_the_whole_plan_finds_the_one_recommendation_that_it_leaves(tmp_path: Path, application: str) -> None:
    rapport = juger(tmp_path, application, "--examples", "2")  # as « socle » asks
    assert fautifs(rapport) == {"VIE-12": "non suivie"}
    assert set(constats(rapport)) == {("VIE-12", "creation_a_l_aveugle")}
    # « ignoré »: the machine was too slow for that example.
    verdicts = {s["id"]: s["verdict"] for s in rapport["scenarios"]}
    autres = {i: v for i, v in verdicts.items() if v not in ("réussi", "sans objet", "ignoré")}
    assert autres == {"ROB-RESEAU": "non suivi", "ROB-REPONSE-PERDUE": "non suivi"}
    familles = {i.partition("-")[0] for i, verdict in verdicts.items() if verdict == "réussi"}
    assert familles == {"TRA", "CRE", "ANO", "CYC", "RAD", "DOU", "CON", "ASY", "ROB"}
    mentions = {m["id"]: m for m in rapport["mentions"]}
    assert mentions["messages"]["verdict"] == "acquise"
    assert {lacune["quoi"] for lacune in mentions["socle"]["lacunes"]} == MANQUE_AU_SOCLE


def test_what_the_jdk_sends_again_is_named_and_breaks_nothing(tmp_path: Path, application: str) -> None:
    tel_quel = application.replace(f"{SANS_RENVOI} ", "")
    rapport = juger(tmp_path, tel_quel, "--scenario", "CRE-SIMPLE", "--scenario", "ANO", "--scenario", "ROB")
    assert fautifs(rapport) == {"VIE-12": "non suivie", "VIE-13": "non suivie"}
    (corrige,) = (b for b in rapport["bilans"] if b["exigence"] == "VIE-20")
    assert corrige["etat"] == "prouvée"
    for bilan in rapport["bilans"]:
        for constat in bilan["constats"]:
            assert constat["tenue"] or "sun.net.http.retryPost=false" in constat["phrase"], constat


#: Of what `utilisateur_libre.py` breaks, the JDK as it comes resends the two creations whose connection died.
#: (The readings too; but in free traffic two tests may read the same.)
RENVOIS = {("VIE-12", "creation_a_l_aveugle"): 2, ("VIE-13", "reessai_sans_attente"): 2}


@pytest.mark.parametrize("renvoi", [False, True])
def test_free_traffic_says_what_is_true_and_no_more(application: str, renvoi: bool, tmp_path: Path) -> None:
    lance = shlex.split(application.replace(SANS_RENVOI, "") if renvoi else application)
    mots = [sys.executable, str(LIBRE), *["--renvoi"] * renvoi, *lance]
    vu = sne(tmp_path, "run", "--clock", MARS, "--report-dir", "r", "--", *mots)
    assert vu.returncode == 0, vu.stderr
    rapport = json.loads((tmp_path / "r" / "rapport.json").read_text("utf-8"))
    assert constats(rapport) == (RENVOIS if renvoi else {})
    assert rapport["entete"]["refuses"] == 3
