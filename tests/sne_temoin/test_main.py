"""The command: the protocol on stdin and stdout, and over HTTP."""

import io
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from sne_conformite.protocole.protocole import COMMANDES, verifier_reponse
from sne_temoin.__main__ import bonjour, principal

PRET = {
    "https": "https://localhost:8443", "guichet": "G1226", "ca_file": "ca.pem", "cert_file": "c.pem",
    "key_file": "c.key",
}  # fmt: skip


def test_le_protocole_ligne_a_ligne(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lignes = [bonjour(PRET), {"id": 2, "commande": "reinitialiser"}, {"id": 3, "commande": "fin"}]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(json.dumps(ligne) for ligne in lignes)))
    assert principal([]) == 0
    reponses = [json.loads(ligne) for ligne in capsys.readouterr().out.splitlines()]
    assert [reponse["id"] for reponse in reponses] == [0, 2, 3]
    assert verifier_reponse("demarrer", reponses[0]) == ""
    assert set(reponses[0]["commandes"]) == set(COMMANDES)


def test_une_commande_veut_un_fichier_pret(capsys: pytest.CaptureFixture[str]) -> None:
    assert principal(["enregistrer"]) == 2
    assert "--pret" in capsys.readouterr().err


def test_une_commande_d_agent_sans_serveur(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pret = tmp_path / "pret.json"
    pret.write_text(json.dumps(PRET), "utf-8")
    message = tmp_path / "message.json"
    message.write_text(json.dumps({"reference": "d1"}), "utf-8")
    assert principal(["--pret", str(pret), "consulter", str(message)]) == 1
    assert json.loads(capsys.readouterr().out)["statut"] == "refuse"


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
        requete = urllib.request.Request(adresse, json.dumps(bonjour(PRET)).encode(), method="POST")
        with urllib.request.urlopen(requete, timeout=240) as reponse:
            assert json.load(reponse)["statut"] == "fait"
    finally:
        processus.kill()
        processus.communicate()
