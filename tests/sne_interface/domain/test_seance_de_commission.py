"""Sessions, read off lines of the ledger."""

from datetime import date
from typing import Any

from sne_interface.domain.livre_des_attributions import DecisionNotee, SuiteDonnee
from sne_interface.domain.seance_de_commission import Seance, seances

JOUR, BAIL = date(2018, 3, 8), date(2018, 3, 12)
CLASSE = "attribution_par_classement"


def dite(numero: str, issue: str | None = "attribution", **champs: Any) -> DecisionNotee:
    dit = {"rang": 1, "jour": JOUR, "guichet": "G1226", "organisme": "993681931", "logement": "62A", **champs}
    return DecisionNotee(numero, issue=issue, **dit)


def dit(seance: Seance) -> list[tuple[str, str | None]]:
    return [(candidat.numero_unique, candidat.suite) for candidat in seance.candidats]


def test_a_session_has_its_candidates_by_rank_what_followed_and_one_lease() -> None:
    (seance,) = seances(
        [
            dite("D", "non_attribution"),
            dite("B", CLASSE, classement=2, suite=SuiteDonnee.BAIL, bail=BAIL),
            dite("A", CLASSE, classement=1, suite=SuiteDonnee.REFUS),
            dite("A", None, rang=2, refus=True, suite=SuiteDonnee.REFUS),
            dite("B", "RADATT", rang=0, radiee_le=BAIL),
        ]
    )
    assert (seance.jour, seance.bailleur, seance.logement) == (JOUR, "993681931", "62A")
    assert dit(seance) == [("A", "refus"), ("B", "bail"), ("D", None)]
    assert [ligne.numero_unique for ligne in seance.baux] == ["B"]


def test_a_refusal_told_alone_is_a_candidate_still() -> None:
    (seance,) = seances([dite("A", None, refus=True, suite=SuiteDonnee.REFUS)])
    assert dit(seance) == [("A", "refus")]


def test_days_landlords_and_dwellings_make_sessions_the_latest_first() -> None:
    lues = seances(
        [
            dite("A"), dite("B", logement="62B"), dite("C", jour=BAIL), dite("D", siren="111111118"),
            dite("E", organisme=None, guichet="G0621"), dite("F", siren="993681931", guichet="G0621"),
        ]
    )  # fmt: skip
    assert [[ligne.numero_unique for ligne in seance.lignes] for seance in lues] == [
        ["C"], ["E"], ["B"], ["A", "F"], ["D"],
    ]  # fmt: skip
    assert len({seance.nom for seance in lues}) == len(lues)
    assert {seance.nom[:10] for seance in lues} == {"2018-03-08", "2018-03-12"}


def test_an_erased_candidate_is_of_no_dwelling_that_is_left() -> None:
    lues = seances([dite("A"), dite("B", logement=None, rang=-1)])
    assert [[ligne.numero_unique for ligne in seance.lignes] for seance in lues] == [["A"], ["B"]]


def test_lines_without_a_dwelling_are_of_the_only_one_of_their_day_else_together() -> None:
    anonymes = [dite("A", logement=None), dite("B", logement=None)]
    (sans,) = seances(anonymes)
    assert (sans.logement, len(sans.candidats)) == (None, 2)
    (une,) = seances([*anonymes, dite("C")])
    assert (une.logement, len(une.candidats)) == ("62A", 3)
    deux = seances([*anonymes, dite("C"), dite("D", logement="62B")])
    assert [(seance.logement, len(seance.candidats)) for seance in deux] == [
        ("62B", 1),
        ("62A", 1),
        (None, 2),
    ]
