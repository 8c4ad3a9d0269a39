"""The drawing of Hypothesis shrinks to the simplest of each draw, and only who wants it imports it."""

import subprocess
import sys
from datetime import date

from hypothesis import find, settings

from sne_sandbox.generators.hypothese import TirageHypothese, Tirees
from sne_sandbox.generators.noms import noms
from sne_sandbox.generators.tirage import Repartition

REDUCTION = settings(max_examples=200, deadline=None, database=None, derandomize=True)


def _tout(tirage: TirageHypothese) -> tuple[object, ...]:
    return (
        tirage.entier(3, 9),
        tirage.entier(-5, 5),
        tirage.choix("abc"),
        tirage.choix(noms().familles),
        tirage.selon(Repartition({"x": 1, "y": 99})),
        tirage.booleen(0.9),
        tirage.date(date(2018, 1, 1), date(2018, 12, 31)),
        tirage.booleen(1.0),
        tirage.booleen(0.0),
    )


def test_the_simplest_of_each_draw() -> None:
    simple = find(Tirees(_tout), lambda valeur: True, settings=REDUCTION)
    assert simple == (3, 0, "a", "Ba", "x", False, date(2018, 1, 1), True, False)


def test_every_value_is_within_reach() -> None:
    voulu = find(
        Tirees(_tout),
        lambda v: v[0] == 9 and v[1] == -5 and v[2] == "c" and v[4] == "y" and v[5] is True,
        settings=settings(REDUCTION, max_examples=20_000),
    )
    assert voulu[:3] == (9, -5, "c")


def test_a_strategy_says_what_it_builds() -> None:
    assert "_tout" in repr(Tirees(_tout))


def test_nothing_but_the_strategies_imports_hypothesis() -> None:
    code = (
        "import sys, sne_sandbox.generators.semis, sne_sandbox.generators.lots\n"
        "import sne_sandbox.cli.generate, sne_sandbox.cli.serve\n"
        "sys.exit('hypothesis' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
