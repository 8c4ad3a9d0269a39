"""The command: the protocol on stdin and stdout, and over HTTP."""

import io
import json
import subprocess
import sys
import urllib.request
from operator import itemgetter

import pytest

from sne_conformite.protocole.protocole import COMMANDES, verifier_reponse
from sne_temoin.__main__ import principal

BONJOUR = {
    "id": 0, "commande": "demarrer", "protocole": "sne-sandbox/1", "guichet": "G1226",
    "adresses": {"demande_logement": "https://localhost:8443/services/DemandeLogementImplService/"},
    "certificats": {"ca": "ca.pem", "certificat": "c.pem", "cle": "c.key"},
}  # fmt: skip


def test_le_protocole_ligne_a_ligne(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lignes = [BONJOUR, {"id": 2, "commande": "reinitialiser"}, {"id": 3, "commande": "fin"}]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(json.dumps(ligne) for ligne in lignes)))
    assert principal([]) == 0
    reponses = [json.loads(ligne) for ligne in capsys.readouterr().out.splitlines()]
    assert reponses[-1]["id"] == 3, "the end waits for what is under way"
    bonjour, rien = sorted(reponses[:-1], key=itemgetter("id"))
    assert verifier_reponse("demarrer", bonjour) == ""
    assert set(bonjour["commandes"]) == set(COMMANDES)
    assert rien == {"id": 2, "statut": "fait"}


def test_le_protocole_en_http() -> None:
    processus = subprocess.Popen(
        [sys.executable, "-m", "sne_temoin", "--http", "0"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert processus.stderr is not None
        adresse = processus.stderr.readline().strip()
        requete = urllib.request.Request(adresse, json.dumps(BONJOUR).encode(), method="POST")
        with urllib.request.urlopen(requete, timeout=240) as reponse:
            assert json.load(reponse)["statut"] == "fait"
    finally:
        processus.kill()
        processus.communicate()
