"""Judgements begun, followed, read, compared, taken away by the API."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import jsonschema
import pytest
from banc import Banc

from sne_console.vues import epreuves
from sne_interface.domain.base import Base
from sne_interface.resources import fixtures_dir
from sne_sandbox.bases import jetons
from sne_sandbox.bases.jetons import Droit
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration

PATIENCE = 240.0


def suivre(banc: Banc, nom: str) -> Any:
    """The judgement, once it has ended."""
    fin = time.monotonic() + PATIENCE
    while time.monotonic() < fin:
        lu = banc.api("GET", f"/reports/{nom}").json
        if lu["etat"] != "en cours":
            return lu
        time.sleep(0.1)
    raise AssertionError(lu["sortie"])


def test_traffic_is_judged_read_compared_and_erased(banc: Banc, home: Path) -> None:
    banc.creer_demande()
    debut = banc.api("POST", "/reports", {"base": banc.nom})
    assert debut.status_code == 202
    nom = debut.json["nom"]
    fini = suivre(banc, nom)
    assert fini["etat"] == "rendue", fini["sortie"]
    assert (fini["resume"]["base"], fini["resume"]["mode"]) == (banc.nom, "trafic")
    assert [lu["nom"] for lu in banc.api("GET", "/reports").json] == [nom]
    rapport = banc.api("GET", f"/reports/{nom}/report").json
    schema = json.loads((fixtures_dir() / "schemas" / "rapport.schema.json").read_text("utf-8"))
    jsonschema.validate(rapport, schema)
    assert rapport["conforme"] == fini["resume"]["conforme"]
    for fichier in fini["fichiers"]:
        pris = banc.api("GET", f"/reports/{nom}/files/{fichier}")
        assert pris.data == (home / "conformite" / nom / fichier).read_bytes()
    assert banc.api("GET", f"/reports/{nom}/files/sortie").status_code == 404
    comparaison = banc.api("GET", f"/reports/{nom}/compare?avec={nom}").json
    assert (comparaison["nouveaux"], comparaison["corriges"]) == ([], [])
    assert comparaison["avant"] == comparaison["apres"]
    assert banc.api("POST", f"/reports/{nom}/stop").json["etat"] == "rendue"
    assert banc.api("DELETE", f"/reports/{nom}").status_code == 204
    assert banc.api("GET", f"/reports/{nom}").status_code == 404


def test_the_reference_application_is_driven_and_stopped(banc: Banc, home: Path) -> None:
    nom = banc.api("POST", "/reports", {"mode": "temoin", "exemples": 20}).json["nom"]
    assert banc.api("POST", "/reports").status_code == 409  # one at a time
    assert banc.api("DELETE", f"/reports/{nom}").status_code == 409
    assert banc.api("GET", f"/reports/{nom}/report").status_code == 409
    assert banc.api("POST", f"/reports/{nom}/stop").status_code == 202
    fini = suivre(banc, nom)
    # Stopped when the plan had begun, it tells what it saw.
    assert fini["etat"] == "échouée" or banc.api("GET", f"/reports/{nom}/report").json["entete"]["inacheve"]


def test_only_what_was_checked_is_run(banc: Banc, lancer: Mock) -> None:
    bon = {"mode": "temoin", "exemples": 3, "graine": 7, "famille": "CRE"}
    assert banc.api("POST", "/reports", bon).status_code == 202
    assert lancer.call_args.args[2][-2:] == ["--scenario", "CRE"]
    for faux in (
        {"exemples": 500}, {"graine": -1}, {"famille": "--home"}, {"faute": "x"}, {"mode": "x"}, {"x": 1},
        {"mode": "trafic"}, {"mode": "application"}, {"mode": "application", "application": "sh"},
        {"mode": "application", "adresse": "http://169.254.169.254/"}, {"adresse": "http://localhost:9000/"},
    ):  # fmt: skip
        assert banc.api("POST", "/reports", {**bon, **faux}).status_code == 422, faux
    assert banc.api("POST", "/reports", {"base": "--home"}).status_code == 404
    lancer.assert_called_once()
    mien = {"mode": "application", "adresse": "http://localhost:9000/sne", "famille": "CRE"}
    assert banc.api("POST", "/reports", mien).status_code == 202
    assert lancer.call_args.args[2][:3] == ["conform", "--application", "http://localhost:9000/sne"]


def test_a_part_is_played_again(banc: Banc, home: Path, lancer: Mock) -> None:
    commande = (
        "sne-sandbox conform --application temoin --examples 3 --seed 7 --profile ecole --contract v5.2"
    )
    _garder(home, "temoin-1", commande, 0)
    corps = {"scenario": "CRE-SIMPLE", "exigence": "VIE-01"}
    assert banc.api("POST", "/reports/temoin-1/replay", corps).status_code == 202
    assert lancer.call_args.args[2] == [*commande.split()[1:], "--scenario", "CRE-SIMPLE"]
    assert lancer.call_args.kwargs["partie"] == epreuves.PartieRejouee("temoin-1", "CRE-SIMPLE", "VIE-01")
    assert banc.api("POST", "/reports/temoin-1/replay", {"scenario": "--home"}).status_code == 422
    _garder(home, "autre", commande.replace("v5.2", "v5.0"), 0)
    _garder(home, "sienne", commande.replace("temoin", "./adaptateur"), 0)
    for nom in ("autre", "sienne"):
        assert banc.api("POST", f"/reports/{nom}/replay", corps).status_code == 422
    lancer.assert_called_once()


def test_a_broken_report_does_not_hide_the_others(banc: Banc, home: Path) -> None:
    dossier = home / "conformite" / "casse"
    dossier.mkdir(parents=True)
    (dossier / "rapport.json").write_text("{", "utf-8")
    (lu,) = banc.api("GET", "/reports").json
    assert (lu["etat"], lu["resume"]) == ("rendue", None)
    assert banc.api("GET", "/reports/casse/report").status_code == 503
    for chemin in ("zzz", "..", "casse/files/..%2fcle"):
        assert banc.api("GET", f"/reports/{chemin}").status_code == 404


TOUT = "kQ3vX0aZ8rT5yB1nM7cW2e"


def _garder(home: Path, nom: str, commande: str, quand: float) -> None:
    """A judgement that has ended without a report."""
    dossier = home / "conformite" / nom
    dossier.mkdir(parents=True)
    (dossier / "commande").write_text(commande, "utf-8")
    (dossier / "code").write_text("3", "utf-8")
    os.utime(dossier / "commande", (quand, quand))


def test_who_has_a_right_on_a_base_sees_its_judgements_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = creer_application(Configuration(tmp_path, jeton=TOUT))
    magasin = app.extensions["sne"].magasin
    debut = time.time()
    for nom in ("A", "B"):
        magasin.bases.creer(Base(nom, creee_le=datetime.fromtimestamp(debut, UTC)))
    _garder(tmp_path, "de-a", "sne-sandbox report --base A --home x", debut + 1)
    _garder(tmp_path, "d-une-autre-a", "sne-sandbox report --base A --home x", debut - 1)
    _garder(tmp_path, "de-b", "sne-sandbox report --base B --home x", debut + 1)
    _garder(tmp_path, "temoin", "sne-sandbox conform --application temoin --base A", debut + 1)
    en_tetes = {"Authorization": f"Bearer {jetons.nouveau(magasin, 'a', Droit.BASE, 'A').jeton}"}
    lancer = Mock(return_value=epreuves.trouver(tmp_path, "de-a"))
    monkeypatch.setattr(epreuves, "lancer", lancer)
    api = app.extensions["aiguillage"].partie("api").test_client()

    def demander(methode: str, chemin: str, corps: Any = None) -> Any:
        return api.open(f"/api/v1{chemin}", method=methode, headers=en_tetes, json=corps)

    assert [lu["nom"] for lu in demander("GET", "/reports").json] == ["de-a"]
    assert demander("GET", "/reports/de-a").json["etat"] == "échouée"
    for autre in ("d-une-autre-a", "de-b", "temoin"):
        for methode, suite in (("GET", ""), ("POST", "/stop"), ("DELETE", ""), ("GET", "/report")):
            assert demander(methode, f"/reports/{autre}{suite}").status_code == 404, (autre, suite)
    statuts = [
        demander("POST", "/reports", corps).status_code
        for corps in ({"base": "A"}, {"base": "B"}, {"mode": "temoin", "base": "A"}, {})
    ]
    assert statuts == [202, 403, 403, 403]
    lancer.assert_called_once()
    assert lancer.call_args.args[1] == "trafic-A"

    console = app.extensions["aiguillage"].partie("console").test_client()
    page = console.get("/console/A/conformite", headers=en_tetes).text
    assert ("de-a" in page, "de-b" in page, "d-une-autre-a" in page) == (True, False, False)
    assert "Piloter le témoin" not in page
    assert console.get("/console/A/conformite/de-a", headers=en_tetes).status_code == 200
    assert console.get("/console/A/conformite/de-b", headers=en_tetes).status_code == 404
    assert console.get("/console/B/conformite", headers=en_tetes).status_code == 403
    assert demander("DELETE", "/reports/de-a").status_code == 204
    assert not (tmp_path / "conformite" / "de-a").exists()
    assert (tmp_path / "conformite" / "de-b").exists()
    magasin.fermer()
