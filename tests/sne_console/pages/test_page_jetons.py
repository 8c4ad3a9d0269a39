"""The page of the tokens, the link that opens once, and what an open server says on every page."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from banc import Banc
from flask import Flask
from lxml import html
from navigateur import ENTETES

from sne_sandbox.bases import jetons
from sne_sandbox.bases.jetons import Droit
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration
from sne_sandbox.web.frein import PAR_PAIR, Frein

TOUT: Final = "kQ3vX0aZ8rT5yB1nM7cW2e"


@pytest.fixture
def ferme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application as it comes."""
    app = creer_application(Configuration(tmp_path_factory.mktemp("ferme"), jeton=TOUT))
    yield app
    app.extensions["sne"].magasin.fermer()


def magasin(app: Flask) -> Any:
    return app.extensions["sne"].magasin


def entrer(app: Flask, jeton: str) -> Any:
    """A browser that came in by a token."""
    http = app.test_client()
    page = html.fromstring(http.get("/connexion", headers=ENTETES).text)
    csrf = page.xpath("//input[@name='csrf']/@value")[0]
    reponse = http.post("/connexion", headers=ENTETES, data={"csrf": csrf, "jeton": jeton})
    assert reponse.status_code == 303
    return http


def poster(http: Any, chemin: str, **champs: str) -> Any:
    page = html.fromstring(http.get("/console/ecole/jetons", headers=ENTETES).text)
    csrf = page.xpath("//input[@name='csrf']/@value")[0]
    return http.post(f"/console/ecole/jetons{chemin}", headers=ENTETES, data={"csrf": csrf, **champs})


def test_a_token_is_made_shown_once_and_revoked(ferme: Flask) -> None:
    http = entrer(ferme, TOUT)
    faite = poster(http, "", nom="equipe-a", droit="base", sur="ecole", expire="P30D")
    assert faite.headers["Cache-Control"] == "no-store"
    (jeton,) = html.fromstring(faite.text).xpath("//pre[@aria-label='Jeton']/code/text()")
    assert jeton not in http.get("/console/ecole/jetons", headers=ENTETES).text
    autre = entrer(ferme, jeton)
    assert autre.get("/console/ecole/journal", headers=ENTETES).status_code == 200
    assert autre.get("/console/ecole/jetons", headers=ENTETES).status_code == 403
    ligne = html.fromstring(http.get("/console/ecole/jetons", headers=ENTETES).text).xpath(
        "//table[contains(@class, 'jetons')]//th[text()='equipe-a']/.."
    )
    assert "base ecole" in ligne[0].text_content()
    assert "expiré" not in ligne[0].text_content()
    assert "n'ouvre plus rien" in http.get(
        poster(http, "/equipe-a/revoquer").location, headers=ENTETES
    ).text.replace("’", "'").replace("&#39;", "'")
    # Its cookie too.
    assert autre.get("/console/ecole/journal", headers=ENTETES).status_code == 303


def test_who_has_one_base_is_shown_no_other(ferme: Flask) -> None:
    from sne_interface.domain.base import Base

    magasin(ferme).bases.creer(Base("sienne"))
    magasin(ferme).bases.creer(Base("cachee"))
    http = entrer(ferme, jetons.nouveau(magasin(ferme), "a", Droit.BASE, "sienne").jeton)
    assert http.get("/", headers=ENTETES).location == "/console/sienne/"
    page = http.get("/console/sienne/journal", headers=ENTETES).text
    assert "cachee" not in page
    arbre = html.fromstring(page)
    liens = arbre.xpath("//nav[@aria-label='Sections']//a/@href")
    assert liens
    assert {http.get(lien, headers=ENTETES).status_code for lien in liens} == {200}
    onglets = html.fromstring(http.get("/console/sienne/controle", headers=ENTETES).text)
    adresses = onglets.xpath("//nav[@aria-label='Base']//a/@href")
    assert {http.get(adresse, headers=ENTETES).status_code for adresse in adresses} == {200}


@pytest.mark.parametrize(
    "champs",
    [
        {"nom": "", "droit": "tout"},
        {"nom": "a", "droit": "base", "sur": "absente"},
        {"nom": "a", "droit": "lecture", "expire": "hier"},
    ],
)
def test_what_makes_no_token_is_said_on_the_page(ferme: Flask, champs: dict[str, str]) -> None:
    reponse = poster(entrer(ferme, TOUT), "", **champs)
    assert reponse.status_code == 422
    assert html.fromstring(reponse.text).xpath("//*[@role='alert']")
    assert jetons.tenir(magasin(ferme)).jetons == []


@pytest.mark.parametrize("droit", ["autre", "TOUT", "<b>"])
def test_a_right_that_is_none_is_a_bad_form(ferme: Flask, droit: str) -> None:
    assert poster(entrer(ferme, TOUT), "", nom="a", droit=droit).status_code == 422


def test_a_link_opens_once_and_leaves_no_code_in_the_address(ferme: Flask) -> None:
    code = jetons.code_de_lien(ferme.extensions["sne"].configuration.home)
    http = ferme.test_client()
    # A program that looks at a link before it is shown does not use it up.
    assert http.head(f"/connexion?code={code}", headers=ENTETES).status_code == 200
    reponse = http.get(f"/connexion?code={code}", headers=ENTETES)
    assert (reponse.status_code, reponse.location) == (303, "/connexion/entree")
    assert http.get("/console/ecole/journal", headers=ENTETES).status_code == 200
    encore = ferme.test_client().get(f"/connexion?code={code}", headers=ENTETES)
    assert encore.status_code == 403
    assert "a déjà servi" in encore.text
    # Clicked again, or its tab opened again, where one is in already: one stays in. A reader stays one.
    assert http.get(f"/connexion?code={code}", headers=ENTETES).location == "/connexion/entree"
    lecteur = ferme.test_client()
    lecteur.get(f"/lecture/{ferme.extensions['acces'].lecture}", headers=ENTETES)
    assert lecteur.get(f"/connexion?code={code}", headers=ENTETES).status_code == 403


