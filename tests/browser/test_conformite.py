"""A judgement begun from its page, followed as it goes, read when it is rendered."""

import re

import pytest
from playwright.sync_api import expect
from test_accessibilite import fautes
from visite import LARGEURS, Visiter


def test_a_judgement_is_followed_to_its_report(visiter: Visiter) -> None:
    visite = visiter()
    page = visite.aller("/console/essai/conformite")
    page.get_by_label("Ménages par scénario").fill("1")
    visite.cliquer("Piloter le témoin")
    expect(page.get_by_role("heading", name="Application témoin, jugée sur le plan")).to_be_visible()
    # It comes by itself.
    expect(page.get_by_role("heading", level=1, name=re.compile("exigences? prouvée"))).to_be_visible()
    assert re.search(r"/conformite/[^/]*temoin", page.url)
    assert "prouvée" in page.locator("main").inner_text()
    expect(page.get_by_role("button", name="Rejouer")).to_be_visible()
    assert visite.debordements() == []


def test_a_judgement_shows_how_far_it_is(visiter: Visiter, axe: str) -> None:
    """Read on a telephone, by who sees and by who is told; what one holds stays under one's fingers."""
    visite = visiter(largeur=LARGEURS[-1])
    page = visite.aller("/console/essai/conformite")
    page.get_by_label("Scénarios").select_option("")
    page.get_by_label("Défaut planté").select_option("noms-echanges")
    page.get_by_label("Ménages par scénario").fill("1")
    visite.cliquer("Piloter le témoin")
    expect(page.get_by_role("progressbar", name="Scénarios joués")).to_be_visible()
    etats = page.locator("li[id^='s-'] .verdict")
    combien = etats.count()
    assert set(etats.all_inner_texts()) <= {"· à venir", "▸ en cours"}, "at once, before anything is played"
    page.get_by_role("link", name="Actualiser", exact=True).focus()
    avance = re.compile(rf"^[1-9]\d*\sscénarios? sur {combien}")
    expect(page.locator("#avancement")).to_have_attribute("data-dit", avance)
    echoue = page.locator("#echoues a").first
    expect(echoue).to_be_visible()
    assert page.locator(f"{echoue.get_attribute('href')} p").inner_text(), "its first finding, in a sentence"
    assert fautes(visite, axe) == []
    assert visite.debordements() == []
    assert page.evaluate("document.activeElement.textContent") == "Actualiser"
    expect(page.locator("[data-annonce]")).to_have_text(re.compile(r"\sscénarios? sur \d+"))
    visite.cliquer("Arrêter")
    # Its report is a partial one, or there is none.
    expect(page.get_by_role("button", name="Effacer")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "sans-js"])
def test_a_report_is_taken_away(javascript: bool, visiter: Visiter) -> None:
    visite = visiter(javascript=javascript)
    page = visite.aller("/console/ecole/conformite")
    with page.expect_navigation():  # one that ended: of those that were stopped, some have no report
        page.locator("#t-rapports ~ .defile th a", has_text="-trafic-").first.click()
    with page.expect_download() as fichier:
        page.locator("a[href$='.zip'], a[href*='/fichier'], a[href$='.json']").first.click()
    assert fichier.value.suggested_filename
