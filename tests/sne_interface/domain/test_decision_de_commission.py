from datetime import UTC, date, datetime

import pytest

from sne_interface.contract.contrats_charges import charger
from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.element_recu import Element
from sne_interface.domain.evenement import Evenement

#: The contract's own binding, and another with none of its names.
LIEES = charger("v5.2").roles.decision
AUTRES = d.RolesDecision(
    "CALEOL",
    {d.CATEGORIE: "C7", d.DATE_COMMISSION: "C1", d.BAIL: "C11", d.MOTIF: "C6", d.DECISION: "C2"},
    {d.ATTRIBUTION: "1", d.IRRECEVABILITE: "5"},
)


def caracteristique(code: str, valeur: str) -> Element:
    return Element(
        "caracteristiqueSpecifique",
        enfants=(Element("code", code), Element("valeurCaracteristiqueSpecifique", valeur)),
    )


def evenement(*caracteristiques: Element) -> Element:
    liste = Element("listeCaracteristiquesSpecifiques", enfants=caracteristiques)
    return Element("evenement", enfants=(liste,))


@pytest.mark.parametrize("roles", [LIEES, AUTRES])
def test_values_are_read_by_role_and_repeat(roles: d.RolesDecision) -> None:
    decision = d.Decision.de(
        evenement(
            caracteristique(roles.code(d.CATEGORIE), "HANDIC"),
            caracteristique(roles.code(d.CATEGORIE), "SANLOG"),
            caracteristique(roles.code(d.DATE_COMMISSION), "15/03/2018"),
            caracteristique(roles.code(d.BAIL), "oui"),
            caracteristique(roles.code(d.MOTIF), ""),
            caracteristique("HORSROLE", "oui"),
        ),
        roles,
    )
    assert decision.textes(d.CATEGORIE) == ("HANDIC", "SANLOG")
    assert decision.jour(d.DATE_COMMISSION) == date(2018, 3, 15)
    assert decision.booleen(d.BAIL) is True
    assert decision.texte(d.MOTIF) is None
    assert decision.booleen(d.DALO) is None
    assert len(decision.valeurs) == 3


@pytest.mark.parametrize(
    ("roles", "code", "attendue"),
    [
        (LIEES, "ATTRIB", d.ATTRIBUTION),
        (LIEES, " NONATT ", d.NON_ATTRIBUTION),
        (LIEES, "AILLEURS", None),
        (AUTRES, "1", d.ATTRIBUTION),
        (AUTRES, "5", d.IRRECEVABILITE),
        (AUTRES, "ATTRIB", None),
    ],
)
def test_the_decision_taken_is_told_by_role(roles: d.RolesDecision, code: str, attendue: str | None) -> None:
    lue = d.Decision.de(evenement(caracteristique(roles.code(d.DECISION), code)), roles)
    assert lue.prise == attendue
    stockee = Evenement(
        1,
        "1110118000001G1104",
        roles.type,
        "G1226",
        datetime(2018, 3, 15, tzinfo=UTC),
        "CRE",
        None,
        None,
        ((roles.code(d.DECISION), code),),
    )
    assert d.Decision.stockee(stockee, roles).prise == attendue


def test_what_has_no_place_is_not_written() -> None:
    dit = {
        d.DATE_COMMISSION: "2018-03-15",
        d.DECISION: d.NON_ATTRIBUTION,
        d.RANG: "1",
        d.CATEGORIE: ("A", "B"),
    }
    assert AUTRES.ecrire(dit) == (("C1", "2018-03-15"), ("C7", "A"), ("C7", "B"))
    assert AUTRES.ecrire({d.DECISION: d.ATTRIBUTION}) == (("C2", "1"),)
    assert not AUTRES.lie(d.BAIL, d.RANG)
    assert AUTRES.lie(d.BAIL, d.MOTIF)


@pytest.mark.parametrize("roles", [d.RolesDecision(), AUTRES, LIEES])
def test_a_type_that_is_bound_to_nothing_is_none(roles: d.RolesDecision) -> None:
    assert not roles.est("")
    assert not roles.est(None)
    assert roles.est(roles.type) is bool(roles.type)


@pytest.mark.parametrize(
    ("code", "jour", "attendu"),
    [
        ("HANDIC", date(2018, 3, 15), True),
        ("SORACT", date(2018, 11, 24), False),
        ("SORACT", date(2018, 11, 25), True),
        ("INCONNU", date(2018, 3, 15), False),
    ],
)
def test_categories_in_force(code: str, jour: date, attendu: bool) -> None:
    assert any(c.code == code and c.en_vigueur(jour) for c in LIEES.categories.values()) is attendu


@pytest.mark.parametrize(
    ("code", "avant", "apres"),
    [("HANDIC", "a", "a"), ("SORACT", "", "b"), ("MALLOG", "b", "c"), ("EXPULS", "k", "l")],
)
def test_letters_shift_with_the_law_of_november_2018(code: str, avant: str, apres: str) -> None:
    categorie = LIEES.categories[code]
    assert categorie.lettre(date(2018, 11, 24)) == avant
    assert categorie.lettre(date(2018, 11, 25)) == apres


def test_a_category_may_end() -> None:
    categorie = d.CategoriePrioritaire("x", "X", "", depuis=date(2018, 1, 1), jusque=date(2019, 1, 1))
    jours = (date(2017, 12, 31), date(2018, 1, 1), date(2019, 1, 1), date(2019, 1, 2))
    assert [categorie.en_vigueur(jour) for jour in jours] == [False, True, True, False]
