"""The modules of the product, each read once for all the guards that look at them."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

RACINE = Path(__file__).resolve().parents[1] / "sandbox"


@dataclass(frozen=True)
class Lu:
    """The facts that guards ask of a module. `importes` are the modules that it imports, wherever it does,
    each with the name that it takes of it, or ""; `fonctions` are its own, `classes` all; `textes` its
    strings, but for those that only tell: of a module, a class, an attribute; `compares` the constants that
    it compares with, and their lines."""

    texte: str
    importes: frozenset[tuple[str, str]]
    classes: tuple[str, ...]
    fonctions: tuple[str, ...]
    textes: frozenset[str]
    compares: tuple[tuple[object, int], ...]

    @property
    def lignes(self) -> int:
        return len(self.texte.splitlines())


@cache
def lus() -> dict[str, Lu]:
    """By path, `sne_x/y.py`; their trees, 150 MB, are let go."""
    tous = {f.relative_to(RACINE): f for f in sorted(RACINE.rglob("*.py")) if "_data" not in f.parts}
    return {nom.as_posix(): lire(fichier.read_text("utf-8")) for nom, fichier in tous.items()}


def lire(texte: str) -> Lu:
    arbre = ast.parse(texte)
    noeuds = list(ast.walk(arbre))
    simples = {(alias.name, "") for n in noeuds if isinstance(n, ast.Import) for alias in n.names}
    prises = {
        ("." * n.level + (n.module or ""), alias.name)
        for n in noeuds
        if isinstance(n, ast.ImportFrom)
        for alias in n.names
    }
    dits = {id(n.value) for n in noeuds if isinstance(n, ast.Expr)}
    textes = [n for n in noeuds if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    compares = [n for n in noeuds if isinstance(n, ast.Compare)]
    return Lu(
        texte,
        frozenset(simples | prises),
        tuple(n.name for n in noeuds if isinstance(n, ast.ClassDef)),
        tuple(n.name for n in arbre.body if isinstance(n, ast.FunctionDef)),
        frozenset(n.value for n in textes if id(n) not in dits),
        tuple((c.value, n.lineno) for n in compares for c in n.comparators if isinstance(c, ast.Constant)),
    )
