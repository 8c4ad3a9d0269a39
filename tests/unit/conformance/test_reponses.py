"""Refusals and warnings are told, and decide of nothing."""

from datetime import UTC, datetime

import pytest
from banc import Banc, poser, specimen

from sne_sandbox.conformance.trafic import juger_base
from sne_sandbox.domain.echange import Echange, VerdictEchange
from sne_sandbox.reports.model import Fin, Rapport
from sne_sandbox.reports.text import RapportDeTest


def rapport(banc: Banc, **choix: bool) -> Rapport:
    *_, fin = juger_base(banc.services.magasin, banc.nom, banc.services.contrat, **choix)
    assert isinstance(fin, Fin)
    return fin.rapport


def test_a_refusal_a_warning_and_a_fault_are_told(banc: Banc) -> None:
    naissance = "demande/demandeLogement/personnePhysique/demandeur/dateNaissance"
    enfant = specimen("colocataires")
    poser(enfant, naissance, "2006-12-01")  # eleven years old: a warning, under the profile « ecole »
    banc.demander(enfant, nom="DEMG1226-201803151200-000001.xml")
    futur = specimen("personne_seule_nir")
    poser(futur, naissance, "2030-01-01")
    banc.demander(futur, nom="DEMG1226-201803151200-000002.xml")
    banc.demander(b"<a/>", nom="DEMG1226-201803151200-000003.xml")

    dites = {(r.nature, r.code): r for r in rapport(banc).reponses}
    assert {("avertissement", "IDT003"), ("refus", "IDT002"), ("refus", "faute SOAP")} <= set(dites)
    assert dites["refus", "IDT002"].nombre == 1
    assert len(dites["refus", "IDT002"].echanges) == 1
    assert list(dites)[-1][0] == "avertissement"


def test_refused_exchanges_are_counted(banc: Banc) -> None:
    """A conforming report of which all was refused must not pass for a success."""
    futur = specimen("personne_seule")
    poser(futur, "demande/demandeLogement/personnePhysique/demandeur/dateNaissance", "2030-01-01")
    banc.demander(futur, nom="DEMG1104-201803151200-000001.xml")
    juge = rapport(banc)
    assert juge.conforme, "a test may want the refusal"
    assert (juge.entete.echanges, juge.entete.refuses) == (1, 1)
    assert repr(RapportDeTest.de(juge)) == "<rapport conforme : 1 échange jugé, dont 1 refusé>"
    suite = rapport(banc, accord=True)
    assert suite.motifs == ("Aucun échange n'a été accepté : les réponses refusées disent pourquoi.",)

    banc.demander(specimen("personne_seule"), nom="DEMG1104-201803151200-000002.xml")
    suite = rapport(banc, accord=True)
    assert (suite.conforme, suite.entete.refuses) == (True, 1)


def test_a_tolerance_is_told(banc: Banc) -> None:
    """What the guide promises: a reader that is more strict would refuse the message."""
    vu = banc.demander(specimen("personne_seule"), nom="DEMG1104-201803151200-000001.xml")
    assert vu.echange is not None
    notees = {t["code"]: t["phrase"] for t in vu.echange.tolerances}
    assert "T-02" in notees, "the client of the bench writes as a real one does"
    assert {r.code: r.message for r in rapport(banc).reponses if r.nature == "tolérance"} == notees


def test_a_clean_run_has_nothing_to_tell(banc: Banc) -> None:
    banc.demander(specimen("personne_seule"), nom="DEMG1104-201803151200-000001.xml", forme=None)
    assert rapport(banc).reponses == ()


@pytest.mark.parametrize(
    ("methode", "statut", "dit"),
    [("TLS", 0, "TLS"), ("POST", 0, "connexion coupée"), ("POST", 413, "HTTP 413")],
)
def test_what_the_listener_refused_is_named(banc: Banc, methode: str, statut: int, dit: str) -> None:
    echange = Echange(
        base=banc.nom,
        recu_le=datetime.now(UTC),
        methode=methode,
        chemin="/services/DemandeLogementImplService/",
        statut=statut,
        verdict=VerdictEchange.REFUS,
        fault={"code": methode, "message": "m", "explication": ""},
    )
    banc.services.magasin.journal.consigner(None, echange)
    assert [r.code for r in rapport(banc).reponses] == [dit]
