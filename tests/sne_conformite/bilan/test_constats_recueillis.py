"""What a judgement gathers: the balance of each requirement, what the SNE answered beside its acceptance."""

from datetime import UTC, datetime
from html import unescape
from io import StringIO

import pytest
from banc import Banc, poser, specimen
from lxml import etree

from sne_conformite.bilan.consequences import COMMUNS_MAX, chefs
from sne_conformite.bilan.constats_recueillis import CONSTATS_MAX, ConstatsParExigence, dire_ce_qui_manque
from sne_conformite.pilotage.exemple_joue import ExempleJoue
from sne_conformite.pilotage.verdict_d_un_scenario import Recolte, generaliser
from sne_conformite.rapports import rapport_html, rapport_junit, rapport_texte
from sne_conformite.rapports.rapport import Constat, EtatExigence, ResultatScenario, Verdict, Verification
from sne_conformite.rapports.rapport_texte import RapportDeTest
from sne_conformite.rapports.signalements_a_la_forge import signaler
from sne_conformite.rapports.verdict_de_conformite import RIEN_D_ACCEPTE, motifs_d_ailleurs
from sne_interface.contract.exigences_et_mentions import Exigence
from sne_interface.domain.echange import Echange, VerdictEchange
from sne_interface.rules.controle import controler

EXIGENCES = {
    nom: Exigence(nom, f"Texte de {nom}.", "source", "attestée", "MUST", "v5.0", non_testee)
    for nom, non_testee in (("A-01", ""), ("A-02", ""), ("A-03", ""), ("A-04", "invisible"))
}


def test_les_quatre_etats() -> None:
    """Broken once is broken; not tested only when nothing was seen."""
    constats = [
        Constat("A-01", True, "tenue"),
        Constat("A-01", True, "tenue"),
        Constat("A-02", True, "tenue"),
        Constat("A-02", False, "rompue", "x"),
        Constat("Z-99", False, "inconnue", "x"),
    ]
    releve = ConstatsParExigence()
    for constat in constats:
        releve.noter(constat)
    bilans = releve.bilans(EXIGENCES)

    assert [(b.exigence, b.etat, b.preuves) for b in bilans] == [
        ("A-01", EtatExigence.PROUVEE, 2),
        ("A-02", EtatExigence.ENFREINTE, 1),
        ("A-03", EtatExigence.SANS_PREUVE, 0),
        ("A-04", EtatExigence.NON_TESTEE, 0),
    ]
    assert bilans[1].constats == (constats[3],)
    assert bilans[3].raison == "invisible"
    assert bilans[0].texte == "Texte de A-01."


def test_ce_qu_une_autre_exigence_explique_n_est_ni_enfreint_ni_prouve() -> None:
    """A step that only ended badly tells nothing of the rest; a breach of its own is charged."""
    releve = ConstatsParExigence()
    for exigence in ("A-01", "A-02", "A-03"):
        releve.noter(Constat(exigence, True, "tenue"))
    releve.noter(Constat("A-01", False, "rompue", "x", cause="A-03"))
    releve.noter(Constat("A-02", False, "rompue", "issue_inattendue", cause="A-03"))
    releve.noter(Constat("A-03", False, "rompue", "x", cause="A-01"))
    releve.noter(Constat("A-03", False, "rompue", "y"))
    assert [(b.etat, b.raison) for b in releve.bilans(EXIGENCES)][:3] == [
        (EtatExigence.SANS_PREUVE, "conséquence de A-03"),
        (EtatExigence.PROUVEE, ""),
        (EtatExigence.ENFREINTE, ""),
    ]


def test_ce_qui_est_fait_partout_est_compte_une_fois() -> None:
    """Each kind to its requirement; what is broken otherwise stays, and what it explained follows."""
    releve = ConstatsParExigence()
    for exigence in ("A-01", "A-02", "A-03"):
        releve.noter(Constat(exigence, False, "rompue", "action_autre"))
    releve.noter(Constat("A-03", False, "rompue", "y"))
    releve.noter(Constat("VIE-24", False, "lue", "action_autre"))
    releve.noter(Constat("A-04", False, "rompue", "z", cause="A-02"))
    assert releve.plier(chefs(releve.ruptures)) == {"A-02": "A-01"}
    assert {e: [c.sorte for c in cs] for e, cs in releve.ruptures.items()} == {
        "A-01": ["action_autre"],
        "A-03": ["y"],
        "VIE-24": ["action_autre"],
    }
    assert releve.causes == {"A-02": "A-01", "A-04": "A-01"}


