"""What decides of a verdict; one sign and one word for each way to end."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html as lxml_html
from specimen import conforme, entete, excuse, rapport, trafic
from verite import en_texte

from sne_conformite.rapports import (
    avancement_au_terminal,
    rapport_html,
    rapport_junit,
    verdict_de_conformite,
)
from sne_conformite.rapports.rapport import (
    Candidat,
    DebutJugement,
    EtatExigence,
    Fin,
    Lacune,
    Mention,
    Rapport,
    ScenarioFini,
    Verdict,
    VerdictMention,
    Verification,
)
from sne_conformite.rapports.verdict_de_conformite import (
    ROLE_A_DECLARER,
    a_rejouer,
    conclure,
    decider,
    exiger_mentions,
    motifs_d_ailleurs,
    niveaux_de,
    non_juge,
    prochaine_etape,
)


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
    assert decider(excuse(rapport())).conforme


def test_required_evidence_and_what_the_caller_knows_count() -> None:
    assert conforme().conforme
    juge = decider(conforme(), ["La commande a échoué."], exigees=["FID-01", "VIE-01"])
    assert juge.motifs == ("Preuve exigée, et absente : VIE-01.", "La commande a échoué.")
    assert not juge.conforme


def test_a_requirement_without_balance_is_mandatory() -> None:
    verifications = (Verification("CRE-01", "NOU-01", Verdict.ECHOUE),)
    scenario = replace(conforme().scenarios[0], verifications=verifications)
    juge = decider(replace(conforme(), scenarios=(scenario,)))
    assert juge.motifs == ("1 exigence obligatoire enfreinte : NOU-01.",)


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
    dit = en_texte(juge)
    assert "! 1 recommandation non suivie" in dit
    assert "  recommandations non suivies : une exigence recommandée" in dit
    page = rapport_html.en_html(juge)
    for faux in ("échoué", "enfreinte", "✗"):
        assert faux not in dit
        assert faux not in page
    assert page.count("</span> non suivie</span>") == 2  # the requirement, the check
    assert "</span> recommandation non suivie</span>" in page  # the scenario
    progres = io.StringIO()
    debut = DebutJugement("app", 1, niveaux_de(juge))
    avancement_au_terminal.suivre(iter([debut, ScenarioFini(juge.scenarios[0]), Fin(juge)]), progres)
    assert "! CRE-01 Une personne seule : recommandation non suivie (EMB-06)" in progres.getvalue()
    assert b"<failure" not in rapport_junit.octets(juge)


def test_the_worst_of_a_scenario_is_told() -> None:
    juge = rapport()
    niveaux = niveaux_de(juge)
    dits = [verdict_de_conformite.issue_de_scenario(s, niveaux).scenario for s in juge.scenarios]
    assert dits == ["réussi", "échoué", "échoué", "sans objet", "en erreur", "en attente"]
    connu = verdict_de_conformite.issue_de_scenario(excuse(juge).scenarios[2], niveaux)
    assert connu is verdict_de_conformite.CONNUE


@pytest.mark.parametrize("issue", verdict_de_conformite.TOUTES, ids=lambda i: i.mot)
def test_what_is_not_plain_is_explained(issue: verdict_de_conformite.Issue) -> None:
    assert bool(issue.legende) is (issue.mot not in ("réussie", "échouée", "prouvée", "enfreinte"))


def test_every_verdict_and_state_has_a_word() -> None:
    juge = rapport()
    verification, bilan = juge.scenarios[0].verifications[0], juge.bilans[3]
    faites = [replace(verification, verdict=verdict) for verdict in Verdict]
    assert len({verdict_de_conformite.issue_de_verification(faite, {}).mot for faite in faites}) == 6
    assert len({verdict_de_conformite.issue_de_bilan(replace(bilan, etat=e)).mot for e in EtatExigence}) == 4


def _avec(*mentions: tuple[str, VerdictMention], juge: Rapport | None = None) -> Rapport:
    faites = tuple(Mention(titre, f"SNE 5.2 – {titre}", verdict) for titre, verdict in mentions)
    return replace(juge or conforme(), mentions=faites)


def test_the_conclusion_is_what_is_acquired_else_what_was_covered() -> None:
    assert conclure(conforme()) == "2 opérations sur 3, 1 exigence prouvée sur 1, aucun manquement"
    acquis = _avec(("socle", VerdictMention.ACQUISE), ("dalo", VerdictMention.RESERVES),
                   ("complet", VerdictMention.INCOMPLETE))  # fmt: skip
    assert conclure(acquis) == "SNE 5.2 – socle, dalo (avec réserves)"
    rate = _avec(("socle", VerdictMention.ACQUISE), juge=rapport())
    assert conclure(rate) == (
        "SNE 5.2 – socle, manquements : 3 exigences obligatoires enfreintes, 1 scénario en erreur"
    )
    assert conclure(decider(conforme(), ["La commande a échoué."])).endswith("épreuve non retenue")
    assert conclure(decider(replace(acquis, entete=entete(inacheve="Coupé.")))) == "Épreuve inachevée"


def test_the_conclusion_tells_what_the_baseline_excuses() -> None:
    """A failure that is excused makes nobody fail; it is told all the same."""
    juge = rapport()
    excusee = decider(excuse(juge))
    rompus = (
        *verdict_de_conformite.exigences_enfreintes(juge), *verdict_de_conformite.scenarios_en_erreur(juge)
    )  # fmt: skip
    assert verdict_de_conformite.manquements_connus(juge) == {}
    assert verdict_de_conformite.manquements_connus(excusee).keys() == set(rompus)
    assert conclure(excusee).endswith(", aucun manquement, hors 4 connus")
    assert conclure(_avec(("socle", VerdictMention.RESERVES), juge=excusee)) == (
        "SNE 5.2 – socle (avec réserves), 4 manquements connus"
    )


def test_another_plan_and_an_overlaid_contract_are_told() -> None:
    juge = _avec(("socle", VerdictMention.RESERVES), juge=conforme())
    assert verdict_de_conformite.avertir(juge) == ()
    assert "surchargé" not in rapport_html.en_html(juge)
    tete = replace(juge.entete, surcharge=("certification.toml", "xsd/a.xsd"), autre_plan="le plan <b>")
    juge = replace(juge, entete=tete)
    assert conclure(juge) == "SNE 5.2 – socle (avec réserves) (contrat surchargé)"
    avertis = [
        "Un autre plan a été joué : le plan <b>.",
        "Le contrat est surchargé (--contracts) : certification.toml, xsd/a.xsd.",
    ]
    assert list(verdict_de_conformite.avertir(juge)) == avertis
    assert [ligne.strip() for ligne in en_texte(juge).splitlines()[1:3]] == avertis
    page = lxml_html.document_fromstring(rapport_html.en_html(juge))
    (panneau,) = page.xpath("//section[@aria-labelledby='produit']")
    assert [p.text_content() for p in panneau.findall("p")][:2] == avertis
    assert conclure(replace(juge, entete=replace(tete, inacheve="Coupé."))) == "Épreuve inachevée"


def test_the_bare_word_is_said_of_no_report() -> None:
    for juge in (conforme(), rapport(), trafic()):
        assert "conforme" not in conclure(juge).lower()


def test_the_next_step_is_a_command_to_type() -> None:
    juge = replace(rapport(), entete=entete(mode="plan", commande="sne-sandbox conform --application ./a"))
    seuls = " ".join(f"--scenario {scenario}" for scenario in a_rejouer(juge))
    assert prochaine_etape(juge)[1] == f"sne-sandbox conform --application ./a {seuls}"
    assert prochaine_etape(juge, Path("r"))[1] == "sne-sandbox conform --rejouer r"
    gardees = ("--mention", "socle", "--candidat", "mon c.toml", "--baseline", "b.toml")
    assert prochaine_etape(juge, Path("r"), gardees=gardees)[1].endswith("--rejouer r --baseline b.toml")
    for fini in (replace(conforme(), entete=juge.entete), replace(juge, scenarios=())):
        assert "./a --mention socle --candidat 'mon c.toml'" in prochaine_etape(fini, gardees=gardees)[1]
    assert prochaine_etape(trafic())[1] == trafic().entete.commande
    manque = Lacune("VIE-03", "sans preuve", "sne-sandbox conform --scenario CYC-MODIFIER")
    bon = replace(conforme(), scenarios=())
    socle = replace(_avec(("socle", VerdictMention.INCOMPLETE)).mentions[0], lacunes=(manque,))
    assert prochaine_etape(replace(bon, mentions=(socle,))) == (
        "1 chose manque à « SNE 5.2 – socle », d'abord VIE-03",
        manque.commande,
    )
    autre = Lacune("VIE-06", "sans preuve", "sne-sandbox conform --scenario RAD-ABANDON")
    joue = replace(bon, entete=replace(bon.entete, commande="sne-sandbox conform --scenario CRE --seed 1"))
    deux = replace(joue, mentions=(replace(socle, lacunes=(manque, autre)),))
    tous = "--scenario CRE --scenario CYC-MODIFIER --scenario RAD-ABANDON"
    assert prochaine_etape(deux)[1] == f"sne-sandbox conform {tous}", "what was played, and all that lacks"
    papier = replace(socle, lacunes=(Lacune("CTR-09", "à attester dans candidat.toml : x"),))
    exige = prochaine_etape(replace(bon, mentions=(papier,)), gardees=("--mention", "socle"))
    assert exige[0].endswith("d'abord CTR-09, à attester dans candidat.toml")
    hors = replace(socle, lacunes=(manque, Lacune("dalo", f"{ROLE_A_DECLARER} : le DALO")))
    declare = replace(bon.entete, candidat=Candidat("X", "Y", "1"))
    tu = replace(conforme().scenarios[0], id="CYC-MODIFIER", verdict=Verdict.SANS_OBJET)
    for juge in (replace(bon, entete=declare, mentions=(hors,)), replace(bon, mentions=(socle,))):
        juge = replace(juge, scenarios=(tu, replace(tu, id="CRE-01", verdict=Verdict.IGNORE)))
        assert prochaine_etape(juge)[1] == "sne-sandbox certification --mentions"
        exige = exiger_mentions(juge, ["socle"])
        assert prochaine_etape(exige, gardees=("--mention", "socle"))[1] == manque.commande
    lance = replace(bon, entete=replace(bon.entete, commande="sne-sandbox run -- ./t.sh"))
    assert prochaine_etape(lance)[1] == "sne-sandbox run --report-dir rapport --cle sne-sandbox.cle -- ./t.sh"
    assert prochaine_etape(bon, Path("r"), signee=True)[1] == "sne-sandbox report --verify r/preuves.zip"


def test_what_was_not_judged_is_said_first_and_is_no_failure() -> None:
    """Nor is it « aucun manquement »; a failure beside it stays one."""
    tardif = replace(conforme().scenarios[0], retard="la machine est trop chargée pour en juger")
    juge = decider(replace(conforme(), scenarios=(tardif,)))
    dit = "1 scénario non jugé, la machine étant trop chargée"
    assert conclure(juge) == f"2 opérations sur 3, 1 exigence prouvée sur 1, {dit}"
    assert (juge.motifs, juge.conforme, non_juge(juge)) == ((f"{dit} : {tardif.id}.",), False, True)
    junit = rapport_junit.octets(juge).decode()
    assert 'failures="0" errors="1"' in junit
    assert "Non conforme" not in rapport_html.octets(juge).decode()
    assert not non_juge(replace(juge, motifs=(*juge.motifs, "2 écarts : ce dossier n'est pas confirmé.")))
    rate = decider(replace(rapport(), scenarios=(*rapport().scenarios, tardif)))
    assert not non_juge(rate)
    assert conclure(rate).endswith(dit)


def test_what_the_user_demands_is_no_reason_of_the_trial() -> None:
    juge = decider(conforme(), ["La commande a échoué."], exigees=["VIE-01"])
    juge = exiger_mentions(_avec(("socle", VerdictMention.REFUSEE), juge=juge), ["socle"])
    assert juge.motifs[-1] == "Mention exigée, et non acquise : socle (refusée)."
    assert not juge.conforme
    assert motifs_d_ailleurs(juge) == ("La commande a échoué.",)
    assert exiger_mentions(juge, []).motifs == juge.motifs[:-1]
