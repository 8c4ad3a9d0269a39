"""Do the tests notice? One-line mutations of the rules and the domain, each against the tests that cover it.

    python tests/benchmarks/mutations.py [--combien 100] [--graine 1] [--ensemble 2]

A comparison becomes its neighbour, `and` becomes `or`, a number grows or shrinks by one, a `not` goes, a
return gives nothing, a table loses an entry. Words stay: docstrings, messages, annotations. Each mutant lives
in a temporary copy of the tree, in its own process, and goes through `EPREUVES`, quickest first, until a test
fails. Exits 1 when one survives them all that `EQUIVALENTS` does not explain.

Another checkout, by its own Python: `--arbre /path --paquet sandbox/sne_interface`.
"""

import argparse
import ast
import contextlib
import importlib
import io
import multiprocessing
import os
import re
import runpy
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import pytest

DOSSIERS: Final = ("rules", "domain")
REGLES: Final = "tests/guards/test_regles.py"
#: What is run on what still survives: the examples of the rules without pytest, the tests of the mutated
#: code, those around it (of tests/contracts, what imports it).
EPREUVES: Final = (
    (),
    ("tests/sne_interface/domain",),
    ("tests/sne_interface/rules", REGLES),
    (
        *(
            "tests/contracts/test_donnees.py",
            "tests/sne_interface/fixtures",
            "tests/sne_sandbox/test_pipeline.py",
        ),
        *("tests/sne_sandbox/soap", "tests/sne_sandbox/operations"),
    ),
)
#: What takes long to import and is not mutated: once, before the processes part.
LOURDS: Final = ("hypothesis", "schemathesis.pytest", "faker", "requests", "sqlalchemy.orm")
#: Mutants that no test can tell from the original: module and mutated line, why.
EQUIVALENTS: Final = {
    ("rules/catalogue/regles_message.py", "self.code_requis = True"): "chaque feuille reçoit le sien ensuite",
    ("domain/texte.py", "@lru_cache(maxsize=2049)"): "ce qui est gardé, non ce qui est répondu",
    ("rules/engine.py", "_Empreinte = tuple[str, tuple[tuple[str, str], ]]"): "une annotation",
    ("rules/rule.py", "localisations_max: int = 1"): "réglage de la base : donné par qui l'appelle",
    ("rules/rule.py", "recherche_max: int = 499"): "réglage de la base : donné par qui l'appelle",
    ("rules/engine.py", 'rang.append((ordre, int(indice.rstrip("]")) if indice else 0))'): "sans homonyme",
    ("rules/engine.py", 'rang.append((ordre, int(indice.rstrip("]")) if indice else 2))'): "sans homonyme",
}

_COMPARAISONS: Final = {
    **{ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">")},
    **{ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="), ast.In: ("in", "not in"), ast.NotIn: ("not in", "in")},
    **{ast.Is: ("is", "is not"), ast.IsNot: ("is not", "is")},
}
#: What a function of this type returns instead; of any other, `None`.
_VIDES: Final = {"bool": "False", "str": '""', "int": "0", "list": "[]", "tuple": "()", "dict": "{}"}


class Mutant(NamedTuple):
    """A module (`rules/engine.py`) or a schema (`v5.0/xsd/types.xsd`) with one line written otherwise."""

    fichier: str
    ligne: int
    avant: str
    apres: str
    texte: str
    """The whole of it, mutated."""


def mutants(fichier: str, texte: str) -> Iterator[Mutant]:
    """All one-line mutations of a module, in its order."""
    octets, arbre = texte.encode(), ast.parse(texte)
    for debut, fin, nouveau in sorted(set(_retouches(arbre, octets))):
        mute = (octets[:debut] + nouveau.encode() + octets[fin:]).decode()
        ligne = octets.count(b"\n", 0, debut)
        with contextlib.suppress(SyntaxError):
            if b"\n" not in octets[debut:fin] and ast.dump(ast.parse(mute)) != ast.dump(arbre):
                avant, apres = (t.splitlines()[ligne].strip() for t in (texte, mute))
                yield Mutant(fichier, ligne + 1, avant, apres, mute)


