"""What holds for every page: built late, who may enter, forms that come from us, errors in French."""

import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from banc import Banc
from flask import Flask
from lxml import html
from navigateur import ENTETES

from sne_sandbox.store.magasin import Magasin
from sne_sandbox.web.acces import Acces
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration

ADMIN, LECTEUR = "jeton-d-administration", "jeton-de-lecture"


@pytest.fixture(scope="module")
def distante(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application off loopback."""
    app = creer_application(
        Configuration(home=tmp_path_factory.mktemp("distante"), jeton=ADMIN, jeton_lecture=LECTEUR)
    )
    yield app
    app.extensions["sne"].magasin.fermer()


def jeton_de(reponse: Any) -> str:
    (jeton,) = set(html.fromstring(reponse.text).xpath("//input[@name='csrf']/@value"))
    return str(jeton)


def connecter(app: Flask, jeton: str, **champs: str) -> Any:
    """A browser, and the answer to its login."""
    http = app.test_client()
    csrf = jeton_de(http.get("/connexion", headers=ENTETES))
    return http, http.post("/connexion", headers=ENTETES, data={"csrf": csrf, "jeton": jeton, **champs})


# --- the local machine --------------------------------------------------------------------------------------


def test_the_root_leads_to_the_home_of_the_school_base(banc: Banc) -> None:
    for chemin in ("/", "/console/"):
        reponse = banc.http.get(chemin, headers=ENTETES)
        assert (reponse.status_code, reponse.location) == (302, "/console/ecole/")
    assert banc.http.get("/console/ecole/", headers=ENTETES).status_code == 200


def test_every_address_has_its_view(banc: Banc) -> None:
    vues = banc.app.extensions["aiguillage"].partie("console").view_functions.values()
    tables = [vue.args for vue in vues if isinstance(vue, partial) and vue.args]
    assert len(tables) > 90
    assert all(callable(getattr(import_module(module), nom)) for module, nom in tables)


def test_every_page_says_that_it_is_not_official(page: Callable[..., Any]) -> None:
    assert page("/journal").xpath("//header//*[@class='officieux']/text()") == ["bac à sable non officiel"]


@pytest.mark.parametrize("section", ["journal", "demandes", "controle", "composer"])
def test_another_base_is_shown_in_the_same_section(page: Callable[..., Any], section: str) -> None:
    liens = page(f"/{section}").xpath("//ul[@aria-label='Choisir une base']//a/@href")
    assert f"/console/ecole/{section}" in liens


def test_the_files_of_the_pages_are_ours(banc: Banc, page: Callable[..., Any]) -> None:
    fichiers = page("/journal").xpath("//link/@href | //script/@src")
    # The icon, what comes before Bootstrap, Bootstrap, ours, the three scripts; those of the journal.
    assert len(fichiers) == 9
    for fichier in fichiers:
        reponse = banc.http.get(fichier, headers=ENTETES)
        assert reponse.status_code == 200, fichier
    assert banc.http.get("/static/../app.py", headers=ENTETES).status_code == 404


@pytest.mark.parametrize("hote", ["evil.example", "10.0.0.1:8080"])
@pytest.mark.parametrize(
    "chemin", ["/console/ecole/journal", "/console/ecole/journal/flux", "/", "/connexion"]
)
def test_another_host_reads_no_page(banc: Banc, hote: str, chemin: str) -> None:
    reponse = banc.http.get(chemin, headers={**ENTETES, "Host": hote})
    assert reponse.status_code == 403
    assert f"[{hote}] n'est pas local" in html.fromstring(reponse.text).text_content()


@pytest.mark.parametrize(
    ("chemin", "statut", "phrase"),
    [
        ("/console/nulle-part/journal", 404, "La base [nulle-part] n'existe pas."),
        ("/console/ecole/rien", 404, "Rien ne se trouve à cette adresse."),
        ("/console/ecole/echanges/999999999", 404, "n'est pas, ou n'est plus, au journal"),
        ("/console/<b>x</b>/journal", 404, "Rien ne se trouve"),
        ("/console/2061234567890 12/journal", 404, "La base"),
    ],
)
def test_errors_are_pages_in_french(page: Callable[..., Any], chemin: str, statut: int, phrase: str) -> None:
    assert phrase in page("/" + chemin, statut=statut).text_content()


# --- forms --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jeton", [None, "", "faux", "é"])
def test_a_form_without_its_token_changes_nothing(banc: Banc, jeton: str | None) -> None:
    banc.http.get(f"/console/{banc.nom}/journal", headers=ENTETES)
    donnees = {} if jeton is None else {"csrf": jeton}
    for chemin in ("/connexion", "/deconnexion", f"/console/{banc.nom}/echanges/1/rejouer"):
        reponse = banc.http.post(chemin, headers=ENTETES, data=donnees)
        assert reponse.status_code == 403, chemin
        assert "Revenez à la page précédente, rechargez-la" in reponse.text


def test_a_form_of_another_site_changes_nothing(banc: Banc) -> None:
    csrf = jeton_de(banc.http.get("/connexion", headers=ENTETES))
    envoi = {"csrf": csrf, "jeton": "x"}
    reponse = banc.http.post("/connexion", headers={**ENTETES, "Origin": "https://evil.example"}, data=envoi)
    assert "n'est pas ce serveur" in html.fromstring(reponse.text).text_content()
    reponse = banc.http.post("/connexion", headers={**ENTETES, "Origin": "http://127.0.0.1:8080"}, data=envoi)
    assert "Ce jeton n'ouvre pas" in html.fromstring(reponse.text).text_content()


def test_the_token_of_another_browser_is_none(banc: Banc) -> None:
    csrf = jeton_de(banc.http.get("/connexion", headers=ENTETES))
    autre = banc.app.test_client()
    autre.get("/connexion", headers=ENTETES)
    assert autre.post("/connexion", headers=ENTETES, data={"csrf": csrf}).status_code == 403


# --- off loopback -------------------------------------------------------------------------------------------


def test_a_page_off_loopback_asks_for_a_token(distante: Flask) -> None:
    reponse = distante.test_client().get("/console/ecole/journal?verdict=fault", headers=ENTETES)
    assert reponse.status_code == 303
    assert reponse.location == "/connexion?suite=/console/ecole/journal?verdict%3Dfault"
    flux = {**ENTETES, "Accept": "text/event-stream"}
    assert distante.test_client().get("/console/ecole/journal/flux", headers=flux).status_code == 401


def test_the_token_opens_by_a_cookie_that_no_script_reads(distante: Flask) -> None:
    http, reponse = connecter(distante, ADMIN, suite="/console/ecole/journal")
    assert (reponse.status_code, reponse.location) == (303, "/console/ecole/journal")
    temoin = reponse.headers["Set-Cookie"]
    assert "HttpOnly" in temoin
    assert "SameSite=Strict" in temoin
    assert "Secure" not in temoin
    assert ADMIN not in temoin
    assert http.get("/console/ecole/journal", headers=ENTETES).status_code == 200
    assert http.get("/api/v1/bases", headers=ENTETES).status_code == 200
    videe = http.post("/api/v1/bases/ecole/reset", headers=ENTETES, json={"portee": "journal"})
    assert videe.status_code == 200


def test_the_cookie_ends_with_the_day_whatever_is_done_meanwhile(
    distante: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every answer signed it anew for twelve hours: one that was used did not end."""
    http, _ = connecter(distante, ADMIN)
    entree = time.time()
    for heures, statut in ((11, 200), (11.9, 200), (12.1, 401)):
        monkeypatch.setattr("sne_sandbox.web.acces.time.time", lambda h=heures: entree + h * 3600)
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda h=heures: entree + h * 3600)
        reponse = http.get("/api/v1/bases", headers=ENTETES)
        assert (reponse.status_code, reponse.headers.get("Set-Cookie")) == (statut, None)
        http.get("/console/ecole/controle", headers=ENTETES)  # a page with forms writes in it


