"""The journal as it lives: what arrives shows by itself; filters; an exchange from its line to its remedy."""

import json
import re
from collections.abc import Iterator

import pytest
import requests
from client_mtom import Client
from peuplement import HORLOGE, fautif, neuve
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
    page.get_by_label("Facettes").get_by_role("link", name="anomalies").click()
    assert "verdict=anomalies" in page.url
    verdicts = set(page.locator("[data-lignes] .verdict").all_inner_texts())
    assert {verdict.split()[-1] for verdict in verdicts} == {"contrôles"}
    assert page.locator(".puce[aria-current=true]", has_text="anomalies").count() == 1
    page.get_by_text("Chercher un texte, un numéro unique, un XPath").click()
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
    assert page.locator(".message[role=status]").inner_text().startswith("Le message de l'échange")
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


# --- what comes while one reads -----------------------------------------------------------------------------

#: Where the line under the eye is.
OU = "ligne => ligne.getBoundingClientRect().top"


def _longue(client: Client) -> None:
    """A list that scrolls: lines that differ, so that none is folded."""
    for rang in range(7):
        client.enregistrer(neuve())
        client.enregistrer(fautif() if rang % 2 else neuve(sexe="X"))


@pytest.mark.parametrize("largeur", [(390, 844), (1280, 720), (1920, 1080)], ids=["390", "1280", "1920"])
def test_what_is_read_does_not_move_by_a_pixel(
    visiter: Visiter, client: Client, largeur: tuple[int, int]
) -> None:
    _longue(client)
    visite = visiter(largeur=largeur)
    page = visite.aller(JOURNAL)
    expect(page.locator("[data-direct].actif")).to_be_visible()
    ligne = page.locator("[data-lignes] tr").nth(6)
    ligne.evaluate("ligne => scrollBy(0, ligne.getBoundingClientRect().top - 300)")
    assert page.evaluate("scrollY") > 0
    avant, nombre = ligne.evaluate(OU), page.locator("[data-lignes] tr").count()
    numeros = [client.enregistrer(neuve()).numero for _ in range(5)]
    nouveaux = page.locator(".nouveaux[role=status]").get_by_role("button")
    expect(nouveaux).to_have_text("↑ 5 nouveaux échanges")
    assert ligne.evaluate(OU) == avant
    assert page.locator("[data-lignes] tr").count() == nombre
    assert visite.debordements() == []
    nouveaux.press("Enter")
    expect(page.locator("tr.arrivee")).to_have_count(5)
    assert page.evaluate("document.activeElement.closest('tr.arrivee') !== null"), "the focus is not lost"
    textes = page.locator("tr.arrivee").all_inner_texts()
    assert [numero in texte for numero, texte in zip(reversed(numeros), textes, strict=True)] == [True] * 5
    expect(nouveaux).to_have_count(0)


@pytest.mark.parametrize("geste", ["focus", "choix", "pli"])
def test_a_line_that_is_in_use_stays_in_its_place(visiter: Visiter, client: Client, geste: str) -> None:
    for _ in range(2):
        client.enregistrer(fautif())
    page = visiter().aller(JOURNAL)
    expect(page.locator("[data-direct].actif")).to_be_visible()
    premiere = page.locator("[data-lignes] tr[data-cle]").first
    if geste == "focus":
        page.keyboard.press("j")
    elif geste == "choix":
        premiere.get_by_role("checkbox").first.check()
    else:
        premiere.locator("summary").click()
    page.mouse.move(5, 5)
    assert page.evaluate("scrollY") == 0
    avant = premiere.evaluate(OU)
    client.enregistrer(neuve())
    nouveaux = page.locator(".nouveaux[role=status]").get_by_role("button")
    expect(nouveaux).to_have_text("↑ 1 nouvel échange")
    assert premiere.evaluate(OU) == avant
    if geste == "pli":
        assert "ouvert=" in page.url
        premiere.locator("summary").click()
        page.evaluate("document.activeElement.blur()")
        page.mouse.move(6, 6)
        expect(page.locator("tr.arrivee")).to_have_count(1)  # one reads no more


def test_the_same_refusal_again_is_folded_as_it_comes(visiter: Visiter, client: Client) -> None:
    client.enregistrer(neuve())
    page = visiter().aller(JOURNAL)
    expect(page.locator("[data-direct].actif")).to_be_visible()
    avant = page.locator("[data-lignes] tr").count()
    for _ in range(3):
        client.enregistrer(fautif())
    expect(page.locator("tr.arrivee [data-combien]")).to_have_text("3")
    assert page.locator("[data-lignes] tr").count() == avant + 1
    servie = visiter(javascript=False).aller(JOURNAL).locator("[data-lignes] tr").first
    assert servie.locator("[data-combien]").inner_text() == "3"
    servie.locator("summary").click()
    assert servie.locator("li a").count() == 2


# --- refusals, facets, nights -------------------------------------------------------------------------------


