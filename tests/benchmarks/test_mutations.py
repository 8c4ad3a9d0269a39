"""The mutations are those that `mutations.py` says: of one line each, and never of words."""

import ast

import pytest
from mutations import mutants


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        ("x = a < b", {"x = a <= b"}),
        ("x = a <= b != c", {"x = a < b != c", "x = a <= b == c"}),
        ("x = a is not None", {"x = a is None"}),
        ("x = a in b and not c", {"x = a not in b and not c", "x = a in b or not c", "x = a in b and c"}),
        ("x = dire('é', 3)", {"x = dire('é', 2)", "x = dire('é', 4)"}),
        ("@regle('A', registre=True)\ndef f(): ...", {"@regle('A', registre=False)"}),
        ("def f() -> bool:\n    return g()", {"return False"}),
        ("def f() -> tuple[str, ...]:\n    return g()", {"return ()"}),
        ("x = {'a', 'b', 'c'}", {"x = { 'b', 'c'}", "x = {'a',  'c'}", "x = {'a', 'b', }"}),
        ("x = ('a', 'b')", {"x = ('a', )"}),
        ("x = ('a', 'b', 'c',)", {"x = ( 'b', 'c',)", "x = ('a',  'c',)", "x = ('a', 'b', )"}),
        ("x = {'a': y, **z, 'b': t}", {"x = { **z, 'b': t}", "x = {'a': y, **z, }"}),
    ],
)
def test_a_line_is_mutated_in_each_way(avant: str, apres: set[str]) -> None:
    trouves = list(mutants("rules/essai.py", avant))
    assert {mutant.apres for mutant in trouves} == apres
    for mutant in trouves:
        ast.parse(mutant.texte)
        assert len(mutant.texte.splitlines()) == len(avant.splitlines())
        assert mutant.avant == avant.splitlines()[mutant.ligne - 1].strip()


@pytest.mark.parametrize(
    "texte",
    [
        '"""At 1 or 2, not 3."""',
        "x: Literal['a', 'b', 3]",
        "def f(a: Annotated[int, 3]) -> Literal[1, 2]: ...",
        "x = f'{a + 1} années'",
        "@dataclass(frozen=True, slots=True)\nclass A: ...",
    ],
)
def test_words_and_annotations_stay(texte: str) -> None:
    assert list(mutants("rules/essai.py", texte)) == []
