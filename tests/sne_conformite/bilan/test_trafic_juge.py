"""A base judged by its traffic: the events, the report, what makes it conforming."""

from banc import MIDI, Banc, poser, specimen
from lxml import etree

from sne_conformite.bilan.trafic_juge import juger_base, parcourir
from sne_conformite.observation.observation import Observation, citer
from sne_conformite.rapports.rapport import (
    DebutJugement,
    EtatExigence,
    Fin,
    ScenarioCommence,
    ScenarioFini,
    Verdict,
)
from sne_interface.domain.echange import Echange
from sne_sandbox.exchange import noter_refus
from sne_sandbox.store.journal import PAS, Journal

NIR = "206127511100564"


def test_rien_n_est_arrive(banc: Banc) -> None:
    juge = banc.rapport()

    assert not juge.conforme
    assert juge.motifs == ("Aucun échange avec les services n'est arrivé.",)
    assert {v.verdict for v in juge.verifications} == {Verdict.EN_ATTENTE}


def test_des_requetes_commencees_ne_sont_pas_rien(banc: Banc) -> None:
    """None arrived whole: the address is right, and it is no silence."""
    chemin = f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    raison = "Connexion coupée avant la fin du corps : 1024 octets reçus."
    for _ in range(2):
        lieu = {"methode": "POST", "chemin": chemin, "pair": "127.0.0.1:1"}
        noter_refus(banc.services.magasin, banc.nom, **lieu, raison=raison)
    juge = banc.rapport()
    assert not juge.conforme
    assert juge.motifs[0].startswith("Aucune requête n'est arrivée entière : 2 commencées, et jamais la fin.")
    assert [(r.code, r.nombre) for r in juge.reponses] == [("connexion coupée", 2)]


def test_un_journal_vide_en_chemin(banc: Banc) -> None:
    """What a test's teardown erased is told, with the remedy, and is not « nothing arrived »."""
    banc.demander(specimen("personne_seule"))
    assert banc.api("POST", f"/bases/{banc.nom}/reset", {"portee": "tout"}).status_code < 300
    vide = banc.rapport()
    assert vide.motifs == ("Il ne reste aucun échange à juger : le journal a été vidé.",)
    assert vide.entete.non_juges.startswith("1 échange oublié, non jugé : le journal a été vidé.")
    assert "--portee etat" in vide.entete.non_juges

    banc.demander(specimen("personne_seule"))
    ensuite = banc.rapport()
    assert ensuite.conforme
    assert ensuite.entete.echanges == 1
    assert ensuite.entete.non_juges == vide.entete.non_juges
    assert banc.rapport(depuis=1).entete.non_juges == ""


def test_un_journal_trop_petit(banc: Banc) -> None:
    """What the journal dropped to make room is told too."""
    journal = Journal(banc.services.magasin, maximum=2)
    for _ in range(PAS + 2):
        journal.consigner(None, Echange(base=banc.nom, recu_le=MIDI, methode="GET", chemin="/"))

    assert banc.rapport().entete.non_juges == (
        f"{PAS} échanges oubliés, non jugés : le journal n'en garde que 2. « --journal-max N » en garde plus."
    )


def test_un_trafic_juste(banc: Banc) -> None:
    """Conforming, with its evidence; what only the driven mode can judge says so."""
    banc.demander(specimen("personne_seule"))
    juge = banc.rapport(application="essai", commande="sne-sandbox report")
    bilans = {bilan.exigence: bilan for bilan in juge.bilans}

    assert juge.conforme
    assert juge.motifs == ()
    assert juge.echanges == ()
    assert (juge.entete.mode, juge.entete.echanges, juge.entete.application) == ("trafic", 1, "essai")
    assert bilans["EMB-01"].etat is EtatExigence.PROUVEE
    assert bilans["EMB-14"].etat is EtatExigence.NON_TESTEE
    assert bilans["FID-01"].etat is EtatExigence.SANS_PREUVE
    assert "conform" in bilans["FID-01"].raison
    assert bilans["VIE-20"].etat is EtatExigence.SANS_PREUVE
    assert "mode piloté" in bilans["VIE-20"].raison
    assert {v.exigence[:3] for v in juge.verifications} == {"EMB", "NOM", "CTR", "VIE"}
    assert "VIE-21" not in {v.exigence for v in juge.verifications}


def test_une_exigence_enfreinte(banc: Banc) -> None:
    """A MUST makes it not conforming; the exchange is cited, once."""
    banc.demander(specimen("personne_seule"), nom="demande.xml")
    juge = banc.rapport()

    assert not juge.conforme
    assert "NOM-01" in juge.motifs[0]
    assert {v.id for v in juge.verifications if v.verdict is Verdict.ECHOUE} == {"trafic-nom/NOM-01"}
    assert [echange.identifiant for echange in juge.echanges] == [1]
    assert "demande.xml" in juge.echanges[0].requete


def test_un_should_n_empeche_pas(banc: Banc) -> None:
    """A warning: shown, not decisive."""
    racine = specimen("personne_seule")
    poser(racine, "demande/demandeLogement/refInterne", "")
    banc.demander(racine)
    juge = banc.rapport()

    assert juge.conforme
    assert {v.exigence for v in juge.verifications if v.verdict is Verdict.ECHOUE} == {"CTR-08"}


def test_une_preuve_exigee_et_les_motifs_de_l_appelant(banc: Banc) -> None:
    banc.demander(specimen("personne_seule"))

    assert banc.rapport(exiger=("EMB-01",)).conforme
    assert not banc.rapport(exiger=("EMB-01", "VIE-05")).conforme
    assert "VIE-05" in banc.rapport(exiger=("VIE-05",)).motifs[0]
    assert banc.rapport(autres_motifs=["La commande a échoué."]).motifs == ("La commande a échoué.",)


def test_depuis_un_echange(banc: Banc) -> None:
    """What came before is not judged."""
    banc.demander(specimen("personne_seule"), nom="demande.xml")
    banc.demander(specimen("hebergee_secret"))

    assert [echange.identifiant for echange in parcourir(banc.services.magasin.journal, banc.nom, 1)] == [2]
    assert banc.rapport(depuis=1).conforme


def test_le_flot_d_evenements(banc: Banc) -> None:
    """One scenario a family, announced then ended."""
    banc.demander(specimen("personne_seule"))
    debut, *milieu, fin = juger_base(banc.services.magasin.journal, banc.nom, banc.services.contrat)

    assert debut == DebutJugement("", 4, debut.niveaux, "trafic")
    assert (debut.niveaux["EMB-01"], debut.niveaux["NOM-03"]) == ("MUST", "SHOULD")
    assert [type(e) for e in milieu] == [ScenarioCommence, ScenarioFini] * 4
    assert isinstance(fin, Fin)
    assert [e.resultat for e in milieu if isinstance(e, ScenarioFini)] == list(fin.rapport.scenarios)


def test_le_nir_d_un_echange_cite_est_masque(banc: Banc) -> None:
    """In a part, and in base64."""
    racine = specimen("personne_seule_nir")
    poser(racine, "demande/demandeLogement/personnePhysique/demandeur/nir", NIR)
    octets = etree.tostring(racine, encoding="UTF-8")
    assert NIR.encode() in octets
    for forme in ({}, {"forme": None}):
        banc.demander(octets, **forme)
    for echange in parcourir(banc.services.magasin.journal, banc.nom):
        cite = citer(Observation(echange, banc.services.contrat))
        assert NIR not in cite.requete + cite.reponse
        assert cite.resume.startswith("G1226 : getNumUnique CRE, ")
