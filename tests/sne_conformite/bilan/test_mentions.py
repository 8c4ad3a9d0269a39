"""The mentions of a report: each verdict, the smallest list of what lacks; more proofs never harm."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sne_conformite.bilan.mentions import charger_referentiel, commande_de, mentionner, remarques
from sne_conformite.rapports import manquements_connus
from sne_conformite.rapports.manquements_connus import Connue
from sne_conformite.rapports.rapport import (
    Attestation,
    Bilan,
    Candidat,
    Constat,
    Entete,
    EtatExigence,
    Mention,
    Rapport,
    ResultatScenario,
    Rubrique,
    Verdict,
    VerdictMention,
    Verification,
)
from sne_conformite.rapports.verdict_de_conformite import decider, exiger_mentions
from sne_interface import resources
from sne_interface.contract.exigences_et_mentions import FICHIER
from sne_interface.contract.overlay import DossiersContrat
from sne_interface.errors import ContractError

REFERENTIEL: Final = charger_referentiel(DossiersContrat(resources.contracts_dir(), "v5.2"))
CERTIFICATION: Final = REFERENTIEL.certification
TOUTES: Final = tuple(CERTIFICATION.niveaux)
TESTEES: Final = tuple(e for e in TOUTES if e not in CERTIFICATION.attestables)
OPERATIONS: Final = tuple(dict.fromkeys(o for r in CERTIFICATION.roles.values() for o in r.operations))
FORMES: Final = tuple(CERTIFICATION.formes)
SCENARIOS: Final = tuple(s.id for s in REFERENTIEL.plan)
JOUR: Final = datetime(2026, 3, 2, tzinfo=UTC)
ENTETE: Final = Entete(
    "sne-sandbox", "v5.2", "ecole", "plan", "essai", "ecole", 0,
    "sne-sandbox conform --application './mon adaptateur' --examples 10 --seed 0", JOUR, JOUR, 9,
)  # fmt: skip
CONNU: Final = " (manquement connu : ticket 12 (jusqu'au 31/12/2026))"
CANDIDAT: Final = Candidat(
    "E", "Essai", "1", tuple(CERTIFICATION.roles), tuple(CERTIFICATION.options),
    attestations=tuple(Attestation(e, "A", "2026-03-01", "Oui.") for e in CERTIFICATION.attestables),
)  # fmt: skip


def rapport(
    sans: Collection[str] = (),
    enfreintes: Iterable[str] = (),
    *,
    operations: Collection[str] = OPERATIONS,
    formes: Collection[str] = FORMES,
    scenarios: Collection[str] = SCENARIOS,
    sans_objet: Collection[str] = (),
    declins: Mapping[str, Mapping[str, list[str]]] = MappingProxyType({}),
    exemples: int = 10,
    entete: Entete = ENTETE,
) -> Rapport:
    """A report where everything is proved, but what is told."""
    enfreintes = set(enfreintes)

    def bilan(exigence: str) -> Bilan:
        niveau, source = CERTIFICATION.niveaux[exigence], "source"
        if exigence in enfreintes:
            constats = (Constat(exigence, False, "Elle ne va pas.", "sorte"),)
            return Bilan(exigence, "", niveau, source, EtatExigence.ENFREINTE, 1, constats)
        prouvee = exigence in TESTEES and exigence not in sans
        etat = EtatExigence.PROUVEE if prouvee else EtatExigence.SANS_PREUVE
        if exigence in CERTIFICATION.attestables:
            etat = EtatExigence.NON_TESTEE
        return Bilan(exigence, "", niveau, source, etat, int(prouvee), duretes=tuple(formes))

    joues = tuple(
        ResultatScenario(
            s, "creation", s, Verdict.SANS_OBJET if s in sans_objet else Verdict.REUSSI, exemples=exemples,
            raison="l'application ne connaît pas : rechercher" if s in sans_objet else "",
            declins=declins.get(s, {}),
        )
        for s in scenarios
    )  # fmt: skip
    couverture = Rubrique("operations", "Opérations", tuple(operations), ())
    return decider(Rapport(entete, True, (), joues, tuple(map(bilan, TOUTES)), (couverture,)))


def avec(juge: Rapport, scenario: ResultatScenario) -> Rapport:
    """The report, one scenario of which ended so."""
    autres = (scenario if s.id == scenario.id else s for s in juge.scenarios)
    return decider(replace(juge, scenarios=tuple(autres)))


def excuser(juge: Rapport, **quoi: str) -> Rapport:
    """The report under a baseline that knows one failure."""
    connue = Connue("ticket 12", date(2026, 12, 31), **quoi)
    return manquements_connus.appliquer(juge, [connue], JOUR.date()).rapport


def mentions(juge: Rapport, candidat: Candidat | None = CANDIDAT) -> dict[str, Mention]:
    return {m.id: m for m in mentionner(juge, REFERENTIEL, candidat)}


def test_all_that_is_demanded_acquires_every_mention_and_lacks_nothing() -> None:
    trouvees = mentions(rapport())
    assert list(trouvees) == list(CERTIFICATION.mentions)
    for mention in trouvees.values():
        assert mention.verdict is VerdictMention.ACQUISE, mention
        assert (mention.lacunes, mention.reserves) == ((), ())
        attestees = CERTIFICATION.attestables.keys() & {*mention.exigences}
        assert mention.attestees == len(attestees)
        assert mention.prouvees == len(mention.exigences) - len(attestees), "what is attested is not proved"
    assert trouvees["complet"].attestees == 2


def test_without_evidence_nothing_is_acquired() -> None:
    rien = rapport(TOUTES, operations=(), formes=())
    assert {m.verdict for m in mentions(rien).values()} == {VerdictMention.INCOMPLETE}
    assert all(m.prouvees == 0 for m in mentions(rien, None).values())


def test_a_trial_cut_short_leaves_every_mention_unfinished() -> None:
    coupee = rapport(enfreintes=["VIE-01"], entete=replace(ENTETE, inacheve="Interrompu (SIGTERM)."))
    for mention in mentions(coupee).values():
        assert mention.verdict is VerdictMention.INACHEVEE
        assert mention.lacunes[-1].phrase == "Interrompu (SIGTERM)."


def test_what_must_hold_and_broke_refuses_the_mentions_that_demand_it_and_no_other() -> None:
    commande = "sne-sandbox conform --application x --scenario RCH-NOM"
    juge = rapport(enfreintes=["VIE-23"])
    (scenario,) = (s for s in juge.scenarios if s.id == "RCH-NOM")
    verification = Verification("RCH-NOM", "VIE-23", Verdict.ECHOUE, commande=commande)
    trouvees = mentions(avec(juge, replace(scenario, verifications=(verification,))))
    refusees = {m.id for m in trouvees.values() if m.verdict is VerdictMention.REFUSEE}
    assert refusees == {"consultation", "complet"}
    (lacune,) = trouvees["consultation"].lacunes
    dite = "VIE-23", "enfreinte : Elle ne va pas.", commande
    assert (lacune.quoi, lacune.phrase, lacune.commande) == dite
    dalo = trouvees["dalo"]
    assert (dalo.verdict, dalo.acquise) == (VerdictMention.RESERVES, True)
    assert any("VIE-23" in reserve for reserve in dalo.reserves), "what is broken elsewhere is told"


def test_a_requirement_that_is_proved_in_its_easy_form_alone_lacks_the_hard_one() -> None:
    """T1: an adapter that declines two co-holders acquired seven mentions."""
    deux = ("deux-cotitulaires", "onze-cotitulaires")
    decline = {s: {"enregistrer": [*deux[:1]]} for s in ("CRE-COLOCATION", "CRE-LISTES")}
    juge = rapport(formes={*FORMES}.difference(deux), declins=decline)
    trouvees = mentions(juge)
    assert trouvees["messages"].verdict is VerdictMention.RESERVES, "traffic may show it: no form is asked"
    lacune = next(lacune for lacune in trouvees["socle"].lacunes if lacune.quoi == deux[0])
    assert lacune.phrase == "FID-01, FID-02 : jamais vu avec deux co-titulaires ou plus"
    assert lacune.commande.endswith("--scenario CRE-COLOCATION")
    assert trouvees["socle"].reserves == (
        "L'application déclare « enregistrer », et le décline avec deux co-titulaires ou plus : "
        "CRE-COLOCATION, CRE-LISTES.",
    )
    # A product that says so is asked for no more, and the mention says it.
    for mention in mentions(juge, replace(CANDIDAT, hors=("colocation",))).values():
        assert (mention.verdict, mention.reserves) == (VerdictMention.ACQUISE, ()), mention
        assert mention.titre.endswith(" (hors colocation)")


def test_what_is_declined_and_seen_elsewhere_is_a_reserve_that_names_it() -> None:
    juge = rapport(declins={"CYC-MODIFIER": {"modifier": []}})
    socle = mentions(juge)["socle"]
    assert (socle.verdict, socle.lacunes) == (VerdictMention.RESERVES, ())
    assert socle.reserves == ("L'application déclare « modifier », et le décline : CYC-MODIFIER.",)


def test_a_recommendation_that_is_not_followed_is_a_reserve_known_or_not() -> None:
    nue = rapport(enfreintes=["VIE-12"])
    for juge, connu in ((nue, ""), (excuser(nue, exigence="VIE-12"), CONNU)):
        socle = mentions(juge)["socle"]
        assert (socle.verdict, socle.lacunes) == (VerdictMention.RESERVES, ())
        assert socle.reserves == (f"VIE-12, recommandée, n'est pas suivie{connu}.",)


def test_a_recommendation_without_evidence_lacks_where_it_is_demanded_alone() -> None:
    trouvees = mentions(rapport(["VIE-12"]))
    assert trouvees["socle"].verdict is VerdictMention.ACQUISE
    assert [lacune.quoi for lacune in trouvees["complet"].lacunes] == ["VIE-12"]
    jamais = mentions(rapport(["VIE-13"]), replace(CANDIDAT, options=()))
    assert jamais["complet"].acquise, "it never tries again by itself"


def test_a_known_failure_excuses_the_run_and_acquires_nothing() -> None:
    excuse = excuser(rapport(enfreintes=["VIE-01"]), exigence="VIE-01")
    assert excuse.conforme, "the exit code is 0"
    socle = mentions(excuse)["socle"]
    assert (socle.verdict, socle.acquise) == (VerdictMention.REFUSEE, False)
    dites = [(lacune.quoi, lacune.phrase) for lacune in socle.lacunes]
    assert dites == [("VIE-01", f"enfreinte{CONNU} : Elle ne va pas.")]
    assert socle.reserves == (), "told once"
    assert not exiger_mentions(replace(excuse, mentions=(socle,)), ["socle"]).conforme


def test_a_known_failure_elsewhere_is_a_reserve_as_it_is_when_nothing_excuses_it() -> None:
    nue = rapport(enfreintes=["VIE-23"])
    excuse = excuser(nue, exigence="VIE-23")
    for juge in (nue, excuse):
        assert mentions(juge)["messages"].verdict is VerdictMention.RESERVES
        assert mentions(juge)["consultation"].verdict is VerdictMention.REFUSEE
    reserve = f"Hors de cette mention, VIE-23 est enfreinte{CONNU}."
    assert mentions(excuse)["messages"].reserves == (reserve,)
    # A SHOULD elsewhere costs nothing, excused or not.
    recommandee = excuser(rapport(enfreintes=["VIE-12"]), exigence="VIE-12")
    assert mentions(recommandee)["messages"].verdict is VerdictMention.ACQUISE


def test_a_scenario_in_error_lacks_in_every_mention_known_or_not() -> None:
    verification = Verification("CRE-NIR", "VIE-01", Verdict.ERREUR)
    erreur = ResultatScenario("CRE-NIR", "creation", "", Verdict.ERREUR, (verification,), exemples=10)
    juge = avec(rapport(), erreur)
    assert [lacune.quoi for lacune in mentions(juge)["socle"].lacunes] == ["CRE-NIR"]
    excuse = excuser(juge, verification="CRE-NIR/VIE-01")
    assert excuse.conforme
    for vu, excuses in ((juge, ""), (excuse, CONNU)):
        for mention in mentions(vu).values():
            assert (mention.verdict, mention.reserves) == (VerdictMention.INCOMPLETE, ())
            assert mention.lacunes[0].phrase == f"ce scénario est en erreur{excuses}"


def test_a_whole_trial_that_lacks_keeps_all_that_was_asked_of_it() -> None:
    gardees = ("--mention", "socle", "--candidat", "mon candidat.toml")
    juge = rapport(exemples=1)
    trouvees = {m.id: m for m in mentionner(juge, REFERENTIEL, CANDIDAT, gardees)}
    (lacune,) = trouvees["complet"].lacunes
    assert lacune.commande == (
        "sne-sandbox conform --application './mon adaptateur' --examples 10 --mention socle"
        " --candidat 'mon candidat.toml'"
    )
    socle = next(
        m for m in mentionner(rapport(["VIE-09"]), REFERENTIEL, CANDIDAT, gardees) if m.id == "socle"
    )
    (seule,) = socle.lacunes
    assert seule.commande.endswith("--scenario CYC-SEPARER"), "one scenario acquires no mention"


def test_what_lacks_has_the_command_that_shows_it() -> None:
    (lacune,) = mentions(rapport(["VIE-09"]))["socle"].lacunes
    assert lacune.commande == "sne-sandbox conform --application './mon adaptateur' --scenario CYC-SEPARER"
    (lacune,) = mentions(rapport(formes=[f for f in FORMES if f != "sans-bail"]))["attributions"].lacunes
    assert (lacune.quoi, lacune.commande.split()[-1]) == ("sans-bail", "DEC-SANS-BAIL")
    sans = rapport(operations=[o for o in OPERATIONS if o != "getDoublons"])
    (lacune,) = mentions(sans)["consultation"].lacunes
    assert (lacune.quoi, lacune.phrase) == ("getDoublons", "jamais appelée")
    assert lacune.commande


def test_an_attestation_stands_for_what_is_seen_at_the_vendor_s_alone() -> None:
    sans = mentions(rapport(), replace(CANDIDAT, attestations=()))["socle"]
    assert sans.verdict is VerdictMention.INCOMPLETE
    assert {lacune.quoi for lacune in sans.lacunes} == {"EMB-14", "CTR-09"}
    assert all(not lacune.commande and "candidat.toml" in lacune.phrase for lacune in sans.lacunes)
    trop = replace(CANDIDAT, attestations=(*CANDIDAT.attestations, Attestation("VIE-01", "A", "", "Oui.")))
    assert mentions(rapport(["VIE-01"]), trop)["socle"].verdict is VerdictMention.INCOMPLETE
    assert remarques(trop, CERTIFICATION) == (
        "l'attestation de VIE-01 ne compte pas : cette exigence se prouve par une épreuve.",
    )
    assert remarques(CANDIDAT, CERTIFICATION) == ()


def test_what_is_not_declared_is_not_certified_and_the_role_on_top_is_told_alone() -> None:
    sans = replace(CANDIDAT, roles=("messages",))
    (lacune,) = mentions(rapport(), sans)["socle"].lacunes
    assert lacune.quoi == "enregistreur"
    assert mentions(rapport(), sans)["messages"].verdict is VerdictMention.ACQUISE
    assert mentions(rapport(), replace(CANDIDAT, roles=("enregistreur",)))["socle"].acquise
    personne = mentions(rapport(), None)["socle"]
    assert {lacune.quoi for lacune in personne.lacunes} == {"EMB-14", "CTR-09"}, "any role may be proved"


def test_an_option_is_demanded_of_who_declares_it_and_broken_refuses_everybody() -> None:
    sans = rapport(["EMB-07"])
    assert not mentions(sans)["messages"].acquise
    assert mentions(sans, replace(CANDIDAT, options=()))["messages"].acquise
    rompue = rapport(enfreintes=["EMB-07"])
    assert mentions(rompue, replace(CANDIDAT, options=()))["messages"].verdict is VerdictMention.REFUSEE


def test_of_alternatives_one_is_enough_and_the_others_are_counted_apart() -> None:
    socle = mentions(rapport(["VIE-23"]))["socle"]
    assert (socle.verdict, socle.ignorees) == (VerdictMention.ACQUISE, ("VIE-23",))
    assert "VIE-24" in socle.exigences
    assert "VIE-23" not in socle.exigences
    (lacune,) = mentions(rapport(["VIE-23", "VIE-24"]))["socle"].lacunes
    assert lacune.quoi == "retrouver"
    assert "VIE-24 ou VIE-23, l'une suffit" in lacune.phrase
    assert lacune.commande


def test_an_alternative_that_is_broken_is_told_beside_the_one_that_holds() -> None:
    socle = mentions(rapport(enfreintes=["VIE-24"]))["socle"]
    assert (socle.verdict, socle.ignorees) == (VerdictMention.RESERVES, ("VIE-24",))
    assert socle.reserves == ("VIE-24, dont une autre tient lieu, est enfreinte.",)
    deux = mentions(rapport(["VIE-23"], ["VIE-24"]))["socle"]
    assert deux.verdict is VerdictMention.REFUSEE, "nothing stands for it"


def test_traffic_attains_messages_alone_and_says_in_one_line_what_the_others_want() -> None:
    trafic = replace(ENTETE, mode="trafic", commande="sne-sandbox run -- ./tests")
    trouvees = mentions(rapport(scenarios=(), entete=trafic))
    assert [m.id for m in trouvees.values() if m.acquise] == ["messages"]
    vide = mentions(rapport(TOUTES, operations=(), formes=(), scenarios=(), entete=trafic))
    (lacune,) = vide["socle"].lacunes
    assert (lacune.quoi, lacune.commande) == ("mode", "sne-sandbox conform --application ./adaptateur")
    (lacune,) = vide["complet"].lacunes
    assert lacune.commande.endswith("--examples 10")


def test_a_plan_that_is_not_whole_lacks_and_what_it_would_show_is_not_said_again() -> None:
    partiel = rapport(["VIE-09"], scenarios=[s for s in SCENARIOS if s != "CYC-SEPARER"])
    (lacune,) = mentions(partiel)["socle"].lacunes
    assert (lacune.quoi, lacune.phrase) == ("plan", "1 scénario du plan n'a pas été tenté")
    partiel = rapport(["VIE-09", "VIE-27"], scenarios=[s for s in SCENARIOS if s != "CYC-SEPARER"])
    assert [lacune.quoi for lacune in mentions(partiel)["socle"].lacunes] == ["plan", "VIE-27"]


def test_another_plan_attains_nothing_whatever_it_shows() -> None:
    """The same scenarios, with less in them."""
    phrase = "le plan donné par --plan n'est pas celui de l'interface (changés : creation/CRE-NIR.toml)"
    for mention in mentions(rapport(entete=replace(ENTETE, autre_plan=phrase))).values():
        assert mention.verdict is VerdictMention.INCOMPLETE, mention.id
        (lacune,) = mention.lacunes
        assert (lacune.quoi, lacune.phrase) == ("plan", phrase)
        assert lacune.commande.startswith("sne-sandbox conform")
        assert "--plan" not in lacune.commande


def test_a_mention_under_an_overlay_is_acquired_with_reserves_at_best(tmp_path: Path) -> None:
    texte = (
        '[roles.rien]\ntitre = "Rien"\noperations = ["getNumUnique"]\n'
        '[mentions.socle-bis]\ntitre = "socle"\nroles = ["rien"]\n'
        '[mentions.dalo]\ntitre = "dalo, relevés et plus"\n'
    )
    (tmp_path / FICHIER).write_text(texte, "utf-8")
    (tmp_path / "LISEZMOI.txt").write_text("Rien du contrat.", "utf-8")
    dossiers = DossiersContrat(resources.contracts_dir(), "v5.2", tmp_path)
    assert dossiers.surcharge == (FICHIER,)
    referentiel = charger_referentiel(dossiers)
    juge = rapport(entete=replace(ENTETE, surcharge=dossiers.surcharge))
    trouvees = {m.id: m for m in mentionner(juge, referentiel, CANDIDAT)}
    for mention in trouvees.values():
        assert mention.reserves == (f"Jugée avec une surcharge du contrat : {FICHIER}.",)
        assert not mention.acquise or mention.verdict is VerdictMention.RESERVES
    assert trouvees["socle"].titre == "SNE 5.2 – socle"
    assert trouvees["socle"].verdict is VerdictMention.RESERVES
    assert trouvees["socle-bis"].titre == "SNE 5.2 – socle (socle-bis, de la surcharge)"
    assert trouvees["dalo"].titre == "SNE 5.2 – dalo, relevés et plus (dalo, de la surcharge)"
    assert DossiersContrat(resources.contracts_dir(), "v5.2").surcharge == ()


def test_a_scenario_that_is_no_object_keeps_the_whole_from_being_whole() -> None:
    # Who takes one command at a time, or serves one guichet, has no SIM.
    juge = rapport(sans_objet=["RCH-NOM", "SIM-TROIS", "SIM-GUICHETS"])
    trouvees = mentions(juge)
    assert trouvees["consultation"].acquise
    (lacune,) = trouvees["complet"].lacunes
    assert lacune.quoi == "RCH-NOM"
    assert "l'application ne connaît pas : rechercher" in lacune.phrase
    joues = tuple(replace(s, verdict=Verdict.EN_ATTENTE, raison="") for s in juge.scenarios)
    assert mentions(replace(juge, scenarios=joues))["complet"].acquise, "played, and declined"


def test_few_examples_or_a_lenient_profile_are_not_enough() -> None:
    (lacune,) = mentions(rapport(exemples=9))["complet"].lacunes
    assert lacune.quoi == "exemples"
    souple = mentions(rapport(entete=replace(ENTETE, profil="souple")))
    assert not any(m.acquise for m in souple.values())
    assert souple["messages"].lacunes[0].commande.endswith("--profile ecole")


def test_what_failed_beside_the_checks_acquires_nothing_but_the_user_s_own_demands_do() -> None:
    echec = decider(rapport(), ["La commande a échoué (code 3)."])
    assert not any(m.acquise for m in mentions(echec).values())
    exigee = decider(rapport(["VIE-14"]), exigees=["VIE-14"])
    assert not exigee.conforme
    assert mentions(exigee)["socle"].verdict is VerdictMention.ACQUISE


def test_what_could_not_be_judged_is_a_reserve() -> None:
    socle = mentions(rapport(entete=replace(ENTETE, non_juges="3 échanges oubliés.")))["socle"]
    assert (socle.verdict, socle.reserves) == (VerdictMention.RESERVES, ("3 échanges oubliés.",))


_PREUVES = st.sets(st.sampled_from([*TESTEES, *OPERATIONS, *FORMES, *SCENARIOS]))
_RANG = list(VerdictMention)


def _avec(preuves: set[str], attestees: set[str], rompues: set[str], exemples: int) -> dict[str, Mention]:
    juge = rapport(
        set(TESTEES) - preuves,
        rompues,
        operations=[o for o in OPERATIONS if o in preuves],
        formes=[f for f in FORMES if f in preuves],
        sans_objet=[s for s in SCENARIOS if s not in preuves],
        exemples=exemples,
    )
    attestations = tuple(a for a in CANDIDAT.attestations if a.exigence in attestees)
    return mentions(juge, replace(CANDIDAT, attestations=attestations))


@settings(max_examples=40)
@given(
    _PREUVES,
    _PREUVES,
    st.sets(st.sampled_from(list(CERTIFICATION.attestables))),
    st.sets(st.sampled_from(TESTEES), max_size=3),
    st.integers(0, 12),
    st.booleans(),
)
def test_more_evidence_never_makes_a_mention_worse(
    peu: set[str], plus: set[str], attestees: set[str], rompues: set[str], exemples: int, tout: bool
) -> None:
    """Nor does one that is acquired lack any of what it demands."""
    if tout:  # few draws come near to an acquired mention
        peu = {*TESTEES, *OPERATIONS, *FORMES, *SCENARIOS} - peu
    avant = _avec(peu, attestees, rompues, exemples)
    apres = _avec(peu | plus, {*CERTIFICATION.attestables}, rompues, exemples + 1)
    for identifiant, mention in avant.items():
        assert _RANG.index(apres[identifiant].verdict) >= _RANG.index(mention.verdict), identifiant
        if mention.verdict is VerdictMention.ACQUISE:
            assert not mention.lacunes
            assert mention.prouvees + mention.attestees == len(mention.exigences)
            assert set(mention.exigences) <= peu - rompues | attestees
        else:
            assert mention.lacunes or mention.reserves


def test_the_smallest_list_is_enough_and_none_of_it_is_too_much() -> None:
    """Given what a list says, the mention is acquired; without one of it, it is not."""
    preuves = {*TESTEES, *OPERATIONS, *FORMES, *SCENARIOS}
    manque = {"VIE-09", "EMB-12", "getDoublons", "bail-signe", "CTR-01"}
    complet = _avec(preuves - manque, set(CERTIFICATION.attestables), set(), 10)["complet"]
    assert {lacune.quoi for lacune in complet.lacunes} == manque
    for quoi in manque:
        presque = _avec(preuves - {quoi}, set(CERTIFICATION.attestables), set(), 10)["complet"]
        assert presque.verdict is VerdictMention.INCOMPLETE
    assert _avec(preuves, set(CERTIFICATION.attestables), set(), 10)["complet"].acquise


# --- what the plan shows -------------------------------------------------------------------------------


def test_every_requirement_and_operation_that_a_mention_demands_has_its_scenario() -> None:
    assert set(REFERENTIEL.scenarios_pour([*TESTEES, *OPERATIONS])) == {*TESTEES, *OPERATIONS}


def test_every_form_that_a_mention_asks_is_shown_by_the_commands_of_its_roles() -> None:
    commandes = {s.id: s.commandes for s in REFERENTIEL.plan}
    for mention in CERTIFICATION.mentions.values():
        siennes = {c for role in mention.roles for c in CERTIFICATION.roles[role].commandes}
        exigences = set(CERTIFICATION.demandees(mention, mention.options))
        for forme in CERTIFICATION.formes_de(mention.roles, exigences):
            for exigence in exigences & {*forme.exigences}:
                scenario = REFERENTIEL.scenario_de_forme(forme, exigence)
                assert commandes[scenario] <= siennes, (mention.id, forme.id, exigence)


@pytest.mark.parametrize(
    ("texte", "dit"),
    [
        ('[formes.ligature]\nscenarios = ["LUNE"]\n', "[formes.ligature.scenarios] : « LUNE » n'existe pas"),
        ('[roles.dalo]\ncommandes = ["lune"]\n', "[roles.dalo.commandes] : « lune » n'existe pas"),
    ],
)
def test_what_the_plan_or_the_protocol_does_not_know_is_refused(tmp_path: Path, texte: str, dit: str) -> None:
    (tmp_path / FICHIER).write_text(texte, "utf-8")
    with pytest.raises(ContractError) as refus:
        charger_referentiel(DossiersContrat(resources.contracts_dir(), "v5.2", tmp_path))
    assert dit in str(refus.value)
    assert refus.value.remede


def test_the_command_is_that_of_the_application_in_its_contract() -> None:
    commande = "sne-sandbox conform --application 'java -jar a.jar' --contracts ../c --seed 3 --scenario X"
    juge = rapport(entete=replace(ENTETE, commande=commande))
    assert commande_de(juge, "--scenario", "Y") == (
        "sne-sandbox conform --application 'java -jar a.jar' --contracts ../c --scenario Y"
    )


@pytest.mark.parametrize("dite", ["essai", "ESSÀI 1", "essai "])
def test_an_application_that_says_the_name_of_the_product_has_no_reserve(dite: str) -> None:
    for mention in mentions(rapport(entete=replace(ENTETE, application=dite))).values():
        assert mention.verdict is VerdictMention.ACQUISE, mention


@pytest.mark.parametrize("dite", ["témoin 1", "essai 2", "essai 1.1"])
def test_another_application_than_the_product_is_acquired_with_a_reserve(dite: str) -> None:
    autre = replace(ENTETE, application=dite)
    for mention in mentions(rapport(entete=autre)).values():
        assert mention.verdict is VerdictMention.RESERVES, mention
        assert mention.reserves == (f"L'application essayée se dit « {dite} », le candidat « Essai 1 ».",)
    for mention in mentions(rapport(entete=autre), None).values():
        assert mention.reserves == ()
    for tue in (rapport(entete=replace(autre, mode="trafic")), rapport(scenarios=(), entete=autre)):
        assert {mention.reserves for mention in mentions(tue).values()} == {()}
