"""What steps can show is read off the tables of the judges, and covers what the contract has tested."""

import pytest

from sne_conformite.juges import PILOTEES
from sne_conformite.plan.exigences_montrables import d_une_etape, etapes_qui_montrent, montrables
from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.exigences import charger_exigences

EXIGENCES = charger_exigences(charger().dossiers)


def test_every_requirement_that_is_tested_can_be_shown_and_no_other() -> None:
    montrees = {exigence for exigence in EXIGENCES if etapes_qui_montrent(exigence)}
    assert montrees == {exigence.id for exigence in EXIGENCES.values() if not exigence.non_testee}


def test_what_only_the_driven_mode_can_judge_is_shown_by_its_steps() -> None:
    assert [exigence for exigence in PILOTEES if not etapes_qui_montrent(exigence)] == []


@pytest.mark.parametrize(
    ("commande", "montre", "ne_montre_pas"),
    [
        ("renouveler", {"VIE-05", "VIE-11", "VIE-04", "FID-07", "CTR-03"}, {"VIE-17", "VIE-03"}),
        ("decider", {"VIE-18", "VIE-07", "FID-14", "VIE-16"}, {"VIE-17", "FID-02", "VIE-21"}),
        (
            "relever_dalos",
            {"VIE-14", "VIE-15", "VIE-29", "NOM-02"},
            {"CTR-01", "CTR-13", "NOM-01", "VIE-18", "VIE-30"},
        ),
        ("consulter", {"VIE-24", "CTR-10"}, {"FID-01", "CTR-05"}),
        ("reinitialiser", set(), {"EMB-01"}),
    ],
)
def test_a_command_shows_what_its_messages_and_its_answer_do(
    commande: str, montre: set[str], ne_montre_pas: set[str]
) -> None:
    vues = d_une_etape("faire", commande)
    assert montre <= vues
    assert not ne_montre_pas & vues


def test_steps_that_tell_the_application_nothing_show_nothing() -> None:
    rien = [("temps", "P1D"), ("autrui", "radier"), ("role", "mairie"), ("fin_panne", True)]
    assert montrables(rien) == set()
    assert montrables([("serveur", "vrai")]) == set()
    assert montrables([("controle", "boite_vide")]) == {"VIE-19"}


def test_a_panne_is_met_by_what_follows_it() -> None:
    assert "VIE-12" not in montrables([("faire", "enregistrer")])
    assert {"VIE-12", "ROB-01", "ROB-04"} <= montrables([("panne", "silence"), ("faire", "enregistrer")])