@pytest.mark.parametrize("sombre", [False, True], ids=["clair", "sombre"])
def test_a_kind_of_refusal_opens_all_of_it(visiter: Visiter, client: Client, sombre: bool) -> None:
    for _ in range(2):
        client.enregistrer(fautif())
        client.enregistrer(neuve(sexe="X"))
    visite = visiter(sombre=sombre)
    page = visite.aller(JOURNAL)
    refus = page.get_by_role("region", name="Refus récents")
    sorte = refus.get_by_role("link", name=re.compile("IDT002"))
    combien = int(re.sub(r"\D", "", sorte.locator(".n").inner_text()))
    with page.expect_navigation():
        sorte.click()
    assert "regle=IDT002" in page.url
    assert page.locator("[data-lignes] [name=ids]").count() == combien
    assert visite.debordements() == []


def test_the_nights_are_one_line_until_one_asks(visiter: Visiter, serveur: Serveur) -> None:
    en_tetes = {"Authorization": f"Bearer {serveur.pret['admin_token']}"}
    api = f"{serveur.pret['http']}/api/v1/bases"
    nom = "nuitamment"
    creee = requests.post(
        api,
        json={"nom": nom, "semence": "ecole", "horloge": HORLOGE},
        headers=en_tetes,
        timeout=60,
    )
    assert creee.status_code == 201, creee.text
    requests.post(f"{api}/{nom}/clock/advance", json={"vers": "P13M"}, headers=en_tetes, timeout=60)
    try:
        page = visiter(javascript=False).aller(f"/console/{nom}/journal")
        nuits = page.locator("tr.nuits")
        assert nuits.count() == 1
        assert re.search(r"\d+ nuits du 1\d/10/2018 au \d\d/11/2019", nuits.inner_text())
        assert "accepté" not in page.locator("[data-lignes]").inner_text()
        nuits.get_by_role("link", name="Voir ces nuits").click()
        assert "nuits=1" in page.url
        assert page.locator("[data-lignes] tr").count() > 20
        assert set(page.locator("[data-lignes] .verdict").all_inner_texts()) == {"• Nuit passée"}
    finally:
        requests.delete(f"{api}/{nom}", headers=en_tetes, timeout=60)


# --- several exchanges --------------------------------------------------------------------------------------


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "sans-js"])
def test_several_are_taken_away_compared_played_again_and_erased(
    visiter: Visiter, client: Client, javascript: bool
) -> None:
    client.enregistrer(fautif())
    client.enregistrer(neuve())
    visite = visiter(javascript=javascript)
    page = visite.aller(JOURNAL)
    ids = [int(page.locator("[data-lignes] th a").nth(rang).inner_text()) for rang in (1, 0)]

    def cocher() -> None:
        visite.aller(JOURNAL)
        for identifiant in ids:
            page.get_by_label(f"Choisir l'échange {identifiant}", exact=True).check()

    cocher()
    with page.expect_download() as fichier:
        page.get_by_role("button", name="Archive HAR", exact=True).click()
    archive = json.loads(fichier.value.path().read_text("utf-8"))["log"]
    assert [f"Échange {i} " in e["comment"] for i, e in zip(ids, archive["entries"], strict=True)] == [
        True
    ] * 2
    cocher()
    visite.cliquer("Comparer les deux")
    assert page.url.endswith(f"/echanges/comparer?a={ids[0]}&b={ids[1]}")
    cocher()
    visite.cliquer("Rejouer…")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rejouer 2")
    visite.cliquer("Rejouer")
    assert "2 messages sont repartis" in page.locator(".message[role=status]").inner_text()
    resultats = page.locator("[data-lignes] tr").all_inner_texts()
    assert [f"rejeu de l'échange {i}" in texte for i, texte in zip(ids, resultats, strict=True)] == [True] * 2
    cocher()
    visite.cliquer("Effacer…")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Effacer 2")
    visite.cliquer("Effacer")
    assert "2 échanges effacés" in page.locator(".message[role=status]").inner_text()
    assert page.get_by_label(f"Choisir l'échange {ids[0]}", exact=True).count() == 0
    assert "Échange effacé" in visite.aller(f"/console/ecole/echanges/{ids[0]}").locator("main").inner_text()


def test_a_shift_click_chooses_all_between(visiter: Visiter, client: Client) -> None:
    _longue(client)
    page = visiter().aller(JOURNAL)
    cases = page.locator("[data-lignes] [name=ids]")
    cases.nth(1).click()
    cases.nth(4).click(modifiers=["Shift"])
    expect(page.locator("[data-choisis]")).to_have_text("4 échanges choisis :")
    page.get_by_role("link", name="Tout choisir").click()
    assert page.locator("[data-lignes] [name=ids]:not(:checked)").count() == 0
    assert page.url.endswith("/journal"), "no page was asked for"


def test_a_tab_that_nobody_looks_at_holds_no_stream(visiter: Visiter) -> None:
    visite = visiter()
    page = visite.page
    page.add_init_script(
        """Object.defineProperty(document, "hidden", {get: () => window.cachee ?? true});
        window.ouverts = 0;
        const Vrai = EventSource;
        window.EventSource = class extends Vrai { constructor(a) { super(a); window.ouverts += 1; } };"""
    )
    visite.aller(JOURNAL)
    assert page.evaluate("window.ouverts") == 0
    page.evaluate("window.cachee = false; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("[data-direct].actif")).to_be_visible()
    assert page.evaluate("window.ouverts") == 1
