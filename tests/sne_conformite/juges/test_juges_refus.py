"""VIE-20: what comes after a refusal."""

from collections.abc import Callable
from typing import Any

from banc import FORMULAIRE, Banc, message, poser, specimen

from sne_conformite.bilan.trafic_juge import parcourir
from sne_conformite.juges import Suite
from sne_conformite.juges.juge import Ordre
from sne_conformite.observation.observation import Observation

Rompues = Callable[..., set[tuple[str, str]]]
Tenues = Callable[..., set[str]]
TROP_TOT = "2019-01-01"


def refusee() -> Any:
    """A creation that ENT008 refuses."""
    return message(specimen("personne_seule"), "CRE", dateCreationDemande=TROP_TOT)


def test_un_refus_renvoye_a_l_identique(banc: Banc, rompues: Rompues) -> None:
    """The very same document, for the very same reasons: a driven application repeats itself. In free traffic
    it may be a file of a vendor's test suite, refused in several tests on purpose."""
    for _ in range(3):
        banc.demander(refusee())

    assert rompues(banc, pilote=True) == {("VIE-20", "refus_renvoye_a_l_identique")}
    assert rompues(banc) == set()


def test_ce_que_le_plan_demande_deux_fois_n_est_pas_de_l_application(banc: Banc) -> None:
    """Told the same twice, it sends it twice; told another thing, or told once, it is its own doing."""
    for _ in range(2):
        banc.demander(refusee())
    contrat = banc.services.contrat
    vues = [Observation(e, contrat) for e in parcourir(banc.services.magasin.journal, banc.nom)]
    premier, second = ((vue.echange.identifiant or 0) - 1 for vue in vues)

    def rompues(*ordres: Ordre) -> set[str]:
        constats = Suite(pilote=True, commandes=ordres).juger(vues)
        return {c.exigence for c in constats if not c.tenue and c.exigence == "VIE-20"}

    assert rompues(Ordre(premier, 1, "enregistrer")) == {"VIE-20"}
    assert rompues(Ordre(premier, 1, "enregistrer"), Ordre(second, 2, "corriger")) == {"VIE-20"}
    assert rompues(Ordre(premier, 1, "enregistrer"), Ordre(second, 2, "enregistrer")) == set()


def test_un_refus_corrige(banc: Banc, rompues: Rompues, tenues: Tenues) -> None:
    banc.demander(refusee(), nom="DEMG1104-201803151200-000001.xml")
    banc.demander(specimen("personne_seule"), nom="DEMG1104-201803151200-000002.xml")

    assert rompues(banc) == set()
    assert "VIE-20" in tenues(banc)


def test_un_autre_message_de_la_demande_n_est_pas_une_correction(banc: Banc, tenues: Tenues) -> None:
    """A renewal refused, a modification accepted: the renewal was not mended."""
    numero, racine = banc.creer_demande("hebergee_secret")
    banc.demander(message(racine, "REN", numero))
    assert banc.demander(message(racine, "MOD", numero)).numero

    assert "VIE-20" not in tenues(banc)
    assert "VIE-20" not in tenues(banc, pilote=True)


def test_un_homonyme_accepte_n_est_pas_une_correction(banc: Banc, tenues: Tenues) -> None:
    """In free traffic, another file of the same person is another test; driven, it is the same demande."""
    autre = specimen("personne_seule")
    poser(autre, f"{FORMULAIRE}/refInterne", "AUTRE-DOSSIER")
    banc.demander(refusee())
    assert banc.demander(autre).numero

    assert "VIE-20" not in tenues(banc)
    assert "VIE-20" in tenues(banc, pilote=True)


def test_le_meme_essai_dans_deux_tests(banc: Banc, rompues: Rompues) -> None:
    """A vendor's tests may try the same refusal twice: another file. Driven, it is the same."""
    for rang in (1, 2):
        racine = refusee()
        poser(racine, "entete/dateFichier", f"2018-03-15T10:3{rang}:00.000+01:00")
        banc.demander(racine, nom=f"DEMG1104-201803151200-{rang:06d}.xml")

    assert rompues(banc) == set()
    assert rompues(banc, pilote=True) == {("VIE-20", "refus_renvoye_a_l_identique")}


def test_une_faute_de_structure_renvoyee(banc: Banc, rompues: Rompues) -> None:
    """A fault is a refusal too."""
    racine = specimen("personne_seule")
    poser(racine, f"{FORMULAIRE}/dateCreationDemande", "hier")
    for _ in range(2):
        banc.demander(racine)

    assert ("VIE-20", "refus_renvoye_a_l_identique") in rompues(banc, pilote=True)
    assert "VIE-20" not in {exigence for exigence, _ in rompues(banc)}


def test_refusee_puis_acceptee_telle_quelle(banc: Banc, rompues: Rompues) -> None:
    """The base changed in between: nothing to correct."""
    numero, racine = banc.creer_demande("hebergee_secret")
    doublon = message(racine, "CRE", refInterne="AUTRE")
    banc.demander(doublon, nom="DEMG1104-201803151200-000002.xml")
    banc.demander(message(racine, "SUP", numero), nom="DEMG1104-201803151200-000003.xml")
    assert banc.demander(doublon, nom="DEMG1104-201803151200-000002.xml").numero

    assert rompues(banc) == set()


def test_une_association_refusee_sans_nom_revient_corrigee(
    banc: Banc, rompues: Rompues, tenues: Tenues
) -> None:
    """IDT012: her name was what lacked, her address tells her."""
    sans_nom = specimen("association")
    poser(sans_nom, f"{FORMULAIRE}/association/nom", " ")
    banc.demander(sans_nom, nom="DEMG1104-201803151200-000001.xml")
    banc.demander(specimen("association"), nom="DEMG1104-201803151200-000002.xml")

    assert rompues(banc, pilote=True) == set()
    assert "VIE-20" in tenues(banc, pilote=True)
