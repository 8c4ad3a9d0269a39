"""The reference application is an outsider: it imports the standard library, lxml, and itself; so do the
defects that are planted in it."""

import sys
from pathlib import Path

import fautes
from sources import lire

import sne_temoin as temoin

RACINE = Path(temoin.__file__).parent
PLANTES = Path(fautes.__file__).parent
MODULES = sorted(RACINE.rglob("*.py"))
PERMIS = {*sys.stdlib_module_names, "lxml", "sne_temoin"}


def etrangers(dossier: Path, *permis: str) -> list[tuple[str, str]]:
    """Every other module that the sources of a folder name in an import, inside functions too."""
    importes = {
        (m.name, nom) for m in dossier.rglob("*.py") for nom, _ in lire(m.read_text("utf-8")).importes
    }
    assert importes
    return [
        (module, nom) for module, nom in sorted(importes) if nom.partition(".")[0] not in {*PERMIS, *permis}
    ]


def test_it_imports_nothing_of_the_sandbox_and_neither_do_planted_defects() -> None:
    assert etrangers(RACINE) == []
    assert etrangers(PLANTES, "fautes") == []


def test_le_code_honnete_ne_sait_rien_des_fautes() -> None:
    assert [m.name for m in MODULES if "if faute" in m.read_text("utf-8")] == []


def test_ses_modules_sont_courts() -> None:
    longueurs = {m.name: len(m.read_text("utf-8").splitlines()) for m in MODULES}
    assert {nom: lignes for nom, lignes in longueurs.items() if lignes > 230} == {}
