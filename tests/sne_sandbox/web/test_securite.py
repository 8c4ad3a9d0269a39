"""Who may use what is beside SOAP."""

from pathlib import Path
from typing import Any

import pytest
from banc import Banc, specimen
from flask import Flask
from lxml import etree

from sne_sandbox.soap.requete_soap_ecrite import ecrire
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration


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


@pytest.mark.parametrize("origine", ["https://evil.example", "null", "http://[", "http://127.0.0.1:9999"])
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
    """An application that is not open, with a token."""
    return creer_application(Configuration(home=tmp_path_factory.mktemp("distante"), jeton="secret-é"))


@pytest.mark.parametrize(
    "entete", [{}, {"Authorization": "Bearer faux"}, {"Authorization": "Basic secret-é"}]
)
def test_a_token_is_asked_for(distante: Flask, entete: dict[str, str]) -> None:
    reponse = distante.test_client().get("/api/v1/bases", headers=entete)
    assert reponse.status_code == 401
    assert reponse.content_type == "application/problem+json"
    assert reponse.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_token_opens(distante: Flask) -> None:
    http = distante.test_client()
    entete = {"Authorization": "Bearer secret-é", "Host": "sne_sandbox.example"}
    assert http.get("/api/v1/bases", headers=entete).status_code == 200


def test_soap_and_health_ask_no_token(distante: Flask) -> None:
    http = distante.test_client()
    assert http.get("/healthz").status_code == 200
    assert http.post("/services/DemandeLogementImplService/", data=b"x").status_code == 500
    assert http.get("/services/DemandeLogementImplService/?wsdl").status_code == 200


def test_two_applications_share_nothing(distante: Flask, banc: Banc, tmp_path: Path) -> None:
    assert distante.extensions["sne"].magasin is not banc.services.magasin
    assert not list(tmp_path.iterdir())


def deposer(banc: Banc, en_tetes: dict[str, str]) -> Any:
    """Registers a demande, with the headers of a browser."""
    prevue = banc.services.contrat.operations["getNumUnique"]
    champs = {
        "nomFichierDemande": "DEMG1226-201803151200-000000.xml",
        "fichierDemande": etree.tostring(specimen("personne_seule"), encoding="UTF-8"),
        "nomCertificat": "CERG1226-201803151200.pem",
        "certificat": b"",
    }
    content_type, corps = ecrire(prevue, champs, None)
    return banc.http.post(
        f"/bases/{banc.nom}/services/{prevue.service}/",
        data=corps,
        headers={"Host": "localhost:8080", "Content-Type": content_type, **en_tetes},
    )


AILLEURS = [
    {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site", "Content-Type": "text/plain"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://localhost:9999", "Sec-Fetch-Site": "same-site"},
    {"Host": "evil.example:8080", "Origin": "http://evil.example:8080", "Sec-Fetch-Site": "same-origin"},
]


@pytest.mark.parametrize("en_tetes", AILLEURS)
def test_a_page_of_elsewhere_registers_no_demande(banc: Banc, en_tetes: dict[str, str]) -> None:
    reponse = deposer(banc, en_tetes)
    assert reponse.status_code == 403
    assert "la page d'un autre site" in reponse.text
    assert banc.compter() == 0
    assert [(e.statut, e.verdict) for e in banc.journal()] == [(403, "refus")]


@pytest.mark.parametrize(
    "en_tetes",
    [
        {"Host": "sne.logement.gouv.fr"},
        # What fetch of Node adds to everything.
        {"Sec-Fetch-Mode": "cors", "Accept-Language": "*"},
        {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_an_application_or_a_page_of_ours_does(banc: Banc, en_tetes: dict[str, str]) -> None:
    assert deposer(banc, en_tetes).status_code == 200
    assert banc.compter() == 1


@pytest.mark.parametrize("chemin", ["/api/v1/bases", "/console/ecole/journal", "/metrics"])
def test_a_page_of_elsewhere_loads_nothing_but_follows_links(banc: Banc, chemin: str) -> None:
    ici = {"Host": "localhost:8080", "Sec-Fetch-Site": "cross-site"}
    for mode in ("no-cors", "cors", "websocket"):
        assert banc.http.get(chemin, headers={**ici, "Sec-Fetch-Mode": mode}).status_code == 403
    suivi = banc.http.get(chemin, headers={**ici, "Sec-Fetch-Mode": "navigate"})
    assert suivi.status_code == 200
    assert suivi.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_journal_holds_no_secret_that_a_search_could_guess(banc: Banc) -> None:
    deposer(banc, {"Authorization": "Basic c2VjcmV0", "Cookie": "session=secret"})
    deposer(banc, {"Authorization": "Basic c2VjcmV0", "Content-Type": "text/plain"})
    banc.http.post("/nulle-part", headers={"Authorization": "Basic c2VjcmV0", "Content-Type": "text/xml"})
    for base in (banc.nom, "ecole"):
        journal = banc.services.magasin.journal
        assert journal.chercher(base, texte="c2VjcmV0") == journal.chercher(base, texte="session=") == []
        assert "c2VjcmV0" not in str(journal.chercher(base, octets=True))


@pytest.mark.parametrize(
    "nom", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "CF-Connecting-IP", "X-Forwarded-Proto"]
)
def test_a_proxy_does_not_open_what_has_no_token(banc: Banc, distante: Flask, nom: str) -> None:
    reponse = banc.api("GET", "/bases", **{nom: "for=192.0.2.1"})
    assert reponse.status_code == 403
    assert "sans --ouvert" in reponse.json["detail"]
    assert deposer(banc, {nom: "192.0.2.1"}).status_code == 200
    avec = {nom: "192.0.2.1", "Authorization": "bearer secret-é"}
    assert distante.test_client().get("/api/v1/bases", headers=avec).status_code == 200


def test_what_speaks_as_nginx_does_by_default_enters_no_open_server(banc: Banc) -> None:
    """It adds no header, and names the server by its local address."""
    ancien = {"SERVER_PROTOCOL": "HTTP/1.0"}
    reponse = banc.http.get("/api/v1/bases", headers={"Host": "127.0.0.1:8080"}, environ_overrides=ancien)
    assert reponse.status_code == 403
    assert "relais HTTP" in reponse.json["detail"]
