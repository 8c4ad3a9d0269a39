from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from specimen import NIR, NIR_TREIZE, conforme, grand, rapport, trafic

from sne_sandbox.reports import junit
from sne_sandbox.reports.decision import decider
from sne_sandbox.reports.model import Rapport, ResultatScenario, Verdict

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))


def arbre(juge: Rapport) -> Any:
    racine = etree.fromstring(junit.octets(juge))
    SCHEMA.assertValid(racine)
    return racine


def cas(racine: Any, classe: str, exigence: str) -> Any:
    (trouve,) = [c for c in racine.iter("testcase")
                 if c.get("classname") == classe and c.get("name").startswith(exigence)]  # fmt: skip
    return trouve


@pytest.mark.parametrize("faire", [rapport, trafic, conforme, grand])
def test_it_is_valid_and_its_counts_are_those_of_its_cases(faire: Any) -> None:
    racine = arbre(faire())
    for suite in racine:
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        for compte, nom in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(compte)) == len(suite.findall(f"testcase/{nom}"))
    assert int(racine.get("failures")) == len(racine.findall(".//failure"))


@pytest.mark.parametrize("faire", [rapport, trafic, conforme, grand])
def test_it_agrees_with_the_exit_code(faire: Any) -> None:
    racine = arbre(faire())
    rouge = racine.find(".//failure") is not None or racine.find(".//error") is not None
    assert rouge is not faire().conforme


def test_each_verdict_has_its_outcome() -> None:
    racine = arbre(rapport())
    assert len(cas(racine, "CRE.CRE-01", "FID-01")) == 0
    echec = cas(racine, "CRE.CRE-03", "FID-02").find("failure")
    assert echec.get("type") == "cotitulaire_absent"
    assert "n'est pas transmis" in echec.get("message")
    for attendu in ("observé : absent", "échange : 12", "le plus petit exemple", "pour reproduire : sne-"):
        assert attendu in echec.text
    assert cas(racine, "CRE.CRE-04", "VIE-01").find("skipped").get("message").startswith("ignoré : ")
    assert cas(racine, "DALO.DAL-01", "VIE-22").find("skipped") is not None
    assert cas(racine, "EVT.EVT-01", "FID-14").find("skipped") is not None
    assert "s'est tue" in cas(racine, "ROB.ROB-01", "ROB-01").find("error").get("message")
    assert cas(racine, "CRE.CRE-01", "EMB-06").find("skipped").get("message").startswith("Recommandation")


def test_what_broke_outside_any_check_has_its_case() -> None:
    assert cas(arbre(rapport()), "plan", "CTR-05").find("failure") is not None
    racine = arbre(trafic())
    assert {c.get("classname") for c in racine.iter("testcase")} == {"trafic"}
    assert len(cas(racine, "trafic", "FID-01")) == 0
    assert cas(racine, "trafic", "VIE-01").find("skipped") is not None


def test_what_no_check_shows_is_a_failure_too() -> None:
    racine = arbre(decider(conforme(), ["Aucun échange n'est arrivé."]))
    assert cas(racine, "jugement", "conformité").find("failure").text == "Aucun échange n'est arrivé."


def test_a_known_failure_is_skipped() -> None:
    scenario = rapport().scenarios[1]
    connues = tuple(replace(v, connue="ticket 12") for v in scenario.verifications)
    juge = replace(rapport(), scenarios=(replace(scenario, verifications=connues),))
    passe = cas(arbre(juge), "CRE.CRE-03", "FID-02").find("skipped")
    assert passe.get("message").startswith("Manquement connu (ticket 12)")


@pytest.mark.parametrize(
    ("verdict", "genre"),
    [
        (Verdict.ERREUR, "error"),
        (Verdict.ECHOUE, "failure"),
        (Verdict.IGNORE, "skipped"),
        (Verdict.REUSSI, None),
    ],
)
def test_a_scenario_without_checks_is_not_lost(verdict: Verdict, genre: str | None) -> None:
    scenario = ResultatScenario("X-01", "X", "Titre", verdict, raison="parce que")
    (issue,) = [[e.tag for e in arbre(replace(conforme(), scenarios=(scenario,))).find(".//testcase")]]
    assert issue == ([genre] if genre else [])


def test_no_nir_is_written_and_no_control_character() -> None:
    texte = junit.octets(rapport()).decode()
    assert NIR not in texte
    assert NIR_TREIZE not in texte
    assert "<script>" not in texte
    assert "\x1b" not in texte
    assert "\x00" not in texte
