"""What no link leads to: refusals, the door of the trainees, the answers of Composer.
Each at three widths, and read by axe."""

from collections.abc import Mapping
from typing import Final

import pytest
from document import ecrire, texte
from test_accessibilite import fautes
from visite import Visite, Visiter

#: What Chromium says of an answer that is no success.
ECHEC: Final = "Failed to load resource"
COMPOSER: Final = "/console/essai/composer/getNumUnique?depart=specimen-personne_seule"
LONG: Final = "x" * 200
_POSTER: Final = """([chemin, champs]) => {
  const jeton = document.querySelector('input[name=csrf]').value;
  const formulaire = Object.assign(document.createElement('form'), {method: 'post', action: chemin});
  for (const [name, value] of Object.entries({csrf: jeton, ...champs}))
    formulaire.append(Object.assign(document.createElement('input'), {name, value}));
  document.body.append(formulaire);
  formulaire.submit();
}"""


def poster(visite: Visite, chemin: str, champs: Mapping[str, str], *, statut: int) -> None:
    """Sends a form that no page has, from the page of the boxes, and waits for the answer."""
    visite.tolerer.append(ECHEC)
    page = visite.aller("/console/ecole/guichets/G1104")
    with page.expect_navigation(wait_until="load") as suite:
        page.evaluate(_POSTER, [chemin, dict(champs)])
    assert suite.value.status == statut


def bien_montree(visite: Visite, axe: str) -> None:
    """That the page is whole: it has a title, holds in each width, and axe has nothing serious to say."""
    assert visite.page.locator("h1").count() == 1
    assert visite.page.locator("h1").is_visible()
    assert visite.debordements() == []
    assert fautes(visite, axe) == []


@pytest.mark.parametrize(
    ("chemin", "statut", "titre"),
    [
        ("/console/ecole/rien", 404, "Introuvable"),
        (f"/console/{LONG}/journal", 404, "Introuvable"),
        (f"/console/ecole/demandes/{LONG}", 404, "Introuvable"),
        ("/console/ecole/conformite/rien", 404, "Introuvable"),
        ("/lecture/faux", 404, "Introuvable"),
        ("/console/ecole/scenes/premiere-demande/commencer", 405, "Méthode non admise"),
        (f"/console/ecole/journal?xpath=//{LONG}[", 422, "Journal"),
        (f"/console/ecole/composer/getNumUnique?demande={LONG}&type=REN", 404, "Enregistrer ou modifier"),
    ],
)
def test_an_address_that_is_refused_says_why(
    chemin: str, statut: int, titre: str, visiter: Visiter, axe: str
) -> None:
    visite = visiter()
    visite.tolerer.append(ECHEC)
    page = visite.aller(chemin, statut=statut)
    assert titre in page.locator("h1").inner_text()
    assert len(page.locator("main").inner_text()) > len(titre) + 20
    bien_montree(visite, axe)


@pytest.mark.parametrize(
    ("chemin", "champs", "statut", "titre"),
    [
        ("/console/ecole/controle/avancer", {"csrf": "faux", "vers": "P1D"}, 403, "Accès refusé"),
        # Told in the page that it goes back to.
        ("/console/ecole/controle/bases", {"nom": f"à {LONG}", "semence": "vide"}, 200, "Bases"),
        ("/console/ecole/conformite/temoin", {"exemples": LONG}, 200, "Conformité"),
        ("/connexion", {"jeton": LONG}, 403, "Connexion"),
    ],
)
def test_a_form_that_is_refused_says_why(
    chemin: str, champs: dict[str, str], statut: int, titre: str, visiter: Visiter, axe: str
) -> None:
    visite = visiter()
    poster(visite, chemin, champs, statut=statut)
    assert titre in visite.page.locator("h1").inner_text()
    assert statut != 200 or visite.page.locator(".message.erreur").is_visible()
    bien_montree(visite, axe)


def test_the_door_of_the_trainees_says_what_they_may_do(visiter: Visiter, axe: str) -> None:
    page = visiter().aller("/console/ecole/scenes")
    page.get_by_text("Montrer le lien de lecture").click()
    lien = page.get_by_label("Lien de lecture").inner_text().strip()
    stagiaire = visiter(inconnu=True)
    stagiaire.aller(lien)
    bien_montree(stagiaire, axe)
    poster(stagiaire, "/console/ecole/controle/avancer", {"vers": "P1D"}, statut=403)
    assert "lecture seule" in stagiaire.page.locator("main").inner_text()
    bien_montree(stagiaire, axe)


@pytest.mark.parametrize(
    ("naissance", "verifie", "verdict"),
    [("2091-09-14", "Il serait refusé", "anomalies"), ("1991-03-07", "Il serait accepté", "accepté")],
    ids=["refused", "accepted"],
)
def test_composer_answers(naissance: str, verifie: str, verdict: str, visiter: Visiter, axe: str) -> None:
    visite = visiter()
    page = visite.aller(COMPOSER)
    page.get_by_label("Date de naissance").fill(naissance)
    page.get_by_label("Nom", exact=True).fill("Réponses")
    visite.cliquer("Vérifier sans envoyer")
    assert page.get_by_role("heading", name=verifie).is_visible()
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    bien_montree(visite, axe)
    visite.cliquer("Voir la requête HTTP")
    assert page.get_by_role("heading", name="La requête HTTP entière").is_visible()
    bien_montree(visite, axe)
    visite.cliquer("Envoyer")
    assert page.locator(".verdict").first.inner_text().split()[-1] == verdict
    bien_montree(visite, axe)


def test_composer_gives_back_what_it_cannot_read(visiter: Visiter, axe: str) -> None:
    visite = visiter()
    visite.tolerer.append(ECHEC)
    page = visite.aller(COMPOSER)
    ecrire(page, f"<{LONG}>")
    reponse = visite.cliquer("Vérifier sans envoyer")
    assert reponse is not None
    assert reponse.status == 422
    assert texte(page) == f"<{LONG}>"
    bien_montree(visite, axe)


@pytest.mark.cher
def test_a_judgement_goes_on_without_javascript(visiter: Visiter) -> None:
    visite = visiter(javascript=False)
    page = visite.aller("/console/essai/conformite")
    temoin = page.get_by_role("region", name="Voir une certification")
    temoin.get_by_label("Scénarios").select_option("RAD")
    temoin.get_by_label("Ménages par scénario").fill("1")
    visite.cliquer("Piloter le témoin")
    en_cours = page.get_by_role("heading", name="Application témoin, jugée sur le plan")
    assert en_cours.is_visible()
    assert visite.debordements() == []
    while en_cours.count():  # as long as the limit of a test allows
        visite.cliquer("Recharger", role="link")
    assert page.get_by_role("button", name="Effacer").is_visible()
    assert page.locator(".branche").count() > 0
