"""What the decisions on a demande come to, whatever order they were told in."""

from datetime import date, datetime

import pytest

from sne_interface.contract.contrats_charges import charger
from sne_interface.domain.dates import PARIS
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.parcours_en_commission import Parcours, parcours, radiation_possible_le

ROLES = charger("v5.2").roles.decision


def _evenement(identifiant: int, dit: str, *, auteur: str = "G1", nature: str = "CRE") -> Evenement:
    valeurs = tuple((code, valeur) for code, _, valeur in (mot.partition("=") for mot in dit.split()))
    ecrit_le = datetime(2018, 3, identifiant, 9, tzinfo=PARIS)
    return Evenement(identifiant, "N", "DECATT", auteur, ecrit_le, nature, ecrit_le.date(), None, valeurs)


def _dit(*dits: str, reactivee_le: date | None = None, sauf: int | None = None) -> Parcours:
    evenements = [_evenement(rang, dit) for rang, dit in enumerate(dits, 1)]
    return parcours(evenements, ROLES, reactivee_le=reactivee_le, sauf=sauf)


def _rangs(dites: object) -> list[int]:
    assert isinstance(dites, tuple)
    return [dite.identifiant for dite in dites]


def test_the_last_word_on_a_sitting_and_a_dwelling_counts() -> None:
    suivi = _dit(
        "DECISION=ATTRIB DATECAL=2018-02-01 RPLS=A BAIL=non",
        "DECISION=ATTRIB DATECAL=2018-02-01 RPLS=B BAIL=non",
        "DECISION=ATTRIB DATECAL=2018-02-08 RPLS=A BAIL=non",
        "DECISION=ATTRIB DATECAL=2018-02-01 RPLS=a BAIL=oui DATEBAIL=2018-02-10",
    )
    assert _rangs(suivi.decisions) == [2, 3, 4]
    assert _rangs(suivi.baux) == [4]
    assert suivi.baux[0].bail == date(2018, 2, 10)


def test_a_refusal_takes_an_attribution_away() -> None:
    deux = ("DECISION=ATTRIB DATECAL=2018-02-01 RPLS=A", "DECISION=ATTRIB DATECAL=2018-02-01 RPLS=B")
    assert _rangs(_dit(*deux, "REFUSMEN=oui DATECAL=2018-02-01 RPLS=A").attributions) == [2]
    assert _rangs(_dit(*deux, "REFUSMEN=oui DATECAL=2018-02-01").attributions) == []
    assert _rangs(_dit(*deux, "REFUSMEN=oui DATECAL=2018-02-08").attributions) == [1, 2]
    # Events come in any order.
    assert _rangs(_dit("REFUSMEN=oui DATECAL=2018-02-01 RPLS=A", *deux).attributions) == [3]


def test_the_decision_that_a_refusal_answers_stays() -> None:
    suivi = _dit("DECISION=ATTRIB DATECAL=2018-02-01", "REFUSMEN=oui DATECAL=2018-02-01")
    assert _rangs(suivi.decisions) == [1, 2]


def test_a_refusal_in_the_event_of_the_decision() -> None:
    assert _dit("DECISION=ATTRIB DATECAL=2018-02-01 REFUSMEN=oui").attributions == ()


def test_nothing_is_left_of_a_lease_from_before_a_reactivation() -> None:
    bail = "DECISION=ATTRIB DATECAL=2018-02-01 BAIL=oui DATEBAIL=2018-02-10"
    refus = "DECISION=NONATT DATECAL=2018-02-01 MOTIF=x RPLS=B"
    assert _rangs(_dit(bail, refus).decisions) == [1, 2]
    assert _rangs(_dit(bail, refus, reactivee_le=date(2018, 2, 9)).decisions) == [1, 2]
    assert _rangs(_dit(bail, refus, reactivee_le=date(2018, 2, 10)).decisions) == [2]


@pytest.mark.parametrize("attribue", ["ATTRIB", "ATTCLA", "ATTCON"])
def test_a_lease_follows_an_attribution(attribue: str) -> None:
    assert _rangs(_dit(f"DECISION={attribue} BAIL=oui DATEBAIL=2018-02-10").baux) == [1]
    assert _dit("DECISION=NONATT BAIL=oui DATEBAIL=2018-02-10").baux == ()
    assert _dit(f"DECISION={attribue} BAIL=non DATEBAIL=2018-02-10").baux == ()


def test_what_is_no_decision_deleted_or_left_out_does_not_count() -> None:
    supprime = _evenement(1, "DECISION=ATTRIB", nature="SUP")
    autre = Evenement(2, "N", "RECTIF", "G1", supprime.cree_le, "CRE", None, None)
    assert parcours([supprime, autre], ROLES) == Parcours(())
    assert _dit("DECISION=ATTRIB", sauf=1) == Parcours(())


def test_each_guichet_has_its_sittings() -> None:
    dits = [_evenement(rang, "DECISION=IRRECE DATECAL=2018-02-01", auteur=f"G{rang}") for rang in (1, 2)]
    assert _rangs(parcours(dits, ROLES).irrecevabilites) == [1, 2]


def test_the_household_has_a_month() -> None:
    assert radiation_possible_le(date(2018, 1, 31)) == date(2018, 2, 28)
