"""The household step by step adds up to what the domain says."""

from datetime import date
from decimal import Decimal

import pytest
from banc import FORMULAIRE, poser, specimen
from lxml import etree

from sne_console.vues.calcul_du_foyer import calculer
from sne_interface.contract import codec, contrats_charges
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.demande import Demande
from sne_interface.domain.menage import Menage
from sne_interface.resources import fixtures_dir

JOUR = date(2018, 3, 15)
SPECIMENS = sorted(fichier.stem for fichier in (fixtures_dir() / "demandes").glob("*.xml"))


@pytest.fixture(scope="module")
def contrat() -> Contrat:
    return contrats_charges.charger()


def demande_de(racine: etree._Element) -> Demande:
    return codec.lire_demande(etree.tostring(racine))


@pytest.mark.parametrize("nom", [nom for nom in SPECIMENS if nom != "association"])
def test_the_steps_add_up_to_the_household(contrat: Contrat, nom: str) -> None:
    demande = demande_de(specimen(nom))
    foyer = calculer(demande, JOUR, contrat)
    assert foyer is not None
    menage = Menage.de(demande, JOUR)
    assert menage is not None
    assert sum((p.uc for p in foyer.parts), Decimal()) == foyer.nombre_uc == menage.nombre_uc
    assert (
        sum(e.montant for e in foyer.entrees) == foyer.ressources_mensuelles == menage.ressources_mensuelles
    )
    assert foyer.ressources_annuelles_uc == menage.ressources_annuelles_uc


def test_each_person_is_told_with_the_reason(contrat: Contrat) -> None:
    foyer = calculer(demande_de(specimen("couple_garde_alternee_handicap")), JOUR, contrat)
    assert foyer is not None
    assert [(p.qui.partition(" :")[0], p.age, str(p.uc), p.fidelite) for p in foyer.parts] == [
        ("Demandeur", 36, "1.00", "déduite"),
        ("Co-titulaire", 33, "0.50", "déduite"),
        ("Personne à charge", 5, "0.30", "déduite"),
        ("Personne à charge", 2, "0.30", "déduite"),
        ("Enfant en garde", 9, "0.15", "convention"),
        ("Enfant à naître", None, "0.00", "convention"),
    ]
    assert foyer.parts[4].raison == "garde alternée : la moitié de 0,30"
    assert {e.qui for e in foyer.entrees} == {
        "Demandeur : Antoine Delattre",
        "Co-titulaire : Sophie Delattre",
        "Personnes à charge",
    }


def test_the_threshold_is_that_of_the_first_wished_commune(contrat: Contrat) -> None:
    foyer = calculer(demande_de(specimen("personne_seule")), JOUR, contrat)
    assert foyer is not None
    assert foyer.seuil is not None
    assert foyer.seuil.seuil is not None
    assert (foyer.seuil.commune, foyer.seuil.territoire) == ("Créteil (94028)", "Île-de-France")
    assert foyer.seuil.fidelite == "convention"
    assert foyer.premier_quartile is (foyer.ressources_annuelles_uc < foyer.seuil.seuil.montant)


def test_an_invented_threshold_says_so(contrat: Contrat) -> None:
    foyer = calculer(demande_de(specimen("couple_garde_alternee_handicap")), JOUR, contrat)
    assert foyer is not None
    assert foyer.seuil is not None
    assert (foyer.seuil.invente, foyer.seuil.fidelite) == (True, "convention")
    assert foyer.premier_quartile is not None


def test_without_a_threshold_nothing_is_said(contrat: Contrat) -> None:
    racine = specimen("couple_garde_alternee_handicap")
    for commune in racine.iterfind(".//{*}localisationSouhaite/{*}commune"):
        commune.set("code", "59350")
    foyer = calculer(demande_de(racine), JOUR, contrat)
    assert foyer is not None
    assert foyer.seuil is not None
    assert (foyer.seuil.seuil, foyer.seuil.pourquoi, foyer.premier_quartile) == (None, "", None)


def test_without_a_declared_resource_nothing_is_said(contrat: Contrat) -> None:
    racine = specimen("personne_seule")
    for detail in racine.findall(".//{*}listeRessourceRecue/{*}detailRessource"):
        detail.getparent().remove(detail)
    foyer = calculer(demande_de(racine), JOUR, contrat)
    assert foyer is not None
    assert foyer.seuil is not None
    assert foyer.seuil.seuil is not None
    assert (foyer.entrees, foyer.annuelles, foyer.premier_quartile) == ((), None, None)


def test_without_a_birth_date_a_person_counts_as_an_adult(contrat: Contrat) -> None:
    racine = specimen("couple_garde_alternee_handicap")
    poser(racine, f"{FORMULAIRE}/personnePhysique/listePersonneACharge/personneACharge/dateNaissance", "")
    foyer = calculer(demande_de(racine), JOUR, contrat)
    assert foyer is not None
    assert (foyer.parts[2].age, str(foyer.parts[2].uc), foyer.parts[2].fidelite) == (
        None,
        "0.50",
        "convention",
    )


def test_an_association_has_no_household(contrat: Contrat) -> None:
    assert calculer(demande_de(specimen("association")), JOUR, contrat) is None
