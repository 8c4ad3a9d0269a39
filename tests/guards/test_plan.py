"""The plan covers the requirements: none untested without a reason, none that does not exist."""

from collections import Counter

from sne_conformite.plan import plan
from sne_conformite.protocole.protocole import COMMANDES
from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.exigences import charger_exigences


def test_at_least_sixty_scenarios_with_ids_of_their_own_in_every_group() -> None:
    lu = plan.charger()
    assert len(lu) >= 60
    assert [i for i, n in Counter(s.id for s in lu).items() if n > 1] == []
    assert {s.groupe for s in lu} == set(plan.GROUPES)


def test_no_two_scenarios_nor_two_families_have_the_same_title() -> None:
    lu = plan.charger()
    for titres in ([s.titre for s in lu], list(lu.familles.values())):
        assert [titre for titre, fois in Counter(titres).items() if fois > 1] == []


def test_every_requirement_that_is_tested_is_checked_by_a_scenario() -> None:
    exigences = charger_exigences(charger().dossiers)
    lu = plan.charger()
    plan.verifier_exigences(lu, exigences)  # an unknown one is refused, and the file named
    verifiees = {exigence for s in lu for exigence in s.exigences}
    oubliees = {e.id for e in exigences.values() if not e.non_testee} - verifiees
    assert oubliees == set(), (
        f"No scenario checks {', '.join(sorted(oubliees))}. Name each in the `exigences` of a file of "
        "fixtures/scenarios/ that can show it, or say why not in its row (`not_tested_because`)."
    )


def test_every_command_is_used_and_speaks_of_a_requirement() -> None:
    employees = {commande for s in plan.charger() for commande in s.commandes}
    assert COMMANDES.keys() - employees == {"demarrer", "reinitialiser", "fin"}, (
        "A command that no scenario gives is judged on nothing: add a step « faire » in fixtures/scenarios/."
    )
    muettes = {commande.nom for commande in COMMANDES.values() if not commande.exigence}
    assert muettes == {"demarrer", "reinitialiser", "adresser", "fin"}, (
        "A command has its `exigence` in fixtures/schemas/protocole.toml."
    )


def test_every_scenario_says_why_in_one_sentence() -> None:
    for scenario in plan.charger():
        assert scenario.titre[0].isupper(), scenario.id
        assert scenario.pourquoi.endswith("."), scenario.id
        assert len(scenario.pourquoi) <= 160, scenario.id
        assert len(set(scenario.exigences)) == len(scenario.exigences), scenario.id
