"""The journal as it lives: what arrives shows by itself; filters; an exchange from its line to its remedy."""

import re
from collections.abc import Iterator

import pytest
from client_mtom import Client
from peuplement import fautif, neuve
from playwright.sync_api import expect
from serveur_local import Serveur
from visite import Visiter

JOURNAL = "/console/ecole/journal"


@pytest.fixture
def client(serveur: Serveur) -> Iterator[Client]:
    ouvert = Client(serveur)
    yield ouvert
    ouvert.fermer()


def test_an_exchange_shows_without_reloading(visiter: Visiter, client: Client) -> None:
    page = visiter().aller(JOURNAL)
    expect(page.locator("[data-direct].actif")).to_be_visible()
    page.evaluate("window.memePage = true")
    lignes = page.locator("[data-lignes] tr")
    avant = lignes.count()
    gardes = page.locator("[data-gardes]")
    compte = int(gardes.inner_text().split()[0])
    numero = client.enregistrer(neuve()).numero
    expect(page.locator("tr.arrivee")).to_contain_text(numero)
    client.enregistrer(fautif())
    expect(page.locator("tr.arrivee").first).to_contain_text("IDT002")
    expect(lignes).to_have_count(avant + 2)
    expect(gardes).to_have_text(re.compile(rf"^{compte + 2}\séchanges gardés$"))
    assert page.evaluate("window.memePage") is True


def test_a_paused_list_waits_and_catches_up(visiter: Visiter, client: Client) -> None:
    page = visiter().aller(JOURNAL)
    expect(page.locator("[data-direct].actif")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-direct]")).to_contain_text("en pause")
    client.enregistrer(neuve())
    page.wait_for_timeout(1_200)  # longer than the server's look at its journal
    assert page.locator("tr.arrivee").count() == 0
    page.get_by_role("button", name="Reprendre").click()
    expect(page.locator("tr.arrivee")).to_have_count(1)


def test_a_list_that_hears_nothing_does_not_say_live(visiter: Visiter) -> None:
    visite = visiter()
    visite.tolerer.append("net::ERR")
    visite.page.route("**/journal/flux*", lambda route: route.abort())
    direct = visite.aller(JOURNAL).locator("[data-direct]")
    expect(direct).to_contain_text("coupé : rechargez la page")
    visite.page.unroute("**/journal/flux*")
    expect(direct).to_contain_text("en direct")


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "sans-js"])
def test_filters_narrow_the_list(visiter: Visiter, client: Client, javascript: bool) -> None:
    client.enregistrer(fautif())
    visite = visiter(javascript=javascript)
    page = visite.aller(JOURNAL)
    page.get_by_label("Verdict").select_option("anomalies")
    visite.cliquer("Filtrer")
    verdicts = set(page.locator("[data-lignes] .verdict").all_inner_texts())
    assert {verdict.split()[-1] for verdict in verdicts} == {"anomalies"}
    page.get_by_label("Texte").fill("IDT002")
    page.get_by_label("XPath").fill("//demandeur[dateNaissance='2091-09-14']")
    visite.cliquer("Filtrer")
    assert page.locator("[data-lignes] tr").count() >= 1
    page.get_by_label("Texte").fill("ce que personne n'a écrit")
    visite.cliquer("Filtrer")
    expect(page.get_by_text("Aucun échange ne répond à ces filtres.")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "sans-js"])
def test_an_exchange_says_what_is_wrong_where(visiter: Visiter, client: Client, javascript: bool) -> None:
    client.enregistrer(fautif())
    visite = visiter(javascript=javascript)
    page = visite.aller(f"{JOURNAL}?texte=IDT002")
    with page.expect_navigation():
        page.locator("[data-lignes] th a").first.click()
    constat = page.locator(".constats .constat .tete a", has_text="IDT002")
    constat.click()
    bulle = page.locator(".bulle", has_text="IDT002")
    expect(bulle).to_be_visible()
    expect(bulle).to_contain_text("Remède")
    assert "dateNaissance" in " ".join(page.locator(".fautif").all_inner_texts())
    page.get_by_label("Le plus petit document qui soulève encore").select_option("IDT002")
    visite.cliquer("Réduire")
    reduit = page.locator(".arbre").first.inner_text()
    assert "dateNaissance" in reduit
    assert visite.debordements() == []


def test_an_exchange_is_played_again_and_copied(visiter: Visiter, client: Client) -> None:
    client.enregistrer(neuve())
    visite = visiter()
    page = visite.aller(f"{JOURNAL}?verdict=accepté")
    with page.expect_navigation():
        page.locator("[data-lignes] th a").first.click()
    avant = page.url
    visite.cliquer("Rejouer")
    assert page.url != avant
    assert page.get_by_role("status").inner_text().startswith("Le message de l'échange")
    bouton = page.get_by_role("button", name="Copier").first
    # The word stays for a second and a half: a busy machine may look too late.
    bouton.evaluate(
        """(bouton) => {
          window.dits = new Promise((fin) => {
            const vus = [];
            new MutationObserver(() => {
              vus.push(bouton.textContent);
              if (vus.length === 2) fin(vus);
            }).observe(bouton, {childList: true});
          });
        }"""
    )
    bouton.click()
    assert page.evaluate("window.dits") == ["Copié", "Copier"]
    with page.expect_download() as fichier:
        page.get_by_role("link", name="Archive HAR").click()
    assert fichier.value.suggested_filename.endswith(".har")
