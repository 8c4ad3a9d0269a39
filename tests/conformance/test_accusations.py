"""Nobody is accused of what another did, nor twice of one thing: each run breaks exactly what it must."""

from collections.abc import Callable
from functools import partial

import pytest
from epreuve import Epreuve

from sne_sandbox.reports.model import Constat, Rapport, Verdict
from sne_temoin.application import Temoin
from sne_temoin.fautes import PAR_NOM


def fautif(*noms: str, autrement: Callable[[Temoin], object] = lambda temoin: None) -> Temoin:
    """The reference application with these defects, and whatever else `autrement` changes of it."""
    temoin = Temoin()
    autrement(temoin)
    for nom in noms:
        PAR_NOM[nom].planter(temoin)
    return temoin


def enfreintes(rapport: Rapport) -> set[str]:
    """The requirements that a report says are broken, by its checks and by its balances alike."""
    verifications = {v.exigence for v in rapport.verifications if v.verdict is Verdict.ECHOUE}
    assert verifications == {b.exigence for b in rapport.bilans if b.etat == "enfreinte"}
    return verifications


def constats(rapport: Rapport, exigence: str) -> list[Constat]:
    """The findings of the checks of a requirement."""
    return [c for v in rapport.verifications if v.exigence == exigence for c in v.constats if not c.tenue]


def sans_memoire_des_refus(temoin: Temoin) -> None:
    """An application that sends a document again whenever its user asks for it."""
    temoin.inscription.refuser_identique = lambda dossier, contenu: None  # type: ignore[method-assign]


def test_un_second_envoi_que_le_plan_demande_n_est_pas_de_l_application(epreuve: Epreuve) -> None:
    """As the JDK does: a POST whose answer is lost is sent again by the HTTP library; the plan then asks for
    the registration once more."""
    rapport = epreuve.passer(
        partial(fautif, "post-renvoye", autrement=sans_memoire_des_refus), ["ROB-REPONSE-PERDUE"]
    )
    assert enfreintes(rapport) == {"VIE-12", "VIE-13"}
    for exigence in ("VIE-12", "VIE-13"):
        assert all("retryPost" in constat.phrase for constat in constats(rapport, exigence))
    assert rapport.conforme, rapport.motifs
