"""The pictures of the README and of the guide: made here (`make captures`), and held to the pages they show.

Beside each picture stands what its page said: when the page says something else, the picture is stale.
"""

import difflib
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from formulaires import Formulaires
from peuplement import HORLOGE, compter, peupler
from PIL import Image
from playwright.sync_api import expect
from serveur_local import Serveur
from visite import LARGEURS, Navigateur

RACINE: Final = Path(__file__).resolve().parents[2]
IMAGES: Final = RACINE / "docs" / "captures"
TEXTES: Final = Path(__file__).parent / "captures"
REFAIRE: Final = bool(os.environ.get("CAPTURES"))
#: Colours of a picture: text and flat surfaces need no more.
COULEURS: Final = 64


@dataclass(frozen=True, slots=True)
class Capture:
    """One picture. `chemin`: the page; `liens`: those that are followed from there, one after the other;
    `milieu`: what stands in the middle of the picture; `attendre`: what comes by itself to it."""

    chemin: str
    liens: tuple[str, ...] = ()
    milieu: str | None = None
    attendre: str | None = None


CAPTURES: Final = {
    "accueil": Capture("/console/ecole/"),
    "journal": Capture("/console/ecole/journal"),
    "echange": Capture("/console/ecole/journal?texte=IDT002", ("[data-lignes] th a",)),
    "composer": Capture(
        "/console/ecole/journal?texte=IDT002",
        ("[data-lignes] th a", "a:has-text('Corriger et renvoyer')"),
        milieu=".editeur",
        attendre=".cm-lint-marker-error",
    ),
    "demande": Capture("/console/ecole/demandes?nom=Marchand", ("[data-lignes] th a",)),
    "scene": Capture("/console/ecole/scenes/premiere-demande"),
    "salle": Capture("/console/ecole/scenes/premiere-demande/salle"),
    "atelier": Capture("/console/ecole/ateliers/lundi"),
    "temps": Capture("/console/demonstration/controle"),
    "conformite": Capture("/console/ecole/conformite", ("#t-rapports ~ .defile th a",)),
}
_IMAGE: Final = re.compile(r"!\[([^\]]*)\]\([^)]*captures/([a-z-]+)\.png\)")
_PAGES: Final = (RACINE / "README.md", *sorted((RACINE / "docs").glob("*.md")))


@pytest.fixture(scope="module")
def galerie(tmp_path_factory: pytest.TempPathFactory, navigateur: Navigateur) -> Iterator[Navigateur]:
    """A server that no other test has touched: the same people, numbers and exchanges each time."""
    home = tmp_path_factory.mktemp("captures") / "home"
    serveur = Serveur.demarrer(home, "--seed-base", "ecole", "--clock", HORLOGE, ouvert=False)
    try:
        peupler(serveur)
        formulaires = Formulaires(serveur.pret["http"], serveur.pret["admin_token"])
        formulaires.envoyer("/console/ecole/scenes/premiere-demande/commencer")
        for rang in (1, 2):
            formulaires.envoyer(f"/console/ecole/scenes/premiere-demande/pas/{rang}")
        _tenir_un_atelier(formulaires)
        formulaires.envoyer(
            "/console/ecole/controle/bases", nom="demonstration", semence="ecole", horloge=HORLOGE, seed="0"
        )
        formulaires.envoyer("/console/demonstration/controle/avancer", vers="P2M", vu="oui")
        compter(serveur.pret["http"], serveur.pret["admin_token"])
        yield Navigateur.entre(navigateur.chromium, serveur.pret["http"], serveur.pret["admin_token"])
    finally:
        serveur.arreter()


def _tenir_un_atelier(formulaires: Formulaires) -> None:
    """Five trainees, each somewhere else: one has finished, one is refused a message, one has not begun."""
    formulaires.envoyer(
        "/console/ecole/ateliers",
        nom="lundi",
        combien="5",
        noms="Alice Martin\nBruno Petit\nChloé Roux\nDavid Morel\nEmma Lopez",
        horloge=HORLOGE,
    )
    for rang, scene, pas in ((1, "premiere-demande", 4), (2, "message-refuse", 3), (3, "doublon", 2)):
        la = f"/console/lundi-0{rang}/scenes/{scene}"
        formulaires.envoyer(f"{la}/commencer")
        for numero in range(1, pas + 1):
            formulaires.envoyer(f"{la}/pas/{numero}")
    formulaires.envoyer("/console/ecole/ateliers/lundi/fini", rang="1", fini="oui")


@pytest.mark.parametrize("nom", CAPTURES)
def test_the_picture_shows_what_its_page_says(nom: str, galerie: Navigateur) -> None:
    voulue = CAPTURES[nom]
    visite = galerie.visiter(largeur=LARGEURS[0])
    page = visite.aller(voulue.chemin)
    for lien in voulue.liens:
        with page.expect_navigation():
            page.locator(lien).first.click()
    page.mouse.move(0, 0)
    if voulue.attendre is not None:
        expect(page.locator(voulue.attendre).first).to_be_visible()
    if voulue.milieu is not None:
        page.locator(voulue.milieu).first.evaluate("(e) => e.scrollIntoView({block: 'center'})")
    dits = mots(page.locator("main").inner_text())
    if REFAIRE:
        (IMAGES / f"{nom}.png").write_bytes(reduite(page.screenshot(animations="disabled", caret="hide")))
        (TEXTES / f"{nom}.txt").write_text("\n".join(dits) + "\n", "utf-8")
    visite.finir()
    gardes = (TEXTES / f"{nom}.txt").read_text("utf-8").splitlines()
    ecart = [x for x in difflib.unified_diff(gardes, dits, lineterm="", n=0) if not x.startswith("@@")]
    assert ecart == [], f"the picture {nom}.png is stale. Remedy: make captures"
    assert (IMAGES / f"{nom}.png").is_file()


def test_each_picture_is_shown_and_each_that_is_shown_is_there() -> None:
    montrees = {nom: dit for page in _PAGES for dit, nom in _IMAGE.findall(page.read_text("utf-8"))}
    assert set(montrees) == set(CAPTURES)
    assert [nom for nom, dit in montrees.items() if len(dit) < 20] == []
    assert {fichier.stem for fichier in IMAGES.iterdir()} == set(CAPTURES)


def mots(texte: str) -> list[str]:
    """The lines of a page in words: hours, durations, sizes and paths are another thing each time."""
    sans_chemin = re.sub(r"(?<![\w/:<])/\S+/\S+", "", texte)
    lignes = (" ".join(re.findall(r"[^\W\d_]{3,}", ligne)) for ligne in sans_chemin.splitlines())
    return [ligne for ligne in lignes if ligne]


def reduite(png: bytes) -> bytes:
    """The picture with a palette: a third of its size."""
    sortie = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(COULEURS, dither=Image.Dither.NONE).save(sortie, "PNG", optimize=True)
    return sortie.getvalue()
