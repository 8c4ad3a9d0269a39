"""The link for trainees: everything is read, nothing is changed, by no button and by no request."""

from urllib.parse import urlsplit

import pytest
from recensement import MODULES, Recensement, changements, vue
from visite import Navigateur, Visite, Visiter

from sne_sandbox.web.droits import VUES, NiveauRequis


@pytest.fixture(scope="module")
def lien(navigateur: Navigateur) -> str:
    """The read-only link, as the page of the scenes gives it."""
    visite = navigateur.visiter()
    page = visite.aller("/console/ecole/scenes")
    page.get_by_text("Montrer le lien de lecture").click()
    lu = page.get_by_label("Lien de lecture").inner_text().strip()
    visite.finir()
    return lu


@pytest.fixture
def stagiaire(visiter: Visiter, lien: str) -> Visite:
    """A browser that came by the read-only link."""
    visite = visiter(inconnu=True)
    visite.aller(lien)
    return visite


#: Who reads is not shown who else may enter, nor what trainees are called.
RESERVEES = ("jetons", "ateliers")


def _reservee(adresse: str) -> bool:
    return VUES[vue(adresse) or ""] is NiveauRequis.ADMIN


@pytest.mark.parametrize("section", [section for section in MODULES if section not in RESERVEES])
def test_no_button_of_a_section_changes_anything(
    section: str, stagiaire: Visite, recense: Recensement
) -> None:
    montrees = [adresse for adresse in recense.de(section) if not _reservee(adresse)]
    assert montrees
    for adresse in montrees:
        page = stagiaire.aller(adresse)
        if not page.locator(".salle").count():  # a projector shows nothing but the scene
            assert page.locator(".lecture").get_by_text("lecture seule").is_visible()
        actifs = page.locator(
            # How a browser shows the console is its own affair.
            "form[method=post]:not([action='/affichage']) "
            ":is(button, input:not([type=hidden]), select, textarea):enabled"
        )
        assert [t for t in actifs.all_inner_texts() if t.strip() != "quitter"] == [], adresse
        # The guide is the same text for all.
        menes = page.locator("a[href]").evaluate_all("(liens) => liens.map((un) => un.getAttribute('href'))")
        assert section == "guide" or [un for un in menes if vue(un) and _reservee(un)] == [], adresse


def test_what_is_reserved_is_not_shown(stagiaire: Visite, recense: Recensement) -> None:
    reservees = [a for adresses in recense.pages.values() for a in adresses if _reservee(a)]
    assert {urlsplit(adresse).path.split("/")[3] for adresse in reservees} == {*RESERVEES, "scenes"}
    stagiaire.tolerer.append("403")
    for adresse in reservees:
        stagiaire.aller(adresse, statut=403)


def test_no_request_changes_anything(stagiaire: Visite) -> None:
    page = stagiaire.aller("/console/ecole/journal")
    jeton = page.locator("input[name=csrf]").first.get_attribute("value") or ""
    faits = [(nom, chemin) for nom, chemin in changements() if nom != "affichage.choisir"]
    assert faits
    for nom, chemin in faits:
        reponse = stagiaire.contexte.request.post(stagiaire.origine + chemin, form={"csrf": jeton})
        assert reponse.status == 403, nom
        assert "lecture seule" in reponse.text(), nom


def test_one_leaves_it_again(stagiaire: Visite) -> None:
    stagiaire.aller("/console/ecole/journal")
    stagiaire.cliquer("quitter")
    assert stagiaire.page.locator(".lecture").count() == 0


def test_who_comes_to_follow_is_led_to_the_scenes(stagiaire: Visite) -> None:
    stagiaire.cliquer("Voir les scènes", role="link")
    assert stagiaire.page.locator("h1").inner_text() == "Scènes"
    assert stagiaire.page.get_by_text("ouvrez la scène que joue le formateur").is_visible()