def test_the_cookie_is_secure_over_tls(distante: Flask) -> None:
    http = distante.test_client()
    reponse = http.get("/connexion", headers=ENTETES, base_url="https://127.0.0.1:8443")
    assert "Secure" in reponse.headers["Set-Cookie"]


@pytest.mark.parametrize("jeton", ["", "faux", "jeton-d-administratioN", "é"])
def test_another_token_opens_nothing(distante: Flask, jeton: str) -> None:
    http, reponse = connecter(distante, jeton)
    assert reponse.status_code == 403
    assert "Ce jeton n'ouvre pas" in html.fromstring(reponse.text).text_content()
    assert http.get("/console/ecole/journal", headers=ENTETES).status_code == 303


@pytest.mark.parametrize(
    "suite", ["https://evil.example", "//evil.example", "/\\evil.example", "", "/a\r\nb"]
)
def test_a_login_leads_to_no_other_site(distante: Flask, suite: str) -> None:
    assert connecter(distante, ADMIN, suite=suite)[1].location == "/"


def test_a_forged_cookie_is_none(distante: Flask) -> None:
    http, reponse = connecter(distante, LECTEUR)
    nom, valeur = re.match(r"([^=]+)=([^;]+)", reponse.headers["Set-Cookie"]).groups()  # type: ignore[union-attr]
    http.set_cookie(nom, "x" + valeur[1:], domain="127.0.0.1")
    assert http.get("/console/ecole/journal", headers=ENTETES).status_code == 303


