import json
from dataclasses import replace

import pytest
from specimen import NIR, NIR_TREIZE, avec, entete, rapport, trafic

from sne_conformite.rapports import rapports_compares
from sne_conformite.rapports.rapport import (
    Bilan,
    Constat,
    EtatExigence,
    Rapport,
    ResultatScenario,
    Verdict,
    Verification,
)
from sne_interface.domain.valeurs_en_json import en_json


def joue(ident: str, *verdicts: tuple[str, Verdict], raison: str = "") -> ResultatScenario:
    """A scenario with these checks, none of which broke."""
    verifications = tuple(Verification(ident, exigence, verdict) for exigence, verdict in verdicts)
    return ResultatScenario(ident, "CRE", "Un titre", Verdict.REUSSI, verifications, raison=raison)


def repare(*rejoues: ResultatScenario) -> Rapport:
    """The co-holder is sent in `rejoues` (by default, all where it was not), the NIR is not tried, a
    telephone breaks in a new way."""
    juge = rapport()
    rejoues = rejoues or tuple(joue(ident, ("FID-02", Verdict.REUSSI)) for ident in ("CRE-03", "CRE-04"))
    tenue = Constat("FID-02", True, "Transmis.")
    autre = Constat("CTR-05", False, "Le téléphone a des points.", "telephone_separe")
    bilans = {b.exigence: b for b in juge.bilans} | {
        "FID-02": Bilan("FID-02", "Chaque co-titulaire.", "MUST", "x", EtatExigence.PROUVEE, 4, (tenue,)),
        "FID-12": Bilan("FID-12", "Le NIR.", "MUST", "x", EtatExigence.SANS_PREUVE),
    }
    bilans["CTR-05"] = replace(bilans["CTR-05"], constats=(*bilans["CTR-05"].constats, autre))
    return replace(juge, scenarios=(juge.scenarios[0], *rejoues), bilans=tuple(bilans.values()))


def test_its_instants_are_those_of_paris() -> None:
    dit = rapports_compares.en_texte(rapports_compares.comparer(rapport(), rapport()))
    assert "02/03/2026 19:00" in dit, "18 h UTC"


def test_new_mended_still_there_and_unproved_are_told_apart() -> None:
    vue = rapports_compares.comparer(rapport(), repare())
    assert [e.groupe.sorte for e in vue.nouveaux] == ["telephone_separe"]
    assert [e.groupe.exigence for e in vue.corriges] == ["FID-02"]
    assert [e.groupe.exigence for e in vue.persistants] == ["CTR-05", "EMB-06"]
    assert [e.groupe.exigence for e in vue.non_revus] == ["FID-12", "ROB-01"]


def _devenu(vue: rapports_compares.ComparaisonRapports, exigence: str) -> tuple[list[str], list[str]]:
    """The scenarios where a requirement is mended, and those where nothing says it."""
    corriges, non_revus = (
        [s for e in lot if e.groupe.exigence == exigence for s in e.groupe.scenarios]
        for lot in (vue.corriges, vue.non_revus)
    )
    return corriges, non_revus


@pytest.mark.parametrize(
    "rejoue",
    [
        joue("CRE-09", ("FID-02", Verdict.REUSSI)),
        joue("CRE-03", ("FID-02", Verdict.IGNORE)),
        joue("CRE-03", ("FID-02", Verdict.ERREUR)),
        joue("CRE-03", ("FID-02", Verdict.EN_ATTENTE)),
        joue("CRE-03", ("FID-01", Verdict.REUSSI), raison="« radier » s'est terminé par « erreur »"),
        joue("CRE-03", ("FID-01", Verdict.REUSSI), ("VIE-01", Verdict.IGNORE)),
    ],
)
def test_what_holds_elsewhere_proves_nothing_of_where_it_broke(rejoue: ResultatScenario) -> None:
    """The scenario was not played, or broke off before the check."""
    vue = rapports_compares.comparer(rapport(), repare(rejoue))
    assert _devenu(vue, "FID-02") == ([], ["CRE-03", "CRE-04"])


def test_what_was_looked_for_again_is_told_from_what_was_not() -> None:
    vue = rapports_compares.comparer(rapport(), repare(joue("CRE-03", ("FID-02", Verdict.REUSSI))))
    assert _devenu(vue, "FID-02") == (["CRE-03"], ["CRE-04"])
    assert [e.groupe.nombre for e in vue.corriges] == [2]
    assert [e.groupe.nombre for e in vue.non_revus if e.groupe.exigence == "FID-02"] == [1]
    texte = rapports_compares.en_texte(vue)
    assert "- FID-02 cotitulaire_absent · 1 scénario ·" in texte
    assert "? FID-02 cotitulaire_absent · 1 scénario ·" in texte


def test_a_requirement_that_the_plan_does_not_name_there_is_mended_when_the_scenario_ends() -> None:
    """Its check is there where it breaks only."""
    finis = [joue(ident, ("FID-01", Verdict.REUSSI)) for ident in ("CRE-03", "CRE-04")]
    vue = rapports_compares.comparer(rapport(), repare(*finis))
    assert _devenu(vue, "FID-02") == (["CRE-03", "CRE-04"], [])
    assert _devenu(vue, "FID-12") == ([], ["CRE-03"]), "without evidence anywhere"


