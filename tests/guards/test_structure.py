"""The shape of the code: one word for one thing, files read in one go, imports that never come round.

`[tool.importlinter]` says which package may import which; here every module counts, with the
imports that only a type checker makes and those that a function makes: a circle that is hidden is one.
"""

import re
from collections import Counter, defaultdict
from functools import cache
from statistics import median

from sources import RACINE, Lu, lus

LIGNES_MAX, FICHIERS_PAR_DOSSIER = 600, 25
#: Names that every package may have: no other stands for two files.
COMMUNS = {"__init__", "__main__"}
INTERDITS = {"utils", "helpers", "common", "manager"}
#: What stands before a dot and is no name of the code: keys of the environ of WSGI, a file of the user's.
AUTRES = {"sne", "wsgi", "confiance"}
#: Strings, in which a `#` begins no comment; comments and docstrings, in `note`.
TEXTE = re.compile(
    r'''(?P<note>#[^\n]*|(?<!\w)"""(?:[^"\\]|\\.|"(?!""))*""")'''
    r'''|"""(?:[^"\\]|\\.|"(?!""))*"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"''',
    re.DOTALL,
)


@cache
def modules() -> dict[str, Lu]:
    """By name."""
    return {
        nom.removesuffix(".py").removesuffix("/__init__").replace("/", "."): lu for nom, lu in lus().items()
    }


def importes(lu: Lu) -> set[str]:
    """Of a module, and of its folder where a name is a module in it."""
    return {f"{d_ou}.{nom}" if f"{d_ou}.{nom}" in modules() else d_ou for d_ou, nom in lu.importes}


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
        nom: {cible for cible in importes(lu) if cible in modules() and cible != nom}
        for nom, lu in modules().items()
    }
    assert circuits(graphe) == set()


def test_a_class_name_stands_for_one_class() -> None:
    ou: dict[str, list[str]] = defaultdict(list)
    for nom, lu in modules().items():
        for classe in lu.classes:
            ou[classe].append(nom)
    assert {c: noms for c, noms in ou.items() if len(noms) > 1} == {}


def test_one_function_plays_a_plan() -> None:
    ou = [nom for nom, lu in modules().items() if "derouler" in lu.fonctions]
    assert len(ou) == 1, ou


def test_no_module_is_over_600_lines() -> None:
    assert {nom: lu.lignes for nom, lu in modules().items() if lu.lignes > LIGNES_MAX} == {}


def test_the_median_module_is_read_in_one_go() -> None:
    assert median(lu.lignes for lu in modules().values()) < 180


def test_a_folder_is_read_at_a_glance() -> None:
    dossiers = Counter(f.parent.relative_to(RACINE).as_posix() for f in RACINE.glob("sne_*/**/*.py"))
    assert {nom: nombre for nom, nombre in dossiers.items() if nombre > FICHIERS_PAR_DOSSIER} == {}


def test_a_file_name_stands_for_one_thing() -> None:
    noms = Counter(f.stem for f in RACINE.glob("sne_*/**/*.py") if f.stem not in COMMUNS)
    assert {nom for nom, nombre in noms.items() if nombre > 1} == set()


def test_no_module_is_a_drawer() -> None:
    assert [nom for nom in modules() if nom.rpartition(".")[2] in INTERDITS] == []


def test_what_a_comment_names_by_two_words_is_there() -> None:
    """`a.b`, where the code of the file has no `a`: a module, package or class that has `b`, or a file."""
    siens: dict[str, set[str]] = defaultdict(set)
    dits: list[tuple[str, str, str]] = []
    for nom, lu in modules().items():
        notes = "".join(texte["note"] or "" for texte in TEXTE.finditer(lu.texte))
        code = TEXTE.sub(lambda texte: "" if texte["note"] else texte[0], lu.texte)
        mots = set(re.findall(r"\w+", code))
        dessus, _, module = nom.rpartition(".")
        siens[dessus.rpartition(".")[2]].add(module)
        for objet in (module, *lu.classes):
            siens[objet] |= mots
        nommes = re.findall(r"`([a-zA-Z]\w*)\.([a-zA-Z_]\w*)", notes)
        dits += [(nom, a, b) for a, b in nommes if a not in mots | AUTRES]
    ailleurs = {cible.partition(".")[0] for lu in modules().values() for cible in importes(lu)}
    fichiers = {fichier.name for fichier in RACINE.parent.glob("[c-t]*/**/*.*")}
    assert [
        f"{nom}: {a}.{b}"
        for nom, a, b in dits
        if a not in ailleurs and b not in siens[a] and f"{a}.{b}" not in fichiers
    ] == []
