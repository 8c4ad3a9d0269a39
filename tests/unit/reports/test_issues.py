"""One sign and one word for each way to end."""

import io
from dataclasses import replace

import pytest
from specimen import rapport

from sne_sandbox.reports import html, issues, junit, progression, text
from sne_sandbox.reports.decision import decider, niveaux_de
from sne_sandbox.reports.model import DebutJugement, EtatExigence, Fin, Rapport, ScenarioFini, Verdict


def conseille() -> Rapport:
    """Nothing broke but a SHOULD."""
    juge = rapport()
    verifications = juge.scenarios[0].verifications
    premier = replace(juge.scenarios[0], verdict=Verdict.ECHOUE, verifications=verifications)
    bilans = tuple(b for b in juge.bilans if b.exigence in ("EMB-06", "FID-01"))
    return decider(replace(juge, scenarios=(premier,), bilans=bilans))


def test_a_should_is_no_failure_wherever_it_is_told() -> None:
    juge = conseille()
    assert juge.conforme
    sortie = io.StringIO()
    text.ecrire(juge, sortie)
    dit = sortie.getvalue()
    assert "! 1 recommandation non suivie" in dit
    assert "  recommandations non suivies : une exigence recommandée" in dit
    page = html.en_html(juge)
    for faux in ("échoué", "enfreinte", "✗"):
        assert faux not in dit
        assert faux not in page
    assert page.count(">non suivie</span>") == 2  # the requirement, the check
    assert ">recommandation non suivie</span>" in page  # the scenario
    progres = io.StringIO()
    debut = DebutJugement("app", 1, niveaux_de(juge))
    progression.suivre(iter([debut, ScenarioFini(juge.scenarios[0]), Fin(juge)]), progres)
    assert "! CRE-01 Une personne seule : recommandation non suivie (EMB-06)" in progres.getvalue()
    assert b"<failure" not in junit.octets(juge)


def test_the_worst_of_a_scenario_is_told() -> None:
    juge = rapport()
    niveaux = niveaux_de(juge)
    dits = [issues.de_scenario(s, niveaux).scenario for s in juge.scenarios]
    assert dits == ["réussi", "échoué", "échoué", "sans objet", "en erreur", "en attente"]
    connues = tuple(replace(v, connue="ticket") for v in juge.scenarios[2].verifications)
    assert issues.de_scenario(replace(juge.scenarios[2], verifications=connues), niveaux) is issues.CONNUE


@pytest.mark.parametrize("issue", issues.TOUTES, ids=lambda i: i.mot)
def test_what_is_not_plain_is_explained(issue: issues.Issue) -> None:
    plaines = (issues.REUSSIE, issues.ECHOUEE, issues.PROUVEE, issues.ENFREINTE)
    assert bool(issue.legende) is (issue not in plaines)


def test_every_verdict_and_state_has_a_word() -> None:
    juge = rapport()
    verification, bilan = juge.scenarios[0].verifications[0], juge.bilans[3]
    assert len({issues.de_verification(replace(verification, verdict=v), {}).mot for v in Verdict}) == 6
    assert len({issues.de_bilan(replace(bilan, etat=e)).mot for e in EtatExigence}) == 4
