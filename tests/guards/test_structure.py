"""The shape of the code: one word for one thing, files read in one go, imports that never come round.

`[tool.importlinter]` says which package may import which; here every module counts, with the
imports that only a type checker makes and those that a function makes: a circle that is hidden is one.
"""

import ast
import io
import re
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest

RACINE = Path(__file__).resolve().parents[2] / "sandbox"
LIGNES_MAX, FICHIERS_PAR_DOSSIER = 600, 25
#: Names that every package may have: no other stands for two files.
COMMUNS = {"__init__", "__main__"}
INTERDITS = {"utils", "helpers", "common", "manager"}
#: Class names that stand for several classes, each with its reason; ten at most.
HOMONYMES: dict[str, str] = {}
#: What stands before a dot and is no name of the code: keys of the environ of WSGI, a file of the user's.
AUTRES = {"sne", "wsgi", "confiance"}


@cache
def modules() -> dict[str, tuple[str, ast.Module]]:
    """Text and tree of each module, by its name."""
    lus = {}
    for fichier in RACINE.rglob("*.py"):
        if "_data" not in fichier.parts:
            morceaux = fichier.relative_to(RACINE).with_suffix("").parts
            nom = ".".join(morceaux[:-1] if morceaux[-1] == "__init__" else morceaux)
            texte = fichier.read_text("utf-8")
            lus[nom] = (texte, ast.parse(texte))
    return lus


@pytest.fixture(scope="module", autouse=True)
def oublies() -> Iterator[None]:
    """Trees of all modules are 150 MB, which no other test needs."""
    yield
    modules.cache_clear()


def importes(arbre: ast.Module) -> Iterator[str]:
    """The modules that a tree imports, wherever it does."""
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.Import):
            yield from (alias.name for alias in noeud.names)
        elif isinstance(noeud, ast.ImportFrom) and noeud.module is not None:
            for alias in noeud.names:
                sous = f"{noeud.module}.{alias.name}"
                yield sous if sous in modules() else noeud.module


def circuits(graphe: dict[str, set[str]]) -> set[frozenset[str]]:
    """The sets of two nodes or more that all lead to one another."""

    def atteints(depart: str) -> set[str]:
        vus: set[str] = set()
        a_voir = [depart]
        while a_voir:
            for suivant in graphe.get(a_voir.pop(), set()) - vus:
                vus.add(suivant)
                a_voir.append(suivant)
        return vus

    de = {noeud: atteints(noeud) for noeud in graphe}
    return {
        frozenset(autre for autre in de[noeud] if noeud in de.get(autre, set()))
        for noeud in graphe
        if noeud in de[noeud]
    }


def test_the_circle_of_three_is_found_and_the_way_down_is_none() -> None:
    assert circuits({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == {frozenset("abc")}
    assert circuits({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == set()


def test_no_file_imports_itself_by_way_of_others() -> None:
    graphe = {
        nom: {cible for cible in importes(arbre) if cible in modules() and cible != nom}
        for nom, (_, arbre) in modules().items()
    }
    assert circuits(graphe) == set()


def test_a_class_name_stands_for_one_class() -> None:
    ou: dict[str, list[str]] = defaultdict(list)
    for nom, (_, arbre) in modules().items():
        for noeud in ast.walk(arbre):
            if isinstance(noeud, ast.ClassDef):
                ou[noeud.name].append(nom)
    doubles = {c: noms for c, noms in ou.items() if len(noms) > 1}
    assert doubles.keys() == HOMONYMES.keys(), doubles
    assert len(HOMONYMES) <= 10
    assert all(HOMONYMES.values())


def test_one_function_plays_a_plan() -> None:
    ou = [
        nom
        for nom, (_, arbre) in modules().items()
        for noeud in arbre.body
        if isinstance(noeud, ast.FunctionDef) and noeud.name == "derouler"
    ]
    assert len(ou) == 1, ou


def lignes() -> dict[str, int]:
    return {nom: len(texte.splitlines()) for nom, (texte, _) in modules().items()}


def test_no_module_is_over_600_lines() -> None:
    assert {nom: nombre for nom, nombre in lignes().items() if nombre > LIGNES_MAX} == {}


def test_the_median_module_is_read_in_one_go() -> None:
    assert median(lignes().values()) < 180


def test_a_folder_is_read_at_a_glance() -> None:
    dossiers = Counter(f.parent.relative_to(RACINE).as_posix() for f in RACINE.glob("sne_*/**/*.py"))
    assert {nom: nombre for nom, nombre in dossiers.items() if nombre > FICHIERS_PAR_DOSSIER} == {}


def test_a_file_name_stands_for_one_thing() -> None:
    noms = Counter(f.stem for f in RACINE.glob("sne_*/**/*.py") if f.stem not in COMMUNS)
    assert {nom for nom, nombre in noms.items() if nombre > 1} == set()


def test_no_module_is_a_drawer() -> None:
    assert [nom for nom in lignes() if nom.rpartition(".")[2] in INTERDITS] == []


def test_what_a_comment_names_by_two_words_is_there() -> None:
    """`a.b`, where the code of the file has no `a`: a module, package or class that has `b`, or a file."""
    siens: dict[str, set[str]] = defaultdict(set)
    dits: list[tuple[str, str, str]] = []
    for nom, (texte, arbre) in modules().items():
        jetons = list(tokenize.generate_tokens(io.StringIO(texte).readline))
        notes = {j for j in jetons if j.type == tokenize.COMMENT or j.string.startswith('"""')}
        mots = {mot for j in jetons if j not in notes for mot in re.findall(r"\w+", j.string)}
        dessus, _, module = nom.rpartition(".")
        siens[dessus.rpartition(".")[2]].add(module)
        for objet in [module, *(n.name for n in ast.walk(arbre) if isinstance(n, ast.ClassDef))]:
            siens[objet] |= mots
        nommes = re.findall(r"`([a-zA-Z]\w*)\.([a-zA-Z_]\w*)", "".join(j.string for j in notes))
        dits += [(nom, a, b) for a, b in nommes if a not in mots | AUTRES]
    ailleurs = {cible.partition(".")[0] for _, arbre in modules().values() for cible in importes(arbre)}
    fichiers = {fichier.name for fichier in RACINE.parent.glob("[c-t]*/**/*.*")}
    assert [
        f"{nom}: {a}.{b}"
        for nom, a, b in dits
        if a not in ailleurs and b not in siens[a] and f"{a}.{b}" not in fichiers
    ] == []
