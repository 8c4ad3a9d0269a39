"""The first page and what is around every page: the search, the pannes, the colours, the keys."""

import pytest
import requests
from playwright.sync_api import expect
from serveur_local import Serveur
from visite import LARGEURS, Visite, Visiter

_ACCUEIL = "/console/ecole/"


def _theme(visite: Visite) -> str:
    """Whether the page is shown in light or dark colours: « clair » or « sombre »."""
    fond = visite.page.evaluate("getComputedStyle(document.body).backgroundColor")
    return "sombre" if sum(int(n) for n in fond.strip("rgb()").split(",")) < 200 else "clair"


def test_the_search_is_opened_gone_through_and_left_by_keys(visiter: Visiter) -> None:
    page = visiter().aller(_ACCUEIL)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox", name="Chercher partout")).to_be_focused()
    page.keyboard.type("ENT009")
    trouve = page.get_by_role("region", name="Trouvé")
    expect(trouve.get_by_role("link").first).to_contain_text("ENT009")
    expect(page.locator("header [aria-live=polite]")).to_contain_text("flèche bas")
    page.keyboard.press("ArrowDown")
    expect(trouve.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(trouve).to_be_hidden()
    expect(page.get_by_role("searchbox", name="Chercher partout")).to_be_focused()
    page.keyboard.press("Control+k")
    page.keyboard.type("ENT009")
    expect(trouve).to_be_visible()
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/console/ecole/regles/ENT009")


def test_the_search_works_without_javascript(visiter: Visiter) -> None:
    visite = visiter(javascript=False)
    page = visite.aller("/console/ecole/journal")
    champ = page.get_by_role("searchbox", name="Chercher partout")
    champ.fill("Liévin")
    with page.expect_navigation():
        champ.press("Enter")
    assert page.get_by_role("link", name="Liévin (62510)").is_visible()


def test_a_panne_is_disarmed_by_one_click_from_the_page_where_one_is(
    visiter: Visiter, serveur: Serveur
) -> None:
    requests.post(
        f"{serveur.pret['http']}/api/v1/bases/ecole/pannes",
        headers={"Authorization": f"Bearer {serveur.pret['admin_token']}"},
        json={"genre": "html_503"},
        timeout=60,
    ).raise_for_status()
    visite = visiter()
    page = visite.aller("/console/ecole/demandes?nom=du")
    expect(page.get_by_role("region", name="Pannes armées")).to_contain_text("Page 503 de maintenance")
    visite.cliquer("Désarmer")
    assert page.url.endswith("/console/ecole/demandes?nom=du")
    expect(page.get_by_role("region", name="Pannes armées")).to_have_count(0)


@pytest.mark.parametrize("javascript", [True, False])
def test_colours_follow_the_system_until_one_chooses(javascript: bool, visiter: Visiter) -> None:
    visite = visiter(sombre=True, javascript=javascript)
    page = visite.aller("/affichage")
    assert _theme(visite) == "sombre"
    page.get_by_label("Couleurs").select_option("clair")
    visite.cliquer("Retenir")
    assert _theme(visite) == "clair"
    visite.aller("/console/ecole/journal")
    assert _theme(visite) == "clair"


def test_keys_of_one_letter_are_turned_off(visiter: Visiter) -> None:
    visite = visiter()
    page = visite.aller(_ACCUEIL)
    with page.expect_navigation():
        visite.lettres("gd")
    assert page.url.endswith("/console/ecole/demandes")
    visite.aller("/affichage")
    page.get_by_label("Raccourcis d'une lettre").select_option("non")
    visite.cliquer("Retenir")
    visite.aller(_ACCUEIL)
    visite.lettres("gd/")
    expect(page.get_by_role("searchbox", name="Chercher partout")).not_to_be_focused()
    assert page.url.endswith(_ACCUEIL)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox", name="Chercher partout")).to_be_focused()


@pytest.mark.parametrize("role", ["developpe", "certifie", "forme"])
@pytest.mark.parametrize("sombre", [False, True])
def test_the_home_fits_every_screen_for_every_role(role: str, sombre: bool, visiter: Visiter) -> None:
    visite = visiter(sombre=sombre)
    visite.aller(f"{_ACCUEIL}?role={role}")
    assert visite.debordements() == []


def test_the_first_call_is_in_sight_on_a_laptop(visiter: Visiter) -> None:
    visite = visiter(largeur=LARGEURS[0])
    appel = visite.aller(f"{_ACCUEIL}?role=developpe").get_by_label("Premier appel", exact=True)
    place = appel.bounding_box()
    assert place is not None
    assert place["y"] + place["height"] < LARGEURS[0][1]


def test_paper_has_no_buttons(visiter: Visiter) -> None:
    visite = visiter()
    visite.aller(_ACCUEIL).emulate_media(media="print")
    assert visite.visibles("button, .btn, input") == []
