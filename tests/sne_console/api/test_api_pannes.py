"""`/api/v1/bases/{base}/pannes`."""

from typing import Any

import pytest
from banc import Banc, specimen

from sne_interface.domain.panne import GENRES


def test_a_panne_is_armed_listed_played_and_taken_away(banc: Banc) -> None:
    chemin = f"/bases/{banc.nom}/pannes"
    armee = banc.api("POST", chemin, {"genre": "html_502", "fois": 2})
    assert armee.status_code == 201
    assert armee.json.pop("armee_le")
    assert armee.json | {"description": "", "effet": ""} == {
        "id": 1, "genre": "html_502", "operation": None, "guichet": None, "fois": 2, "taux": None,
        "graine": 0, "parametres": {}, "restantes": 2, "jouees": 0, "description": "", "effet": "",
        "armee_le": armee.json["armee_le"],
    }  # fmt: skip
    resultat = banc.demander(specimen("personne_seule"))
    assert resultat.statut == 502
    lue = banc.api("GET", chemin).json
    assert [(p["id"], p["restantes"], p["jouees"]) for p in lue["pannes"]] == [(1, 1, 1)]
    echange = banc.api("GET", f"/bases/{banc.nom}/exchanges/1").json
    assert (echange["panne"]["id"], echange["panne"]["genre"]) == (1, "html_502")
    assert banc.api("GET", f"/bases/{banc.nom}/exchanges").json["echanges"][0]["panne"] == echange["panne"]
    assert banc.api("DELETE", f"{chemin}/1").status_code == 204
    assert banc.api("DELETE", f"{chemin}/1").status_code == 404
    assert banc.api("GET", chemin).json["pannes"] == []


def test_the_table_of_kinds_comes_with_the_list(banc: Banc) -> None:
    genres = banc.api("GET", f"/bases/{banc.nom}/pannes").json["genres"]
    assert [g["genre"] for g in genres] == list(GENRES)
    silence = next(g for g in genres if g["genre"] == "silence")
    assert [(p["nom"], p["defaut"], p["unite"]) for p in silence["parametres"]] == [
        ("secondes", "120", "s"),
        ("avant", "non", ""),
    ]


@pytest.mark.parametrize(
    ("suite", "fois"),
    [({}, 1), ({"fois": None}, None), ({"taux": 0.5}, None), ({"taux": 0.5, "fois": 3}, 3)],
    ids=str,
)
def test_how_often_unless_it_is_told(banc: Banc, suite: dict[str, Any], fois: int | None) -> None:
    armee = banc.api("POST", f"/bases/{banc.nom}/pannes", {"genre": "bom", **suite}).json
    assert (armee["fois"], armee["restantes"]) == (fois, fois)


def test_all_are_taken_away(banc: Banc) -> None:
    chemin = f"/bases/{banc.nom}/pannes"
    for _ in range(3):
        banc.api("POST", chemin, {"genre": "bom"})
    assert banc.api("DELETE", chemin).json == {"otees": 3}
    assert banc.api("DELETE", chemin).json == {"otees": 0}


@pytest.mark.parametrize(
    "corps",
    [
        {},
        {"genre": "explosion"},
        {"genre": "bom", "fois": 0},
        {"genre": "bom", "taux": 0},
        {"genre": "bom", "taux": 2},
        {"genre": "bom", "graine": 2**63},
        {"genre": "bom", "operation": "getRien"},
        {"genre": "bom", "parametres": {"octets": "3"}},
        {"genre": "delai", "parametres": {"secondes": "longtemps"}},
        {"genre": "bom", "inconnu": 1},
        [],
    ],
    ids=str,
)
def test_a_bad_panne_is_a_problem(banc: Banc, corps: Any) -> None:
    reponse = banc.api("POST", f"/bases/{banc.nom}/pannes", corps)
    assert reponse.status_code == 422
    assert reponse.content_type == "application/problem+json"


@pytest.mark.parametrize("methode", ["GET", "POST", "DELETE"])
def test_a_base_that_does_not_exist_is_404(banc: Banc, methode: str) -> None:
    corps = {"genre": "bom"} if methode == "POST" else None
    assert banc.api(methode, "/bases/nulle-part/pannes", corps).status_code == 404


def test_an_id_that_no_column_takes_is_none_of_the_base(banc: Banc) -> None:
    for identifiant in (0, 2**63, 10**20):
        assert banc.api("DELETE", f"/bases/{banc.nom}/pannes/{identifiant}").status_code == 404
