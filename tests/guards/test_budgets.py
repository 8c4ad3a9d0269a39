"""What was won is held: no measure of the tree is above its budget, and a budget only falls."""

import textwrap

from mesures import BUDGETS, DEPOT, depassements, lire_budgets, mesurer, mesurer_module


def test_nothing_is_above_its_budget() -> None:
    """A change that adds takes away as much: no budget is raised to let it in."""
    assert depassements(mesurer(), lire_budgets()) == []


def test_every_measure_of_the_whole_has_its_budget() -> None:
    voulus = {
        "code.sandbox",
        *(f"code.{paquet.parent.name}" for paquet in DEPOT.glob("sandbox/sne_*/__init__.py")),
        "tokens.sandbox",
        "files.sandbox",
        "files.folder",
        "lines.file",
        "lines.templates",
        "lines.tests",
        "words.docs",
        "english.odd",
    }
    assert voulus <= lire_budgets().keys(), BUDGETS


def test_a_measure_above_its_budget_is_told() -> None:
    assert depassements({"code.sandbox": 3}, {"code.sandbox": 2}) != []
    assert depassements({"code.sandbox": 2}, {"code.sandbox": 2, "calls.getnumunique": 1}) == []


def test_code_is_counted_without_blanks_comments_and_docstrings() -> None:
    lu = mesurer_module(
        textwrap.dedent('''
        """What is read first. A second sentence."""

        # A comment.
        UN = (
            1,
        )


        def deux():
            """Answers two."""
            return 2  # here
        ''')
    )
    assert (lu.code, lu.phrases, lu.detours) == (5, 3, 1)
