"""How far a run of the plan is, for the page that shows it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sne_conformite.plan import plan as plans
from sne_conformite.rapports.etapes_avant_le_plan import PREPARATION, ecriture, etape
from sne_conformite.rapports.rapport import (
    Bilan,
    Constat,
    Entete,
    EtatExigence,
    Rapport,
    ResultatScenario,
    ScenarioFini,
    Verdict,
    Verification,
)
from sne_conformite.rapports.suivi_de_pilotage import EN_SUSPENS, ecrire
from sne_conformite.rapports.verdict_de_conformite import ECHOUEE, EN_ERREUR, IGNOREE, REUSSIE, SANS_OBJET
from sne_console.vues.avancement_du_pilotage import (
    A_VENIR,
    EN_COURS,
    NON_JOUE,
    Avancement,
    ScenarioSuivi,
    arbre,
    estimer,
)
from sne_console.vues.epreuves import EtatJugement, JugementConserve

DEBUT = datetime(2018, 3, 15, 12, tzinfo=UTC)
ENTETE = Entete("sne-sandbox 0", "v5.2", "ecole", "plan", "temoin", "", 0, "cmd", DEBUT, DEBUT)
PLAN = [s for s in plans.charger() if s.id.startswith("CRE-")]


@pytest.fixture
def epreuve(tmp_path: Path) -> JugementConserve:
    """The creations, being played."""
    commande = "sne-sandbox conform --application temoin --scenario CRE"
    return JugementConserve("essai", tmp_path, EtatJugement.EN_COURS, commande, None)


def fini(rang: int, verdict: Verdict, phrase: str = "") -> ResultatScenario:
    """The scenario of that rank, ended."""
    scenario = PLAN[rang]
    constats = (Constat("FID-02", False, phrase, "absent"),) if phrase else ()
    verifications = (Verification(scenario.id, "FID-02", verdict, constats, raison="une raison"),)
    return ResultatScenario(scenario.id, scenario.groupe, scenario.titre, verdict, verifications, 1)


def etats(avancement: Avancement, epreuve: JugementConserve) -> list[ScenarioSuivi]:
    """What the page shows of each scenario."""
    return [etat for famille in avancement.avancer(epreuve) for etat in famille.scenarios]


def ecrits(epreuve: JugementConserve, *finis: ResultatScenario, suspendus: Iterable[str] = ()) -> None:
    """What a run that came there has written."""
    list(ecrire(map(ScenarioFini, finis), epreuve.suivi, ENTETE, {}, en_suspens=lambda r: r.id in suspendus))


def test_the_plan_is_known_before_anything_is_played(epreuve: JugementConserve) -> None:
    avancement = Avancement(epreuve)
    (famille,) = avancement.avancer(epreuve)
    assert (famille.sigle, famille.titre) == ("CRE", "Création")
    assert [s.id for s in famille.scenarios] == [s.id for s in PLAN]
    assert {s.issue for s in famille.scenarios} == {A_VENIR}
    assert [v.exigence for v in famille.scenarios[0].verifications] == list(PLAN[0].exigences)
    assert {v.issue for s in famille.scenarios for v in s.verifications} == {A_VENIR}
    assert (avancement.joues, avancement.total, avancement.reste) == ({}, len(PLAN), "")
    assert avancement.attendu == "", "the preparation is told"


def test_each_scenario_has_a_state_and_a_failure_its_sentence(epreuve: JugementConserve) -> None:
    ecrits(
        epreuve,
        fini(0, Verdict.REUSSI),
        fini(1, Verdict.ECHOUE, "Le co-titulaire n'est pas transmis."),
        fini(2, Verdict.ERREUR),
        fini(3, Verdict.SANS_OBJET),
    )
    avancement = Avancement(epreuve)
    vus = etats(avancement, epreuve)
    assert [e.issue for e in vus[:6]] == [REUSSIE, ECHOUEE, EN_ERREUR, SANS_OBJET, EN_COURS, A_VENIR]
    assert vus[1].phrase == "Le co-titulaire n'est pas transmis."
    assert vus[2].phrase == "une raison"
    assert list(avancement.joues) == [s.id for s in PLAN[:4]]
    assert avancement.attendu == PLAN[4].id
    assert avancement.reste == "le temps qui reste se saura après 5 scénarios"


def test_what_comes_is_read_and_the_last_word_counts(epreuve: JugementConserve) -> None:
    rate = fini(0, Verdict.ECHOUE, "Un jour de moins.")
    ecrits(epreuve, rate, suspendus=[rate.id])
    avancement = Avancement(epreuve)
    assert etats(avancement, epreuve)[0].phrase == f"Un jour de moins. {EN_SUSPENS}"
    autre = replace(epreuve, dossier=epreuve.dossier / "autre")
    autre.dossier.mkdir()
    ecrits(autre, replace(rate, verdict=Verdict.IGNORE, verifications=()))
    with epreuve.suivi.open("a", encoding="utf-8") as suite:
        suite.write(autre.suivi.read_text("utf-8"))
    assert etats(avancement, epreuve)[0].issue is IGNOREE
    assert list(avancement.joues) == [rate.id]


def test_what_a_run_that_ended_did_not_play_is_not_to_come(epreuve: JugementConserve) -> None:
    ecrits(epreuve, fini(0, Verdict.REUSSI))
    finie = replace(epreuve, etat=EtatJugement.ECHOUEE)
    assert {e.issue for e in etats(Avancement(finie), finie)[1:]} == {NON_JOUE}


@pytest.mark.parametrize(
    ("finis", "total", "apres", "dit"),
    [
        (4, 100, 0, ""),  # too few
        (100, 100, 0, ""),  # none is left
        (11, 51, 0, "encore environ 80 s"),
        (11, 51, 20, "encore environ 60 s"),  # the one that is waited for is long
        (11, 51, 500, "encore quelques secondes"),
        (11, 151, 0, "encore environ 5 min"),
    ],
)
def test_the_time_left_is_that_of_those_that_ended(finis: int, total: int, apres: int, dit: str) -> None:
    fins = [DEBUT + timedelta(seconds=2 * rang) for rang in range(finis)]
    assert estimer(fins, total, fins[-1] + timedelta(seconds=apres)) == dit


def test_the_steps_before_the_first_scenario_are_told(epreuve: JugementConserve) -> None:
    avancement = Avancement(epreuve)
    avancement.avancer(epreuve)
    assert avancement.preparation == f"préparation 1 sur 6 : {PREPARATION[0]}"
    dites = [etape(1), etape(2), "Le plan : 26 scénarios.", etape(3)]
    (epreuve.dossier / "sortie").write_text("\n".join(dites), "utf-8")
    avancement.avancer(epreuve)
    assert avancement.preparation == f"préparation 3 sur 6 : {PREPARATION[2]}"
    ecrits(epreuve, fini(0, Verdict.REUSSI))
    avancement.avancer(epreuve)
    assert avancement.preparation == ""


def test_once_all_have_ended_it_is_known_how_much_of_the_report_is_written(epreuve: JugementConserve) -> None:
    (epreuve.dossier / "sortie").write_text(f"{etape(6)}\n{ecriture(3)}\n{ecriture(4)}\n", "utf-8")
    ecrits(epreuve, *(fini(rang, Verdict.REUSSI) for rang in range(len(PLAN))))
    avancement = Avancement(epreuve)
    avancement.avancer(epreuve)
    assert (avancement.ecrit, avancement.attendu) == (4, "")


def test_a_report_is_shown_as_the_same_tree() -> None:
    finis = (fini(0, Verdict.REUSSI), fini(1, Verdict.ECHOUE, "Il manque."))
    bilan = Bilan("FID-02", "Chaque co-titulaire.", "MUST", "source", EtatExigence.ENFREINTE)
    (famille,) = arbre(Rapport(ENTETE, False, scenarios=finis, bilans=(bilan,)))
    assert (famille.joues, famille.rates, famille.issue) == (2, 1, ECHOUEE)
    (verification,) = famille.scenarios[1].verifications
    assert (verification.texte, verification.phrase) == ("Chaque co-titulaire.", "Il manque.")
