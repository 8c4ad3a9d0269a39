"""Where the rules DAL, EVT, RCH, ASY point; the verdicts are those of `fixtures/exemples`."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from donnees import a_cote, evenement_ecrit

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Guichet, NatureGuichet
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import DemandeStockee, EtatDemande
from sne_interface.domain.evenement import Caracteristique, Evenement, TypeEvenement
from sne_interface.rules.catalogue import REGLES, regles_dalo_evenements_recherches
from sne_interface.rules.catalogue.regles_dalo_evenements_recherches import fin_des_echanges_asynchrones
from sne_interface.rules.registre_vu_des_regles import RegistreMemoire
from sne_interface.rules.rule import Infraction

DONNEES = a_cote(__file__)

# --- DAL ----------------------------------------------------------------------------------------------


Juger = Callable[..., list[Infraction]]
Stocker = Callable[..., DemandeStockee]

FORMULAIRE = "<numGuichet>G0751</numGuichet><numUnique>1110118000001G1104</numUnique>"


def dalo(statut: str = "ACTIF", decision: str = "2018-03-01", typologie: str = "03") -> str:
    return (
        f"<informationDalo><statutDalo code='{statut}'/><dateDecisionDalo>{decision}</dateDecisionDalo>"
        f"<typologieLogementDalo code='{typologie}'/></informationDalo>"
    )


def test_the_demande_is_known_and_active(juger: Juger, stocker: Stocker) -> None:
    assert juger(regles_dalo_evenements_recherches.demande_du_dalo, FORMULAIRE, stockee=stocker()) == []
    (radiee,) = juger(
        regles_dalo_evenements_recherches.demande_du_dalo,
        FORMULAIRE,
        stockee=stocker(etat=EtatDemande.RADIEE),
    )
    assert radiee.valeurs["numero"] == "1110118000001G1104"
    (inconnue,) = juger(regles_dalo_evenements_recherches.demande_du_dalo, FORMULAIRE)
    assert inconnue.chemin.endswith("demandeLogement/numUnique")
    (sans_numero,) = juger(regles_dalo_evenements_recherches.demande_du_dalo, "")
    assert sans_numero.valeurs["numero"] == ""


@pytest.mark.parametrize(
    ("suite", "fautifs"),
    [
        (dalo(), []),
        (dalo("NON", "2018-03-16"), []),
        (dalo(decision="2018-03-17"), ["dateDecisionDalo"]),
        (dalo(decision=""), ["dateDecisionDalo"]),
        (dalo(statut=""), ["statutDalo"]),
        (dalo("OUI"), ["statutDalo"]),
        (dalo("actif", "2018-03-17"), ["statutDalo", "dateDecisionDalo"]),
        (dalo("", "", ""), ["informationDalo"]),
        ("", ["informationDalo"]),
    ],
)
def test_the_declaration_is_whole(juger: Juger, contrat: Contrat, suite: str, fautifs: list[str]) -> None:
    trouves = juger(
        regles_dalo_evenements_recherches.decision_dalo_incomplete,
        FORMULAIRE,
        suite=suite,
        nomenclatures=contrat.nomenclatures,
    )
    assert [c.chemin.rpartition("/")[2] for c in trouves] == fautifs


@pytest.mark.parametrize(("statut", "typologie", "constats"), DONNEES["type_of_dwelling"])
def test_type_of_dwelling(juger: Juger, contrat: Contrat, statut: str, typologie: str, constats: int) -> None:
    suite = dalo(statut, typologie=typologie)
    trouves = juger(
        regles_dalo_evenements_recherches.typologie_du_dalo,
        FORMULAIRE,
        suite=suite,
        nomenclatures=contrat.nomenclatures,
    )
    assert len(trouves) == constats


def guichet(code: str, nature: NatureGuichet) -> Guichet:
    return Guichet(code, nature, "111", "Guichet", "1 rue du Port", date(2011, 3, 28))


def test_only_a_state_service_declares(juger: Juger) -> None:
    registre = RegistreMemoire(
        guichets=(guichet("G0751", NatureGuichet.ETAT), guichet("G1104", NatureGuichet.BAILLEUR))
    )
    regle = regles_dalo_evenements_recherches.guichet_de_la_commission_de_mediation
    assert juger(regle, FORMULAIRE, registre=registre) == []
    (certificat,) = juger(regle, FORMULAIRE, registre=registre, guichet_emetteur="G1104")
    assert certificat.valeurs["valeur"] == "G1104"
    assert len(juger(regle, "<numGuichet>G9999</numGuichet>", registre=registre)) == 1


# --- EVT ----------------------------------------------------------------------------------------------


REGLES_EVT = [regle for regle in REGLES if regle.code.startswith("EVT")]
NUMERO = "1110118000001G1104"
LISTER = "listerEvenementsDemande"
AJOUTER = "ajouterEvenementDemande"
MODIFIER = "modifierEvenementDemande"
SUPPRIMER = "supprimerEvenementDemande"


def genre(code: str, **autres: Any) -> TypeEvenement:
    champs: dict[str, Any] = {"libelle": code, "texte_pgp": "", "texte_sne": "", "reglementaire": False}
    return TypeEvenement(code, **{**champs, **autres})


def existant(identifiant: int, **autres: Any) -> Evenement:
    champs: dict[str, Any] = {
        "numero_unique": NUMERO,
        "code_type": "VISITE",
        "auteur_creation": "G1104",
        "cree_le": datetime(2018, 3, 1, tzinfo=PARIS),
        "nature": "CRE",
        "date_survenance": date(2018, 3, 1),
        "commentaire": None,
    }
    return Evenement(identifiant, **{**champs, **autres})


REGISTRE = RegistreMemoire(
    types_evenement=(
        genre(
            "VISITE",
            caracteristiques=(
                Caracteristique("LIEU", "Lieu", "TXT", obligatoire=True),
                Caracteristique("SURFACE", "Surface", "NUM"),
                Caracteristique(
                    "ANCIENNE", "Ancienne", "TXT", obligatoire=True, fin_validite=date(2017, 12, 31)
                ),
            ),
        ),
        genre("OFFICIEL", reglementaire=True),
        genre("PARIS", territoire="111"),
        genre("ARRAS", territoire="062"),
        genre("FINI", fin_validite=date(2018, 3, 14)),
        genre("DERNIER", fin_validite=date(2018, 3, 15)),
        genre("FUTUR", debut_validite=date(2018, 3, 16)),
    ),
    tous_evenements=(
        existant(1),
        existant(2, auteur_creation="G1205"),
        existant(3, numero_unique="1110118000002G1104"),
        existant(4, nature="SUP"),
        existant(5, code_type="OFFICIEL"),
    ),
)


def document(*evenements: str, numero: str = NUMERO) -> str:
    liste = f"<listeEvenements>{''.join(evenements)}</listeEvenements>"
    return (
        "<interfaceNuu><entete><codeGuichet>G1104</codeGuichet></entete>"
        f"<operation><numUnique>{numero}</numUnique></operation>{liste}</interfaceNuu>"
    )


def evenement(
    code: str = "VISITE", *, identifiant: str = "", jour: str = "2018-03-01", caracteristiques: str = ""
) -> str:
    return evenement_ecrit(code, caracteristiques, identifiant=identifiant, jour=jour)


def fins(constats: list[Infraction]) -> list[str]:
    return [c.chemin.rpartition("/")[2] for c in constats]


@pytest.mark.parametrize("operation", [LISTER, AJOUTER, MODIFIER, SUPPRIMER])
def test_the_demande_is_known(juger_document: Juger, stocker: Stocker, operation: str) -> None:
    regle = regles_dalo_evenements_recherches.demande_de_l_evenement
    assert juger_document(regle, document(), operation=operation, stockee=stocker()) == []
    (trouve,) = juger_document(regle, document(), operation=operation)
    assert (trouve.chemin, trouve.valeurs) == ("interfaceNuu/operation/numUnique", {"valeur": NUMERO})


@pytest.mark.parametrize("operation", ["listerTypesEvenementsNationaux", "listerTypesEvenementsTerritoriaux"])
def test_lists_of_types_name_no_demande(juger_document: Juger, operation: str) -> None:
    types = "<interfaceNuu><operation><codeTerritoire>111</codeTerritoire></operation></interfaceNuu>"
    for regle in REGLES_EVT:
        assert juger_document(regle, types, operation=operation) == []


@pytest.mark.parametrize("regle", REGLES_EVT[1:])
def test_reading_the_events_asks_for_no_event(juger_document: Juger, stocker: Stocker, regle: Any) -> None:
    assert juger_document(regle, document(), operation=LISTER, stockee=stocker()) == []


@pytest.mark.parametrize(("code", "constats"), DONNEES["type_of_the_event"])
def test_type_of_the_event(juger_document: Juger, stocker: Stocker, code: str, constats: int) -> None:
    trouves = juger_document(
        regles_dalo_evenements_recherches.type_d_evenement,
        document(evenement(code)),
        operation=AJOUTER,
        registre=REGISTRE,
        stockee=stocker(),
    )
    assert [c.valeurs["valeur"] for c in trouves] == [code] * constats


def test_something_is_added(juger_document: Juger, stocker: Stocker) -> None:
    autres = {"registre": REGISTRE, "stockee": stocker()}
    assert fins(
        juger_document(
            regles_dalo_evenements_recherches.type_d_evenement, document(), operation=AJOUTER, **autres
        )
    ) == ["codeTypeEvenement"]


@pytest.mark.parametrize(
    ("operation", "jour", "constats"),
    [
        (AJOUTER, "2018-03-16", 0),
        (AJOUTER, "2012-01-01", 0),
        (AJOUTER, "2018-03-17", 1),
        (AJOUTER, "", 1),
        (MODIFIER, "", 0),
        (MODIFIER, "2018-03-17", 1),
        (SUPPRIMER, "", 0),
    ],
)
def test_day_of_the_event(juger_document: Juger, operation: str, jour: str, constats: int) -> None:
    trouves = juger_document(
        regles_dalo_evenements_recherches.date_de_survenance,
        document(evenement(jour=jour)),
        operation=operation,
    )
    assert [c.valeurs["valeur"] for c in trouves] == [jour] * constats


@pytest.mark.parametrize(
    ("operation", "caracteristiques", "fautives"),
    [
        (AJOUTER, "LIEU=Arcueil", []),
        (AJOUTER, "LIEU=Arcueil SURFACE=40", []),
        (AJOUTER, "LIEU=Arcueil SURFACE=", []),
        (AJOUTER, "LIEU=Arcueil ANCIENNE=x", []),
        (AJOUTER, "", ["LIEU"]),
        (AJOUTER, "LIEU=", ["LIEU"]),
        (AJOUTER, "LIEU=Arcueil SURFACE=grande", ["SURFACE"]),
        (AJOUTER, "LIEU=Arcueil AUTRE=1", ["AUTRE"]),
        (MODIFIER, "", []),
        (MODIFIER, "SURFACE=40", ["LIEU"]),
    ],
)
def test_characteristics(
    juger_document: Juger, operation: str, caracteristiques: str, fautives: list[str]
) -> None:
    trouves = juger_document(
        regles_dalo_evenements_recherches.caracteristiques_de_l_evenement,
        document(evenement(identifiant="1", caracteristiques=caracteristiques)),
        operation=operation,
        registre=REGISTRE,
    )
    assert [c.valeurs["valeur"] for c in trouves] == fautives


def test_a_modification_without_type_has_that_of_the_event(juger_document: Juger) -> None:
    modification = document(evenement("", identifiant="1", caracteristiques="SURFACE=40"))
    autres = {"operation": MODIFIER, "registre": REGISTRE}
    assert juger_document(regles_dalo_evenements_recherches.type_d_evenement, modification, **autres) == []
    (trouve,) = juger_document(
        regles_dalo_evenements_recherches.caracteristiques_de_l_evenement, modification, **autres
    )
    assert trouve.valeurs["valeur"] == "LIEU"


@pytest.mark.parametrize("operation", [MODIFIER, SUPPRIMER])
@pytest.mark.parametrize(
    ("identifiant", "constats"), [("1", 0), ("2", 1), ("3", 1), ("4", 1), ("99", 1), ("", 1)]
)
def test_event_of_this_guichet(
    juger_document: Juger, operation: str, identifiant: str, constats: int
) -> None:
    trouves = juger_document(
        regles_dalo_evenements_recherches.evenement_d_un_autre,
        document(evenement(identifiant=identifiant)),
        operation=operation,
        registre=REGISTRE,
    )
    assert [c.valeurs["valeur"] for c in trouves] == [identifiant] * constats


def test_the_certificate_says_who_writes(juger_document: Juger) -> None:
    autres = {"operation": SUPPRIMER, "registre": REGISTRE, "guichet_emetteur": "G1205"}
    assert (
        juger_document(
            regles_dalo_evenements_recherches.evenement_d_un_autre,
            document(evenement(identifiant="2")),
            **autres,
        )
        == []
    )
    assert fins(
        juger_document(regles_dalo_evenements_recherches.evenement_d_un_autre, document(), **autres)
    ) == ["idEvenement"]


@pytest.mark.parametrize(("identifiant", "constats"), [("1", 0), ("5", 1), ("99", 0)])
def test_regulatory_event_stays(juger_document: Juger, identifiant: str, constats: int) -> None:
    recu = document(evenement(identifiant=identifiant))
    regle = regles_dalo_evenements_recherches.evenement_reglementaire_supprime
    assert len(juger_document(regle, recu, operation=SUPPRIMER, registre=REGISTRE)) == constats
    assert juger_document(regle, recu, operation=MODIFIER, registre=REGISTRE) == []


# --- RCH ----------------------------------------------------------------------------------------------


def recherche(criteres: str) -> str:
    return (
        "<interfaceNuu><entete><codeGuichet>G1104</codeGuichet></entete><operation>"
        f"<demandeMulticritere>{criteres}</demandeMulticritere></operation></interfaceNuu>"
    )


@pytest.mark.parametrize(("criteres", "constats"), DONNEES["one_criterion"])
def test_one_criterion(juger_document: Juger, criteres: str, constats: int) -> None:
    trouves = juger_document(regles_dalo_evenements_recherches.recherche_sans_critere, recherche(criteres))
    assert [c.chemin for c in trouves] == ["interfaceNuu/operation/demandeMulticritere"] * constats


@pytest.mark.parametrize("nom", ["Depot", "Renouvellement", "Radiation"])
@pytest.mark.parametrize(("debut", "fin", "constats"), DONNEES["dates_in_order"])
def test_dates_in_order(juger_document: Juger, nom: str, debut: str, fin: str, constats: int) -> None:
    criteres = f"<date{nom}Debut>{debut}</date{nom}Debut><date{nom}Fin>{fin}</date{nom}Fin>"
    trouves = juger_document(regles_dalo_evenements_recherches.periode_inversee, recherche(criteres))
    assert [c.chemin.rpartition("/")[2] for c in trouves] == [f"date{nom}Debut"] * constats


@pytest.mark.parametrize(("resultats", "constats"), [(None, 0), (0, 0), (500, 0), (501, 1)])
def test_number_of_results(juger_document: Juger, resultats: int | None, constats: int) -> None:
    criteres = recherche("<etatDemande>A</etatDemande>")
    trouves = juger_document(
        regles_dalo_evenements_recherches.trop_de_resultats, criteres, resultats=resultats
    )
    assert [c.valeurs["max"] for c in trouves] == ["500"] * constats


def test_a_person_is_searched_by_name(juger_document: Juger) -> None:
    personne = "<personneRecherchee><nom>{}</nom><prenom>Inès</prenom></personneRecherchee>"
    assert (
        juger_document(
            regles_dalo_evenements_recherches.personne_sans_nom, recherche(personne.format("Kaplan"))
        )
        == []
    )
    assert (
        juger_document(
            regles_dalo_evenements_recherches.personne_sans_nom, recherche("<etatDemande>A</etatDemande>")
        )
        == []
    )
    (trouve,) = juger_document(
        regles_dalo_evenements_recherches.personne_sans_nom, recherche(personne.format(""))
    )
    assert trouve.chemin.endswith("personneRecherchee/nom")


@pytest.mark.parametrize(("etat", "constats"), [("A", 0), ("R", 0), ("", 0), ("a", 1), ("X", 1)])
def test_state(juger_document: Juger, etat: str, constats: int) -> None:
    trouves = juger_document(
        regles_dalo_evenements_recherches.etat_inconnu, recherche(f"<etatDemande>{etat}</etatDemande>")
    )
    assert [c.valeurs["valeur"] for c in trouves] == [etat] * constats


# --- ASY ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("maintenant", "constats"),
    [
        (datetime(2018, 3, 15, 12, tzinfo=UTC), 0),
        (datetime(2018, 12, 31, 22, 59, tzinfo=UTC), 0),
        (datetime(2018, 12, 31, 23, 0, tzinfo=UTC), 1),  # midnight in Paris
        (datetime(2019, 6, 1, tzinfo=UTC), 1),
    ],
)
def test_the_channel_ends_with_2018(
    juger: Callable[..., list[Infraction]], maintenant: datetime, constats: int
) -> None:
    trouves = juger(fin_des_echanges_asynchrones, type_fichier="ASY", maintenant=maintenant)
    assert [c.chemin for c in trouves] == ["interfaceNuu/entete/typeFichier"] * constats


def test_dispatching_goes_on(juger_document: Callable[..., list[Infraction]]) -> None:
    dis = "<interfaceNuu><entete><typeFichier>DIS</typeFichier></entete></interfaceNuu>"
    apres = datetime(2019, 6, 1, tzinfo=UTC)
    assert juger_document(fin_des_echanges_asynchrones, dis, type_fichier="ASY", maintenant=apres) == []
