"""Parts are built when they are asked for, once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import Client

from sne_sandbox.bases.jetons import CLE_CONSOLE
from sne_sandbox.offres_des_paquets import PARTIES
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration
from sne_sandbox.web.parties_au_besoin import Aiguillage


def test_a_part_is_built_at_its_first_request_and_once(tmp_path: Path) -> None:
    aiguillage = Aiguillage(Configuration(ouvert=True, home=tmp_path))
    http = Client(aiguillage)
    ici = {"Host": "localhost"}
    service = "/services/DemandeLogementImplService/"
    assert http.get(f"{service}?wsdl").status_code == 200
    assert http.open(service, method="options").headers["Allow"] == "GET, POST"
    for perdu in ("/services/", "/healthz/x"):
        assert b"Fault" in http.post(perdu, data=b"<a/>", content_type="text/xml").data
    deux = {"PATH_INFO": f"/{service}"}
    assert (
        http.post(service, data=b"<a/>", content_type="text/xml", environ_overrides=deux).status_code == 500
    )
    assert aiguillage._construites == {}
    assert http.get("/healthz", headers=ici).status_code == 200
    assert http.get("/rien", headers=ici).status_code == 404
    with ThreadPoolExecutor(4) as fils:
        parties = list(fils.map(lambda _: aiguillage.partie("api"), range(4)))
    assert len(set(map(id, parties))) == 1
    assert http.get("/api/v1/bases", headers=ici).status_code == 200
    assert set(aiguillage._construites) == {"principale", "api"}
    assert parties[0].extensions["sne"] is aiguillage.services
    aiguillage.services.magasin.fermer()


def test_a_part_that_cannot_be_built_says_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aiguillage = Aiguillage(Configuration(ouvert=True, home=tmp_path))
    http = Client(aiguillage)
    (tmp_path / CLE_CONSOLE).rename(tmp_path / "cle")
    (tmp_path / CLE_CONSOLE).mkdir()
    reponse = http.get("/", headers={"Host": "localhost"})
    assert (reponse.status_code, reponse.mimetype) == (503, "text/plain")
    assert "son journal dit pourquoi" in reponse.text
    assert "choisissez un dossier par --home" in capsys.readouterr().err
    (tmp_path / CLE_CONSOLE).rmdir()
    assert http.get("/", headers={"Host": "localhost"}).status_code == 302
    aiguillage.services.magasin.fermer()


@pytest.fixture
def http(tmp_path: Path) -> Iterator[FlaskClient]:
    app = creer_application(Configuration(ouvert=True, home=tmp_path))
    yield app.test_client()
    app.extensions["sne"].magasin.fermer()


#: As browsers, then as Java and curl ask.
NAVIGATEUR = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
AUTRES = ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "*/*", "")


@pytest.mark.parametrize("suite", ["", "/", "/DemandeLogementImplService", "/DemandeLogementImplService/"])
def test_a_service_opened_in_a_browser_leads_to_its_wsdl(http: FlaskClient, suite: str) -> None:
    entetes = {"Host": "localhost", "Accept": NAVIGATEUR}
    for debut in ("", "/bases/ecole"):
        reponse = http.get(f"{debut}/services{suite}", headers=entetes)
        assert (reponse.status_code, reponse.headers["Location"]) == (302, "/console/ecole/contrat")
    assert http.get("/bases/absente/services/", headers=entetes).status_code == 404


def test_the_exchange_that_an_answer_names_is_opened_in_a_browser(http: FlaskClient) -> None:
    envoyee = http.post(
        "/services/DemandeLogementImplService/", data=b"<a/>", content_type="application/soap+xml"
    )
    adresse = envoyee.headers["SNE-Echange"]
    page = http.get(adresse, headers={"Host": "localhost", "Accept": NAVIGATEUR})
    assert (page.status_code, page.headers["Location"]) == (302, "/console/ecole/echanges/1")
    # A program that asks the same address is not answered so.
    assert page.headers["Cache-Control"] == "no-store"
    for accepte in AUTRES:
        lue = http.get(adresse, headers={"Host": "localhost", "Accept": accepte})
        assert (lue.status_code, lue.mimetype, lue.get_json()["id"]) == (200, "application/json", 1)


def test_a_mistyped_address_is_answered_by_a_page_in_a_browser_only(http: FlaskClient) -> None:
    for accepte in (NAVIGATEUR, *AUTRES):
        genres = {
            chemin: http.get(chemin, headers={"Host": "localhost", "Accept": accepte}).mimetype
            for chemin in ("/journal", "/bases/", "/healthz", "/services/DemandeLogementImplService/?wsdl")
        }
        page = "text/html" if accepte == NAVIGATEUR else "application/problem+json"
        assert genres == {
            "/journal": page,
            "/bases/": page,
            "/healthz": "application/json",
            "/services/DemandeLogementImplService/?wsdl": "text/xml",
        }


def test_no_path_is_for_two_parts() -> None:
    segments = [segment for partie in PARTIES for segment in partie.segments]
    assert len(segments) == len(set(segments))
