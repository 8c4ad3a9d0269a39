"""The ledger of attributions: what each line says, and what came of each decision, whatever order it was told
in."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from sne_interface.contract.contrats_charges import charger
from sne_interface.domain.base import Guichet, NatureGuichet
from sne_interface.domain.codes import DALO_ACTIF
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import Dalo, GenreMouvement, Mouvement
from sne_interface.domain.element_recu import Element, bloc, de_code
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.livre_des_attributions import (
    DecisionNotee,
    Demandeur,
    SuiteDonnee,
    attributions,
    baux,
    irrecevabilites,
    logement_decrit,
    organisme_de,
    radiation_possible_le,
    radiee_alors,
    reactivee_le,
    suites_attendues,
    tenir,
)

ROLES = charger("v5.2").roles.decision
NUMERO = "0620318000001G1226"
JOUR = date(2018, 3, 15)


# --- what one line says ----------------------------------------------------------------------------------


def _lire(*caracteristiques: tuple[str, str], reconnu: bool = False) -> DecisionNotee:
    instant = datetime(2018, 3, 20, tzinfo=UTC)
    dit = Evenement(7, NUMERO, "DECATT", "G1226", instant, "CRE", None, None, caracteristiques)
    notee = DecisionNotee.de_l_evenement(
        dit,
        ROLES,
        Demandeur("62498", 5000, dalo=Dalo(DALO_ACTIF if reconnu else None, date(2018, 3, 1))),
        "111",
    )
    assert notee is not None
    return notee


def test_a_decision_with_a_lease() -> None:
    lue = _lire(
        ("DATECAL", "2018-03-01"), ("DECISION", "ATTCLA"), ("RANG", "2"), ("DALO", "non"),
        ("CATEG", "MALLOG"), ("CATEG", "SANLOG"), ("SIREN", "900000019"), ("RPLS", "62bac00042"),
        ("RESERVAT", "COLTER"), ("BAIL", "oui"), ("DATEBAIL", "2018-03-10"),
    )  # fmt: skip
    assert lue == DecisionNotee(
        NUMERO, 7, date(2018, 3, 1), "G1226", "attribution_par_classement", bail=date(2018, 3, 10),
        siren="900000019", souhaitee="62498", dalo=False, prioritaire=True, ressources_uc=5000,
        organisme="111", logement="62BAC00042", contingent="COLTER", classement=2, categories="MALLOG SANLOG",
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
    reconnue = _lire(*caracteristiques, reconnu=True)
    assert (reconnue.dalo, reconnue.prioritaire) == (True, prioritaire)


def test_a_lease_without_a_day_is_of_the_day_of_the_decision() -> None:
    assert _lire(("DATECAL", "2018-03-01"), ("BAIL", "oui")).bail == date(2018, 3, 1)
    for dite in ((("BAIL", "non"), ("DATEBAIL", "2018-03-01")), (("DATEBAIL", "2018-03-01"),)):
        assert _lire(("DATECAL", "2018-03-01"), *dite).bail is None


def test_what_is_no_decision_or_is_deleted_is_no_line() -> None:
    dit = _evenement(1, "DECISION=ATTRIB")
    assert DecisionNotee.de_l_evenement(replace(dit, nature="SUP"), ROLES, Demandeur()) is None
    assert DecisionNotee.de_l_evenement(replace(dit, code_type="ENTRET62"), ROLES, Demandeur()) is None


def _attribution(*dits: Element) -> Element:
    return bloc("radiation", bloc("attributionLogement", Element("dateSignatureBail", "2018-03-12"), *dits))


@pytest.mark.parametrize(
    ("zus", "attendu"), [("ZUSOUI", True), ("ZUSNON", False), ("ZUSNSP", None), ("", None)]
)
def test_where_the_dwelling_lies_is_told_by_the_radiation(zus: str, attendu: bool | None) -> None:
    radiation = _attribution(
        *([de_code("zus", zus)] if zus else []), bloc("adresse", de_code("commune", "62041"))
    )
    lue = DecisionNotee.de_la_radiation(NUMERO, JOUR, "G1226", radiation, Demandeur("62498"))
    assert (lue.en_quartier, lue.commune, lue.bail) == (attendu, "62041", date(2018, 3, 12))


def test_a_radiation_that_says_nothing_of_the_dwelling_still_is_a_lease() -> None:
    for radiation in (None, bloc("radiation", Element("dateRadiation", "2018-03-15"))):
        lue = DecisionNotee.de_la_radiation(NUMERO, JOUR, "G1226", radiation, Demandeur())
        assert (lue.bail, lue.commune, lue.en_quartier, lue.dalo) == (JOUR, None, None, None)


def test_a_dwelling_is_known_by_its_number_else_by_its_address_at_its_landlord_s() -> None:
    def logement(*dits: Element) -> str | None:
        return logement_decrit(bloc("attributionLogement", *dits))

    siren, adresse = (
        Element("codeSirenBailleur", "900000019"),
        bloc("adresse", Element("voie", "Rue É. Zola")),
    )
    assert logement(Element("numeroRpls", " 62bac00042")) == "62BAC00042"
    decrit = logement(siren, adresse)
    assert decrit is not None
    assert decrit == logement(siren, bloc("adresse", Element("voie", "RUE E. ZOLA")))
    assert logement(siren, adresse) != logement(siren, adresse, Element("surface", "40"))
    assert logement(adresse) is None
    assert logement(siren) is None


def test_the_body_of_a_guichet() -> None:
    guichet = Guichet("G1", NatureGuichet.BAILLEUR, "062", "", "", JOUR, siren="111")
    assert organisme_de(guichet) == "111"
    assert organisme_de(replace(guichet, nature=NatureGuichet.SYSTEME)) is None
    assert organisme_de(None) is None


# --- what came of each decision --------------------------------------------------------------------------


def _evenement(identifiant: int, dit: str, *, auteur: str = "G1", nature: str = "CRE") -> Evenement:
    valeurs = tuple((code, valeur) for code, _, valeur in (mot.partition("=") for mot in dit.split()))
    ecrit_le = datetime(2018, 3, identifiant, 9, tzinfo=PARIS)
    return Evenement(identifiant, "N", "DECATT", auteur, ecrit_le, nature, ecrit_le.date(), None, valeurs)


def _dites(*dits: str | tuple[str, str]) -> list[DecisionNotee]:
    """Decisions told by G1, or by the guichet named first; the body of G2 is not that of G1."""
    lues = []
    for rang, dit in enumerate(dits, 1):
        auteur, texte = ("G1", dit) if isinstance(dit, str) else dit
        siren = {"G1": "111", "G2": "222", "G3": None}[auteur]
        lue = DecisionNotee.de_l_evenement(_evenement(rang, texte, auteur=auteur), ROLES, Demandeur(), siren)
        assert lue is not None
        lues.append(lue)
    return lues


def _suites(*dits: str | tuple[str, str], revenue_le: date | None = None) -> list[str | None]:
    return [ligne.suite for ligne in tenir(_dites(*dits), revenue_le=revenue_le)]


A, B = "DECISION=ATTRIB DATECAL=2018-02-01 RPLS=A", "DECISION=ATTRIB DATECAL=2018-02-01 RPLS=B"
SIGNE = "BAIL=oui DATEBAIL=2018-02-10"
BAIL, REFUS, ABANDON, CORRIGEE = SuiteDonnee


@pytest.mark.parametrize(
    ("dits", "suites"),
    [
        # The last word on a sitting and a dwelling counts.
        ([A, B, f"{A.replace('02-01', '02-08')} BAIL=non", f"{A.lower().upper()} {SIGNE}"],
         [CORRIGEE, None, None, BAIL]),
        # A refusal takes an attribution away, whatever the order; its own event keeps its words.
        ([A, B, "REFUSMEN=oui DATECAL=2018-02-01 RPLS=A"], [REFUS, None, REFUS]),
        ([A, B, "REFUSMEN=oui DATECAL=2018-02-01"], [REFUS, REFUS, REFUS]),
        ([A, B, "REFUSMEN=oui DATECAL=2018-02-08"], [None, None, REFUS]),
        (["REFUSMEN=oui DATECAL=2018-02-01 RPLS=A", A, B], [REFUS, REFUS, None]),
        (["DECISION=ATTRIB DATECAL=2018-02-01 REFUSMEN=oui"], [REFUS]),
        # Signed after a refusal: the household changed its mind. Refused afterwards: it gave up.
        (["REFUSMEN=oui DATECAL=2018-02-01", f"{A} {SIGNE}"], [REFUS, BAIL]),
        ([f"{A} {SIGNE}", "REFUSMEN=oui DATECAL=2018-02-01"], [REFUS, REFUS]),
        ([f"{A} {SIGNE}", "DECISION=ATTRIB DATECAL=2018-02-01 BAIL=non"], [CORRIGEE, None]),
        # One lease told of two sittings is on the last line; two dwellings, or two landlords, are two leases.
        ([f"{A} {SIGNE}", f"{A.replace('02-01', '02-08')} {SIGNE}"], [None, BAIL]),
        ([f"{A.replace('02-01', '02-08')} {SIGNE}", f"{A} {SIGNE}", f"{A} BAIL=non"], [BAIL, CORRIGEE, None]),
        ([f"{A} {SIGNE}", f"{B} {SIGNE}"], [BAIL, BAIL]),
        ([f"{A} {SIGNE}", ("G2", f"{A} {SIGNE}")], [BAIL, BAIL]),
        ([f"{A} {SIGNE}", ("G3", f"{A} {SIGNE}")], [None, BAIL]),
        # A lease follows an attribution.
        ([f"DECISION=NONATT DATECAL=2018-02-01 {SIGNE}"], [None]),
        ([f"DECISION=ATTCON DATECAL=2018-02-01 {SIGNE}"], [BAIL]),
    ],
)  # fmt: skip
def test_what_followed(dits: list[str | tuple[str, str]], suites: list[str | None]) -> None:
    assert _suites(*dits) == suites
    assert all((ligne.suite is BAIL) == (ligne.bail is not None) for ligne in tenir(_dites(*dits)))


@pytest.mark.parametrize(("jour", "suite"), [(9, BAIL), (10, ABANDON)])
def test_a_lease_from_before_a_return_came_to_nothing(jour: int, suite: SuiteDonnee) -> None:
    assert _suites(f"{A} {SIGNE}", B, revenue_le=date(2018, 2, jour)) == [suite, None]


def _radiation(**champs: Any) -> DecisionNotee:
    dite = DecisionNotee.de_la_radiation("N", date(2018, 2, 12), "G1", None, Demandeur(), "111")
    return replace(dite, **{"bail": date(2018, 2, 10), "logement": "A", "commune": "62041", **champs})


@pytest.mark.parametrize(
    ("dits", "radiation", "suivie"),
    [
        ([A], {}, 1),
        ([f"{A} {SIGNE}"], {}, 1),
        ([A, B], {"logement": None}, 2),
        ([A, B], {"logement": None, "siren": "222"}, 2),  # the decisions name no landlord
        ([A.replace("RPLS=A", "SIREN=333")], {"siren": "222"}, 0),
        ([A], {"logement": "Z"}, 0),
        ([A], {"guichet": "G2", "organisme": "222"}, 0),
        ([A], {"guichet": "G2", "organisme": None}, 1),
        ([A], {"bail": date(2018, 1, 31)}, 1),  # one dwelling, one attribution: DEC020 tells the day
        ([A], {"bail": date(2018, 1, 31), "logement": None}, 0),
        ([A, A.replace("2018-02-01", "2018-02-11")], {}, 1),  # held before the lease, not after
        ([A, "REFUSMEN=oui DATECAL=2018-02-01"], {}, 1),  # the household changed its mind
        ([A, "REFUSMEN=oui DATECAL=2018-02-01"], {"logement": None}, 0),
        (["DECISION=NONATT DATECAL=2018-02-01 RPLS=A"], {}, 0),
    ],
)
def test_a_radiation_follows_its_decision_else_tells_the_lease_alone(
    dits: list[str], radiation: dict[str, Any], suivie: int
) -> None:
    lignes = tenir(_dites(*dits), _radiation(**radiation))
    (bail,) = baux(lignes)
    assert (bail.rang, bail.commune, bail.radiee_le) == (suivie, "62041", date(2018, 2, 12))
    assert len(lignes) == len(dits) + 1


def test_the_decision_of_a_lease_keeps_its_own_words() -> None:
    dites = _dites(f"{A} RESERVAT=COLTER CATEG=SANLOG", "DECISION=NONATT DATECAL=2018-02-08 CATEG=HANDIC")
    (bail,) = baux(tenir(dites, _radiation(contingent="AUCUN", siren="900000019")))
    assert (bail.contingent, bail.categories, bail.siren) == ("COLTER", "SANLOG", "900000019")


def test_what_waits_and_what_a_radiation_must_follow() -> None:
    lignes = tenir(_dites(A, f"{B} {SIGNE}", "DECISION=IRRECE DATECAL=2018-02-03"))
    assert [ligne.rang for ligne in attributions(lignes)] == [1, 2]
    assert suites_attendues(lignes) == {
        2: ("bail", date(2018, 2, 10)),
        3: ("irrecevabilite", date(2018, 2, 3)),
    }
    assert irrecevabilites(tenir(_dites("DECISION=IRRECE DATECAL=2018-01-03", A))) == []
    assert len(irrecevabilites(tenir(_dites("DECISION=IRRECE DATECAL=2018-01-03", ("G2", A))))) == 1
    assert radiation_possible_le(date(2018, 1, 31)) == date(2018, 2, 28)


def test_the_movements_say_when_it_was_radiated_and_came_back() -> None:
    def faits(motif: str) -> list[Mouvement]:
        entrees = (("CRE", 1, 1, None), ("RAD", 10, -1, motif), ("REA", 20, 1, None), ("REN", 25, 0, None))
        return [
            Mouvement("N", rang, GenreMouvement(genre), date(2018, 3, jour), effet, False, dit)
            for rang, (genre, jour, effet, dit) in enumerate(entrees)
        ]

    assert reactivee_le(faits("RADABA")) == date(2018, 3, 20)
    assert reactivee_le(faits("RADABA")[:2]) is None
    alors = [radiee_alors(faits("RADABA"), date(2018, 3, jour)) for jour in (9, 10, 11, 19, 20, 26)]
    assert alors == [None, None, date(2018, 3, 10), date(2018, 3, 10), None, None]
    assert radiee_alors(faits("RADATT"), date(2018, 3, 15)) is None