def test_the_authorization_header_opens_too(distante: Flask) -> None:
    for jeton, statut in ((ADMIN, 200), (LECTEUR, 200), ("faux", 401)):
        en_tetes = {**ENTETES, "Authorization": f"Bearer {jeton}"}
        assert distante.test_client().get("/console/ecole/journal", headers=en_tetes).status_code == statut


def test_leaving_forgets(distante: Flask) -> None:
    http, _ = connecter(distante, LECTEUR)
    csrf = jeton_de(http.get("/console/ecole/journal", headers=ENTETES))
    assert http.post("/deconnexion", headers=ENTETES, data={"csrf": csrf}).location == "/connexion"
    assert http.get("/console/ecole/journal", headers=ENTETES).status_code == 303


def test_who_leaves_leaves_nothing_in_the_browser(distante: Flask) -> None:
    http, _ = connecter(distante, ADMIN)
    csrf = jeton_de(http.get("/console/ecole/journal", headers=ENTETES))
    reponse = http.post("/deconnexion", headers=ENTETES, data={"csrf": csrf})
    assert reponse.headers["Clear-Site-Data"] == '"storage"'


# --- read only ----------------------------------------------------------------------------------------------


def test_the_read_only_token_reads_all_and_changes_nothing(distante: Flask) -> None:
    http, _ = connecter(distante, LECTEUR)
    page = http.get("/console/ecole/journal", headers=ENTETES)
    assert "lecture seule" in page.text
    assert http.get("/api/v1/bases", headers=ENTETES).status_code == 200
    csrf = jeton_de(page)
    for chemin in ("/console/ecole/echanges/1/rejouer", "/console/ecole/rien"):
        reponse = http.post(chemin, headers=ENTETES, data={"csrf": csrf})
        assert reponse.status_code == 403
        assert "Vous êtes en lecture seule" in reponse.text
    for methode in ("POST", "PUT", "DELETE"):
        reponse = http.open("/api/v1/bases/ecole", method=methode, headers=ENTETES)
        assert reponse.status_code == 403
        assert "lecture seule" in reponse.json["detail"]


def test_the_read_only_header_changes_nothing(distante: Flask) -> None:
    en_tetes = {"Authorization": f"Bearer {LECTEUR}"}
    http = distante.test_client()
    assert http.get("/api/v1/bases", headers=en_tetes).status_code == 200
    reponse = http.post("/api/v1/bases", headers=en_tetes, json={"nom": "nouvelle"})
    assert reponse.status_code == 403
    assert reponse.content_type == "application/problem+json"


def test_a_link_makes_a_browser_of_the_local_machine_read_only(banc: Banc) -> None:
    http, ailleurs = banc.app.test_client(), banc.app.test_client()
    lecture = banc.app.extensions["acces"].lecture
    reponse = http.get(f"/lecture/{lecture}", headers=ENTETES)
    assert (reponse.status_code, reponse.location) == (303, "/connexion/lecture")
    assert "lecture seule" in http.get(reponse.location, headers=ENTETES).text
    assert http.post(f"/api/v1/bases/{banc.nom}/reset", headers=ENTETES, json={}).status_code == 403
    csrf = jeton_de(http.get(f"/console/{banc.nom}/journal", headers=ENTETES))
    assert http.post("/deconnexion", headers=ENTETES, data={"csrf": csrf}).location == "/"
    assert http.post(f"/api/v1/bases/{banc.nom}/reset", headers=ENTETES, json={}).status_code == 200
    assert ailleurs.post(f"/api/v1/bases/{banc.nom}/reset", headers=ENTETES, json={}).status_code == 200


def test_a_false_link_is_not_found(banc: Banc, distante: Flask) -> None:
    assert banc.http.get("/lecture/faux", headers=ENTETES).status_code == 404
    assert distante.test_client().get(f"/lecture/{ADMIN}", headers=ENTETES).status_code == 404


def test_two_starts_of_a_home_know_the_same_link_and_two_homes_do_not(tmp_path: Path) -> None:
    def lu(home: str) -> tuple[str, str]:
        with Magasin.ouvrir(None, tmp_path / home) as magasin:
            acces = Acces(Configuration(tmp_path / home), magasin)
            return acces.lecture, acces.cle

    un = lu("un")
    assert lu("un") == un
    assert set(lu("autre")) & set(un) == set()
    assert (tmp_path / "un" / "console.key").stat().st_mode & 0o077 == 0


# --- soap is left alone -------------------------------------------------------------------------------------


def test_soap_gets_no_cookie_and_is_not_the_consoles(banc: Banc) -> None:
    reponse = banc.http.post(f"/bases/{banc.nom}/services/DemandeLogementImplService/", data=b"<a/>")
    assert reponse.status_code == 500
    assert "Set-Cookie" not in reponse.headers
    assert "Vary" not in reponse.headers
