"""The reference application is an outsider: it imports the standard library, lxml, and itself; so do the
defects that are planted in it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import fautes
import pytest

import sne_temoin as temoin

RACINE = Path(temoin.__file__).parent
PLANTES = Path(fautes.__file__).parent
MODULES = sorted(RACINE.rglob("*.py"))
PERMIS = {*sys.stdlib_module_names, "lxml", "sne_temoin"}


def imports(module: Path) -> Iterator[str]:
    """Every module that the source names in an import, inside functions too."""
    for noeud in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(noeud, ast.Import):
            yield from (alias.name for alias in noeud.names)
        elif isinstance(noeud, ast.ImportFrom):
            assert noeud.level == 0, f"{module} : import relatif"
            assert noeud.module is not None
            yield noeud.module


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_it_imports_nothing_of_the_sandbox(module: Path) -> None:
    assert [nom for nom in imports(module) if nom.partition(".")[0] not in PERMIS] == []


@pytest.mark.parametrize("module", sorted(PLANTES.rglob("*.py")), ids=lambda module: module.name)
def test_neither_do_planted_defects(module: Path) -> None:
    assert [nom for nom in imports(module) if nom.partition(".")[0] not in {*PERMIS, "fautes"}] == []


def test_le_code_honnete_ne_sait_rien_des_fautes() -> None:
    assert [m.name for m in MODULES if "if faute" in m.read_text("utf-8")] == []


def test_ses_modules_sont_courts() -> None:
    longueurs = {m.name: len(m.read_text("utf-8").splitlines()) for m in MODULES}
    assert {nom: lignes for nom, lignes in longueurs.items() if lignes > 230} == {}
