"""Reports of any shape, drawn by Hypothesis: checks and requirements agree, as a judgement makes them."""

from dataclasses import replace

from hypothesis import strategies as st
from specimen import HOSTILE, entete

from sne_conformite.rapports.rapport import (
    Bilan,
    Constat,
    EchangeCite,
    EtatExigence,
    Lacune,
    Mention,
    Rapport,
    ResultatScenario,
    Verdict,
    VerdictMention,
    Verification,
)
from sne_conformite.rapports.verdict_de_conformite import decider, exiger_mentions

#: Level by requirement.
NIVEAUX = {"FID-01": "MUST", "FID-02": "MUST", "EMB-06": "SHOULD", "VIE-12": "SHOULD", "ROB-01": "MUST"}
_RAISON = "ticket 12"


@st.composite
def verifications(draw: st.DrawFn, scenario: str) -> Verification:
    exigence = draw(st.sampled_from(sorted(NIVEAUX)))
    verdict = draw(st.sampled_from(Verdict))
    constats = ()
    if verdict is Verdict.ECHOUE:
        sortes = draw(st.lists(st.sampled_from(("a", "b")), max_size=2))
        constats = tuple(
            Constat(exigence, False, f"Une phrase. {HOSTILE}", sorte, "demande/nom", "x", "y", 12)
            for sorte in sortes
        )
    # What another requirement explains is charged to nobody, and its findings are kept.
    cause = draw(st.sampled_from(("", "FID-01"))) if verdict is Verdict.IGNORE else ""
    if cause:
        constats = (Constat(exigence, False, "Suite d'une autre.", "a", echange=12, cause=cause),)
    manque = verdict in (Verdict.ECHOUE, Verdict.ERREUR)
    connue = _RAISON if manque and draw(st.booleans()) else ""
    return Verification(scenario, exigence, verdict, constats, raison="parce que", connue=connue, cause=cause)


@st.composite
def scenarios(draw: st.DrawFn, nom: str) -> ResultatScenario:
    lot = draw(st.lists(verifications(nom), min_size=1, max_size=4, unique_by=lambda v: v.exigence))
    pires = (Verdict.ECHOUE, Verdict.ERREUR, Verdict.REUSSI)
    vus = {v.verdict for v in lot}
    verdict = next((pire for pire in pires if pire in vus), Verdict.IGNORE)
    return ResultatScenario(nom, nom[:3], "Un titre", verdict, tuple(lot), 3, 1.5)


@st.composite
def bilans(draw: st.DrawFn, exigence: str, vues: tuple[Verification, ...]) -> Bilan:
    constats = [c for v in vues if v.verdict is Verdict.ECHOUE for c in v.constats]
    echecs = [v for v in vues if v.verdict is Verdict.ECHOUE]
    connue = _RAISON if echecs and all(v.connue for v in echecs) else ""
    if not echecs and draw(st.booleans()):  # broken in traffic alone
        constats = [Constat(exigence, False, "Vu hors de tout scénario.", "trafic", echange=13)]
        connue = draw(st.sampled_from(("", _RAISON)))
    if constats or echecs:
        etat = EtatExigence.ENFREINTE
    else:
        etat = draw(
            st.sampled_from((EtatExigence.PROUVEE, EtatExigence.SANS_PREUVE, EtatExigence.NON_TESTEE))
        )
    return Bilan(
        exigence, "Ce qu'elle dit.", NIVEAUX[exigence], "XSD publié", etat, 1, tuple(constats),
        connue=connue, remede="Faites-le.",
    )  # fmt: skip


@st.composite
def rapports(draw: st.DrawFn) -> Rapport:
    """A driven run, or traffic; whole or cut short; with reasons of its own or none."""
    noms = draw(st.lists(st.sampled_from(("CRE-01", "CRE-02", "ROB-01")), unique=True))
    joues = tuple(draw(scenarios(nom)) for nom in sorted(noms))
    vues = tuple(v for s in joues for v in s.verifications)
    lot = tuple(draw(bilans(e, tuple(v for v in vues if v.exigence == e))) for e in NIVEAUX)
    inacheve = draw(st.sampled_from(("", "", "Interrompu (SIGTERM).\nLe reste n'a pas été joué.")))
    tete = replace(entete(mode=draw(st.sampled_from(("plan", "trafic")))), inacheve=inacheve)
    autres = draw(
        st.sampled_from(((), ("Aucun échange n'est arrivé.",), ("La commande a échoué (code 2).",)))
    )
    cites = (EchangeCite(12, "POST", "POST /\n\n<demande><nom>Œ</nom></demande>", ""),)
    lacunes = (Lacune("FID-01", "Rien n'a été vu."),)
    mentions = tuple(
        Mention(nom, f"SNE 5.2 – {nom}", draw(st.sampled_from(VerdictMention)), ("FID-01",), 0, lacunes)
        for nom in ("socle", "complet")
    )
    juge = Rapport(tete, True, (), joues, lot, (), cites, mentions=mentions)
    exigees = draw(st.sampled_from(((), (), ("socle",), ("socle", "complet"))))
    return exiger_mentions(decider(juge, autres), exigees)