def test_les_constats_d_une_sorte_sont_bornes() -> None:
    """Many alike are counted; another kind still shows."""
    releve = ConstatsParExigence()
    gardes = [releve.noter(Constat("A-01", False, "rompue", "x", echange=rang)) for rang in range(9)]
    releve.noter(Constat("A-01", False, "rompue", "y"))
    (bilan, *_) = releve.bilans(EXIGENCES)

    assert gardes == [True] * CONSTATS_MAX + [False] * (9 - CONSTATS_MAX)
    assert [c.sorte for c in bilan.constats] == ["x"] * CONSTATS_MAX + ["y"]
    assert bilan.nombres == {"x": 9, "y": 1}


def test_ce_qu_une_autre_explique_ne_cache_pas_ce_qu_elle_n_explique_pas() -> None:
    """Thirty texts that lost their capitals, and thirty communes, of causes that FID-13 has too; then other
    values, of their own: a commune is one more cause. Of two hundred communes five are shown."""
    releve, recolte = ConstatsParExigence(), Recolte()
    dits = [("FID-13", "Ab", "ab"), ("FID-13", "75056", "01001")]
    dits += [("FID-01", f"Nom{n}", f"nom{n}") for n in range(30)] + [("FID-01", "75056", "01001")] * 30
    seuls = [("FID-01", "01176", "01187"), ("FID-01", "1990-01-01", "2001-05-06")]
    cent = [("FID-02", str(n), str(n + 1)) for n in range(11001, 11201)]
    for exigence, attendu, observe in (*dits, *seuls, *cent, ("FID-02", "1990-01-01", "2001-05-06")):
        ou = "a/commune" if len(attendu) == 5 else f"a/{attendu}"
        constat = Constat(exigence, False, "x", "valeur_changee", ou, attendu, observe)
        releve.noter(constat)
        recolte.prendre(ExempleJoue((constat,)))
    gardes = {e: [c.observe for c in cassees] for e, cassees in recolte.cassees.items()}
    assert gardes["FID-01"] == ["nom0", "01001", "01187", "2001-05-06"]
    assert len(gardes["FID-02"]) == COMMUNS_MAX + 1
    (verification,) = generaliser([_resultat(recolte, "FID-01")], releve)[0].verifications
    assert verification.verdict is Verdict.ECHOUE
    assert [(c.observe, c.rompue) for c in verification.constats] == [("01187", True)]
    assert [c.observe for c in releve.ruptures["FID-01"]] == ["01187", "2001-05-06"]
    assert len(releve.ruptures["FID-02"]) == CONSTATS_MAX


def _resultat(recolte: Recolte, exigence: str) -> ResultatScenario:
    verification = Verification("S", exigence, Verdict.ECHOUE, tuple(recolte.cassees[exigence]))
    return ResultatScenario("S", "creation", "Un titre", Verdict.ECHOUE, (verification,))


def test_ce_qui_manque_est_dit() -> None:
    """Who cannot be told to change address proves nothing of EMB-12: which command it takes is told."""
    manque = Verification("S", "A-03", Verdict.SANS_OBJET, raison="l'application ne connaît pas : adresser")
    scenario = ResultatScenario("S", "transport", "Un titre", Verdict.SANS_OBJET, (manque, manque))
    releve = ConstatsParExigence()
    releve.noter(Constat("A-01", True, "tenue"))
    bilans = dire_ce_qui_manque(releve.bilans(EXIGENCES), [scenario])
    assert [b.raison for b in bilans] == ["", "", "l'application ne connaît pas : adresser", "invisible"]


def test_a_refusal_a_warning_and_a_fault_are_told(banc: Banc) -> None:
    naissance = "demande/demandeLogement/personnePhysique/demandeur/dateNaissance"
    enfant = specimen("colocataires")
    poser(enfant, naissance, "2006-12-01")  # eleven years old: a warning, under the profile « ecole »
    banc.demander(enfant, nom="DEMG1226-201803151200-000001.xml")
    futur = specimen("personne_seule_nir")
    poser(futur, naissance, "2030-01-01")
    banc.demander(futur, nom="DEMG1226-201803151200-000002.xml")
    banc.demander(b"<a/>", nom="DEMG1226-201803151200-000003.xml")

    dites = {(r.nature, r.code): r for r in banc.rapport().reponses}
    assert {("avertissement", "IDT003"), ("refus", "IDT002"), ("refus", "faute SOAP")} <= set(dites)
    assert dites["refus", "IDT002"].nombre == 1
    assert len(dites["refus", "IDT002"].echanges) == 1
    assert list(dites)[-1][0] == "avertissement"


