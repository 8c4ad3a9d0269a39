"""Coverage: what was seen, of what there is."""

import re
from typing import Any

import pytest
from banc import FORMULAIRE, Banc, message, poser, specimen
from donnees import a_cote
from lxml import etree

from sne_conformite.bilan.couverture_et_angles_morts import Couverture
from sne_conformite.bilan.trafic_juge import parcourir
from sne_conformite.observation.observation import MARQUES_DU_TEMOIN, Observation
from sne_conformite.rapports.rapport import AngleMort, Rubrique
from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.exigences_et_mentions import charger_certification
from sne_interface.resources import docs_dir, fixtures_dir


def couverture(banc: Banc, profil: str = "ecole") -> dict[str, Rubrique]:
    """The headings by name."""
    contrat = banc.services.contrat
    mesure = Couverture(contrat, profil)
    for echange in parcourir(banc.services.magasin.journal, banc.nom):
        mesure.voir(Observation(echange, contrat))
    return {rubrique.nom: rubrique for rubrique in mesure.rubriques()}


def test_rien_vu(banc: Banc) -> None:
    """Everything is missing, in the contract's order; nothing met, nothing to mend."""
    vide = couverture(banc)

    assert vide["operations"].manquants == tuple(banc.services.contrat.operations)
    assert vide["types_fichier"].manquants == ("CRE", "CRS", "MOD", "REN", "RAD", "SUP", "COP")
    assert vide["versions"].manquants == ("02.00", "02.01", "02.02")
    assert vide["anomalies_traitees"].total == 0
    assert all(not rubrique.vus for rubrique in vide.values())
    assert not any("listeAnomalie" in chemin for chemin in vide["elements"].manquants)
    # The rules that block in the profile, and the codes that the rules let an application write.
    assert 0 < vide["anomalies"].total < couverture(banc, "strict")["anomalies"].total
    assert {"ListeCivilite/1", "ListeMotifsRadiation/RADABA"} <= set(vide["codes"].manquants)
    assert "ListeMotifsRadiation/RADREN" not in vide["codes"].manquants
    # A decision whose lease is signed is not one whose lease is not; its codes tell a decision.
    dites = set(vide["caracteristiques"].manquants)
    voulues = {"BAIL/oui", "BAIL/non", "RANG", "DATECAL", "DECISION/ATTRIB"}
    assert {f"DECATT/{nom}" for nom in voulues} <= dites
    assert dites.isdisjoint({"DECATT/BAIL", "DECATT/DECISION"})
    for bloc in ("radiation/attributionLogement/", "informationDalo/"):
        assert any(bloc in chemin for chemin in vide["elements"].manquants), bloc
    assert "DECATT" in vide["evenements"].manquants
    assert {"dateDepotDebut", "personneRecherchee/nom"} <= set(vide["criteres"].manquants)
    assert not {"personneRecherchee", "nom"} & set(vide["criteres"].manquants)


def test_ce_que_le_sne_calcule_est_recu_en_consultant(banc: Banc) -> None:
    """In 02.02 the answer holds the first quartile of a commune that has a threshold; in 02.01, none."""
    assert len(couverture(banc)["lus"].manquants) == 6
    racine = specimen("personne_seule")
    banc.relire(banc.demander(racine).numero)
    assert couverture(banc)["lus"].vus == ()
    autre = specimen("personne_seule_nir")
    banc.relire(banc.demander(autre).numero)
    assert any(chemin.endswith("/nombreUC") for chemin in couverture(banc)["lus"].vus)


def test_ce_qui_a_ete_vu(banc: Banc) -> None:
    """A creation refused, mended, looked for."""
    racine = specimen("personne_seule")
    banc.demander(message(racine, "CRE", dateCreationDemande="2019-01-01"))
    assert couverture(banc)["anomalies_traitees"].manquants == ("ENT008",)

    numero = banc.demander(racine).numero
    banc.relire(numero)
    vue = couverture(banc)

    assert vue["operations"].vus == ("getNumUnique", "getDemandeLogement")
    assert vue["types_fichier"].vus == ("CRE",)
    assert vue["versions"].vus == ("02.01",)
    assert vue["anomalies"].vus == ("ENT008",)
    assert vue["anomalies_traitees"].vus == ("ENT008",)
    assert f"interfaceNuu/{FORMULAIRE}/logementRecherche" in vue["elements"].vus
    assert any(code.startswith("ListeCivilite/") for code in vue["codes"].vus)


def test_une_modification_n_est_pas_la_correction_d_une_creation(banc: Banc) -> None:
    """Of the same person, accepted: what was refused never came back."""
    numero, racine = banc.creer_demande("hebergee_secret")
    banc.demander(message(racine, "CRE", refInterne="AUTRE"))
    assert banc.demander(message(racine, "MOD", numero)).numero

    assert couverture(banc)["anomalies_traitees"].manquants == ("DOU001",)
    forcee = message(racine, "CRE", refInterne="AUTRE")
    poser(forcee, f"{FORMULAIRE}/forcerDoublon", "true", apres="dateCreationDemande")
    assert banc.demander(forcee).numero
    assert couverture(banc)["anomalies_traitees"].vus == ("DOU001",)


