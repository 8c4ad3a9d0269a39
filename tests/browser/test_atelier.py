"""A room: made, printed, entered, watched, helped, put back; and who follows, without a reload."""

import json
import re
from collections.abc import Iterator

import pytest
import requests
from commande import sne
from playwright.sync_api import Page, expect
from serveur_local import Serveur
from test_accessibilite import fautes
from visite import Visite, Visiter

SCENE = "premiere-demande"
#: Of a page: what says that it was not loaded again.
MEME = "window.memePage"
#: The addresses of the cards, as another machine would call this one.
_NOMMER = """(codes, nom) => {
  for (const code of codes) code.textContent = code.textContent.replace(/127[^/]*/, nom);
}"""


@pytest.fixture
def atelier(serveur: Serveur) -> Iterator[str]:
    """The name of one that is no more when the test ends, if it was made."""
    nom = "examen"
    yield nom
    sne(serveur.home, "atelier", "clore", nom, "--bases", "supprimer", "--home", str(serveur.home))


def liens(page: Page) -> list[str]:
    return [str(lien) for lien in page.locator(".lien-papier code").all_inner_texts()]


def entrer(visiter: Visiter, lien: str, largeur: tuple[int, int] = (390, 844)) -> Visite:
    visite = visiter(inconnu=True, largeur=largeur)
    visite.aller(lien)
    assert lien.rpartition("/")[2] not in visite.page.url
    return visite


def test_a_room_of_four_is_made_played_watched_and_helped(
    visiter: Visiter, axe: str, atelier: str, serveur: Serveur
) -> None:
    formateur = visiter()
    page = formateur.aller("/console/ecole/ateliers")
    page.get_by_label("Nom", exact=True).fill(atelier)
    page.get_by_label("Stagiaires", exact=True).fill("4")
    page.get_by_label("Noms des stagiaires").fill("Alice Martin\nBob")
    page.get_by_label("Une première demande").check()
    page.get_by_label("Horloge figée au").fill("15/03/2018")
    page.get_by_label("À (heure de Paris)").fill("09:30")
    page.get_by_label("Liens bons").select_option("une semaine")
    formateur.cliquer("Faire l'atelier")
    expect(page.locator(".places tbody tr")).to_have_count(4)
    tenus = sne(serveur.home, "atelier", "lister", "--format", "json", "--home", str(serveur.home))
    assert json.loads(tenus.stdout)[0]["horloge"] == "2018-03-15T09:30:00+01:00"
    assert fautes(formateur, axe) == []
    assert formateur.debordements() == []

    # The sheet: four cards, each with its code; what is printed has no button, and eight cards a page.
    formateur.cliquer("Fiches à imprimer", role="link")
    expect(page.locator(".fiche-papier svg.qr")).to_have_count(4)
    assert "n'ouvre rien depuis un autre poste" in page.locator(".message.erreur").inner_text()
    assert fautes(formateur, axe) == []
    assert formateur.debordements() == []
    page.emulate_media(media="print")
    assert page.locator("main button:visible, main a:visible").count() == 0
    hauteurs = page.locator(".fiche-papier").evaluate_all(
        "(f) => f.map((e) => e.getBoundingClientRect().height)"
    )
    assert all(hauteur * 4 < 1123 - 60 for hauteur in hauteurs), (
        "four rows on an A4 of 1123 px, less its margins"
    )
    assert page.locator(".fiche-papier").evaluate_all(
        "(f) => f.every((e) => e.scrollHeight <= e.clientHeight + 1)"
    )
    page.emulate_media(media="screen")
    adresses = liens(page)
    # A name of machine as long as they come: the last line of a card is still on it.
    page.locator(".fiche-papier code").evaluate_all(_NOMMER, "formation-poste-12.reseau.exemple.fr:8080")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    assert page.locator(".fiche-papier").evaluate_all(
        "(f) => f.every((e) => e.scrollHeight <= e.clientHeight + 1)"
    )
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})
    formateur.cliquer("Le tableau de l'atelier", role="link")
    page.evaluate(f"{MEME} = true")

    # Two of them play, on their telephones, while the trainer's board follows.
    alice, bob = entrer(visiter, adresses[0]), entrer(visiter, adresses[1])
    expect(alice.page.get_by_role("heading", level=1)).to_have_text("Bonjour Alice Martin")
    assert fautes(alice, axe) == []
    assert alice.debordements() == []
    for qui, pas in ((alice, 2), (bob, 1)):
        qui.cliquer("Ouvrir la scène", role="link")
        qui.cliquer("Commencer la scène")
        for rang in range(1, pas + 1):
            with qui.page.expect_navigation():
                qui.page.locator(f"#pas-{rang}.present button.btn-primary").click()
            # What came of it is above the next step, and in sight: a telephone shows one of the two.
            expect(qui.page.locator(f"#pas-{rang}.pas-joue")).to_be_in_viewport()
    expect(page.locator("#s-1")).to_contain_text(re.compile(r"Une première demande\s+pas 2 sur 4"))
    expect(page.locator("#s-2")).to_contain_text("pas 1 sur 4")
    expect(page.locator("#s-3")).to_contain_text("rien encore")
    expect(page.locator("#bilan")).to_contain_text("2 entrés")
    assert page.evaluate(MEME) is True

    # What fails shows, with its reason, while the trainer writes to somebody.
    page.get_by_label("Aider Alice Martin").click()
    mot = page.locator("#mot-1")
    mot.fill("Regardez")
    services = f"{bob.origine}/bases/{atelier}-02/services/DemandeLogementImplService/"
    assert requests.post(services, data=b"<x>", timeout=120).status_code == 500
    expect(page.locator("#s-2 .dernier")).to_contain_text("n°")
    expect(page.locator("#bilan")).to_contain_text("1 sur un refus (Bob)")
    assert mot.input_value() == "Regardez"
    expect(mot).to_be_focused()
    mot.fill("Regardez la date.")
    page.locator("#aide-1").get_by_role("button", name="Afficher chez lui").click()
    expect(alice.page.locator("#mot-du-formateur")).to_contain_text("Regardez la date.")
    assert bob.page.locator("#mot-du-formateur").inner_text() == ""

    # Put back: one, not the others.
    page.get_by_label("Aider Alice Martin").click()
    page.get_by_label("Remettre sa base au départ… : Alice Martin").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("examen-01")
    formateur.cliquer("Remettre au départ")
    expect(page.locator("#s-1")).to_contain_text("rien encore")
    expect(page.locator("#s-2")).to_contain_text("pas 1 sur 4")
    with alice.page.expect_navigation():  # her page is that of before
        alice.page.locator("#pas-3.present button.btn-primary").click()
    expect(alice.page.locator(".message.erreur")).to_contain_text("la scène a été remise au début")
    assert alice.page.get_by_role("button", name="Commencer la scène").is_visible()
    page.get_by_label("Il a fini : Bob").click()
    expect(page.locator("#s-2 th")).to_contain_text("fini")
    expect(page.locator("#s-2")).to_be_focused()

    # Closed: who was in is out.
    formateur.cliquer("Clore l'atelier…", role="link")
    assert fautes(formateur, axe) == []
    page.get_by_label("Les supprimer").check()
    formateur.cliquer("Clore l'atelier")
    expect(page.locator(".message.succes")).to_contain_text("est clos")
    bob.tolerer.extend(("401", "404", "ERR_ABORTED", "MIME type"))
    alice.tolerer.extend(bob.tolerer)
    bob.page.reload()
    expect(bob.page.get_by_label("Jeton")).to_be_visible()


