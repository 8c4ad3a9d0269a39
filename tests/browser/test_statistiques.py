"""The pictures: at each width, in light and dark, with and without JavaScript; shapes open the demandes."""

import csv
import io
import re
from typing import Final

import pytest
from lxml import etree
from playwright.sync_api import Page
from visite import LARGEURS, Visiter

_BASE: Final = "/console/ecole"
_PAGES: Final = (
    "statistiques", "statistiques/flux", "statistiques/territoires",
    "statistiques/territoires?mesure=tension",
)  # fmt: skip
#: The number of a name that a shape, or a status, tells: « Lens : 1 234 demandes ».
_NOMBRE: Final = re.compile(r"(\d[\d\N{NARROW NO-BREAK SPACE}]*)\s(?:demande|attribution|jour)")


def nombre_dit(texte: str) -> int:
    trouve = _NOMBRE.search(texte.replace("\N{NO-BREAK SPACE}", " "))
    assert trouve is not None, texte
    return int(re.sub(r"\D", "", trouve[1]))


def calculee(page: Page) -> Page:
    """The page, once its numbers are computed: it comes again by itself, without a script."""
    page.wait_for_selector("h2:not(:text('Calcul en cours'))", state="attached")
    return page


@pytest.mark.parametrize("sombre", [False, True])
def test_nothing_is_wider_than_the_screen(visiter: Visiter, sombre: bool) -> None:
    visite = visiter(sombre=sombre)
    for chemin in _PAGES:
        calculee(visite.aller(f"{_BASE}/{chemin}"))
        assert visite.debordements() == []


@pytest.mark.parametrize("javascript", [False, True])
def test_a_commune_opens_as_many_demandes_as_it_tells(visiter: Visiter, javascript: bool) -> None:
    visite = visiter(javascript=javascript)
    page = calculee(visite.aller(f"{_BASE}/statistiques/territoires"))
    commune = page.locator("svg.carte a").first
    dite = nombre_dit(commune.get_attribute("aria-label") or "")
    with page.expect_navigation(wait_until="load"):
        commune.locator("path").click()
    assert nombre_dit(page.locator("main p[role=status]").inner_text()) == dite > 0
    assert page.locator("table.demandes tbody tr").count() == min(dite, 50)


@pytest.mark.parametrize("largeur", LARGEURS)
def test_a_point_of_a_curve_opens_its_demandes(visiter: Visiter, largeur: tuple[int, int]) -> None:
    page = calculee(visiter(largeur=largeur).aller(f"{_BASE}/statistiques/flux"))
    # Of the two drawings of each curve, the one that this screen shows.
    point = page.locator("svg.courbes:visible a").last
    dite = nombre_dit((point.get_attribute("aria-label") or "").replace("attribuées", "demandes"))
    point.focus()
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    assert nombre_dit(page.locator("main p[role=status]").inner_text()) == dite


def test_a_commune_is_reached_by_the_keyboard_and_seen(visiter: Visiter) -> None:
    visite = visiter()
    page = calculee(visite.aller(f"{_BASE}/statistiques/territoires"))
    page.get_by_role("button", name="Compter").focus()
    foyer = visite.touche("Tab")
    assert foyer["marque"]
    assert page.evaluate("document.activeElement.closest('svg.carte') !== null")


def test_every_number_of_a_page_of_pictures_is_that_of_its_demandes(visiter: Visiter) -> None:
    page = calculee(visiter(javascript=False).aller(f"{_BASE}/statistiques"))
    liens = page.locator("table.figure td a")
    dits = {str(lien.get_attribute("href")): int(lien.inner_text()) for lien in liens.all()[::6]}
    for adresse, dit in dits.items():
        page.goto(page.url.partition("/console")[0] + adresse)
        assert nombre_dit(page.locator("main p[role=status]").inner_text()) == dit


def test_each_picture_is_a_file_without_a_link(visiter: Visiter) -> None:
    visite = visiter()
    for chemin in _PAGES:
        page = calculee(visite.aller(f"{_BASE}/{chemin}"))
        adresses = page.locator("a[href*='.svg']").evaluate_all("(liens) => liens.map((lien) => lien.href)")
        assert adresses
        for adresse in adresses[:3]:
            octets = page.request.get(adresse).body()
            racine = etree.fromstring(octets)
            assert list(racine.iter("{*}a", "{*}script")) == []
            assert racine.find("{*}title").text
            # What is a shape in the file has its colour in it.
            assert ".s1 {" in racine.find("{*}style").text
    feuille = visite.page.request.get(f"{visite.origine}{_BASE}/statistiques/carte.csv").text()
    lignes = list(csv.DictReader(io.StringIO(feuille.lstrip("\ufeff")), delimiter=";"))
    assert sum(int(ligne["premiere_commune"]) for ligne in lignes) > 50