def test_refused_exchanges_are_counted(banc: Banc) -> None:
    """A conforming report of which all was refused must not pass for a success."""
    futur = specimen("personne_seule")
    poser(futur, "demande/demandeLogement/personnePhysique/demandeur/dateNaissance", "2030-01-01")
    banc.demander(futur, nom="DEMG1104-201803151200-000001.xml")
    juge = banc.rapport()
    assert juge.conforme, "a test may want the refusal"
    assert (juge.entete.echanges, juge.entete.refuses) == (1, 1)
    assert repr(RapportDeTest.de(juge)).endswith("aucun manquement : 1 échange jugé, dont 1 refusé>")
    suite = banc.rapport(accord=True)
    assert suite.motifs[0] == "Aucun échange n'a été accepté : les réponses refusées disent pourquoi."

    banc.demander(specimen("personne_seule"), nom="DEMG1104-201803151200-000002.xml")
    suite = banc.rapport(accord=True)
    assert (suite.conforme, suite.entete.refuses) == (True, 1)


def test_the_refusals_are_the_reason_when_nothing_is_accepted(banc: Banc) -> None:
    """Each by the code, path, message and remedy of `check`, in every format; none is said then to decide of
    nothing."""
    petit = specimen("personne_seule")
    poser(petit, "entete/typeFichier", "cre")
    banc.demander(petit, nom="DEMG1104-201803151200-000001.xml")
    contrat = banc.services.contrat
    octets = etree.tostring(petit)
    (faute, *_) = controler(octets, contrat, "ecole", datetime(2018, 3, 15, tzinfo=UTC)).fautes
    suite = banc.rapport(accord=True)
    attendu = f"Refusé : ENT001, {faute.chemin} : {faute.message} → {faute.remede}"
    assert suite.motifs == (RIEN_D_ACCEPTE, attendu)
    assert motifs_d_ailleurs(suite) == (RIEN_D_ACCEPTE,)

    assert attendu in [s.phrase for s in signaler(suite)]
    assert attendu in rapport_junit.octets(suite).decode()
    sortie = StringIO()
    rapport_texte.ecrire(suite, sortie)
    for lu in (" ".join(sortie.getvalue().split()), unescape(rapport_html.en_html(suite))):
        assert attendu in lu
        assert "Le verdict n'en dépend pas" not in lu
        assert "our information" not in lu
    seul = banc.rapport()
    assert (seul.motifs, seul.reponses) == ((), suite.reponses), "a test may want the refusal"


def test_a_tolerance_is_told(banc: Banc) -> None:
    """What the guide promises: a reader that is more strict would refuse the message."""
    banc.demander(specimen("personne_seule"), nom="DEMG1104-201803151200-000001.xml", forme=None)
    assert banc.rapport().reponses == (), "a clean run has nothing to tell"
    vu = banc.demander(specimen("colocataires"), nom="DEMG1226-201803151200-000002.xml")
    assert vu.echange is not None
    notees = {t["code"]: t["phrase"] for t in vu.echange.tolerances}
    assert "T-02" in notees, "the client of the bench writes as a real one does"
    assert {r.code: r.message for r in banc.rapport().reponses if r.nature == "tolérance"} == notees


@pytest.mark.parametrize(
    ("methode", "statut", "dit"),
    [("TLS", 0, "TLS"), ("POST", 0, "connexion coupée"), ("POST", 413, "HTTP 413")],
)
def test_what_the_listener_refused_is_named(banc: Banc, methode: str, statut: int, dit: str) -> None:
    ou, fault = "/services/DemandeLogementImplService/", {"code": methode, "message": "m", "explication": ""}
    refus = VerdictEchange.REFUS
    echange = Echange(banc.nom, datetime.now(UTC), methode, ou, statut, refus, fault=fault)
    banc.services.magasin.journal.consigner(None, echange)
    assert [r.code for r in banc.rapport().reponses] == [dit]