def _retouches(arbre: ast.Module, octets: bytes) -> Iterator[tuple[int, int, str]]:
    """First and last byte, and what stands there instead."""
    debuts = [0, *(m.end() for m in re.finditer(rb"\n", octets))]

    def place(noeud: ast.expr) -> tuple[int, int]:
        fin = debuts[(noeud.end_lineno or 0) - 1] + (noeud.end_col_offset or 0)
        return debuts[noeud.lineno - 1] + noeud.col_offset, fin

    def entre(gauche: ast.expr, droite: ast.expr, mot: str, nouveau: str) -> Iterator[tuple[int, int, str]]:
        """An operator between its operands."""
        debut = place(gauche)[1]
        if trouve := re.search(rf"(?<!\w){mot}(?!\w)".encode(), octets[debut : place(droite)[0]]):
            yield debut + trouve.start(), debut + trouve.end(), nouveau

    def sans_une(cles: Iterable[ast.expr | None], valeurs: list[ast.expr]) -> Iterator[tuple[int, int, str]]:
        """A table without one of its entries, and the comma that follows."""
        for cle, valeur in zip(cles, valeurs, strict=True):
            if isinstance(cle, ast.Constant):
                fin = place(valeur)[1]
                yield place(cle)[0], fin + octets[fin : fin + 1].count(b","), ""

    for noeud, rend in _noeuds(arbre, ""):
        match noeud:
            case ast.Compare():
                operandes = pairwise([noeud.left, *noeud.comparators])
                for (gauche, droite), operateur in zip(operandes, noeud.ops, strict=True):
                    yield from entre(gauche, droite, *_COMPARAISONS[type(operateur)])
            case ast.BoolOp(op=operateur, values=valeurs):
                mots = ("and", "or") if isinstance(operateur, ast.And) else ("or", "and")
                for gauche, droite in pairwise(valeurs):
                    yield from entre(gauche, droite, *mots)
            case ast.UnaryOp(op=ast.Not()):
                yield place(noeud)[0], place(noeud)[0] + len("not "), ""
            case ast.Constant(value=bool(valeur)):
                yield *place(noeud), str(not valeur)
            case ast.Constant(value=int(valeur)):
                yield *place(noeud), str(valeur - 1)
                yield *place(noeud), str(valeur + 1)
            case ast.Return(value=ast.expr() as valeur):
                yield *place(valeur), _VIDES.get(rend, "None")
            case ast.Set(elts=[_, _, *_] as entrees) | ast.List(elts=[_, _, *_] as entrees):
                yield from sans_une(entrees, entrees)
            case ast.Tuple(elts=[_, _, *reste] as entrees):
                une = entrees if reste else entrees[1:]  # ("a", "b") becomes ("a", ), not ("b")
                yield from sans_une(une, une)
            case ast.Dict(keys=[_, _, *_] as cles, values=valeurs):
                yield from sans_une(cles, valeurs)


def _noeuds(noeud: ast.AST, rend: str) -> Iterator[tuple[ast.AST, str]]:
    """What may be mutated, each with the return type of the function around it."""
    yield noeud, rend
    if isinstance(noeud, ast.FunctionDef) and noeud.returns is not None:
        rend = ast.unparse(noeud.returns).partition("[")[0]
    for champ, valeur in ast.iter_fields(noeud):
        for fils in valeur if isinstance(valeur, list) else [valeur]:
            if not isinstance(fils, ast.AST) or isinstance(fils, ast.JoinedStr):
                continue
            reglage = champ == "decorator_list" and ast.unparse(fils).startswith("dataclass")  # frozen, slots
            if not reglage and champ not in {"annotation", "returns"}:
                yield from _noeuds(fils, rend)


class _Temoin:
    """Plug-in of pytest: what failed first."""

    echec = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed:
            self.echec = self.echec or report.nodeid

    pytest_collectreport = pytest_runtest_logreport


def eprouver(tache: tuple[Path, str, Mutant | None, tuple[str, ...]]) -> str:
    """The test that catches the mutant, or an empty text. For a process that does nothing else."""
    modele, paquet, mutant, tests = tache
    with tempfile.TemporaryDirectory(dir=modele.parent) as dossier:
        arbre = modele  # without a mutant: what Python compiles stays there for all
        if mutant is not None:
            arbre = shutil.copytree(modele, Path(dossier) / "arbre", copy_function=os.link)
            (arbre / paquet / mutant.fichier).unlink()
            (arbre / paquet / mutant.fichier).write_text(mutant.texte, "utf-8")
        os.chdir(arbre)
        sys.path.insert(0, str((arbre / paquet).parent))
        os.environ["PYTHONPATH"] = sys.path[0]
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return _par_pytest(arbre, tests) if tests else _par_les_exemples(arbre)


