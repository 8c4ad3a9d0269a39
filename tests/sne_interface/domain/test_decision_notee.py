"""What is kept of a decision, by role, and of a radiation."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from sne_interface.contract.contrats_charges import charger
from sne_interface.domain.decision_notee import DecisionNotee, Demandeur
from sne_interface.domain.element_recu import Element, bloc, de_code
from sne_interface.domain.evenement import Evenement

ROLES = charger("v5.2").roles.decision
NUMERO = "0620318000001G1226"
JOUR = date(2018, 3, 15)


def _evenement(*caracteristiques: tuple[str, str]) -> Evenement:
    instant = datetime(2018, 3, 20, tzinfo=UTC)
    return Evenement(7, NUMERO, "DECATT", "G1226", instant, "CRE", None, None, caracteristiques)


def _lire(*caracteristiques: tuple[str, str], reconnu: bool = False) -> DecisionNotee:
    notee = DecisionNotee.de_l_evenement(
        _evenement(*caracteristiques), ROLES, Demandeur("62498", 5000, reconnu)
    )
    assert notee is not None
    return notee


def test_a_decision_with_a_lease() -> None:
    lue = _lire(
        ("DATECAL", "2018-03-01"), ("DECISION", "ATTRIB"), ("DALO", "non"), ("CATEG", "MALLOG"),
        ("SIREN", "900000019"), ("BAIL", "oui"), ("DATEBAIL", "2018-03-10"),
    )  # fmt: skip
    assert lue == DecisionNotee(
        NUMERO, 7, date(2018, 3, 1), "G1226", "attribution", bail=date(2018, 3, 10), siren="900000019",
        souhaitee="62498", dalo=False, prioritaire=True, ressources_uc=5000,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("caracteristiques", "dalo", "prioritaire"),
    [
        ((), None, None),
        ((("DALO", "non"),), False, False),
        ((("CATEG", "RIEN"),), None, False),
        ((("CATEG", "RIEN"), ("CATEG", "HANDIC")), None, True),
        ((("DALO", "oui"),), True, False),
    ],
)
def test_what_is_not_told_of_priority_is_not_known(
    caracteristiques: tuple[tuple[str, str], ...], dalo: bool | None, prioritaire: bool | None
) -> None:
    lue = _lire(*caracteristiques)
    assert (lue.dalo, lue.prioritaire) == (dalo, prioritaire)
    assert _lire(*caracteristiques, reconnu=True).dalo is True


def test_a_lease_without_a_day_is_of_the_day_of_the_decision() -> None:
    assert _lire(("DATECAL", "2018-03-01"), ("BAIL", "oui")).bail == date(2018, 3, 1)
    assert _lire(("DATECAL", "2018-03-01"), ("BAIL", "non"), ("DATEBAIL", "2018-03-01")).bail is None


def test_what_is_no_decision_or_is_deleted_is_not_kept() -> None:
    dit = _evenement(("DECISION", "ATTRIB"))
    assert DecisionNotee.de_l_evenement(replace(dit, nature="SUP"), ROLES, Demandeur()) is None
    assert DecisionNotee.de_l_evenement(replace(dit, code_type="ENTRET62"), ROLES, Demandeur()) is None


@pytest.mark.parametrize(
    ("zus", "attendu"), [("ZUSOUI", True), ("ZUSNON", False), ("ZUSNSP", None), ("", None)]
)
def test_where_the_dwelling_lies_is_told_by_the_radiation(zus: str, attendu: bool | None) -> None:
    attribution = bloc(
        "attributionLogement",
        Element("dateSignatureBail", "2018-03-12"),
        *([de_code("zus", zus)] if zus else []),
        bloc("adresse", de_code("commune", "62041")),
    )
    radiation = bloc("radiation", attribution)
    lue = DecisionNotee.de_la_radiation(NUMERO, JOUR, "G1226", radiation, Demandeur("62498"))
    assert (lue.en_quartier, lue.commune, lue.bail) == (attendu, "62041", date(2018, 3, 12))


def test_a_radiation_that_says_nothing_of_the_dwelling_still_is_a_lease() -> None:
    for radiation in (None, bloc("radiation", Element("dateRadiation", "2018-03-15"))):
        lue = DecisionNotee.de_la_radiation(NUMERO, JOUR, "G1226", radiation, Demandeur())
        assert (lue.bail, lue.commune, lue.en_quartier, lue.dalo) == (JOUR, None, None, None)
