"""One truth: every form of a report tells the same numbers, and a gate on any of them decides the same."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from specimen import conforme, excuse, grand, rapport, trafic
from tirages import rapports
from verite import en_texte, verifier

from sne_conformite.rapports import rapport_json
from sne_conformite.rapports.constats_groupes import compter
from sne_conformite.rapports.rapport import Rapport
from sne_conformite.rapports.signalements_a_la_forge import signaler
from sne_conformite.rapports.verdict_de_conformite import TOUTES, decider


@given(rapports())
@settings(max_examples=60)
def test_whatever_was_judged(juge: Rapport) -> None:
    verifier(juge)


@pytest.mark.parametrize("faire", [rapport, trafic, conforme, grand])
def test_the_specimens(faire: Callable[[], Rapport]) -> None:
    verifier(faire())


def test_a_recommendation_that_is_not_followed_lets_pass_everywhere() -> None:
    premier = rapport().scenarios[0]
    juge = replace(conforme(), scenarios=(premier,), bilans=(rapport().bilans[0], rapport().bilans[3]))
    verifier(juge)
    assert rapport_json.en_json(juge)["synthese"]["recommandations_non_suivies"] == 1
    (dit,) = signaler(juge)
    assert dit.niveau == "warning"


def test_what_a_baseline_excuses_lets_pass_everywhere() -> None:
    excusee = decider(excuse(rapport()))
    assert excusee.conforme
    verifier(excusee)


def test_the_numbers_are_told_by_the_words_of_the_issues() -> None:
    mots = {issue.un for issue in TOUTES}
    synthese = compter(rapport()).en_json()
    assert set(synthese["verifications"]) | set(synthese["exigences"]) == mots
    assert "3 échouées" in en_texte(rapport())
    assert synthese["verifications"]["échouée"] == 3
