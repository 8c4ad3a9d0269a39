"""Every page of every section, at three widths, with JavaScript and without, by mouse and by keyboard."""

import pytest
from playwright.sync_api import expect
from recensement import MODULES, Recensement, vues
from visite import Visite, Visiter


@pytest.mark.parametrize("nom", vues())
def test_a_link_leads_to_each_view(nom: str, recense: Recensement) -> None:
    assert nom in recense.pages or nom in recense.fichiers


@pytest.mark.parametrize(
    ("nom", "dit"),
    [("statistiques.page", "date="), ("statistiques.territoires", "code="), ("guichets.guichet", "G1104")],
)
def test_what_one_view_shows_otherwise_is_among_its_pages(nom: str, dit: str, recense: Recensement) -> None:
    assert any(dit in adresse for adresse in recense.pages[nom]), recense.pages[nom]


def test_no_link_is_dead(recense: Recensement) -> None:
    assert recense.morts == {}


def test_no_page_prints_python(recense: Recensement) -> None:
    assert recense.fuites == {}


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "sans-js"])
@pytest.mark.parametrize("section", MODULES)
def test_reads_well_at_three_widths(
    section: str, javascript: bool, recense: Recensement, visiter: Visiter
) -> None:
    visite = visiter(javascript=javascript)
    ecarts = []
    for adresse in recense.de(section, toutes=javascript):
        page = visite.aller(adresse)
        assert page.locator("h1").count() == 1, adresse
        assert page.locator("h1").is_visible(), adresse
        assert page.locator("main").count() == 1, adresse
        assert page.title().split(" · ")[0].strip(), adresse
        dits = page.get_by_text("bac à sable non officiel", exact=True).filter(visible=True)
        assert dits.count() == 1, adresse
        ecarts += visite.debordements()
    assert ecarts == []


@pytest.mark.parametrize(
    "chemin",
    [
        "/console/ecole/guichets",
        "/console/ecole/contrat/formulaire",
        "/console/ecole/statistiques/flux",
        "/console/ecole/statistiques/territoires?niveau=departement&code=75",
    ],
)
def test_a_table_of_words_is_read_without_sliding(chemin: str, visiter: Visiter) -> None:
    # What is told by the last column (a count, a fidelity, a share) is not looked for out of the frame.
    page = visiter().aller(chemin)
    cadres = page.locator(".defile:visible")
    assert cadres.count() > 0
    assert cadres.evaluate_all("tous => tous.filter(e => e.scrollWidth > e.clientWidth + 1).length") == 0


@pytest.mark.parametrize("section", MODULES)
def test_goes_by_keyboard(section: str, recense: Recensement, visiter: Visiter) -> None:
    visite = visiter()
    visite.aller(recense.de(section)[0])
    evitement = visite.touche("Tab")
    assert "Aller au contenu" in evitement["nom"], evitement
    assert evitement["x"] >= 0, evitement
    assert evitement["y"] >= 0, evitement
    assert visite.touche("Enter")["id"] == "contenu"
    assert foyers_caches(visite) == []


def foyers_caches(visite: Visite, combien: int = 30) -> list[str]:
    """Elements that take the focus after the head of the page without a mark that one sees."""
    caches = []
    for _ in range(combien):
        foyer = visite.touche("Tab")
        if foyer["corps"]:
            break
        if not foyer["marque"] or not foyer["large"]:
            caches.append(str(foyer))
    return caches


def test_a_page_asks_for_no_forbidden_image_before_its_own_style_is_there(visiter: Visiter) -> None:
    # What a browser may do on a slow line: compute the style when only Bootstrap has come.
    visite = visiter()
    visite.tolerer.append("net::ERR_FAILED")
    visite.page.route("**/console.css", lambda route: route.abort())
    page = visite.aller("/console/ecole/demandes")
    image = page.locator(".form-select").first.evaluate("e => getComputedStyle(e).backgroundImage")
    assert "chevron.svg" in image


def test_the_menu_of_bases_closes_by_esc(visiter: Visiter) -> None:
    page = visiter().aller("/console/ecole/journal")
    menu = page.locator(".choix-base")
    menu.locator("summary").press("Enter")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_letters_open_sections_and_walk_the_list(visiter: Visiter) -> None:
    visite = visiter()
    page = visite.aller("/console/ecole/journal")
    page.keyboard.press("?")
    expect(page.locator(".menu kbd").first).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("tr.choisie")).to_have_count(1)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "texte"
    page.keyboard.press("Escape")
    with page.expect_navigation():
        visite.lettres("gd")
    assert page.url.endswith("/console/ecole/demandes")
