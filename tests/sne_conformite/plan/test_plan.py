"""Scenarios are read, or refused with their place and what to write instead."""

from datetime import date
from pathlib import Path

import pytest
from donnees import a_cote

from sne_conformite.juges import PILOTEES
from sne_conformite.plan import plan
from sne_conformite.plan.plan import d_une_etape, etapes_qui_montrent, montrables
from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.exigences_et_mentions import charger_exigences

DONNEES = a_cote(__file__)

BON = DONNEES["bon"]


NOM = "creation/ESSAI.toml"


def test_a_scenario_is_read() -> None:
    lu = plan.lire(NOM, BON)
    assert (lu.id, lu.groupe, lu.exemples) == ("ESSAI", "creation", plan.EXEMPLES)
    assert lu.menages["d1"].communes == ("62041",)
    assert lu.commandes == {"enregistrer", "adresser"}
    assert [e.sorte for e in lu.etapes] == ["faire", "panne", "serveur"]
    assert plan.panne_de(lu.etapes[1]).nombre("secondes") == 0.5


@pytest.mark.parametrize(("avant", "apres", "mots"), DONNEES["a_mistake_is_said_with_its_place"])
def test_a_mistake_is_said_with_its_place(avant: str, apres: str, mots: str) -> None:
    assert avant in BON
    with pytest.raises(plan.PlanIncorrect) as refus:
        plan.lire(NOM, BON.replace(avant, apres, 1))
    assert "ESSAI.toml" in str(refus.value)
    assert refus.value.exit_code == 2
    assert mots in str(refus.value)


def test_a_day_of_deposit_is_written_either_way() -> None:
    for ecrit in ("2018-03-01", '"2018-03-01"'):
        lu = plan.lire(NOM, BON.replace('sorte = "personne_seule"', f"depot = {ecrit}"))
        assert lu.menages["d1"].depot == date(2018, 3, 1)


@pytest.mark.parametrize(
    ("exigence", "connues", "dit"),
    [
        ("VIE-01", {"VIE-02"}, "exigences inconnues du contrat"),
        # The contract alone tells it from one that is not known.
        ("EMB-14", {"EMB-14"}, "aucun juge ne parle de"),
    ],
)
def test_a_requirement_that_is_none_or_that_nobody_judges(exigence: str, connues: set[str], dit: str) -> None:
    lu = plan.Plan((plan.lire(NOM, BON.replace("VIE-01", exigence)),))
    with pytest.raises(plan.PlanIncorrect, match=f"ESSAI.toml : {dit} : {exigence}"):
        plan.verifier_exigences(lu, connues)
    plan.verifier_exigences(plan.Plan((plan.lire(NOM, BON),)), {"VIE-01"})


@pytest.mark.parametrize(
    ("exigence", "etapes"),
    [
        ("VIE-17", 'faire = "modifier_evenement" ou "supprimer_evenement"'),
        ("VIE-05", 'faire = "renouveler" ou "reactiver"'),
        ("ROB-02", 'panne = "mime_tronque"'),
        ("EMB-16", 'serveur = "autre_nom"'),
    ],
)
def test_a_requirement_that_no_step_can_show(exigence: str, etapes: str) -> None:
    """It was accepted, played, and its report said that the application had done nothing."""
    with pytest.raises(plan.PlanIncorrect) as refus:
        plan.lire(NOM, BON.replace("VIE-01", exigence))
    assert str(refus.value) == (
        f"ESSAI.toml, exigences : aucune étape du scénario ne peut prouver ni enfreindre {exigence}."
    )
    assert etapes in refus.value.remede


def test_a_requirement_that_only_a_panne_lets_be_seen() -> None:
    assert plan.lire(NOM, BON.replace("VIE-01", "VIE-12")).exigences == ("VIE-12",)
    sans_panne = BON.replace('panne = "delai"\nparametres = { secondes = "0.5" }', 'temps = "P1D"')
    with pytest.raises(plan.PlanIncorrect) as refus:
        plan.lire(NOM, sans_panne.replace("VIE-01", "VIE-12"))
    assert refus.value.remede.endswith("après une étape « panne »")


def test_an_empty_folder_or_a_group_that_is_not_known_is_no_plan(tmp_path: Path) -> None:
    with pytest.raises(plan.PlanIncorrect, match="groupe inconnu"):
        plan.lire("divers/ESSAI.toml", BON)
    with pytest.raises(plan.PlanIncorrect, match="Aucun scénario"):
        plan.charger(tmp_path)


@pytest.mark.parametrize(
    ("part", "demandes", "combien"),
    [(10, 1, 1), (10, 10, 10), (10, 100, 100), (3, 2, 2), (3, 10, 3), (3, 100, 30), (1, 10, 1), (1, 100, 10)],
)
def test_a_scenario_takes_its_share_of_the_examples_asked(part: int, demandes: int, combien: int) -> None:
    le_plan = plan.Scenario("ESSAI", "creation", "", "", (), (), {}, exemples=part)
    assert le_plan.combien(demandes) == combien


EXIGENCES = charger_exigences(charger().dossiers)


def test_every_requirement_that_is_tested_can_be_shown_and_no_other() -> None:
    montrees = {exigence for exigence in EXIGENCES if etapes_qui_montrent(exigence)}
    assert montrees == {exigence.id for exigence in EXIGENCES.values() if not exigence.non_testee}


def test_what_only_the_driven_mode_can_judge_is_shown_by_its_steps() -> None:
    assert [exigence for exigence in PILOTEES if not etapes_qui_montrent(exigence)] == []


@pytest.mark.parametrize(("commande", "montre", "ne_montre_pas"), DONNEES["a_command_shows"])
def test_a_command_shows_what_its_messages_and_its_answer_do(
    commande: str, montre: list[str], ne_montre_pas: list[str]
) -> None:
    vues = d_une_etape("faire", commande)
    assert vues.issuperset(montre)
    assert vues.isdisjoint(ne_montre_pas)


def test_steps_that_tell_the_application_nothing_show_nothing() -> None:
    rien = [("temps", "P1D"), ("autrui", "radier"), ("role", "mairie"), ("fin_panne", True)]
    assert montrables(rien) == set()
    assert montrables([("serveur", "vrai")]) == set()
    assert montrables([("controle", "boite_vide")]) == {"VIE-19"}


def test_a_panne_is_met_by_what_follows_it() -> None:
    assert "VIE-12" not in montrables([("faire", "enregistrer")])
    assert {"VIE-12", "ROB-01", "ROB-04"} <= montrables([("panne", "silence"), ("faire", "enregistrer")])