def test_a_form_of_who_is_no_longer_in_is_told_where_to_come_in(ferme: Flask) -> None:
    en_tetes = {**ENTETES, "Accept": "text/html,application/xhtml+xml"}
    reponse = ferme.test_client().post("/console/ecole/jetons", headers=en_tetes, data={"nom": "ci"})
    vue = html.fromstring(reponse.text)
    assert reponse.status_code == 401
    assert vue.xpath("//main//a/@href") == ["/connexion"]
    assert "rien n'a été fait" in vue.text_content()
    assert "Authorization" not in vue.text_content()
    assert jetons.tenir(magasin(ferme)).jetons == []


def test_a_script_with_an_old_token_and_a_neighbour_who_guesses_shut_nobody_out(ferme: Flask) -> None:
    ferme.extensions["acces"]._frein = Frein()
    http = ferme.test_client()

    def essayer(jeton: str) -> int:
        return http.get("/api/v1/bases", headers={"Authorization": f"Bearer {jeton}"}).status_code

    assert [essayer("ancien") for _ in range(PAR_PAIR[0] + 3)] == [401] * PAR_PAIR[0] + [429] * 3
    assert essayer(TOUT) == 200
    ferme.extensions["acces"]._frein = Frein()
    assert [essayer(f"faux-{rang}") for rang in range(PAR_PAIR[0] + 1)][-1] == 429
    faux = ferme.test_client().get("/connexion?code=1-a-" + "0" * 32, headers=ENTETES)
    assert faux.status_code == 429
    code = jetons.code_de_lien(ferme.extensions["sne"].configuration.home)
    assert ferme.test_client().get(f"/connexion?code={code}", headers=ENTETES).status_code == 303


def test_the_link_for_trainees_leaves_no_token_in_the_address_and_is_made_anew(ferme: Flask) -> None:
    lecture = ferme.extensions["acces"].lecture
    http = ferme.test_client()
    assert http.get(f"/lecture/{lecture}", headers=ENTETES).location == "/connexion/lecture"
    assert http.get("/console/ecole/journal", headers=ENTETES).status_code == 200
    poster(entrer(ferme, TOUT), f"/{jetons.LIEN_DE_LECTURE}/revoquer")
    assert http.get("/console/ecole/journal", headers=ENTETES).status_code == 303
    assert ferme.test_client().get(f"/lecture/{lecture}", headers=ENTETES).status_code == 404


def test_who_tries_tokens_is_told_when_to_come_back(ferme: Flask) -> None:
    ferme.extensions["acces"]._frein = Frein()
    http = ferme.test_client()
    statuts = [
        http.get("/api/v1/bases", headers={"Authorization": f"Bearer faux-{rang}"}).status_code
        for rang in range(PAR_PAIR[0] + 3)
    ]
    assert statuts == [401] * PAR_PAIR[0] + [429] * 3
    page = http.get(f"/lecture/{'x' * 32}", headers=ENTETES)
    assert (page.status_code, page.headers["Retry-After"]) == (429, "6")
    assert "Trop d'essais" in html.fromstring(page.text).text_content()
    # Whoever has a right token or link, which never opened before, is not shut out by who tries.
    code = jetons.code_de_lien(ferme.extensions["sne"].configuration.home)
    assert http.get(f"/connexion?code={code}", headers=ENTETES).status_code == 303
    assert http.get(f"/connexion?code={code}", headers=ENTETES).status_code == 429
    assert http.get("/api/v1/bases", headers={"Authorization": f"Bearer {TOUT}"}).status_code == 200
    assert http.get("/healthz").status_code == 200
    assert jetons.tenir(magasin(ferme)).refus == PAR_PAIR[0]


def test_an_open_server_says_so_on_every_page_and_a_closed_one_does_not(banc: Banc, ferme: Flask) -> None:
    for chemin in ("journal", "controle", "rien"):
        page = banc.http.get(f"/console/{banc.nom}/{chemin}", headers=ENTETES).text
        assert "Serveur ouvert" in page
    assert "Serveur ouvert" in banc.http.get("/connexion", headers=ENTETES).text
    assert "Serveur ouvert" not in entrer(ferme, TOUT).get("/console/ecole/journal", headers=ENTETES).text


def test_the_commands_to_copy_read_the_token_where_it_is(tmp_path: Any) -> None:
    fichier = tmp_path / "mon home" / "jeton"
    for choix, dit in (
        ({"jeton": TOUT, "jeton_fichier": fichier}, f"$(cat '{fichier}')"),
        ({"jeton": TOUT}, "$SNE_SANDBOX_ADMIN_TOKEN"),
    ):
        app = creer_application(Configuration(tmp_path / "home", **choix))
        page = entrer(app, TOUT).get("/console/ecole/controle/bases", headers=ENTETES).text
        lignes = html.fromstring(page).xpath("//code[starts-with(text(), 'curl')]/text()")
        assert lignes
        assert all(ligne.endswith(f'-H "Authorization: Bearer {dit}"') for ligne in lignes)
        assert TOUT not in page
        app.extensions["sne"].magasin.fermer()
