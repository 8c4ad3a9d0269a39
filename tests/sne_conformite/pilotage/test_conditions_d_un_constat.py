"""A condition is stated when it separates what failed from what held, and is no mere chance."""

import json
from datetime import date
from typing import Any

import pytest

from sne_conformite.pilotage.conditions_d_un_constat import (
    CARACTERE,
    CODE,
    LONGUEUR,
    NOMBRE,
    Conditions,
    enoncer,
    traits,
)
from sne_conformite.pilotage.exemple_joue import ExempleJoue
from sne_conformite.plan import plan
from sne_conformite.rapports.rapport import Bilan, Constat, EtatExigence

SCENARIO = next(s for s in plan.charger() if s.id == "CRE-COLOCATION")
CHEMIN = "interfaceNuu/demande/demandeLogement/personnePhysique/listeCotitulaire/cotitulaire[2]"


def menage(cotitulaires: int = 0, *, nom: str = "Ba", precision: str = "", **autres: Any) -> list[Any]:
    """An example as `ExempleTire.cle` writes it; two are never alike."""
    personne: dict[str, Any] = {"demandeur": {"nom": nom, "civilite": {"code": "1"}}}
    if cotitulaires:
        lies = [{"nom": f"C{rang}"} for rang in range(cotitulaires)]
        personne["listeCotitulaire"] = {"cotitulaire": lies}
    saisie = {"personnePhysique": personne, **({"precision": precision} if precision else {}), **autres}
    return [{"d1": "02.02"}, {"d1": saisie}]


def vus(exemples: list[list[Any]], tire: bool = True) -> list[tuple[Any, bool]]:
    return [(traits(exemple), tire) for exemple in exemples]


def test_the_traits_of_a_household_are_counts_lengths_characters_and_codes() -> None:
    lus = traits(menage(3, nom="D'Œuvre", renouvellementElec="true", listeVide={"x": [{}]}, vide=""))
    assert lus[NOMBRE, "personnePhysique/listeCotitulaire/cotitulaire", ""] == 3
    assert lus[LONGUEUR, "personnePhysique/demandeur/nom", ""] == 7
    assert lus[CARACTERE, "personnePhysique/demandeur/nom", "une apostrophe"] == 1
    assert lus[CARACTERE, "", "« œ »"] == 1
    assert lus[CODE, "personnePhysique/demandeur/civilite", "1"] == 1
    assert lus[CODE, "renouvellementElec", "true"] == 1
    assert lus[CODE, "versionInterface", "02.02"] == 1
    assert not lus.keys() & {(NOMBRE, "listeVide/x", ""), (NOMBRE, "vide", "")}, "what is empty is not given"
    deux = [{}, {"d1": {"x": ["a"]}, "d2": {"x": ["a", "b"]}}]
    assert traits(deux)[NOMBRE, "x", ""] == 2, "of several demandes the largest counts"


def test_what_happens_from_two_co_holders_on_is_said_so() -> None:
    dit = enoncer(
        vus([menage(2), menage(3), menage(2), menage(4)]),
        vus([menage(1, precision=f"{n}") for n in range(12)]),
        CHEMIN,
    )
    assert dit == (
        "Toujours quand il y a 2 co-titulaires ou plus, jamais avec 1 "
        "(sur 16 ménages : 4 le montrent, 12 non)."
    )


def test_one_that_contradicts_it_is_enough() -> None:
    """Even one that a shrink tried."""
    montrent, tiennent = vus([menage(2)] * 6), vus([menage(1)] * 12)
    assert enoncer(montrent, tiennent, CHEMIN)
    assert enoncer(montrent, [*tiennent, *vus([menage(2)], tire=False)], CHEMIN) == ""
    assert enoncer([*montrent, *vus([menage(1)], tire=False)], tiennent, CHEMIN) == ""


def test_too_few_households_state_nothing() -> None:
    """Nor does a fault that only scenarios that tell nothing show."""
    assert enoncer([], vus([menage(1), menage(2)]), "une/autre") == ""
    assert enoncer(vus([menage(2)]), vus([menage(1)]), CHEMIN) == ""
    # A shrink tries a hundred that are nearly alike: they are no more evidence than one.
    nombreux = vus([menage(2)] * 100, tire=False)
    assert enoncer([*vus([menage(2)]), *nombreux], vus([menage(1)]), CHEMIN) == ""


