"""Modules stay small enough to be read."""

from pathlib import Path
from statistics import median

RACINE = Path(__file__).resolve().parents[2] / "sandbox"
INTERDITS = {"utils", "helpers", "common", "manager"}


def lignes() -> dict[str, int]:
    return {
        str(fichier.relative_to(RACINE)): len(fichier.read_text("utf-8").splitlines())
        for fichier in RACINE.rglob("*.py")
        if "_data" not in fichier.parts
    }


def test_no_module_is_over_600_lines() -> None:
    trop = {nom: nombre for nom, nombre in lignes().items() if nombre > 600}
    assert trop == {}


def test_the_median_module_is_about_120_lines() -> None:
    assert median(lignes().values()) < 160


def test_no_module_is_a_drawer() -> None:
    assert [nom for nom in lignes() if Path(nom).stem in INTERDITS] == []
