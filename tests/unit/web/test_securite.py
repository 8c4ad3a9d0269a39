"""Who may use what is beside SOAP."""

from pathlib import Path

import pytest
from banc import Banc
from flask import Flask

from sandbox.web.app import Configuration, creer_application


@pytest.mark.parametrize("hote", ["127.0.0.1", "127.0.0.1:8080", "localhost", "localhost:1", "[::1]:8443"])
def test_the_local_machine_reads(banc: Banc, hote: str) -> None:
    assert banc.api("GET", "/bases", Host=hote).status_code == 200


@pytest.mark.parametrize(
    "hote", ["sne.logement.gouv.fr", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "a@b"]
)
def test_another_host_does_not(banc: Banc, hote: str) -> None:
    reponse = banc.api("GET", "/bases", Host=hote)
    assert reponse.status_code in (400, 403)
    assert reponse.content_type == "application/problem+json"


@pytest.mark.parametrize("origine", ["https://evil.example", "null", "http://127.0.0.1:9999"])
def test_another_origin_writes_nothing(banc: Banc, origine: str) -> None:
    reponse = banc.api("POST", f"/bases/{banc.nom}/reset", {}, Origin=origine)
    assert reponse.status_code == 403
    assert reponse.json["status"] == 403
    assert banc.api("GET", "/bases", Origin=origine).status_code == 200


def test_ones_own_origin_writes(banc: Banc) -> None:
    reponse = banc.api("POST", f"/bases/{banc.nom}/reset", {}, Origin="http://127.0.0.1:8080")
    assert reponse.status_code == 200


def test_health_is_open_whatever_the_host(banc: Banc) -> None:
    reponse = banc.http.get("/healthz", headers={"Host": "ailleurs.example"})
    assert reponse.status_code == 200
    assert reponse.json["status"] == "ok"


def test_the_pages_carry_their_policy(banc: Banc) -> None:
    reponse = banc.api("GET", "/bases")
    assert reponse.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert reponse.headers["X-Content-Type-Options"] == "nosniff"


@pytest.fixture(scope="module")
def distante(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application off loopback, with a token."""
    return creer_application(Configuration(home=tmp_path_factory.mktemp("distante"), jeton="secret-é"))


@pytest.mark.parametrize(
    "entete", [{}, {"Authorization": "Bearer faux"}, {"Authorization": "Basic secret-é"}]
)
def test_a_token_is_asked_off_loopback(distante: Flask, entete: dict[str, str]) -> None:
    reponse = distante.test_client().get("/api/v1/bases", headers=entete)
    assert reponse.status_code == 401
    assert reponse.content_type == "application/problem+json"
    assert reponse.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_token_opens(distante: Flask) -> None:
    http = distante.test_client()
    entete = {"Authorization": "Bearer secret-é", "Host": "sandbox.example"}
    assert http.get("/api/v1/bases", headers=entete).status_code == 200


def test_soap_and_health_ask_no_token(distante: Flask) -> None:
    http = distante.test_client()
    assert http.get("/healthz").status_code == 200
    assert http.post("/services/DemandeLogementImplService/", data=b"x").status_code == 500
    assert http.get("/services/DemandeLogementImplService/?wsdl").status_code == 200


def test_two_applications_share_nothing(distante: Flask, banc: Banc, tmp_path: Path) -> None:
    assert distante.extensions["sne"].magasin is not banc.services.magasin
    assert not list(tmp_path.iterdir())