def test_what_was_typed_comes_back_with_what_was_refused(visiter: Visiter) -> None:
    visite = visiter(javascript=False)
    page = visite.aller("/console/ecole/ateliers")
    page.get_by_label("Stagiaires", exact=True).fill("1")
    page.get_by_label("Noms des stagiaires").fill("Un\nDeux")
    page.get_by_label("Horloge figée au").fill("15/03/2018")
    page.get_by_label("À (heure de Paris)").fill("09:30")
    page.get_by_label("Liens bons").select_option("deux jours")
    visite.tolerer.append("422")
    visite.cliquer("Faire l'atelier")
    expect(page.get_by_role("alert")).to_contain_text("2 noms sont donnés pour 1 stagiaires")
    assert page.get_by_label("Noms des stagiaires").input_value() == "Un\nDeux"
    assert page.get_by_label("Horloge figée au").input_value() == "15/03/2018"
    assert page.get_by_label("À (heure de Paris)").input_value() == "09:30"
    assert page.get_by_label("Liens bons").input_value() == "P2D"
    page.get_by_label("Horloge figée au").fill("31/02/2018")
    visite.cliquer("Faire l'atelier")
    expect(page.get_by_role("alert")).to_contain_text("[31/02/2018] n'est pas une date.")
    assert page.get_by_label("Horloge figée au").input_value() == "31/02/2018"


def test_who_follows_keeps_the_focus_when_a_step_is_played(visiter: Visiter, serveur: Serveur) -> None:
    entete = {"Authorization": f"Bearer {serveur.pret['admin_token']}"}
    scene = f"{serveur.pret['http']}/api/v1/scenes/{SCENE}"
    assert requests.post(f"{scene}/start", json={"vider": True}, headers=entete, timeout=120).ok
    suiveur = visiter()
    page = suiveur.aller(f"/console/scene-{SCENE}/scenes/{SCENE}/salle")
    page.evaluate(f"{MEME} = true")
    for rang in (1, 2):
        lien = page.get_by_role("link", name="Scènes", exact=True).last
        lien.focus()
        assert requests.post(f"{scene}/next", json={"rang": rang}, headers=entete, timeout=120).ok
        expect(page.locator(".s-ou")).to_contain_text(f"Pas {rang} sur")
        assert page.evaluate("document.activeElement !== document.body"), rang
    assert page.evaluate(MEME) is True


def test_who_follows_without_a_script_has_a_link(visiter: Visiter) -> None:
    visite = visiter(javascript=False)
    page = visite.aller(f"/console/ecole/scenes/{SCENE}/salle")
    assert page.get_by_role("link", name="Recharger").is_visible()
