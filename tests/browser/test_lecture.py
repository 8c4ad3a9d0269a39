"""The link for trainees: everything is read, nothing is changed, by no button and by no request."""

from urllib.parse import urlsplit

import pytest
from recensement import MODULES, Recensement, changements
from visite import Visite, Visiter


@pytest.fixture
def stagiaire(visiter: Visiter) -> Visite:
    """A browser that came by the read-only link, as the page of the scenes gives it."""
    page = visiter().aller("/console/ecole/scenes")
    page.get_by_text("Montrer le lien de lecture").click()
    lien = page.get_by_label("Lien de lecture").inner_text().strip()
    visite = visiter(inconnu=True)
    visite.aller(lien)
    return visite


#: Who reads is not shown who else may enter.
RESERVEE = "jetons"


@pytest.mark.parametrize("section", [section for section in MODULES if section != RESERVEE])
def test_no_button_of_a_section_changes_anything(
    section: str, stagiaire: Visite, recense: Recensement
) -> None:
    for adresse in recense.de(section):
        page = stagiaire.aller(adresse)
        if not page.locator(".salle").count():  # a projector shows nothing but the scene
            assert page.locator(".lecture").get_by_text("lecture seule").is_visible()
        actifs = page.locator(
            # How a browser shows the console is its own affair.
            "form[method=post]:not([action='/affichage']) "
            ":is(button, input:not([type=hidden]), select, textarea):enabled"
        )
        assert [t for t in actifs.all_inner_texts() if t.strip() != "quitter"] == [], adresse


def test_the_tokens_are_neither_shown_nor_led_to(stagiaire: Visite, recense: Recensement) -> None:
    page = stagiaire.aller("/console/ecole/journal")
    for adresse in recense.de(RESERVEE):
        assert page.locator(f"a[href='{urlsplit(adresse).path}']").count() == 0
        stagiaire.tolerer.append("403")
        stagiaire.aller(adresse, statut=403)


@pytest.mark.parametrize(
    ("vue", "chemin"), [c for c in changements() if c[0] != "affichage.choisir"], ids=lambda valeur: valeur
)
def test_no_request_changes_anything(vue: str, chemin: str, stagiaire: Visite) -> None:
    page = stagiaire.aller("/console/ecole/journal")
    jeton = page.locator("input[name=csrf]").first.get_attribute("value") or ""
    reponse = stagiaire.contexte.request.post(stagiaire.origine + chemin, form={"csrf": jeton})
    assert reponse.status == 403, vue
    assert "lecture seule" in reponse.text()


def test_one_leaves_it_again(stagiaire: Visite) -> None:
    stagiaire.aller("/console/ecole/journal")
    stagiaire.cliquer("quitter")
    assert stagiaire.page.locator(".lecture").count() == 0


def test_who_comes_to_follow_is_led_to_the_scenes(stagiaire: Visite) -> None:
    stagiaire.cliquer("Voir les scènes", role="link")
    assert stagiaire.page.locator("h1").inner_text() == "Scènes"
    assert stagiaire.page.get_by_text("ouvrez la scène que joue le formateur").is_visible()