@pytest.mark.parametrize(
    ("montrent", "tiennent", "dit"),
    [
        (menage(nom="a&b"), menage(nom="aab"), "Toujours quand « nom » contient « & », jamais autrement"),
        (menage(nom="a<'b"), menage(nom="aabb"),
         "Toujours quand « nom » contient une apostrophe et « < », jamais autrement"),
        (menage(nom="a" * 24), menage(nom="a" * 18),
         "Toujours quand « nom » a 24 caractères ou plus, jamais jusqu'à 18"),
        (menage(nom="a"), menage(nom="abc"),
         "Toujours quand « nom » a 1 caractère ou moins, jamais à partir de 3"),
    ],
)  # fmt: skip
def test_texts_are_told_by_their_letters_or_their_length(
    montrent: list[Any], tiennent: list[Any], dit: str
) -> None:
    enonce = enoncer(
        vus([montrent] * 9), vus([tiennent] * 9), "demandeLogement/personnePhysique/demandeur/nom"
    )
    assert enonce.startswith(dit)


def test_far_from_the_place_one_trait_alone_is_stated_and_never_one_of_two() -> None:
    montrent = vus([menage(handicap={"code": "OUI"})] * 12)
    tiennent = vus([menage()] * 12)
    assert enoncer(montrent, tiennent, "x/y").startswith(
        "Toujours quand « handicap » est donné, jamais autrement"
    )
    deux = vus([menage(handicap={"code": "OUI"}, tel="06")] * 12)
    assert enoncer(deux, tiennent, "x/y") == "", "nothing says which"


def test_the_same_household_in_a_hundred_scenarios_is_one() -> None:
    casse = Constat("FID-02", False, "Absent.", "cotitulaire_absent", CHEMIN)
    conditions = Conditions()
    for _ in range(100):
        conditions.voir(SCENARIO, json.dumps(menage(2)), ExempleJoue((casse,)))
        conditions.voir(SCENARIO, json.dumps(menage(1)), ExempleJoue((Constat("FID-02", True, "Là."),)))
    (bilan,) = conditions.dire((Bilan("FID-02", "", "MUST", "", EtatExigence.ENFREINTE, 1, (casse,)),))
    assert bilan.conditions == {}


def test_a_household_that_the_plan_changes_is_not_what_was_entered() -> None:
    (change,) = [s for s in plan.charger() if s.id == "ANO-MOTIF"]
    conditions = Conditions()
    conditions.voir(change, json.dumps(menage(2)), ExempleJoue())
    assert conditions.menages == []
    conditions.voir(SCENARIO, json.dumps(menage(2)), ExempleJoue())
    assert len(conditions.menages) == 1


def test_what_nobody_escapes_is_said_so() -> None:
    dit = "À chaque fois : aucun des 3 ménages où cela se vérifie n'y échappe."
    assert enoncer(vus([menage(2)] * 3), []) == dit
    assert enoncer(vus([menage(2)] * 2), []) == ""


def test_what_is_not_there_may_be_the_condition() -> None:
    dit = enoncer(vus([menage(0)] * 9), vus([menage(1)] * 9), CHEMIN)
    assert (
        dit.startswith("Jamais quand « listeCotitulaire » est donné, toujours autrement") or "0 co-tit" in dit
    )


def test_a_run_keeps_its_households_and_tells_each_fault_its_condition() -> None:
    casse = Constat("FID-02", False, "Absent.", "cotitulaire_absent", CHEMIN)
    tenue = Constat("FID-02", True, "Là.")
    conditions = Conditions()
    for rang in range(12):
        jour = date(2020, 1, 1 + rang).isoformat()
        conditions.voir(SCENARIO, json.dumps(menage(2, precision=jour)), ExempleJoue((tenue, casse)))
        conditions.voir(SCENARIO, json.dumps(menage(1, precision=jour)), ExempleJoue((tenue,)))
        # Nothing was seen of it.
        conditions.voir(SCENARIO, json.dumps(menage(0, precision=jour)), ExempleJoue(()))
    bilans = (
        Bilan("FID-02", "", "MUST", "", EtatExigence.ENFREINTE, 12, (casse,)),
        Bilan("FID-01", "", "MUST", "", EtatExigence.PROUVEE, 12),
    )
    premier, second = conditions.dire(bilans)
    assert list(premier.conditions) == ["cotitulaire_absent"]
    dit = "2 co-titulaires ou plus, jamais avec 1 (sur 24 ménages"
    assert dit in premier.conditions["cotitulaire_absent"]
    assert second.conditions == {}
