from collections.abc import Callable

import pytest

from sne_sandbox.rules.catalogue import recherche as r
from sne_sandbox.rules.rule import Infraction

Juger = Callable[..., list[Infraction]]


def recherche(criteres: str) -> str:
    return (
        "<interfaceNuu><entete><codeGuichet>G1104</codeGuichet></entete><operation>"
        f"<demandeMulticritere>{criteres}</demandeMulticritere></operation></interfaceNuu>"
    )


@pytest.mark.parametrize(
    ("criteres", "constats"),
    [
        ("<etatDemande>A</etatDemande>", 0),
        ("<estDelaiAnormalementLong>false</estDelaiAnormalementLong>", 0),
        ("<association><nom>Les Toits</nom></association>", 0),
        ("", 1),
        ("<numUnique/><personneRecherchee><nom/></personneRecherchee>", 1),
    ],
)
def test_one_criterion(juger_document: Juger, criteres: str, constats: int) -> None:
    trouves = juger_document(r.recherche_sans_critere, recherche(criteres))
    assert [c.chemin for c in trouves] == ["interfaceNuu/operation/demandeMulticritere"] * constats


@pytest.mark.parametrize("nom", ["Depot", "Renouvellement", "Radiation"])
@pytest.mark.parametrize(
    ("debut", "fin", "constats"),
    [
        ("2018-01-01", "2018-01-01", 0),
        ("2018-01-01+14:00", "2018-01-01-10:00", 0),
        ("2018-01-02", "2018-01-01", 1),
        ("2018-01-02", "", 0),
        ("", "2018-01-01", 0),
    ],
)
def test_dates_in_order(juger_document: Juger, nom: str, debut: str, fin: str, constats: int) -> None:
    criteres = f"<date{nom}Debut>{debut}</date{nom}Debut><date{nom}Fin>{fin}</date{nom}Fin>"
    trouves = juger_document(r.periode_inversee, recherche(criteres))
    assert [c.chemin.rpartition("/")[2] for c in trouves] == [f"date{nom}Debut"] * constats


@pytest.mark.parametrize(("resultats", "constats"), [(None, 0), (0, 0), (500, 0), (501, 1)])
def test_number_of_results(juger_document: Juger, resultats: int | None, constats: int) -> None:
    criteres = recherche("<etatDemande>A</etatDemande>")
    trouves = juger_document(r.trop_de_resultats, criteres, resultats=resultats)
    assert [c.valeurs["max"] for c in trouves] == ["500"] * constats


def test_a_person_is_searched_by_name(juger_document: Juger) -> None:
    personne = "<personneRecherchee><nom>{}</nom><prenom>Inès</prenom></personneRecherchee>"
    assert juger_document(r.personne_sans_nom, recherche(personne.format("Kaplan"))) == []
    assert juger_document(r.personne_sans_nom, recherche("<etatDemande>A</etatDemande>")) == []
    (trouve,) = juger_document(r.personne_sans_nom, recherche(personne.format("")))
    assert trouve.chemin.endswith("personneRecherchee/nom")


@pytest.mark.parametrize(("etat", "constats"), [("A", 0), ("R", 0), ("", 0), ("a", 1), ("X", 1)])
def test_state(juger_document: Juger, etat: str, constats: int) -> None:
    trouves = juger_document(r.etat_inconnu, recherche(f"<etatDemande>{etat}</etatDemande>"))
    assert [c.valeurs["valeur"] for c in trouves] == [etat] * constats
