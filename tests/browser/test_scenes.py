"""Scenes played to their end in two windows: by the keyboard alone in the trainer's, and followed in the
room's. Of every scene of the fixtures, the room's screen holds each step whole; what they say is held by
`tests/sne_console/pages/test_page_scenes.py`, which plays them all without a browser."""

import re
from itertools import count
from typing import Any, Final

import pytest
import requests
from playwright.sync_api import Page, expect
from serveur_local import Serveur
from test_accessibilite import fautes
from visite import Visite, Visiter

from sne_console.formation.kit import PIECES
from sne_console.formation.scenes import PasScene, Scene, scenes
from sne_console.vues.filtres_jinja import insecables

SCENES: Final = {scene.identifiant: scene for scene in scenes()}
#: Projectors: what is shown to a room fits in each.
ECRANS: Final = ((1280, 720), (1920, 1080))
#: Pixels, at 1920, of what is read from the back of a room.
LISIBLE: Final = 28
#: What is out of the screen, or cut; and what is smaller than LISIBLE, but for what only names the rest.
_DEHORS: Final = """() => {
  const salle = document.querySelector('.salle');
  const dehors = [...salle.querySelectorAll('*')].filter((e) => {
    const r = e.getBoundingClientRect();
    if (!r.height || e.closest('.visually-hidden')) return false;
    return r.bottom > innerHeight + 1 || r.right > innerWidth + 1;
  });
  const coupe = [...salle.querySelectorAll('.s-recit, .s-demande, .s-corps')].filter(
    (e) => e.scrollHeight > e.clientHeight + 1);
  const page = document.documentElement.scrollHeight > innerHeight + 1 ? ['la page défile'] : [];
  return [...page, ...[...dehors, ...coupe].slice(0, 4).map(
    (e) => `${e.tagName}.${e.getAttribute('class')} ${(e.textContent || '').trim().slice(0, 40)}`)];
}"""
_PETITS: Final = """(lisible) => [...document.querySelectorAll(
    '.s-pose, .s-choix, .s-verdict, .s-anomalies, .s-regarder, .s-montres, .s-change td, .s-frise, .s-rien')]
  .filter((e) => parseFloat(getComputedStyle(e).fontSize) < lisible)
  .map((e) => `${e.className} ${getComputedStyle(e).fontSize}`)"""
_FOYER: Final = "document.activeElement.dataset.jouer !== undefined ? 'bouton' : document.activeElement.id"


def test_there_are_twelve_scenes_at_least() -> None:
    assert len(SCENES) >= 12


@pytest.mark.parametrize(
    ("identifiant", "largeur", "sombre"),
    [("message-refuse", ECRANS[0], False), ("reponse-perdue", ECRANS[1], True)],
)
def test_a_scene_is_played_without_tab_and_followed_by_the_room(
    identifiant: str, largeur: tuple[int, int], sombre: bool, visiter: Visiter, axe: str
) -> None:
    """Enter, and nothing else; the room's window is never loaded again."""
    scene = SCENES[identifiant]
    visite = visiter(sombre=sombre, largeur=largeur)
    page = _commencer(visite, scene)
    salle = _salle(visite, scene)
    for numero, pas in enumerate(scene.pas, 1):
        _jouer(page, salle, scene, numero, pas)
    assert page.evaluate(_FOYER) == "t-present"
    expect(page.get_by_text("La scène est jouée.")).to_be_visible()
    assert visite.debordements() == []
    assert fautes(visite, axe) == []
    visite.page = salle
    assert fautes(visite, axe) == []
    assert visite.debordements() == []
    _regarder(visite, page, scene)


@pytest.mark.parametrize("identifiant", SCENES)
def test_the_screen_of_the_room_holds_each_step_whole(
    identifiant: str, visiter: Visiter, serveur: Serveur
) -> None:
    scene = SCENES[identifiant]
    visite = visiter(largeur=ECRANS[0])
    with requests.Session() as trainer:
        trainer.headers["Authorization"] = f"Bearer {serveur.pret['admin_token']}"
        adresse = f"{serveur.pret['http']}/api/v1/scenes/{identifiant}"
        trainer.post(f"{adresse}/start", json={"vider": True}, timeout=120).raise_for_status()
        for rang, pas in enumerate(scene.pas, 1):
            # Those that are refused first: they stay on the screen while the room chooses again.
            choix = sorted(
                range(1, len(pas.choix) + 1), key=lambda un: pas.choix[un - 1].attendu.verdict == "accepté"
            )
            for un in choix or [None]:
                corps = {"rang": rang, "choix": un}
                trainer.post(f"{adresse}/next", json=corps, timeout=120).raise_for_status()
                salle = visite.aller(f"/console/{scene.base}/scenes/{identifiant}/salle")
                assert _deborde(salle) == [], (rang, un)
            expect(salle.locator(".s-ou")).to_have_text(f"Pas {rang} sur {len(scene.pas)}")


