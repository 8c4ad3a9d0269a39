"""The household step by step adds up to what the domain says."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from banc import FORMULAIRE, poser, specimen
from lxml import etree

from sne_console.vues.calcul_du_foyer import calculer
from sne_interface.contract import codec, contrats_charges
from sne_interface.domain.demande import Demande
from sne_interface.domain.menage import Menage
from sne_interface.resources import fixtures_dir

JOUR = date(2018, 3, 15)
SPECIMENS = sorted(fichier.stem for fichier in (fixtures_dir() / "demandes").glob("*.xml"))


def demande_de(racine: etree._Element) -> Demande:
    return codec.lire_demande(etree.tostring(racine))


def foyer_de(racine: etree._Element) -> Any:
    return calculer(demande_de(racine), JOUR, contrats_charges.charger())


@pytest.mark.parametrize("nom", [nom for nom in SPECIMENS if nom != "association"])
def test_the_steps_add_up_to_the_household(nom: str) -> None:
    foyer = foyer_de(specimen(nom))
    menage = Menage.de(demande_de(specimen(nom)), JOUR)
    assert sum((p.uc for p in foyer.parts), Decimal()) == foyer.nombre_uc == menage.nombre_uc
    assert (
        sum(e.montant for e in foyer.entrees) == foyer.ressources_mensuelles == menage.ressources_mensuelles
    )
    assert foyer.ressources_annuelles_uc == menage.ressources_annuelles_uc


def test_each_person_is_told_with_the_reason() -> None:
    foyer = foyer_de(specimen("couple_garde_alternee_handicap"))
    assert [(p.qui.partition(" :")[0], p.age, str(p.uc), p.fidelite) for p in foyer.parts] == [
        ("Demandeur", 36, "1.00", "déduite"),
        ("Co-titulaire", 33, "0.50", "déduite"),
        ("Personne à charge", 5, "0.30", "déduite"),
        ("Personne à charge", 2, "0.30", "déduite"),
        ("Enfant en garde", 1, "0.15", "convention"),
        ("Enfant à naître", None, "0.00", "convention"),
    ]
    assert foyer.parts[4].raison == "garde alternée : la moitié de 0,30"
    assert {e.qui for e in foyer.entrees} == {
        "Demandeur : Antoine Delattre",
        "Co-titulaire : Sophie Delattre",
        "Personnes à charge",
    }


def test_the_threshold_is_that_of_the_first_wished_commune() -> None:
    foyer = foyer_de(specimen("personne_seule"))
    assert (foyer.seuil.commune, foyer.seuil.territoire) == ("Créteil (94028)", "Île-de-France")
    assert foyer.seuil.fidelite == "convention"
    assert foyer.premier_quartile is (foyer.ressources_annuelles_uc < foyer.seuil.seuil.montant)


def test_an_invented_threshold_says_so() -> None:
    foyer = foyer_de(specimen("couple_garde_alternee_handicap"))
    assert (foyer.seuil.invente, foyer.seuil.fidelite) == (True, "convention")
    assert foyer.premier_quartile is not None


def test_without_a_threshold_nothing_is_said() -> None:
    racine = specimen("couple_garde_alternee_handicap")
    for commune in racine.iterfind(".//{*}localisationSouhaite/{*}commune"):
        commune.set("code", "59350")
    foyer = foyer_de(racine)
    assert (foyer.seuil.seuil, foyer.seuil.pourquoi, foyer.premier_quartile) == (None, "", None)


def test_without_a_declared_resource_nothing_is_said() -> None:
    racine = specimen("personne_seule")
    for detail in racine.findall(".//{*}listeRessourceRecue/{*}detailRessource"):
        detail.getparent().remove(detail)
    foyer = foyer_de(racine)
    assert (foyer.entrees, foyer.annuelles, foyer.premier_quartile) == ((), None, None)


def test_without_a_birth_date_a_person_counts_as_an_adult() -> None:
    racine = specimen("couple_garde_alternee_handicap")
    poser(racine, f"{FORMULAIRE}/personnePhysique/listePersonneACharge/personneACharge/dateNaissance", "")
    foyer = foyer_de(racine)
    assert (foyer.parts[2].age, str(foyer.parts[2].uc), foyer.parts[2].fidelite) == (
        None,
        "0.50",
        "convention",
    )


def test_an_association_has_no_household() -> None:
    assert foyer_de(specimen("association")) is None
