from collections.abc import Callable
from datetime import date, datetime

import pytest

from sne_sandbox.domain.dates import PARIS
from sne_sandbox.domain.demande import DemandeStockee
from sne_sandbox.domain.evenement import Evenement, TypeEvenement
from sne_sandbox.rules.catalogue import decision as dc
from sne_sandbox.rules.registre_vide import FauxRegistre
from sne_sandbox.rules.rule import Infraction

Juger = Callable[..., list[Infraction]]
Stocker = Callable[..., DemandeStockee]

AJOUTER = "ajouterEvenementDemande"
MODIFIER = "modifierEvenementDemande"
REGISTRE = FauxRegistre(
    types_evenement=tuple(
        TypeEvenement(code, code, "", "", reglementaire=True) for code in ("DECATT", "AUTRE")
    ),
    evenements=(
        Evenement(
            7,
            "1110118000001G1104",
            "DECATT",
            "G1104",
            datetime(2018, 3, 1, tzinfo=PARIS),
            "CRE",
            date(2018, 3, 1),
            None,
        ),
    ),
)


def decision(caracteristiques: str, *, code: str = "DECATT", identifiant: str = "") -> str:
    liste = ""
    for morceau in caracteristiques.split():
        nom, _, valeur = morceau.partition("=")
        liste += (
            f"<caracteristiqueSpecifique><code>{nom}</code><valeurCaracteristiqueSpecifique>{valeur}"
            "</valeurCaracteristiqueSpecifique></caracteristiqueSpecifique>"
        )
    return (
        "<interfaceNuu><entete><codeGuichet>G1104</codeGuichet></entete><operation>"
        "<numUnique>1110118000001G1104</numUnique></operation><listeEvenements><evenement>"
        f"<idEvenement>{identifiant}</idEvenement><codeTypeEvenement>{code}</codeTypeEvenement>"
        f"<listeCaracteristiquesSpecifiques>{liste}</listeCaracteristiquesSpecifiques>"
        "</evenement></listeEvenements></interfaceNuu>"
    )


@pytest.mark.parametrize(
    ("caracteristiques", "fautives"),
    [
        ("DECISION=ATTRIB DATECAL=2018-03-10", []),
        ("DECISION=IRRECE DATECAL=16/03/2018", []),
        ("REFUSMEN=oui DATECAL=2018-03-10", []),
        ("DECISION=REFUS DATECAL=2018-03-10", ["REFUS"]),
        ("REFUSMEN=non DATECAL=2018-03-10", ["DECISION"]),
        ("DECISION=ATTRIB", ["DATECAL"]),
        ("DECISION=ATTRIB DATECAL=2018-03-17", ["2018-03-17"]),
        ("DECISION=ATTRIB DATECAL=hier", ["hier"]),
        ("", ["DECISION", "DATECAL"]),
    ],
)
def test_the_decision_is_whole(juger_document: Juger, caracteristiques: str, fautives: list[str]) -> None:
    trouves = juger_document(
        dc.decision_incomplete, decision(caracteristiques), operation=AJOUTER, registre=REGISTRE
    )
    assert [c.valeurs["valeur"] for c in trouves] == fautives


@pytest.mark.parametrize(
    ("caracteristiques", "fautives"),
    [
        ("DATECAL=2018-03-10 CATEG=HANDIC", []),
        ("DATECAL=2018-03-10 CATEG=HANDIC CATEG=SANLOG", []),
        ("DATECAL=2018-03-10 DALO=oui", []),
        ("DATECAL=2018-11-25 CATEG=SORACT", []),
        ("DATECAL=2018-11-24 CATEG=SORACT", ["SORACT"]),
        ("DATECAL=2018-03-10 CATEG=RIEN", ["RIEN"]),
        ("DATECAL=2018-03-10", ["CATEG"]),
        ("DATECAL=2018-03-10 DALO=non", ["CATEG"]),
    ],
)
def test_priority_category(juger_document: Juger, caracteristiques: str, fautives: list[str]) -> None:
    trouves = juger_document(
        dc.categorie_prioritaire, decision(caracteristiques), operation=AJOUTER, registre=REGISTRE
    )
    assert [c.valeurs["valeur"] for c in trouves] == fautives


def test_a_dalo_known_to_the_base_is_enough(juger_document: Juger, stocker: Stocker) -> None:
    recue = decision("DATECAL=2018-03-10")
    for statut, constats in (("ACTIF", 0), ("ACTREL", 0), ("CADUC", 1)):
        trouves = juger_document(
            dc.categorie_prioritaire,
            recue,
            operation=AJOUTER,
            registre=REGISTRE,
            stockee=stocker(statut_dalo=statut),
        )
        assert len(trouves) == constats


@pytest.mark.parametrize(
    ("caracteristiques", "constats"),
    [
        ("BAIL=oui DATEBAIL=2018-03-12", 0),
        ("BAIL=non", 0),
        ("DECISION=ATTRIB", 0),
        ("BAIL=oui", 1),
        ("BAIL=non DATEBAIL=2018-03-12", 1),
    ],
)
def test_lease_and_its_date(juger_document: Juger, caracteristiques: str, constats: int) -> None:
    trouves = juger_document(
        dc.bail_et_sa_date, decision(caracteristiques), operation=AJOUTER, registre=REGISTRE
    )
    assert len(trouves) == constats


@pytest.mark.parametrize(
    ("caracteristiques", "fautives"),
    [
        ("DECISION=ATTRIB", []),
        ("DECISION=NONATT", []),
        ("DECISION=ATTCLA RANG=2", []),
        ("DECISION=ATTCON CONDITION=garant", []),
        ("DECISION=ATTRIB REFUSMEN=oui MOTIF=loyer", []),
        ("DECISION=ATTRIB REFUSMEN=non", []),
        ("DECISION=ATTCLA", ["ATTCLA"]),
        ("DECISION=ATTCON RANG=1", ["ATTCON"]),
        ("DECISION=ATTRIB REFUSMEN=oui", ["REFUSMEN"]),
    ],
)
def test_what_a_decision_supposes(juger_document: Juger, caracteristiques: str, fautives: list[str]) -> None:
    trouves = juger_document(
        dc.decision_a_completer, decision(caracteristiques), operation=AJOUTER, registre=REGISTRE
    )
    assert [c.valeurs["valeur"] for c in trouves] == fautives


def test_only_decisions_are_judged_and_a_change_keeps_what_it_does_not_give(juger_document: Juger) -> None:
    for regle in dc.REGLES:
        autre = decision("", code="AUTRE")
        assert juger_document(regle, autre, operation=AJOUTER, registre=REGISTRE) == []
        garde = decision("", code="", identifiant="7")
        assert juger_document(regle, garde, operation=MODIFIER, registre=REGISTRE) == []
    change = decision("DECISION=ATTCLA", code="", identifiant="7")
    assert len(juger_document(dc.decision_a_completer, change, operation=MODIFIER, registre=REGISTRE)) == 1