@pytest.mark.parametrize(
    ("verdict", "devenu"), [(Verdict.REUSSI, (["ROB-01"], [])), (Verdict.IGNORE, ([], ["ROB-01"]))]
)
def test_a_breakdown_is_mended_when_its_scenario_is_judged(
    verdict: Verdict, devenu: tuple[list[str], list[str]]
) -> None:
    vue = rapports_compares.comparer(rapport(), repare(joue("ROB-01", ("ROB-01", verdict))))
    assert _devenu(vue, "ROB-01") == devenu


def test_a_finding_that_no_check_shows_needs_all_the_scenarios_again() -> None:
    """That of a household made smaller: nothing says in which one."""
    avant = rapport()
    sans = avec(avant, "CTR-05", etat=EtatExigence.PROUVEE, constats=())
    assert [e.groupe.exigence for e in rapports_compares.comparer(avant, sans).corriges] == ["CTR-05"]
    moins = replace(sans, scenarios=sans.scenarios[:1])
    assert "CTR-05" in [e.groupe.exigence for e in rapports_compares.comparer(avant, moins).non_revus]


@pytest.mark.parametrize(
    ("etat", "corrige"), [(EtatExigence.PROUVEE, True), (EtatExigence.SANS_PREUVE, False)]
)
def test_of_traffic_the_requirement_is_compared(etat: EtatExigence, corrige: bool) -> None:
    vue = rapports_compares.comparer(trafic(), avec(trafic(), etat=etat, constats=()))
    assert [e.groupe.exigence for e in (vue.corriges if corrige else vue.non_revus)] == ["FID-02"]
    assert len(vue.corriges) + len(vue.non_revus) == 1


def test_a_run_compared_with_itself_has_nothing_new() -> None:
    vue = rapports_compares.comparer(rapport(), rapport())
    assert (vue.nouveaux, vue.corriges, vue.non_revus) == ((), (), ())
    assert len(vue.persistants) == 5


def test_the_text_says_what_moved() -> None:
    moins = replace(rapport(), scenarios=rapport().scenarios[:2])
    texte = rapports_compares.en_texte(rapports_compares.comparer(rapport(), moins))
    assert "= FID-02 cotitulaire_absent · 2 scénarios → 1 scénario · Le co-titulaire" in texte
    assert "Nouveaux : aucun\n" in texte
    assert "? ROB-01 · 1 scénario" in texte
    assert "\x1b" not in texte
    assert NIR not in texte
    assert rapports_compares.en_texte(rapports_compares.comparer(trafic(), rapport())).count("+ ROB-01") == 1


def test_the_json_has_all_of_it() -> None:
    contenu = en_json(rapports_compares.comparer(rapport(), repare()))
    assert json.loads(json.dumps(contenu)) == contenu
    assert contenu["avant"]["conforme"] is False
    (corrige,) = contenu["corriges"]
    assert corrige["avant"] == {"constats": 3, "scenarios": ["CRE-03", "CRE-04"]}
    assert corrige["apres"] is None
    assert NIR_TREIZE not in json.dumps(contenu)


def test_what_is_looked_at_less_is_told() -> None:
    """It makes nothing fail: the trial is weaker, the application no better."""
    couverture = (replace(rapport().couverture[0], vus=("getNumUnique",)),)
    apres = repare(joue("CRE-03", ("FID-02", Verdict.REUSSI)))
    apres = replace(apres, entete=entete(exemples=70), couverture=couverture)
    vue = rapports_compares.comparer(rapport(), apres)
    assert [str(recul) for recul in vue.moins_verifies] == [
        "exigences dont quelque chose a été vu : 5 → 4 (FID-12)",
        "scénarios joués : 3 → 2 (CRE-04)",
        "opérations : 2 → 1 (getAttestation)",
        "ménages essayés : 700 → 70",
    ]
    assert "Moins vérifié : 4\n  ! exigences" in rapports_compares.en_texte(vue)
    lue = en_json(vue)["moins_verifies"]
    assert lue[1] == {"quoi": "scénarios joués", "avant": 3, "apres": 2, "perdus": ["CRE-04"]}


def test_what_is_looked_at_as_much_or_more_is_no_loss() -> None:
    vue = rapports_compares.comparer(rapport(), rapport())
    assert vue.moins_verifies == ()
    assert "Moins vérifié : rien" in rapports_compares.en_texte(vue)
    moins = repare(joue("CRE-03", ("FID-02", Verdict.REUSSI)))
    assert rapports_compares.comparer(moins, rapport()).moins_verifies == ()


def test_many_names_are_shown_in_part() -> None:
    recul = rapports_compares.ReculLu("scénarios joués", 40, 20, tuple(f"S-{n:02d}" for n in range(20)))
    assert str(recul).endswith("S-10, S-11, …)")


def test_of_traffic_no_scenario_is_missed() -> None:
    vue = rapports_compares.comparer(trafic(), replace(trafic(), scenarios=()))
    assert vue.moins_verifies == ()
