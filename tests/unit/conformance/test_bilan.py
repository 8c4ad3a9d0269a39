"""The balance of requirements."""

from sne_sandbox.conformance.bilan import CONSTATS_MAX, ReleveConstats, dire_ce_qui_manque
from sne_sandbox.contract.exigences import Exigence
from sne_sandbox.reports.model import Constat, EtatExigence, ResultatScenario, Verdict, Verification

EXIGENCES = {
    nom: Exigence(nom, f"Texte de {nom}.", "source", "MUST", "v5.0", non_testee)
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
    releve = ReleveConstats()
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


def test_les_constats_d_une_sorte_sont_bornes() -> None:
    """Many alike are counted; another kind still shows."""
    releve = ReleveConstats()
    gardes = [releve.noter(Constat("A-01", False, "rompue", "x", echange=rang)) for rang in range(9)]
    releve.noter(Constat("A-01", False, "rompue", "y"))
    (bilan, *_) = releve.bilans(EXIGENCES)

    assert gardes == [True] * CONSTATS_MAX + [False] * (9 - CONSTATS_MAX)
    assert [c.sorte for c in bilan.constats] == ["x"] * CONSTATS_MAX + ["y"]
    assert bilan.nombres == {"x": 9, "y": 1}


def test_ce_qui_manque_est_dit() -> None:
    """Who cannot be told to change address proves nothing of EMB-12: which command it takes is told."""
    manque = Verification("S", "A-03", Verdict.SANS_OBJET, raison="l'application ne connaît pas : adresser")
    scenario = ResultatScenario("S", "transport", "Un titre", Verdict.SANS_OBJET, (manque, manque))
    releve = ReleveConstats()
    releve.noter(Constat("A-01", True, "tenue"))
    bilans = dire_ce_qui_manque(releve.bilans(EXIGENCES), [scenario])
    assert [b.raison for b in bilans] == ["", "", "l'application ne connaît pas : adresser", "invisible"]
