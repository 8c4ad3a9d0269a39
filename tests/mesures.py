"""The measures of the tree that `budgets.toml` bounds: lines of code, tokens, files, words, odd sentences.

    python tests/mesures.py

prints each one beside its budget, and fails when one is above. A line of code holds something else than a
blank, a comment or a docstring.
"""

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

DEPOT: Final = Path(__file__).resolve().parents[1]
BUDGETS: Final = DEPOT / "tests" / "guards" / "budgets.toml"
#: Names of folders that hold nothing of ours, or what is made of it.
_AILLEURS: Final = frozenset({".venv", "node_modules", "build", "dist", "_data"})
_SANS_CODE: Final = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
)
#: First words of a sentence that one reads twice.
_DETOUR: Final = re.compile(r"^(What|Who|Those|Whether|Whoever|Whatever)\b")
_FIN_DE_PHRASE: Final = re.compile(r"(?<=[.:;])\s+|\n\n")
_A_DOCSTRING: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class MesureDeModule:
    """The measures of one module."""

    code: int
    jetons: int
    lignes: int
    phrases: int
    detours: int


def mesurer_module(texte: str) -> MesureDeModule:
    """Measures the text of a module. Raises SyntaxError."""
    dites: set[int] = set()
    phrases: list[str] = []
    for noeud in ast.walk(ast.parse(texte)):
        if isinstance(noeud, _A_DOCSTRING) and (docstring := ast.get_docstring(noeud)) is not None:
            premier = noeud.body[0]
            dites.update(range(premier.lineno, (premier.end_lineno or premier.lineno) + 1))
            phrases += _FIN_DE_PHRASE.split(docstring)
    jetons = [
        jeton
        for jeton in tokenize.generate_tokens(io.StringIO(texte).readline)
        if jeton.type not in _SANS_CODE and jeton.start[0] not in dites
    ]
    lignes = {ligne for jeton in jetons for ligne in range(jeton.start[0], jeton.end[0] + 1)}
    return MesureDeModule(
        code=len(lignes),
        jetons=len(jetons),
        lignes=len(texte.splitlines()),
        phrases=len(phrases),
        detours=sum(bool(_DETOUR.match(phrase.strip())) for phrase in phrases),
    )


def mesurer(depot: Path = DEPOT) -> dict[str, int]:
    """The measures of a tree, by the names of the budgets."""
    racine = depot / "sandbox"
    modules = {
        chemin: mesurer_module(chemin.read_text("utf-8"))
        for paquet in sorted(racine.iterdir())
        if (paquet / "__init__.py").exists()
        for chemin in _fichiers(paquet, "*.py")
    }
    code: Counter[str] = Counter()
    for chemin, mesure in modules.items():
        code[f"code.{chemin.relative_to(racine).parts[0]}"] += mesure.code
    phrases = sum(mesure.phrases for mesure in modules.values())
    detours = sum(mesure.detours for mesure in modules.values())
    gabarits = (
        chemin
        for motif in ("*.html", "*.j2", "*.css", "*.js")
        for chemin in _fichiers(racine, motif)
        if "editeur" not in chemin.parts
    )
    return {
        **code,
        "code.sandbox": code.total(),
        "tokens.sandbox": sum(mesure.jetons for mesure in modules.values()),
        "files.sandbox": len(modules),
        "files.folder": max(Counter(chemin.parent for chemin in modules).values()),
        "lines.file": max(mesure.lignes for mesure in modules.values()),
        "lines.templates": sum(len(chemin.read_text("utf-8").splitlines()) for chemin in gabarits),
        "lines.tests": sum(
            len(chemin.read_text("utf-8").splitlines()) for chemin in _fichiers(depot / "tests", "*.py")
        ),
        "words.docs": sum(len(page.read_text("utf-8").split()) for page in (depot / "docs").glob("*.md")),
        "english.odd": round(1000 * detours / phrases) if phrases else 0,
    }


def lire_budgets(fichier: Path = BUDGETS) -> dict[str, int]:
    """The budgets, by name: « code.sandbox »."""
    lus = tomllib.loads(fichier.read_text("utf-8"))["budgets"]
    return dict(_a_plat(lus, ""))


def depassements(mesures: Mapping[str, int], budgets: Mapping[str, int]) -> list[str]:
    """A sentence for each measure that is above its budget."""
    return [
        f"{nom}: {mesures[nom]} measured, {budget} at most (tests/guards/budgets.toml)"
        for nom, budget in budgets.items()
        if nom in mesures and mesures[nom] > budget
    ]


def _fichiers(dossier: Path, motif: str) -> list[Path]:
    return [chemin for chemin in sorted(dossier.rglob(motif)) if not _AILLEURS & set(chemin.parts)]


def _a_plat(table: Mapping[str, Any], tete: str) -> Iterator[tuple[str, int]]:
    for cle, valeur in table.items():
        if isinstance(valeur, Mapping):
            yield from _a_plat(valeur, f"{tete}{cle}.")
        else:
            yield f"{tete}{cle}", valeur


if __name__ == "__main__":
    trouvees, bornes = mesurer(), lire_budgets()
    for nom, mesure in sorted(trouvees.items()):
        print(f"{nom:24} {mesure:>8}  budget {bornes.get(nom, '-'):>8}")
    if trop := depassements(trouvees, bornes):
        sys.exit("\n".join(trop))