@pytest.mark.parametrize("identifiant", ["premiere-demande", "message-refuse"])
def test_a_scene_is_played_without_javascript(identifiant: str, visiter: Visiter) -> None:
    scene = SCENES[identifiant]
    visite = visiter(javascript=False)
    page = _commencer(visite, scene)
    for numero, pas in enumerate(scene.pas, 1):
        assert insecables(pas.dire) in page.locator(f"#pas-{numero}").inner_text()
        for choix in [c.libelle for c in pas.choix if c.attendu.verdict != "accepté"]:
            visite.cliquer(choix, exact=False)
        juste = next((c.libelle for c in pas.choix if c.attendu.verdict == "accepté"), pas.bouton)
        visite.cliquer(juste, exact=not pas.choix)
        _est_joue(page, numero, pas)
    assert page.get_by_text("La scène est jouée.").is_visible()
    assert visite.debordements() == []
    visite.cliquer("Fiche", role="link")
    assert page.locator(".f-question").count() == len(scene.pas)


def test_a_clicker_plays_and_looks_back_until_its_keys_are_off(visiter: Visiter) -> None:
    scene = SCENES["doublon"]
    visite = visiter()
    page = _commencer(visite, scene)
    salle = _salle(visite, scene)
    for rang in (1, 2, 3):
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press(("PageDown", "ArrowRight", "Space")[rang - 1])
        expect(salle.locator("h2")).to_have_text(scene.pas[rang - 1].titre)
    for touche, titre in (("PageUp", 1), ("ArrowLeft", 0), ("PageDown", 1), ("Home", 2)):
        page.keyboard.press(touche)
        expect(salle.locator("h2")).to_have_text(scene.pas[titre].titre)
    expect(page.locator("[data-revue]")).to_be_hidden()
    page.evaluate("document.documentElement.dataset.sansRaccourcis = ''")
    page.keyboard.press("PageDown")
    assert page.evaluate(_FOYER) == "bouton"
    expect(page.locator("#t-present")).to_have_text(insecables(scene.pas[3].titre))


def test_a_reader_on_another_machine_follows_and_is_never_sent_the_notes(visiter: Visiter) -> None:
    scene = SCENES["anomalie-corrigee"]
    formateur = visiter()
    page = formateur.aller("/console/ecole/scenes")
    page.get_by_text("Montrer le lien de lecture").click()
    lien = page.get_by_label("Lien de lecture").inner_text().strip()
    page = _commencer(formateur, scene)
    lecteur = visiter(inconnu=True)
    lecteur.aller(lien)
    recus: list[str] = []
    lecteur.page.on("response", lambda r: recus.append(_texte(r)))
    lecteur.aller(f"/console/ecole/scenes/{scene.identifiant}")
    assert lecteur.page.url.endswith(f"/console/{scene.base}/scenes/{scene.identifiant}/salle")
    foyer = lecteur.page.get_by_role("link", name="Scènes")
    foyer.focus()
    for pas in scene.pas[:3]:
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press("Enter")
        expect(lecteur.page.locator("h2")).to_have_text(insecables(pas.titre))
        expect(foyer).to_be_focused()
    assert len([texte for texte in recus if "salle" in texte]) >= len(scene.pas[:3])
    notes = [pas.dire for pas in scene.pas] + [insecables(pas.dire) for pas in scene.pas]
    assert [note for note in notes for texte in recus if note in texte] == []


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_of_the_kit_stays_within_its_margins(piece: str, visiter: Visiter) -> None:
    page = visiter().aller(f"/console/ecole/scenes/kit/{piece}.svg")
    bords = page.evaluate("""() => [...document.querySelectorAll('text')].map((t) => {
      const b = t.getBBox(), feuille = document.documentElement.viewBox.baseVal;
      return [t.textContent, b.x, feuille.width - b.x - b.width, b.y, feuille.height - b.y - b.height];
    })""")
    assert len(bords) > 3
    assert [dit for dit, *cotes in bords if min(cotes[:2]) < 56 or min(cotes[2:]) < 5] == []


