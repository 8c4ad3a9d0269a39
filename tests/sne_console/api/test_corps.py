"""Bodies that are not announced as JSON: refused, never taken for no body."""

from typing import Any

import pytest
from banc import Banc, specimen

from sne_sandbox.web.securite import LECTURES


def test_no_call_takes_a_body_that_is_not_announced_as_json(banc: Banc) -> None:
    api = banc.app.extensions["aiguillage"].partie("api")
    appels = [
        (methode, regle.rule)
        for regle in api.url_map.iter_rules()
        if regle.endpoint != "guichets.deposer"
        for methode in sorted((regle.methods or set()) - set(LECTURES))
    ]
    assert len(appels) > 20
    numero, _ = banc.creer_demande()
    for methode, regle in appels:
        chemin = regle.removeprefix("/api/v1").replace("<base>", banc.nom).replace("<int:identifiant>", "1")
        for genre in ("text/plain", "application/x-www-form-urlencoded", ""):
            reponse = banc.http.open(
                f"/api/v1{chemin}",
                method=methode,
                data='{"portee": "journal", "instant": "2018-03-16T12:00:00"}',
                headers={"Host": "127.0.0.1:8080"},
                content_type=genre,
            )
            assert reponse.status_code == 415, (methode, chemin, genre)
            assert reponse.content_type == "application/problem+json"
            assert "-H 'Content-Type: application/json'" in reponse.json["detail"]
    assert banc.api("GET", f"/bases/{banc.nom}/demandes/{numero}").status_code == 200


def test_a_file_left_in_an_inbox_is_of_any_type(banc: Banc) -> None:
    reponse = banc.http.put(
        f"/api/v1/bases/{banc.nom}/guichets/G1226/inbox/DEMG1226-20180315120000-000001.xml",
        data=b"<x/>",
        content_type="text/xml",
        headers={"Host": "127.0.0.1:8080"},
    )
    assert reponse.status_code == 201


@pytest.mark.parametrize("corps", [None, {}])
def test_a_reset_without_a_body_resets_all(banc: Banc, corps: Any) -> None:
    banc.demander(specimen("personne_seule"))
    assert banc.api("POST", f"/bases/{banc.nom}/reset", corps).status_code == 200
    assert banc.api("GET", f"/bases/{banc.nom}/demandes").json["demandes"] == []
    assert banc.api("GET", f"/bases/{banc.nom}/exchanges/count").json["nombre"] == 0


@pytest.mark.parametrize("corps", ["journal", ["journal"], 3])
def test_a_body_that_is_no_object_is_refused(banc: Banc, corps: Any) -> None:
    numero, _ = banc.creer_demande()
    assert banc.api("POST", f"/bases/{banc.nom}/reset", corps).status_code == 422
    assert banc.api("GET", f"/bases/{banc.nom}/demandes/{numero}").status_code == 200


def test_files_are_kept_never_shown(banc: Banc) -> None:
    numero, _ = banc.creer_demande()
    assert banc.api("POST", f"/bases/{banc.nom}/snapshots", {"nom": "avant"}).status_code == 201
    for chemin in (
        f"demandes/{numero}/attestation",
        "exchanges/1/request",
        "exchanges/1/response",
        "snapshots/avant/file",
    ):
        recu = banc.api("GET", f"/bases/{banc.nom}/{chemin}")
        assert recu.status_code == 200
        assert recu.headers["Content-Disposition"].startswith("attachment; filename=")
        assert recu.data
