"""The adapter that the documentation shows, before an application made for the occasion."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from commande import sne

from sne_conformite.protocole.protocole import PROTOCOLE, verifier_reponse
from sne_interface.resources import docs_dir, fixtures_dir

PAGE = docs_dir() / "certifier.md"
APPLICATION = """
from types import SimpleNamespace as Valeur

class Application:
    def __init__(self, adresses, certificats, guichet):
        self.vues = {}

    def vider(self):
        self.vues = {}

    def enregistrer(self, reference, demande, forcer):
        if demande.get("refInterne") == "panne":
            raise RuntimeError("le SNE ne répond pas")
        if reference in self.vues:
            return Valeur(anomalies=[Valeur(code="DOU001", propriete="p", message="déjà")], numero=None)
        self.vues[reference] = "0620318000001G1226"
        return Valeur(anomalies=[], numero=self.vues[reference])
"""
#: A real one: it speaks to the SNE through the client of fixtures/clients, and tells what is read above.
VRAIE = """
import sys
from datetime import datetime
from types import SimpleNamespace as Valeur

sys.path.insert(0, {clients!r})
from adaptateur_soap import Guichet, Refus


class Application:
    def __init__(self, adresses, certificats, guichet):
        self.sne = Guichet({{"adresses": adresses, "certificats": certificats, "guichet": guichet}})

    def vider(self):
        self.sne.numeros.clear()

    def enregistrer(self, reference, demande, forcer):
        message = {{"maintenant": datetime.now().astimezone().isoformat(), "demande": demande}}
        message["forcer_doublon"] = forcer
        try:
            numero = self.sne.envoyer("CRE", message)["numero_unique"]
        except Refus as refus:
            return Valeur(anomalies=[Valeur(**a) for a in refus.args[0]["anomalies"]], numero=None)
        return Valeur(anomalies=[], numero=numero)
"""
DEMARRER = {
    "commande": "demarrer",
    "protocole": PROTOCOLE,
    "contrat": "v5.2",
    "adresses": {"demande_logement": "u", "gestion_partagee_evt": "u", "recherche_demande": "u"},
    "certificats": {"ca": "a", "certificat": "c", "cle": "k", "pkcs12": "p", "mot_de_passe": "m"},
    "guichet": "G1226",
}


@pytest.fixture
def adaptateur(tmp_path: Path) -> Path:
    """The code block of the page, and the module that it imports, in a folder."""
    bloc = PAGE.read_text("utf-8").split("<!-- adaptateur:")[1].split("<!-- /adaptateur -->")[0]
    (tmp_path / "adaptateur.py").write_text(bloc.split("```python\n")[1].split("```")[0], "utf-8")
    (tmp_path / "mon_application.py").write_text(APPLICATION, "utf-8")
    return tmp_path / "adaptateur.py"


def test_it_fits_the_protocol(adaptateur: Path) -> None:
    messages: list[dict[str, Any]] = [
        DEMARRER,
        {"commande": "reinitialiser"},
        {"commande": "enregistrer", "reference": "d1", "demande": {}},
        {"commande": "enregistrer", "reference": "d1", "demande": {}},
        {"commande": "enregistrer", "reference": "d2", "demande": {"refInterne": "panne"}},
        {"commande": "radier", "reference": "d1", "radiation": {}},
        {"commande": "fin"},
    ]
    for rang, message in enumerate(messages):
        message["id"] = rang
        message["maintenant"] = "2018-03-15T12:00:00+01:00"
    vu = subprocess.run(
        [sys.executable, str(adaptateur)],
        input="".join(json.dumps(message) + "\n" for message in messages),
        capture_output=True,
        text=True,
        timeout=240,
        cwd=adaptateur.parent,
    )
    assert (vu.returncode, vu.stderr) == (0, "")
    reponses = [json.loads(ligne) for ligne in vu.stdout.splitlines()]
    assert [r["statut"] for r in reponses] == ["fait", "fait", "fait", "refuse", "erreur", "non_gere", "fait"]
    for message, reponse in zip(messages, reponses, strict=True):
        assert reponse["id"] == message["id"]
        assert verifier_reponse(message["commande"], reponse) == ""


def test_it_conforms_when_its_application_is_right(adaptateur: Path, tmp_path: Path) -> None:
    """What the protocol makes optional (the attestation, the duplicates) is not held against it."""
    clients = tmp_path / "clients"
    shutil.copytree(fixtures_dir() / "clients" / "python", clients)
    (clients / "adaptateur.py").rename(clients / "adaptateur_soap.py")
    (tmp_path / "mon_application.py").write_text(VRAIE.format(clients=str(clients)), "utf-8")
    vu = sne(
        tmp_path, "conform", "--application", f"{sys.executable} {adaptateur}", "--examples", "1",
        "--scenario", "CRE", "--scenario", "DOU", "--format", "json",
    )  # fmt: skip
    rapport = json.loads(vu.stdout)
    assert vu.returncode == 0, rapport["motifs"]
    joues = {s["id"] for s in rapport["scenarios"] if s["verdict"] == "réussi"}
    assert {"CRE-SIMPLE", "CRE-COLOCATION", "DOU-COUPLE", "DOU-TOUS"} <= joues
    etats = {b["exigence"]: b["etat"] for b in rapport["bilans"]}
    assert (etats["VIE-10"], etats["VIE-11"]) == ("prouvée", "sans preuve")


def test_it_is_thirty_lines_or_so(adaptateur: Path) -> None:
    assert len(adaptateur.read_text("utf-8").splitlines()) <= 36
