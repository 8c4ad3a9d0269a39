from collections.abc import Callable
from datetime import date

import pytest

from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.base import Guichet, NatureGuichet
from sne_sandbox.domain.demande import DemandeStockee, EtatDemande
from sne_sandbox.rules.catalogue import dalo as d
from sne_sandbox.rules.registre_vide import FauxRegistre
from sne_sandbox.rules.rule import Infraction

Juger = Callable[..., list[Infraction]]
Stocker = Callable[..., DemandeStockee]

FORMULAIRE = "<numGuichet>G0751</numGuichet><numUnique>1110118000001G1104</numUnique>"


def dalo(statut: str = "ACTIF", decision: str = "2018-03-01", typologie: str = "03") -> str:
    return (
        f"<informationDalo><statutDalo code='{statut}'/><dateDecisionDalo>{decision}</dateDecisionDalo>"
        f"<typologieLogementDalo code='{typologie}'/></informationDalo>"
    )


def test_the_demande_is_known_and_active(juger: Juger, stocker: Stocker) -> None:
    assert juger(d.demande_du_dalo, FORMULAIRE, stockee=stocker()) == []
    (radiee,) = juger(d.demande_du_dalo, FORMULAIRE, stockee=stocker(etat=EtatDemande.RADIEE))
    assert radiee.valeurs["numero"] == "1110118000001G1104"
    (inconnue,) = juger(d.demande_du_dalo, FORMULAIRE)
    assert inconnue.chemin.endswith("demandeLogement/numUnique")
    (sans_numero,) = juger(d.demande_du_dalo, "")
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
def test_the_decision_is_whole(juger: Juger, contrat: Contrat, suite: str, fautifs: list[str]) -> None:
    trouves = juger(d.decision_dalo_incomplete, FORMULAIRE, suite=suite, nomenclatures=contrat.nomenclatures)
    assert [c.chemin.rpartition("/")[2] for c in trouves] == fautifs


@pytest.mark.parametrize(
    ("statut", "typologie", "constats"),
    [
        ("ACTIF", "03", 0),
        ("ACTIF", "", 1),
        ("ACTIF", "07", 1),
        ("CADUC", "", 0),
        ("CADUC", "07", 0),
        ("", "", 0),
    ],
)
def test_type_of_dwelling(juger: Juger, contrat: Contrat, statut: str, typologie: str, constats: int) -> None:
    suite = dalo(statut, typologie=typologie)
    trouves = juger(d.typologie_du_dalo, FORMULAIRE, suite=suite, nomenclatures=contrat.nomenclatures)
    assert len(trouves) == constats


def guichet(code: str, nature: NatureGuichet) -> Guichet:
    return Guichet(code, nature, "111", "Guichet", "1 rue du Port", date(2011, 3, 28))


def test_only_a_state_service_declares(juger: Juger) -> None:
    registre = FauxRegistre(
        guichets=(guichet("G0751", NatureGuichet.ETAT), guichet("G1104", NatureGuichet.BAILLEUR))
    )
    regle = d.guichet_de_la_commission_de_mediation
    assert juger(regle, FORMULAIRE, registre=registre) == []
    (certificat,) = juger(regle, FORMULAIRE, registre=registre, guichet_emetteur="G1104")
    assert certificat.valeurs["valeur"] == "G1104"
    assert len(juger(regle, "<numGuichet>G9999</numGuichet>", registre=registre)) == 1
