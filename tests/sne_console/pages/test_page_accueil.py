"""The first page: a call that works as it is copied, what goes on, and where one goes from there by role."""

import shlex
from collections.abc import Callable
from typing import Any

import pytest
from banc import Banc

from sne_console.pages.page_accueil import ROLES
from sne_interface.domain.panne import PanneDefinition
from sne_sandbox.bases.pannes import armer


def test_the_call_that_one_copies_is_accepted(banc: Banc, page: Callable[..., Any]) -> None:
    ligne = shlex.split(page("/").xpath("//pre[@aria-label='Premier appel']/code")[0].text_content())
    assert ligne[0] == "curl"
    adresse, corps = ligne[-1], ligne[ligne.index("--data-binary") + 1]
    genre = ligne[ligne.index("-H") + 1].removeprefix("Content-Type: ")
    chemin = "/" + adresse.split("/", 3)[3]
    reponse = banc.http.post(chemin, data=corps.encode(), content_type=genre)
    assert reponse.status_code == 200, reponse.text
    (echange,) = banc.journal()
    assert (echange.operation, echange.verdict) == ("listerTypesEvenementsNationaux", "accepté")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_a_page_that_leads_on(role: str, page: Callable[..., Any]) -> None:
    arbre = page(f"/?role={role}")
    assert arbre.xpath("//a[@aria-current='page']/text()") == [ROLES[role]]
    assert len(arbre.xpath("//main//ul[@class='gestes']/li/a")) >= 4


def test_a_browser_remembers_its_role(banc: Banc, page: Callable[..., Any]) -> None:
    page("/?role=forme")
    assert page("/").xpath("//a[@aria-current='page']/text()") == ["Je forme"]


def test_refusals_are_told_together_with_their_number(banc: Banc, page: Callable[..., Any]) -> None:
    for _ in range(3):
        banc.http.post(
            f"/bases/{banc.nom}/services/DemandeLogementImplService/",
            data=b"<a",
            content_type="application/soap+xml",
        )
    constats = page("/").xpath("//li[@class='constat']")
    assert len(constats) == 1
    assert "3 fois" in constats[0].text_content()


def test_a_panne_that_is_armed_shows_on_every_page_and_goes_by_one_click(
    banc: Banc, page: Callable[..., Any], envoyer: Callable[..., Any]
) -> None:
    armer(banc.services.magasin, banc.nom, PanneDefinition("reponse_perdue"))
    for chemin in ("/", "/journal", "/demandes"):
        assert "Réponse perdue" in page(chemin).xpath("//div[@class='armees']")[0].text_content()
    suite = page("/demandes").xpath("//div[@class='armees']//input[@name='suite']/@value")[0]
    reponse = envoyer("/controle/pannes/desarmer", depuis="/demandes", suite=suite)
    assert (reponse.status_code, reponse.headers["Location"]) == (303, f"/console/{banc.nom}/demandes")
    assert page("/").xpath("//div[@class='armees']") == []


def test_where_a_form_leads_is_a_page_of_ours(banc: Banc, envoyer: Callable[..., Any]) -> None:
    reponse = envoyer("/controle/pannes/desarmer", depuis="/controle/pannes", suite="//ailleurs.example/")
    assert reponse.headers["Location"] == "/"


def test_the_menu_has_seven_entries_at_most(page: Callable[..., Any]) -> None:
    entrees = page("/").xpath("//nav[@class='menu']//li/a/text()")
    assert entrees == ["Journal", "Demandes", "Composer", "Former", "Certifier", "Base", "Comprendre"]


def test_the_head_of_a_page_tells_what_rules_the_base(page: Callable[..., Any]) -> None:
    dits = [dit.text_content().split() for dit in page("/journal").xpath("//header//*[@class='profil']")]
    assert dits == [["Profil", "ecole"], ["Contrat", "v5.2"]]
