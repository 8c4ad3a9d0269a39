"""A judgement begun from its page, followed as it goes, read when it is rendered."""

import re

import pytest
from playwright.sync_api import expect
from visite import Visiter


def test_a_judgement_is_followed_to_its_report(visiter: Visiter) -> None:
    visite = visiter()
    page = visite.aller("/console/essai/conformite")
    page.get_by_label("Ménages par scénario").fill("1")
    visite.cliquer("Piloter le témoin")
    expect(page.get_by_role("heading", name="Jugement en cours")).to_be_visible()
    # It comes by itself.
    expect(page.get_by_role("heading", level=1, name=re.compile("exigences? prouvée"))).to_be_visible()
    assert re.search(r"/conformite/[^/]*temoin", page.url)
    assert "prouvée" in page.locator("main").inner_text()
    expect(page.get_by_role("button", name="Rejouer")).to_be_visible()
    assert visite.debordements() == []


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "sans-js"])
def test_a_report_is_taken_away(javascript: bool, visiter: Visiter) -> None:
    visite = visiter(javascript=javascript)
    page = visite.aller("/console/ecole/conformite")
    with page.expect_navigation():
        page.locator("#t-rapports ~ .defile th a").first.click()
    with page.expect_download() as fichier:
        page.locator("a[href$='.zip'], a[href*='/fichier'], a[href$='.json']").first.click()
    assert fichier.value.suggested_filename
