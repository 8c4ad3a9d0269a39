"""The editor that the console carries is what its recipe gives, and says whose it is."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

import sne_console

SERVI: Final = Path(sne_console.__file__).parent / "static" / "editeur"
RECETTE: Final = Path(__file__).parents[3] / "sandbox" / "editeur"
#: In the order in which construire.mjs reads them.
FICHIERS: Final = ("source.js", "construire.mjs", "package.json", "package-lock.json")


def hacher(*fichiers: Path) -> str:
    somme = hashlib.sha256()
    for fichier in fichiers:
        somme.update(fichier.read_bytes() + b"\0")
    return somme.hexdigest()


@pytest.fixture
def dites() -> dict[str, Any]:
    lues: dict[str, Any] = json.loads((SERVI / "codemirror.json").read_text("utf-8"))
    return lues


def test_it_is_the_one_that_its_recipe_gave(dites: dict[str, Any]) -> None:
    # Otherwise: npm ci && npm run construire, in sandbox/editeur.
    assert dites["recette"] == hacher(*(RECETTE / nom for nom in FICHIERS))
    assert dites["fichier"] == hacher(SERVI / "codemirror.js")


def test_what_is_in_it_is_locked_and_each_has_its_licence(dites: dict[str, Any]) -> None:
    verrou = json.loads((RECETTE / "package-lock.json").read_text("utf-8"))["packages"]
    licences = (SERVI / "LICENCES.txt").read_text("utf-8")
    assert dites["paquets"]
    for nom, version in dites["paquets"].items():
        assert verrou[f"node_modules/{nom}"]["version"] == version
        assert verrou[f"node_modules/{nom}"]["license"] == "MIT"
        assert verrou[f"node_modules/{nom}"]["integrity"].startswith("sha512-")
        assert f"{nom} {version} (MIT)\n" in licences


#: What would ask somebody, run a text, keep something in the browser, or read a text as HTML.
INTERDITS: Final = (
    r"\beval\(", r"\bFunction\(", r"\bimport\(", r"\bfetch\(", "XMLHttpRequest", "WebSocket", "EventSource",
    "sendBeacon", "Worker", "RTCPeerConnection", "(?:local|session)Storage", "indexedDB", r"document\.cookie",
    r"(?:inner|outer)HTML", "insertAdjacentHTML", r"document\.write", "createContextualFragment",
    r"set(?:Timeout|Interval)\([\"'`]", r"https?://(?!www\.w3\.org/2000/svg\b)", "javascript:",
)  # fmt: skip


def test_it_asks_nobody_for_anything_and_runs_no_text() -> None:
    ecrit = (SERVI / "codemirror.js").read_text("utf-8")
    assert [interdit for interdit in INTERDITS if re.search(interdit, ecrit)] == []


def test_nothing_else_is_beside_it() -> None:
    """The guard of the other scripts does not look there."""
    assert {f.name for f in SERVI.iterdir()} == {"codemirror.js", "codemirror.json", "LICENCES.txt"}
