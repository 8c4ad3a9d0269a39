from dataclasses import replace

from specimen import conforme, rapport, trafic

from sne_sandbox.reports.decision import decider, niveaux_de
from sne_sandbox.reports.model import Verdict, Verification


def test_what_must_be_broke_or_was_in_error_is_said() -> None:
    assert rapport().motifs == (
        "3 exigences obligatoires enfreintes : FID-02, FID-12, CTR-05.",
        "1 scénario en erreur : ROB-01.",
    )
    assert not rapport().conforme
    assert trafic().motifs == ("3 exigences obligatoires enfreintes : CTR-05, FID-02, FID-12.",)


def test_a_recommendation_does_not_count() -> None:
    juge = rapport()
    conseil = replace(juge.scenarios[0], verifications=juge.scenarios[0].verifications[1:])
    assert niveaux_de(juge)["EMB-06"] == "SHOULD"
    assert decider(replace(juge, scenarios=(conseil,), bilans=juge.bilans[:2])).conforme


def test_a_known_failure_does_not_count() -> None:
    juge = rapport()
    scenarios = tuple(
        replace(s, verifications=tuple(replace(v, connue="ticket") for v in s.verifications))
        for s in juge.scenarios
    )
    bilans = tuple(replace(b, connue="ticket") for b in juge.bilans)
    assert decider(replace(juge, scenarios=scenarios, bilans=bilans)).conforme


def test_required_evidence_and_what_the_caller_knows_count() -> None:
    assert conforme().conforme
    juge = decider(conforme(), ["La commande a échoué."], exigees=["FID-01", "VIE-01"])
    assert juge.motifs == ("Preuve exigée, et absente : VIE-01.", "La commande a échoué.")
    assert not juge.conforme


def test_a_requirement_without_balance_is_mandatory() -> None:
    scenario = replace(
        conforme().scenarios[0], verifications=(Verification("CRE-01", "NOU-01", Verdict.ECHOUE),)
    )
    juge = decider(replace(conforme(), scenarios=(scenario,)))
    assert juge.motifs == ("1 exigence obligatoire enfreinte : NOU-01.",)
