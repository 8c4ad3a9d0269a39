"""The API's page: every call of its description, a form for each, nothing that the policy forbids."""

from collections.abc import Callable
from typing import Any

import pytest
from banc import Banc
from lxml import html
from navigateur import ENTETES

from sne_console.pages import page_docs

Page = Callable[..., Any]


def test_every_call_has_its_place_and_its_form(banc: Banc, page: Page) -> None:
    vue = page("//api/v1/docs")
    lus = banc.api("GET", "/openapi.json").json["paths"]
    attendus = {(m.upper(), c) for c, p in lus.items() for m in p if m != "parameters"}
    montres = vue.xpath("//form[@data-essai]")
    assert {(f.get("data-essai"), f.get("data-chemin")) for f in montres} == attendus
    assert len(montres) == len(attendus)
    for forme in montres:
        adresse = {c.get("name") for c in forme.xpath(".//*[@data-ou='adresse']")}
        assert adresse == {morceau.partition("}")[0] for morceau in forme.get("data-chemin").split("{")[1:]}


def test_ids_are_unique_and_labels_point_at_something(page: Page) -> None:
    vue = page("//api/v1/docs")
    ids = vue.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert set(vue.xpath("//label/@for")) <= set(ids)
    assert {a[1:] for a in vue.xpath("//a/@href") if a.startswith("#")} <= set(ids)


def test_what_is_filled_in_can_be_tried(banc: Banc, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demande of the base that the forms name; a boolean as JSON writes it."""
    monkeypatch.setattr(page_docs, "BASE_PAR_DEFAUT", banc.nom)
    lire = "//details[@id='get_bases_base_demandes_numero']//input[@name='numero']/@value"
    (sans,) = page("//api/v1/docs").xpath(lire)
    assert len(sans) == 18
    numero, _ = banc.creer_demande("colocataires")
    vue = page("//api/v1/docs")
    assert vue.xpath(lire) == [numero]
    liste = vue.xpath("//details[@id='get_bases_base_demandes']")[0]
    assert liste.xpath(".//input[@name='debut']/@value") == ["false"]


def test_a_field_of_a_field_is_told(page: Page) -> None:
    vue = page("//api/v1/docs")
    (appel,) = vue.xpath("//details[@id='post_bases_base_clock_advance']")
    assert appel.xpath(".//textarea/text()") == ['{"vers": "P1M"}']
    assert "derniere_nuit" in appel.xpath(".//th[@class='retrait-1']/code/text()")
    statuts = appel.xpath(".//ul[@class='erreurs-api']//span/text()")
    assert {"400", "403", "404", "409", "415", "422", "500"} <= set(statuts)


def test_the_menu_leads_there(banc: Banc, page: Page) -> None:
    assert "/api/v1/docs" in page("/regles").xpath("//nav[@aria-label='Comprendre']//a/@href")
    for adresse in ("/api/v1/docs", "/api/v1/docs/"):
        assert banc.http.get(adresse, headers=ENTETES).status_code == 200
    # It is a page; its neighbours are not.
    reponse = banc.http.get("/api/v1/autre", headers=ENTETES)
    assert reponse.content_type == "application/problem+json"


def test_its_script_is_ours(banc: Banc) -> None:
    vue = html.fromstring(banc.http.get("/api/v1/docs", headers=ENTETES).text)
    for script in vue.xpath("//script/@src"):
        assert banc.http.get(script, headers=ENTETES).status_code == 200
