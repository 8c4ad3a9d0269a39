"""The scenes, played by the API as by the console."""

from collections.abc import Iterator
from typing import Any

import pytest
from banc import Banc

from sne_console.formation import scenes
from sne_sandbox.bases import bases

DOUBLON = next(s for s in scenes.scenes() if s.identifiant == "doublon")


@pytest.fixture
def scene(banc: Banc) -> Iterator[str]:
    yield DOUBLON.identifiant
    if any(base.nom == DOUBLON.base for base in banc.services.magasin.bases.lister()):
        banc.services.magasin.bases.supprimer(DOUBLON.base)


def jouer(banc: Banc, suite: str, corps: Any = None) -> Any:
    return banc.api("POST", f"/scenes/{DOUBLON.identifiant}/{suite}", corps)


def test_all_are_listed_and_one_is_read(banc: Banc) -> None:
    liste = banc.api("GET", "/scenes").json
    assert [s["identifiant"] for s in liste] == [s.identifiant for s in scenes.scenes()]
    lue = banc.api("GET", f"/scenes/{DOUBLON.identifiant}").json
    assert lue["pas_en_tout"] == len(lue["pas"]) == len(DOUBLON.pas)
    assert (lue["commencee"], lue["suivant"], lue["pas"][0]["joue"]) == (False, None, None)
    assert banc.api("GET", "/scenes/inconnue").status_code == 404


def test_a_scene_is_played_to_its_end(banc: Banc, scene: str) -> None:
    assert jouer(banc, "next").status_code == 409
    assert jouer(banc, "start").json["suivant"] == 1
    for rang, pas in enumerate(DOUBLON.pas, 1):
        etat = jouer(banc, "next").json
        joue = etat["pas"][rang - 1]["joue"]
        assert etat["pas_joues"] == rang
        assert joue["verdict"] == pas.attendu.verdict
        assert set(joue["regles"]) == set(pas.attendu.regles)
        assert joue["attestation"] == pas.attendu.attestation
        if joue["echange"] is not None:
            lu = banc.api("GET", f"/bases/{DOUBLON.base}/exchanges/{joue['echange']}")
            assert lu.json["verdict"] == joue["verdict"]
    assert (etat["finie"], etat["suivant"]) == (True, None)
    assert jouer(banc, "next").status_code == 409
    remise = jouer(banc, "start").json
    assert (remise["pas_joues"], remise["suivant"]) == (0, 1)


def test_a_step_asked_for_twice_is_played_once(banc: Banc, scene: str) -> None:
    jouer(banc, "start")
    for _ in range(2):
        assert jouer(banc, "next", {"rang": 1}).json["pas_joues"] == 1
    assert jouer(banc, "next", {"rang": 3}).status_code == 409
    assert jouer(banc, "next", {"rang": 0}).status_code == 422


def test_the_base_of_somebody_else_is_emptied_only_by_who_says_so(banc: Banc, scene: str) -> None:
    services = banc.services
    bases.creer(services.magasin, services.contrat, DOUBLON.base, semence="doublons", taille=5)
    assert banc.api("GET", f"/scenes/{scene}").json["etrangeres"] > 0
    assert jouer(banc, "start").status_code == 409
    assert jouer(banc, "start", {"vider": True}).json["etrangeres"] == 0
