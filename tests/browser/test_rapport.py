"""The report in one file, as it is opened from a folder: on a screen, on a telephone, on paper."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdf
import pytest
from fautes import ENVIRONNEMENT, designation
from playwright.sync_api import Page
from specimen import conforme, grand, rapport, trafic
from test_accessibilite import _DEPLIER, _LANCER
from visite import _DEBORDE, Navigateur

from sne_conformite.rapports import rapport_html
from sne_conformite.rapports.rapport import Alentours, Rapport

_A4 = (595, 842)


@pytest.fixture(scope="session")
def un_defaut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of an application that has one, and whose product is declared: page one has its mentions."""
    dossier = tmp_path_factory.mktemp("defaut")
    sne = [sys.executable, "-m", "sne_sandbox"]
    modele = subprocess.run([*sne, "certification", "--modele"], capture_output=True, check=True).stdout
    # The name that the application says: another would be a réserve on each mention.
    sien = modele.replace(b'"LogeNet"', '"témoin"'.encode()).replace(b'"4.2.0"', b'"1.0"')
    (dossier / "candidat.toml").write_bytes(sien)
    epreuve = ["conform", "--application", designation("second-cotitulaire")]
    # Those with one co-titulaire or more: enough to find when it shows.
    for suite in ("COLOCATION", "COUPLE", "COUPLE-COLOCATAIRE", "TRES-NOMBREUX", "COMPLETE-COUPLE"):
        epreuve += ["--scenario", f"CRE-{suite}"]
    sorties = ["--examples", "3", "--candidat", "candidat.toml", "--report-dir", "."]
    fini = subprocess.run(
        [*sne, *epreuve, *sorties],
        capture_output=True, text=True, cwd=dossier, env=os.environ | ENVIRONNEMENT, check=False,
    )  # fmt: skip
    assert fini.returncode == 1, fini.stderr
    return dossier / "rapport.html"


def long() -> Rapport:
    """One of many screens: axe takes a minute for one that is longer."""
    return grand(15)


@pytest.fixture(scope="session", params=[rapport, trafic, conforme, long], ids=lambda faire: faire.__name__)
def fichier(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Any report, whatever an application wrote in it."""
    ecrit = tmp_path_factory.mktemp("rapport") / "rapport.html"
    ecrit.write_bytes(rapport_html.octets(request.param(), Alentours(rapport(), "ab" * 32, ())))
    return ecrit


@contextmanager
def ouvert(navigateur: Navigateur, fichier: Path, largeur: int = 1280, **choix: Any) -> Iterator[Page]:
    """The page of a file, in a context of its own. Nothing may be said in the browser's console."""
    contexte = navigateur.chromium.new_context(viewport={"width": largeur, "height": 844}, **choix)
    page = contexte.new_page()
    dits: list[str] = []
    page.on("console", lambda message: dits.append(message.text))
    page.goto(fichier.as_uri())
    yield page
    contexte.close()
    assert dits == []


@pytest.mark.parametrize("largeur", [1280, 390, 320])
def test_nothing_is_wider_than_the_screen(largeur: int, fichier: Path, navigateur: Navigateur) -> None:
    with ouvert(navigateur, fichier, largeur) as page:
        assert page.evaluate(_DEBORDE) == []
        page.evaluate(_DEPLIER)
        assert page.evaluate(_DEBORDE) == []


def test_axe_finds_nothing(fichier: Path, navigateur: Navigateur, axe: str) -> None:
    for largeur, couleurs in ((1280, "light"), (390, "dark")):
        with ouvert(navigateur, fichier, largeur, bypass_csp=True, color_scheme=couleurs) as page:
            page.evaluate(_DEPLIER)
            page.evaluate(axe)
            trouvees = page.evaluate(_LANCER)["violations"]
            assert [
                (v["id"], n["target"], n["failureSummary"]) for v in trouvees for n in v["nodes"][:2]
            ] == []


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "sans-js"])
def test_a_box_leaves_what_is_wrong(javascript: bool, fichier: Path, navigateur: Navigateur) -> None:
    with ouvert(navigateur, fichier, java_script_enabled=javascript) as page:
        enfreints = page.locator(".matrice tbody tr:not(.tenue)").count()
        visibles = page.locator(".matrice tbody tr:visible").count()
        assert visibles == page.locator(".matrice tbody tr").count()
        page.get_by_label("Ne montrer que les manquements").check()
        assert page.locator(".matrice tbody tr:visible").count() == enfreints


def test_one_fault_is_printed_on_three_pages(un_defaut: Path, navigateur: Navigateur) -> None:
    with ouvert(navigateur, un_defaut) as page:
        pdf = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(pdf.pages) <= 3
    assert {(round(p.mediabox.width), round(p.mediabox.height)) for p in pdf.pages} == {_A4}
    premiere, *autres = (p.extract_text() for p in pdf.pages)
    for dit in (
        "1 exigence obligatoire enfreinte : FID-02.",
        "Ce que risque un ménage",
        "Par famille d'exigences",
        "graine 0",
    ):
        assert dit in premiere
    suite = " ".join(" ".join(autres).split())
    for dit in (
        "SNE 5.2 – complet",
        "Un co-titulaire saisi n'est pas transmis.",
        "Attendu",
        "Pour rejouer",
        "◀ ici",
    ):
        assert dit in suite


@pytest.mark.parametrize("couleurs", ["light", "dark"])
def test_who_decides_knows_at_first_sight(couleurs: str, un_defaut: Path, navigateur: Navigateur) -> None:
    """The verdict, when and by what, what it costs, where: without scrolling."""
    with ouvert(navigateur, un_defaut, color_scheme=couleurs) as page:
        page.set_viewport_size({"width": 1280, "height": 720})
        bas = page.evaluate("innerHeight")
        for dit in ("1 exigence obligatoire enfreinte : FID-02.", "profil ecole", "Ce que risque un ménage",
                    "Par famille d'exigences"):  # fmt: skip
            cadre = page.get_by_text(dit).first.bounding_box()
            assert cadre is not None, dit
            assert cadre["y"] + cadre["height"] < bas, dit


def test_the_condition_of_the_fault_was_found(un_defaut: Path, navigateur: Navigateur) -> None:
    with ouvert(navigateur, un_defaut, 390) as page:
        carte = page.locator("#FID-02-cotitulaire-absent").inner_text()
    assert "Quand : Toujours quand il y a 2 co-titulaires ou plus, jamais avec 1 (sur " in carte
    assert "il y manque cotitulaire[2]" in carte
