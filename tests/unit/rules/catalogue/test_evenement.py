from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from sne_sandbox.domain.dates import PARIS
from sne_sandbox.domain.demande import DemandeStockee
from sne_sandbox.domain.evenement import Caracteristique, Evenement, TypeEvenement
from sne_sandbox.rules.catalogue import evenement as e
from sne_sandbox.rules.registre_vide import FauxRegistre
from sne_sandbox.rules.rule import Infraction

Juger = Callable[..., list[Infraction]]
Stocker = Callable[..., DemandeStockee]

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


REGISTRE = FauxRegistre(
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
    evenements=(
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
    liste = ""
    for morceau in caracteristiques.split():
        nom, _, valeur = morceau.partition("=")
        liste += (
            f"<caracteristiqueSpecifique><code>{nom}</code><valeurCaracteristiqueSpecifique>{valeur}"
            "</valeurCaracteristiqueSpecifique></caracteristiqueSpecifique>"
        )
    return (
        f"<evenement><idEvenement>{identifiant}</idEvenement><codeTypeEvenement>{code}</codeTypeEvenement>"
        f"<dateSurvenance>{jour}</dateSurvenance>"
        f"<listeCaracteristiquesSpecifiques>{liste}</listeCaracteristiquesSpecifiques></evenement>"
    )


def fins(constats: list[Infraction]) -> list[str]:
    return [c.chemin.rpartition("/")[2] for c in constats]


@pytest.mark.parametrize("operation", [LISTER, AJOUTER, MODIFIER, SUPPRIMER])
def test_the_demande_is_known(juger_document: Juger, stocker: Stocker, operation: str) -> None:
    regle = e.demande_de_l_evenement
    assert juger_document(regle, document(), operation=operation, stockee=stocker()) == []
    (trouve,) = juger_document(regle, document(), operation=operation)
    assert (trouve.chemin, trouve.valeurs) == ("interfaceNuu/operation/numUnique", {"valeur": NUMERO})


@pytest.mark.parametrize("operation", ["listerTypesEvenementsNationaux", "listerTypesEvenementsTerritoriaux"])
def test_lists_of_types_name_no_demande(juger_document: Juger, operation: str) -> None:
    types = "<interfaceNuu><operation><codeTerritoire>111</codeTerritoire></operation></interfaceNuu>"
    for regle in e.REGLES:
        assert juger_document(regle, types, operation=operation) == []


@pytest.mark.parametrize("regle", e.REGLES[1:])
def test_reading_the_events_asks_for_no_event(juger_document: Juger, stocker: Stocker, regle: Any) -> None:
    assert juger_document(regle, document(), operation=LISTER, stockee=stocker()) == []


@pytest.mark.parametrize(
    ("code", "constats"),
    [
        ("VISITE", 0),
        ("PARIS", 0),
        ("DERNIER", 0),
        ("ARRAS", 1),
        ("FINI", 1),
        ("FUTUR", 1),
        ("INCONNU", 1),
        ("", 1),
    ],
)
def test_type_of_the_event(juger_document: Juger, stocker: Stocker, code: str, constats: int) -> None:
    trouves = juger_document(
        e.type_d_evenement, document(evenement(code)), operation=AJOUTER, registre=REGISTRE, stockee=stocker()
    )
    assert [c.valeurs["valeur"] for c in trouves] == [code] * constats


def test_something_is_added(juger_document: Juger, stocker: Stocker) -> None:
    autres = {"registre": REGISTRE, "stockee": stocker()}
    assert fins(juger_document(e.type_d_evenement, document(), operation=AJOUTER, **autres)) == [
        "codeTypeEvenement"
    ]


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
    trouves = juger_document(e.date_de_survenance, document(evenement(jour=jour)), operation=operation)
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
        e.caracteristiques_de_l_evenement,
        document(evenement(identifiant="1", caracteristiques=caracteristiques)),
        operation=operation,
        registre=REGISTRE,
    )
    assert [c.valeurs["valeur"] for c in trouves] == fautives


def test_a_modification_without_type_has_that_of_the_event(juger_document: Juger) -> None:
    modification = document(evenement("", identifiant="1", caracteristiques="SURFACE=40"))
    autres = {"operation": MODIFIER, "registre": REGISTRE}
    assert juger_document(e.type_d_evenement, modification, **autres) == []
    (trouve,) = juger_document(e.caracteristiques_de_l_evenement, modification, **autres)
    assert trouve.valeurs["valeur"] == "LIEU"


@pytest.mark.parametrize("operation", [MODIFIER, SUPPRIMER])
@pytest.mark.parametrize(
    ("identifiant", "constats"), [("1", 0), ("2", 1), ("3", 1), ("4", 1), ("99", 1), ("", 1)]
)
def test_event_of_this_guichet(
    juger_document: Juger, operation: str, identifiant: str, constats: int
) -> None:
    trouves = juger_document(
        e.evenement_d_un_autre,
        document(evenement(identifiant=identifiant)),
        operation=operation,
        registre=REGISTRE,
    )
    assert [c.valeurs["valeur"] for c in trouves] == [identifiant] * constats


def test_the_certificate_says_who_writes(juger_document: Juger) -> None:
    autres = {"operation": SUPPRIMER, "registre": REGISTRE, "guichet_emetteur": "G1205"}
    assert juger_document(e.evenement_d_un_autre, document(evenement(identifiant="2")), **autres) == []
    assert fins(juger_document(e.evenement_d_un_autre, document(), **autres)) == ["idEvenement"]


@pytest.mark.parametrize(("identifiant", "constats"), [("1", 0), ("5", 1), ("99", 0)])
def test_regulatory_event_stays(juger_document: Juger, identifiant: str, constats: int) -> None:
    recu = document(evenement(identifiant=identifiant))
    regle = e.evenement_reglementaire_supprime
    assert len(juger_document(regle, recu, operation=SUPPRIMER, registre=REGISTRE)) == constats
    assert juger_document(regle, recu, operation=MODIFIER, registre=REGISTRE) == []
