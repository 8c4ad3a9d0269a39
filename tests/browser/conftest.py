"""One server and one Chromium for the session; contexts of their own for each test."""

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from playwright.sync_api import Playwright, sync_playwright

# Test modules are no package (import-mode=importlib): what they share is found beside them.
sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))
sys.path.insert(0, str(Path(__file__).parent))

from fautes import ENVIRONNEMENT, designation
from peuplement import APPLICATION, DEFAUT, DEPARTS, HORLOGE, peupler
from recensement import Recensement, recenser
from serveur_local import Serveur
from visite import Navigateur, Visite, Visiter

_ICI: Final = Path(__file__).parent
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
#: Without a window first, which no test looks at: the same pages for two thirds of the work.
_CHROMIUMS: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_AXE: Final = _ICI / "node_modules" / "axe-core" / "axe.min.js"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that is here needs Chromium."""
    for item in items:
        if item.path.is_relative_to(_ICI):
            item.add_marker("navigateur")
            item.add_marker(pytest.mark.xdist_group("navigateur"))


@pytest.fixture(scope="session")
def serveur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serveur]:
    """The seed of the école, its clock frozen, a journal that holds one exchange of each kind. It asks for a
    token, as users' do. It knows an application that errs."""
    chemins = shlex.quote(f"PYTHONPATH={ENVIRONNEMENT['PYTHONPATH']}")
    distraite = f"env {chemins} {designation(DEFAUT)}"
    demarre = Serveur.demarrer(
        tmp_path_factory.mktemp("console") / "home",
        "--seed-base",
        "ecole",
        "--clock",
        HORLOGE,
        "--application",
        f"{APPLICATION}={distraite}",
        "--statistiques-publiques",
        "ecole",
        ouvert=False,
    )
    try:
        peupler(demarre)
        yield demarre
    finally:
        demarre.arreter()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver."""
    with sync_playwright() as ouvert:
        yield ouvert


@pytest.fixture(scope="session")
def navigateur(playwright: Playwright, serveur: Serveur) -> Iterator[Navigateur]:
    """Debian's Chromium; without it the tests fail."""
    chemin = next((trouve for nom in _CHROMIUMS if (trouve := shutil.which(nom))), None)
    if chemin is None:
        pytest.fail("No Chromium here. Remedy: apt-get install chromium (.ci/run does it).", pytrace=False)
    chromium = playwright.chromium.launch(executable_path=chemin, headless=True, args=list(_ARGUMENTS))
    yield Navigateur.entre(chromium, serveur.pret["http"], serveur.pret["admin_token"])
    chromium.close()


@pytest.fixture
def visiter(navigateur: Navigateur) -> Iterator[Visiter]:
    """Opens contexts, and holds each of them to a clean console when the test ends."""
    ouvertes: list[Visite] = []

    def ouvrir(**voulu: Any) -> Visite:
        ouvertes.append(navigateur.visiter(**voulu))
        return ouvertes[-1]

    yield ouvrir
    for visite in ouvertes:
        visite.finir()


@pytest.fixture(scope="session")
def recense(serveur: Serveur) -> Recensement:
    """Addresses of the pages, by view."""
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {serveur.pret['admin_token']}"
        return recenser(session, serveur.pret["http"], DEPARTS)


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core, as npm gives it."""
    if not _AXE.is_file():
        pytest.fail(
            "axe-core is not there. Remedy: npm ci --prefix tests/browser (make test-all does it).",
            pytrace=False,
        )
    return _AXE.read_text("utf-8")