def _par_les_exemples(arbre: Path) -> str:
    """What `REGLES` does with each example, in a tenth of the time."""
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(120)  # a loop that never ends
    quoi = "import"
    try:
        module = runpy.run_path(str(arbre / REGLES))
        contrat = module["charger"]("v5.2")
        for nom in [nom for nom in module if nom.startswith("test_each_example")]:
            for exemple in module["EXEMPLES"]:
                quoi = f"{nom}[{exemple}]"
                module[nom](contrat, exemple)
    except (Exception, KeyboardInterrupt) as exc:  # noqa: BLE001 (a mutant does what it does)
        return f"{REGLES}::{quoi} ({type(exc).__name__})"
    finally:
        signal.alarm(0)
    return ""


def _par_pytest(arbre: Path, tests: tuple[str, ...]) -> str:
    temoin = _Temoin()
    options = ("-x", "-q", "-p", "no:cacheprovider", "-o", "timeout=600", "--rootdir", str(arbre))
    code = pytest.main([*options, *tests], plugins=[temoin])
    return temoin.echec or ("" if code == 0 else str(code))


def attraper(tires: list[Mutant], arbre: Path, paquet: str, ensemble: int) -> dict[Mutant, str]:
    """What catches each. Raises SystemExit when a test fails without any mutation."""
    attrapes = dict.fromkeys(tires, "")
    with tempfile.TemporaryDirectory(prefix="mutants-") as dossier:
        a_part = shutil.ignore_patterns(".*", "build", "dist", "browser", "node_modules")
        modele = shutil.copytree(arbre, Path(dossier) / "modele", ignore=a_part)
        for tests in EPREUVES:
            restent = [mutant for mutant in tires if not attrapes[mutant]]
            taches = [(modele, paquet, mutant, tests) for mutant in restent]
            with multiprocessing.get_context("fork").Pool(ensemble, maxtasksperchild=1) as bassin:
                if restent and (echec := bassin.apply(eprouver, [(modele, paquet, None, tests)])):
                    raise SystemExit(f"Sans mutation, {echec} échoue déjà.")
                for mutant, test in zip(restent, bassin.imap(eprouver, taches), strict=True):
                    attrapes[mutant] = test
                    print("." if test else "x", end="", file=sys.stderr, flush=True)
    return attrapes


def main() -> int:
    """1 when a mutant survives that is not explained."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--combien", type=int, default=100)
    parser.add_argument("--graine", type=int, default=1)
    parser.add_argument("--ensemble", type=int, default=2, help="mutants à la fois")
    parser.add_argument("--arbre", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--paquet", default="sandbox/sne_interface")
    choix = parser.parse_args()
    source = choix.arbre.resolve() / choix.paquet
    fichiers = sorted(chemin for dossier in DOSSIERS for chemin in (source / dossier).rglob("*.py"))
    possibles = [m for f in fichiers for m in mutants(str(f.relative_to(source)), f.read_text("utf-8"))]
    tires = sorted(Random(choix.graine).sample(possibles, min(choix.combien, len(possibles))))
    for module in LOURDS:
        importlib.import_module(module)
    attrapes = attraper(tires, choix.arbre.resolve(), choix.paquet, choix.ensemble)
    survivants = [mutant for mutant, test in attrapes.items() if not test]
    inexpliques = [mutant for mutant in survivants if (mutant.fichier, mutant.apres) not in EQUIVALENTS]
    for mutant, test in attrapes.items():
        raison = EQUIVALENTS.get((mutant.fichier, mutant.apres), "aucun test ne le voit")
        print(f"{mutant.fichier}:{mutant.ligne}\n    {mutant.avant}\n  → {mutant.apres}")
        print(f"    attrapé par {test}" if test else f"    SURVIT : {raison}")
    print(
        f"{len(tires)} mutants sur {len(possibles)} possibles : {len(tires) - len(survivants)} attrapés, "
        f"{len(survivants)} survivants, dont {len(survivants) - len(inexpliques)} équivalents."
    )
    return 1 if inexpliques else 0


if __name__ == "__main__":
    sys.exit(main())
