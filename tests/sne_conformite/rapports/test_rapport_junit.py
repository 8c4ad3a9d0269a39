import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from specimen import MENTIONS, avec, conforme, excuse, grand, rapport, trafic

from sne_conformite.rapports import annotations_de_forge, rapport_junit
from sne_conformite.rapports.rapport import Rapport, ResultatScenario, Verdict
from sne_conformite.rapports.verdict_de_conformite import decider, exiger_mentions

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))


def arbre(juge: Rapport) -> Any:
    racine = etree.fromstring(rapport_junit.octets(juge))
    SCHEMA.assertValid(racine)
    return racine


def cas(racine: Any, classe: str, exigence: str) -> Any:
    (trouve,) = [c for c in racine.iter("testcase")
                 if c.get("classname") == classe and f" {exigence} " in f" {c.get('name')} "]  # fmt: skip
    return trouve


@pytest.mark.parametrize("faire", [rapport, trafic, conforme, grand])
def test_it_is_valid_and_its_counts_are_those_of_its_cases(faire: Any) -> None:
    racine = arbre(faire())
    for suite in racine:
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        for compte, nom in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(compte)) == len(suite.findall(f"testcase/{nom}"))
    assert int(racine.get("failures")) == len(racine.findall(".//failure"))


def test_each_verdict_has_its_outcome() -> None:
    racine = arbre(rapport())
    assert len(cas(racine, "CRE.CRE-01", "FID-01")) == 0
    echec = cas(racine, "CRE.CRE-03", "FID-02").find("failure")
    assert echec.get("type") == "cotitulaire_absent"
    assert "n'est pas transmis" in echec.get("message")
    for attendu in ("observé : absent", "échange : 12", "le plus petit exemple", "pour reproduire : sne-"):
        assert attendu in echec.text
    assert cas(racine, "CRE.CRE-04", "VIE-01").find("skipped").get("message").startswith("Ignoré : ")
    assert cas(racine, "DALO.DAL-01", "VIE-22").find("skipped") is not None
    assert cas(racine, "EVT.EVT-01", "FID-14").find("skipped") is not None
    assert "s'est tue" in cas(racine, "ROB.ROB-01", "ROB-01").find("error").get("message")
    assert cas(racine, "CRE.CRE-01", "EMB-06").find("skipped").get("message").startswith("Recommandation")


def test_a_failure_says_when_it_happens_and_what_to_do() -> None:
    dit = {"cotitulaire_absent": "Toujours."}
    juge = avec(rapport(), remede="Transmettez-les tous.", conditions=dit)
    texte = cas(arbre(juge), "CRE.CRE-03", "FID-02").findtext("failure")
    assert "\nquand : Toujours.\nremède : Transmettez-les tous.\n" in texte
    (dite,) = [q for q in json.loads(annotations_de_forge.octets(juge)) if q["check_name"] == "FID-02"]
    assert "\nquand : Toujours.\n" in dite["description"]
    assert dite["description"].endswith("\nremède : Transmettez-les tous.")
    for sans in (rapport_junit.octets(rapport()).decode(), annotations_de_forge.octets(rapport()).decode()):
        assert "remède" not in sans


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
    passe = cas(arbre(excuse(rapport())), "CRE.CRE-03", "FID-02").find("skipped")
    assert passe.get("message").startswith("Manquement connu (ticket 12)")


@pytest.mark.parametrize(
    ("verdict", "genres"),
    [("erreur", ["error"]), ("échoué", ["failure"]), ("ignoré", ["skipped"]), ("réussi", [])],
)
def test_a_scenario_without_checks_is_not_lost(verdict: str, genres: list[str]) -> None:
    scenario = ResultatScenario("X-01", "X", "Titre", Verdict(verdict), raison="parce que")
    assert [e.tag for e in arbre(replace(conforme(), scenarios=(scenario,))).find(".//testcase")] == genres


def test_no_control_character_is_written() -> None:
    texte = rapport_junit.octets(rapport()).decode()
    assert "<script>" not in texte
    assert "\x1b" not in texte
    assert "\x00" not in texte


def test_a_case_says_its_scenario_and_its_requirement() -> None:
    noms = [c.get("name") for c in arbre(rapport()).iter("testcase")]
    assert "CRE-01 Une personne seule — FID-01 L'état civil est transmis." in noms
    assert len(set(noms)) == len(noms), "no two cases look alike"


def test_each_mention_is_a_suite_and_says_what_it_lacks() -> None:
    racine = arbre(replace(conforme(), mentions=MENTIONS))
    assert racine.get("failures") == "0"
    socle, complet = (s for s in racine if s.get("name").startswith("mention."))
    assert (socle.get("name"), socle.get("tests"), socle.get("skipped")) == ("mention.socle", "1", "0")
    (passe,) = complet.iter("skipped")
    assert passe.get("message") == "incomplète : 1 exigence prouvée et 2 attestées sur 2"
    assert "VIE-22 : Aucun DALO" in complet.findtext("testcase/system-out")
    assert "sne-sandbox conform --scenario DALO" in complet.findtext("testcase/system-out")


def test_the_mentions_that_were_asked_for_and_are_not_acquired_fail_once_each() -> None:
    releves = replace(MENTIONS[1], id="releves", titre="SNE 5.2 – relevés")
    juge = replace(conforme(), mentions=(*MENTIONS, releves))
    demandees = exiger_mentions(juge, ["socle", "complet", "releves"])
    echecs = list(arbre(demandees).iter("failure"))
    assert [e.getparent().get("name") for e in echecs] == ["SNE 5.2 – complet", "SNE 5.2 – relevés"]
    assert all("VIE-22" in e.text for e in echecs)
    (seul,) = arbre(exiger_mentions(juge, ["complet"])).iter("failure")
    assert seul.getparent().get("name") == "SNE 5.2 – complet"
    assert not list(arbre(exiger_mentions(juge, ["socle"])).iter("failure"))