def test_un_element_vide_n_est_pas_couvert(banc: Banc) -> None:
    racine = specimen("personne_seule")
    poser(racine, f"{FORMULAIRE}/refInterne", "")
    banc.demander(racine)

    assert f"interfaceNuu/{FORMULAIRE}/refInterne" in couverture(banc)["elements"].manquants


def test_les_evenements_les_decisions_et_les_recherches(banc: Banc) -> None:
    numero = banc.demander(specimen("personne_seule")).numero
    for operation, chemin in (
        ("ajouterEvenementDemande", "documents/evenement.xml"),
        ("rechercheDemandeMulticritere", "documents/recherche.xml"),
    ):
        texte = (fixtures_dir() / chemin).read_text("utf-8").replace("0620417000001G1226", numero)
        banc.fichier(operation, etree.fromstring(texte.encode()))
    vue = couverture(banc)

    assert vue["evenements"].vus == ("DECATT",)
    assert {"DECATT/DATECAL", "DECATT/DECISION/ATTRIB"} <= set(vue["caracteristiques"].vus)
    assert vue["criteres"].vus == (
        "etatDemande", "dateDepotDebut", "dateDepotFin", "communeSouhaitee", "personneRecherchee/nom",
        "personneRecherchee/prenom", "personneRecherchee/dateNaissance",
    )  # fmt: skip


@pytest.mark.parametrize(("forme", "lignes", "vue"), a_cote(__file__)["a_hard_form_is_read_in_any_writing"])
def test_a_hard_form_is_read_in_any_writing(forme: str, lignes: list[str], vue: bool) -> None:
    formes = charger_certification(charger().dossiers).formes
    assert bool(re.search(formes[forme].motif, "\n".join(lignes), re.MULTILINE)) is vue


def test_the_marks_of_the_reference_application_are_looked_for_once() -> None:
    """A boundary without end is no reason to look at each of its letters again."""
    assert MARQUES_DU_TEMOIN.match(b"--" + b"a" * 1_000_000) is None


def angles(banc: Banc) -> dict[str, AngleMort]:
    trouves = banc.rapport().angles_morts
    assert len({angle.quoi for angle in trouves}) == len(trouves)
    for angle in trouves:
        page = re.search(r"/guide/([\w/]+) ", angle.commande)
        assert angle.commande.startswith("sne-sandbox generate ") != (page is not None)
        assert page is None or (docs_dir() / f"{page[1]}.md").is_file()
    return {angle.quoi: angle for angle in trouves}


def test_of_nothing_nothing_is_said(banc: Banc) -> None:
    assert angles(banc) == {}


def test_one_creation_leaves_nearly_all(banc: Banc) -> None:
    banc.demander(specimen("personne_seule"))
    dits = angles(banc)

    assert set(dits) == {
        "types", "operations", "refus", "un_menage", "cotitulaire", "a_charge", "nir", "pannes"
    }  # fmt: skip
    assert dits["types"].phrase == (
        "Les tests n'exercent jamais : la modification (MOD), le renouvellement (REN), la radiation (RAD)."
    )
    assert dits["types"].commande == "sne-sandbox generate --kind MOD --out exemples"


def refuser(banc: Banc) -> None:
    banc.demander(message(specimen("personne_seule"), "CRE", dateCreationDemande="2019-01-01"))


def co_titulaire(banc: Banc) -> None:
    banc.demander(specimen("colocataires"))


def nir(banc: Banc) -> None:
    racine = specimen("personne_seule_nir")
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/nir", "2061275111005")
    banc.demander(racine)


def panne(banc: Banc) -> None:
    assert banc.api("POST", f"/bases/{banc.nom}/pannes", {"genre": "fault_serveur"}).status_code < 300
    banc.demander(specimen("colocataires"))


@pytest.mark.parametrize(
    ("faire", "quoi"),
    [(refuser, "refus"), (co_titulaire, "cotitulaire"), (co_titulaire, "un_menage"), (nir, "nir"),
     (panne, "pannes")],
)  # fmt: skip
def test_what_is_exercised_is_said_no_more(banc: Banc, faire: Any, quoi: str) -> None:
    banc.demander(specimen("personne_seule"))
    assert quoi in angles(banc)
    faire(banc)
    assert quoi not in angles(banc)


def test_a_type_that_was_sent_is_named_no_more(banc: Banc) -> None:
    numero, racine = banc.creer_demande("hebergee_secret")
    banc.demander(message(racine, "MOD", numero))
    dits = angles(banc)

    assert "(MOD)" not in dits["types"].phrase
    assert dits["types"].commande == "sne-sandbox generate --kind REN --out exemples"


def test_documents_that_never_travel_by_mtom(banc: Banc) -> None:
    """They are read here; whether the SNE reads them is not known."""
    banc.demander(specimen("personne_seule"), forme=None)
    assert "convention" in angles(banc)["mtom"].phrase
    banc.demander(specimen("colocataires"))
    assert "mtom" not in angles(banc)


def test_texts_without_an_accent(banc: Banc) -> None:
    """A wrong encoding would not show."""
    racine = specimen("personne_seule")
    for element in racine.iter():
        if element.text and not element.text.isascii():
            element.text = "SIMPLE"
        elif element.text and "'" in element.text:
            element.text = element.text.replace("'", " ")
    banc.demander(racine)

    assert "textes" in angles(banc)
    co_titulaire(banc)
    assert "textes" not in angles(banc)
