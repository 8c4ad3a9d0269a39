"""What is written of a run as it goes, and read again."""

from pathlib import Path

from specimen import NIR, entete, rapport

from sne_conformite.rapports.rapport import EchangeCite, Fin, ScenarioFini, Verdict
from sne_conformite.rapports.suivi_de_pilotage import (
    EN_SUSPENS,
    LectureDuSuivi,
    ecrire,
    lire_les_echanges,
    montrer,
)


def test_a_scenario_is_read_as_soon_as_it_has_ended(tmp_path: Path) -> None:
    fichier, juge = tmp_path / "suivi.jsonl", rapport()
    lecture = LectureDuSuivi(fichier)
    assert list(lecture.suite()) == [], "there is no file yet"
    for rang, _ in enumerate(ecrire([*map(ScenarioFini, juge.scenarios), Fin(juge)], fichier, entete(), {})):
        lus = [r.scenarios[0].id for r in lecture.suite()]
        assert lus == [s.id for s in juge.scenarios[rang : rang + 1]]
    assert NIR not in fichier.read_text("utf-8")


def test_half_a_line_is_left_for_later(tmp_path: Path) -> None:
    fichier, juge = tmp_path / "suivi.jsonl", rapport()
    list(ecrire(map(ScenarioFini, juge.scenarios), fichier, entete(), {}))
    octets, lecture = fichier.read_bytes(), LectureDuSuivi(fichier)
    coupe = octets.index(b"\n") + 20
    fichier.write_bytes(octets[:coupe])
    assert len(list(lecture.suite())) == 1
    fichier.write_bytes(octets)
    assert len(list(lecture.suite())) == len(juge.scenarios) - 1


def test_one_that_others_may_explain_is_told_twice(tmp_path: Path) -> None:
    fichier, juge = tmp_path / "suivi.jsonl", rapport()
    evenements = [*map(ScenarioFini, juge.scenarios), Fin(juge)]
    list(ecrire(evenements, fichier, entete(), {}, en_suspens=lambda r: r.verdict is Verdict.ECHOUE))
    echoues = [s.id for s in juge.scenarios if s.verdict is Verdict.ECHOUE]
    lus = list(LectureDuSuivi(fichier).suite())
    assert [r.scenarios[0].id for r in lus] == [s.id for s in juge.scenarios] + echoues
    assert [r.scenarios[0].id for r in lus if r.entete.inacheve] == echoues
    assert {r.entete.inacheve for r in lus} == {"", EN_SUSPENS}
    assert all(r.entete.fin > juge.entete.fin for r in lus), "when each has ended"


def test_the_exchanges_of_a_scenario_are_kept_without_nirs(tmp_path: Path) -> None:
    resultat = rapport().scenarios[0]
    cite = EchangeCite(7, "CRE", f"<numNir>{NIR}</numNir>", "<reponse/>", (3,))
    (evenement,) = montrer([ScenarioFini(resultat, (cite,))], tmp_path)
    assert evenement == ScenarioFini(resultat, (cite,))
    (lu,) = lire_les_echanges(tmp_path, resultat.id)
    assert (lu.identifiant, lu.resume, lu.reponse, lu.lignes) == (7, "CRE", "<reponse/>", (3,))
    assert NIR not in lu.requete
    assert lire_les_echanges(tmp_path, "AUTRE") == ()
    (tmp_path / "echanges-CASSE.json").write_text("{", "utf-8")
    assert lire_les_echanges(tmp_path, "CASSE") == ()
