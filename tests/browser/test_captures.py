"""The pictures of the README and of the guide: made here (`make captures`), and held to the pages they show.

Beside each picture stands what its page said: when the page says something else, the picture is stale.
"""

import difflib
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from peuplement import HORLOGE, Formulaires, compter, peupler
from PIL import Image
from serveur_local import Serveur
from visite import LARGEURS, Navigateur

RACINE: Final = Path(__file__).resolve().parents[2]
IMAGES: Final = RACINE / "docs" / "captures"
TEXTES: Final = Path(__file__).parent / "captures"
REFAIRE: Final = bool(os.environ.get("CAPTURES"))
#: Colours of a picture: text and flat surfaces need no more.
COULEURS: Final = 64
#: Name of each picture → page, link to follow from there, and what stands in the middle of the picture.
CAPTURES: Final = {
    "journal": ("/console/ecole/journal", None, None),
    "echange": ("/console/ecole/journal?texte=IDT002", "[data-lignes] th a", None),
    "demande": ("/console/ecole/demandes?nom=Marchand", "[data-lignes] th a", None),
    "scene": ("/console/ecole/scenes/premiere-demande", None, None),
    "controle": ("/console/demonstration/controle", None, None),
    "statistiques": ("/console/ecole/statistiques", "a:has-text('TAB03')", None),
    "conformite": ("/console/ecole/conformite", "#t-rapports ~ .defile th a", None),
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
        formulaires.envoyer(
            "/console/ecole/controle/bases", nom="demonstration", semence="ecole", horloge=HORLOGE, seed="0"
        )
        formulaires.envoyer("/console/demonstration/controle/avancer", vers="P2M")
        compter(serveur.pret["http"], serveur.pret["admin_token"])
        yield Navigateur.entre(navigateur.chromium, serveur.pret["http"], serveur.pret["admin_token"])
    finally:
        serveur.arreter()


@pytest.mark.parametrize("nom", CAPTURES)
def test_the_picture_shows_what_its_page_says(nom: str, galerie: Navigateur) -> None:
    chemin, lien, milieu = CAPTURES[nom]
    visite = galerie.visiter(largeur=LARGEURS[0])
    page = visite.aller(chemin)
    if lien is not None:
        with page.expect_navigation():
            page.locator(lien).first.click()
    page.mouse.move(0, 0)
    if milieu is not None:
        page.locator(milieu).first.evaluate("(e) => e.scrollIntoView({block: 'center'})")
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
    """The lines of a page in words: hours, durations and sizes are another thing each time."""
    lignes = (" ".join(re.findall(r"[^\W\d_]{3,}", ligne)) for ligne in texte.splitlines())
    return [ligne for ligne in lignes if ligne]


def reduite(png: bytes) -> bytes:
    """The picture with a palette: a third of its size."""
    sortie = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(COULEURS, dither=Image.Dither.NONE).save(sortie, "PNG", optimize=True)
    return sortie.getvalue()
