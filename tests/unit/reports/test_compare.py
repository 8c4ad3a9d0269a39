import json
from dataclasses import replace

from specimen import NIR, NIR_TREIZE, rapport, trafic

from sandbox.reports import compare
from sandbox.reports.model import Bilan, Constat, Etat, Rapport, Verdict


def repare() -> Rapport:
    """The co-holder is sent, the NIR is not tried, a telephone breaks in a new way."""
    juge = rapport()
    tenue = Constat("FID-02", True, "Transmis.")
    autre = Constat("CTR-05", False, "Le téléphone a des points.", "telephone_separe")
    bilans = {b.exigence: b for b in juge.bilans} | {
        "FID-02": Bilan("FID-02", "Chaque co-titulaire.", "MUST", "x", Etat.PROUVEE, 4, (tenue,)),
        "FID-12": Bilan("FID-12", "Le NIR.", "MUST", "x", Etat.SANS_PREUVE),
    }
    bilans["CTR-05"] = replace(bilans["CTR-05"], constats=(*bilans["CTR-05"].constats, autre))
    return replace(juge, scenarios=juge.scenarios[:1], bilans=tuple(bilans.values()))


def test_its_instants_are_those_of_paris() -> None:
    dit = compare.en_texte(compare.comparer(rapport(), rapport()))
    assert "02/03/2026 19:00" in dit, "18 h UTC"


def test_new_mended_still_there_and_unproved_are_told_apart() -> None:
    vue = compare.comparer(rapport(), repare())
    assert [e.groupe.sorte for e in vue.nouveaux] == ["telephone_separe"]
    assert [e.groupe.exigence for e in vue.corriges] == ["FID-02"]
    assert [e.groupe.exigence for e in vue.persistants] == ["CTR-05", "EMB-06"]
    assert [e.groupe.exigence for e in vue.non_revus] == ["FID-12", "ROB-01"]


def test_a_run_compared_with_itself_has_nothing_new() -> None:
    vue = compare.comparer(rapport(), rapport())
    assert (vue.nouveaux, vue.corriges, vue.non_revus) == ((), (), ())
    assert len(vue.persistants) == 5


def test_the_text_says_what_moved() -> None:
    moins = replace(rapport(), scenarios=rapport().scenarios[:2])
    texte = compare.en_texte(compare.comparer(rapport(), moins))
    assert "= FID-02 cotitulaire_absent · 2 scénarios → 1 scénario · Le co-titulaire" in texte
    assert "Nouveaux : aucun\n" in texte
    assert "? ROB-01 · 1 scénario" in texte
    assert "\x1b" not in texte
    assert NIR not in texte
    assert compare.en_texte(compare.comparer(trafic(), rapport())).count("+ ROB-01") == 1


def test_the_json_has_all_of_it() -> None:
    contenu = compare.en_json(compare.comparer(rapport(), repare()))
    assert json.loads(json.dumps(contenu)) == contenu
    assert contenu["avant"]["conforme"] is False
    (corrige,) = contenu["corriges"]
    assert corrige["avant"] == {"constats": 3, "scenarios": ["CRE-03", "CRE-04"]}
    assert corrige["apres"] is None
    assert NIR_TREIZE not in json.dumps(contenu)


def test_the_same_judgement_has_the_same_verdicts() -> None:
    assert compare.memes_verdicts(rapport(), rapport()) == ()
    connu = replace(rapport(), bilans=tuple(replace(b, connue="ticket") for b in rapport().bilans))
    assert compare.memes_verdicts(rapport(), connu) == ()


def test_each_verdict_that_differs_is_named() -> None:
    juge = rapport()
    premier = juge.scenarios[0]
    change = replace(premier.verifications[0], verdict=Verdict.ECHOUE)
    autre = replace(
        juge,
        scenarios=(replace(premier, verifications=(change,)), *juge.scenarios[1:]),
        bilans=(replace(juge.bilans[0], constats=()), *juge.bilans[1:-1]),
    )
    assert [str(d) for d in compare.memes_verdicts(juge, autre)] == [
        "CRE-01/FID-01 : réussi à l'origine, échoué maintenant",
        "CRE-01/EMB-06 : échoué à l'origine, absent maintenant",
        "EMB-06 : enfreinte (cid_sans_chevrons) à l'origine, enfreinte maintenant",
        "VIE-22 : sans preuve à l'origine, absent maintenant",
    ]


def test_a_judgement_of_the_traffic_alone_is_compared_by_its_balances() -> None:
    assert compare.memes_verdicts(rapport(), trafic()) == ()