@pytest.mark.parametrize("nom", ["fiche", "corrige"])
def test_a_sheet_is_printed_without_buttons(nom: str, visiter: Visiter, axe: str) -> None:
    visite = visiter(sombre=nom == "corrige")
    page = visite.aller(f"/console/ecole/scenes/message-refuse/{nom}")
    assert fautes(visite, axe) == []
    assert visite.debordements() == []
    page.emulate_media(media="print")
    assert visite.visibles("button, .btn, nav, header, footer") == []


# --- pieces -------------------------------------------------------------------------------------------------


def _commencer(visite: Visite, scene: Scene) -> Page:
    """The trainer's window, the scene at its start."""
    page = visite.aller(f"/console/ecole/scenes/{scene.identifiant}")
    recommencer = page.get_by_role("button", name="Remettre la scène au début")
    visite.cliquer("Remettre la scène au début" if recommencer.count() else "Commencer la scène")
    return page


def _salle(visite: Visite, scene: Scene) -> Page:
    """The room's window, beside the trainer's."""
    salle = visite.contexte.new_page()
    salle.on("pageerror", lambda erreur: visite.ecarts.append(f"salle : {erreur}"))
    salle.on(
        "console", lambda dit: visite.ecarts.append(f"salle : {dit.text}") if dit.type == "error" else None
    )
    salle.goto(f"{visite.origine}/console/{scene.base}/scenes/{scene.identifiant}/salle", wait_until="load")
    return salle


def _jouer(page: Page, salle: Page, scene: Scene, rang: int, pas: PasScene) -> None:
    assert insecables(pas.dire) in page.locator(f"#pas-{rang}").inner_text()
    assert insecables(pas.question) in salle.locator(".s-pose").inner_text()
    for essai in count(1):
        assert page.evaluate(_FOYER) == "bouton", f"step {rang}: where is the focus?"
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press("Enter")
        if page.locator(f"#pas-{rang}.pas-joue").count():
            break
        assert essai < len(pas.choix), f"step {rang} does not end"
        expect(salle.locator(".s-choix .refuse")).to_have_count(essai)
    _est_joue(page, rang, pas)
    expect(salle.locator(".s-ou")).to_have_text(f"Pas {rang} sur {len(scene.pas)}")
    expect(salle.locator(".s-regarder")).to_have_text(insecables(pas.regarder))
    assert insecables(pas.dire) not in salle.locator("body").inner_text()


def _est_joue(page: Page, rang: int, pas: PasScene) -> None:
    texte = page.locator(f"#pas-{rang}").inner_text()
    assert page.locator(".message.erreur").count() == 0, page.locator(".message.erreur").all_inner_texts()
    assert insecables(pas.regarder) in texte
    if pas.attendu.verdict is not None:
        assert {"fault": "faute SOAP"}.get(pas.attendu.verdict, pas.attendu.verdict) in texte
    for mot in (*pas.attendu.regles, *(libelle for libelle, _ in pas.montrer)):
        assert mot in texte
    assert ("attestation (PDF)" in texte) >= pas.attendu.attestation


def _deborde(salle: Page) -> list[str]:
    """What a projector does not show whole, and what one does not read from the back."""
    trouves: list[str] = []
    for largeur, hauteur in ECRANS:
        salle.set_viewport_size({"width": largeur, "height": hauteur})
        trouves += [f"à {largeur} : {dehors}" for dehors in salle.evaluate(_DEHORS)]
    return trouves + list(salle.evaluate(_PETITS, LISIBLE))


def _regarder(visite: Visite, page: Page, scene: Scene) -> None:
    """The links that a trainer clicks: each exchange of the scene opens."""
    liens = page.locator("a[href*='/echanges/']").evaluate_all("(a) => a.map((e) => e.href)")
    for adresse in sorted({lien for lien in liens if re.search(r"/echanges/\d+$", lien)}):
        assert scene.base in adresse
        assert visite.contexte.request.get(adresse).status == 200


def _texte(reponse: Any) -> str:
    """What a page was sent; the stream, which has no end, carries no text."""
    genre = reponse.headers.get("content-type", "")
    return str(reponse.text()) if genre.startswith(("text/html", "application/json")) else ""
