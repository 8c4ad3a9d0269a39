"""A judgement begun from its page, followed as it goes, read when it is rendered."""

import re

import pytest
from peuplement import APPLICATION
from playwright.sync_api import Page, expect
from test_accessibilite import fautes
from visite import LARGEURS, Visiter


def piloter(page: Page, exemples: int) -> None:
    """Begins the judgement of the declared application, which errs, on those that register."""
    sienne = page.locator("section[aria-labelledby='t-mienne']")
    sienne.get_by_label("Application déclarée").select_option(APPLICATION)
    sienne.get_by_label("Scénarios").select_option("CRE")
    sienne.get_by_label("Ménages par scénario").fill(str(exemples))
    sienne.get_by_role("button", name="Piloter mon application").click()


@pytest.mark.cher
def test_a_judgement_is_followed_to_its_report_and_a_part_of_it_played_again(
    visiter: Visiter, axe: str
) -> None:
    visite = visiter()
    page = visite.aller("/console/essai/conformite")
    piloter(page, exemples=1)
    expect(page.get_by_role("heading", name="jugée sur le plan")).to_be_visible()
    # It comes by itself.
    expect(
        page.get_by_role("heading", level=1, name=re.compile("exigence obligatoire enfreinte"))
    ).to_be_visible()
    assert re.search(r"/conformite/[^/]*application", page.url)
    expect(page.get_by_role("button", name="Rejouer", exact=True)).to_be_visible()
    assert visite.debordements() == []
    ratee = page.locator("#s-CRE-COLOCATION")
    expect(ratee.get_by_text("Un co-titulaire saisi n'est pas transmis.")).to_be_visible()
    tenue = page.locator("#s-CRE-SIMPLE")
    page.get_by_label("Ne montrer que ce qui a échoué").check()
    expect(tenue).to_be_hidden()
    visite.cliquer("Pourquoi, et ses échanges", role="link", dans=ratee, exact=False)
    expect(page.locator("#v-FID-02").get_by_text("Remède")).to_be_visible()
    page.locator("#v-FID-02").get_by_role("link", name=re.compile("échange n° ")).first.click()
    expect(page.locator(":target")).to_contain_text("getNumUnique")
    assert visite.debordements() == []
    visite.cliquer("Rejouer ce scénario")
    expect(page.get_by_role("heading", name="Ce scénario, rejoué")).to_be_visible()
    expect(page.get_by_text("Une partie rejouée ne rend pas de verdict")).to_be_visible()
    assert fautes(visite, axe) == []
    page.get_by_role("link", name="Tout le jugement").click()
    expect(page.get_by_role("heading", name="Parties rejouées (1)")).to_be_visible()


@pytest.mark.cher
def test_a_judgement_shows_how_far_it_is(visiter: Visiter, axe: str) -> None:
    """Read on a telephone, by who sees and by who is told; what one holds stays under one's fingers."""
    visite = visiter(largeur=LARGEURS[-1])
    page = visite.aller("/console/essai/conformite")
    piloter(page, exemples=20)  # it still runs when all this was seen
    expect(page.get_by_role("progressbar", name="Scénarios joués")).to_be_visible()
    assert "préparation" in page.locator("#avancement").inner_text(), (
        "what comes before the first is told too"
    )
    etats = page.locator(".branche .verdict")
    assert set(etats.all_text_contents()) <= {"· à venir", "▸ en cours"}, "before anything is played"
    combien = page.locator(".branche").count()
    derniere = page.locator(".branche").last
    derniere.locator("summary").click()
    avance = re.compile(rf"^[1-9]\d*\sscénarios? sur {combien}")
    expect(page.locator("#avancement")).to_have_attribute("data-dit", avance)
    echoue = page.locator(".branche.rate").first
    expect(echoue.locator(".pourquoi")).to_be_visible()
    assert echoue.locator(".pourquoi").inner_text(), "its first finding, in a sentence"
    echoue.locator("summary").click()  # who closes it wants it closed
    expect(page.locator("[data-annonce]")).to_have_text(re.compile(r"\sscénarios? sur \d+"))
    assert echoue.locator("details[open]").count() == 0
    assert derniere.locator("details[open]").count() == 1, "what is open stays open"
    assert fautes(visite, axe) == []
    assert visite.debordements() == []
    assert page.evaluate("document.activeElement.closest('.branche')?.className").startswith("branche rate")
    # Its exchanges are read while it runs.
    adresse = echoue.locator("a").last.get_attribute("href")
    lecteur = visiter(javascript=False)
    lecteur.aller(adresse)
    expect(lecteur.page.locator("[id^='echange-'] h3").first).to_be_visible()
    visite.cliquer("Arrêter")
    # Its report is a partial one, or there is none.
    expect(page.get_by_role("button", name="Effacer")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "sans-js"])
def test_a_tree_is_read(javascript: bool, visiter: Visiter, axe: str) -> None:
    visite = visiter(javascript=javascript)
    page = visite.aller("/console/ecole/conformite/mon-application")
    assert page.locator(".branche:visible").count() > 0
    ratees = page.locator(".branche.rate").count()
    page.get_by_label("Ne montrer que ce qui a échoué").check()
    assert page.locator(".branche:visible").count() == ratees
    page = visite.aller("/console/ecole/conformite")
    assert page.get_by_role("columnheader", name="Prouvées").is_visible()
    assert visite.debordements() == []


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "sans-js"])
def test_a_report_is_taken_away(javascript: bool, visiter: Visiter) -> None:
    visite = visiter(javascript=javascript)
    page = visite.aller("/console/ecole/conformite")
    with page.expect_navigation():  # one that ended: of those that were stopped, some have no report
        page.locator("#t-rapports ~ .defile th a", has_text="-trafic-").first.click()
    with page.expect_download() as fichier:
        page.locator("a[href$='.zip'], a[href*='/fichier'], a[href$='.json']").first.click()
    assert fichier.value.suggested_filename
