"""`/api/v1/bases/{base}/clock`, and the nights that a request finds due."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from banc import Banc, specimen
from ecritures import mettre_a_l_heure

from sne_interface.domain.base import Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import EtatDemande
from sne_interface.domain.panne import GENRES


def test_the_clock_is_read(banc: Banc) -> None:
    reponse = banc.api("GET", f"/bases/{banc.nom}/clock")
    assert reponse.status_code == 200
    assert reponse.json == {
        "base": banc.nom,
        "maintenant": "2018-03-15T12:00:00+01:00",
        "mode": "figée",
        "decalage_s": 0.0,
        "derniere_nuit": "2018-03-15",
        "nuits_en_attente": 0,
    }


def test_nights_that_wait_are_told_and_run(banc: Banc) -> None:
    """An exchange goes on without them, at the date of the machine."""
    numero, _ = banc.creer_demande()
    mettre_a_l_heure(banc.services.magasin, banc.nom, Horloge())
    assert banc.api("GET", f"/bases/{banc.nom}/clock").json["nuits_en_attente"] > 3000
    for _ in range(3):
        banc.relire(numero)
    assert banc.stockee(numero).etat is EtatDemande.ACTIVE
    lus = banc.api("GET", f"/bases/{banc.nom}/exchanges?operation=getDemandeLogement").json["echanges"]
    assert [lu["verdict"] for lu in lus] == 3 * ["accepté"]
    assert lus[0]["instant_base"][:4] >= "2026", "the machine's date"
    (ligne,) = banc.api("GET", f"/bases/{banc.nom}/exchanges?operation=NUIT").json["echanges"]
    assert "L'horloge de la machine a-t-elle sauté, ou le serveur était-il arrêté ?" in ligne["chemin"]
    assert banc.api("POST", f"/bases/{banc.nom}/clock/freeze", {}).status_code == 409
    fait = banc.api("POST", f"/bases/{banc.nom}/clock/nights").json
    assert (fait["faits"]["effacements"], fait["horloge"]["nuits_en_attente"]) == (1, 0)


def test_advancing_tells_what_the_nights_did(banc: Banc) -> None:
    numero, _ = banc.creer_demande()
    reponse = banc.api("POST", f"/bases/{banc.nom}/clock/advance", {"vers": "P13M"})
    assert reponse.status_code == 200
    assert reponse.json["avant"] == "2018-03-15T12:00:00+01:00"
    assert reponse.json["horloge"]["maintenant"] == "2019-04-15T12:00:00+02:00"
    assert reponse.json["nuits"] == 396
    assert reponse.json["faits"] == {
        "effacements": 0, "radiations": 1, "fins_de_reactivation": 0, "preavis": 1, "delais_longs": 0,
        "baux_sans_radiation": 0, "avertissements": 0, "irrecevabilites": 0,
    }  # fmt: skip
    assert reponse.json["phrase"].startswith("396 nuits (du 16/03/2018 au 15/04/2019) : 1 demande radiée")
    assert banc.stockee(numero).etat is EtatDemande.RADIEE
    (nuit,) = banc.api("GET", f"/bases/{banc.nom}/exchanges?texte=radiée&numero={numero}").json["echanges"]
    assert (nuit["methode"], nuit["operation"], nuit["verdict"]) == ("NUIT", None, "accepté")


def test_the_radiation_by_the_system_reaches_the_feed(banc: Banc) -> None:
    numero, _ = banc.creer_demande()
    banc.api("POST", f"/bases/{banc.nom}/clock/advance", {"vers": "P14M"})
    archive = banc.depuis("getDemandesRadieesDepuisLe", "2019-04-15T00:00:00+02:00").archive
    (document,) = archive.values()
    textes = {e.tag.rpartition("}")[2]: e.get("code") or e.text for e in document.iter()}
    assert (textes["numUnique"], textes["motifRadiation"]) == (numero, "RADREN")
    assert textes["dateRadiation"] == "2019-04-15"
    assert banc.depuis("getDemandesRadieesDepuisLe", "2019-04-15T00:00:01+02:00").champs == {}


@pytest.mark.parametrize(
    ("geste", "corps", "mode", "maintenant"),
    [
        ("freeze", {"instant": "2018-04-01T08:00:00"}, "figée", "2018-04-01T08:00:00+02:00"),
        ("freeze", {}, "figée", "2018-03-15T12:00:00+01:00"),
        ("advance", {"vers": "2018-04-01"}, "figée", "2018-04-01T12:00:00+02:00"),
        ("real", None, "real", None),
    ],
)
def test_the_clock_is_moved(
    banc: Banc, geste: str, corps: dict[str, str] | None, mode: str, maintenant: str | None
) -> None:
    reponse = banc.api("POST", f"/bases/{banc.nom}/clock/{geste}", corps)
    assert reponse.status_code == 200
    lue = banc.api("GET", f"/bases/{banc.nom}/clock").json
    assert lue["mode"] == mode
    assert maintenant is None or lue["maintenant"] == maintenant


@pytest.mark.parametrize(
    ("geste", "corps", "statut", "dit"),
    [
        ("advance", {"vers": "bientôt"}, 422, "ni une durée ni une date"),
        ("advance", {"vers": "2018-03-14"}, 409, "ne recule pas"),
        ("advance", {}, 422, ""),
        ("freeze", {"instant": "hier"}, 422, "n'est pas un instant"),
        ("freeze", {"instant": "2018-03-15T11:59:59"}, 409, "ne recule pas"),
    ],
)
def test_a_move_that_cannot_be_is_refused_with_its_remedy(
    banc: Banc, geste: str, corps: dict[str, str], statut: int, dit: str
) -> None:
    banc.creer_demande()
    reponse = banc.api("POST", f"/bases/{banc.nom}/clock/{geste}", corps)
    assert reponse.status_code == statut
    assert reponse.content_type == "application/problem+json"
    assert dit in reponse.json["detail"]


def test_an_unknown_base_has_no_clock(banc: Banc) -> None:
    assert banc.api("GET", "/bases/absente/clock").status_code == 404
    assert banc.api("POST", "/bases/absente/clock/real").status_code == 404


def test_a_request_finds_the_nights_that_were_due_done(nouvelle_base: Callable[..., Banc]) -> None:
    banc = nouvelle_base()
    numero, _ = banc.creer_demande()
    mettre_a_l_heure(banc.services.magasin, banc.nom, Horloge(fige_a=datetime(2019, 4, 15, 8, tzinfo=PARIS)))
    assert banc.stockee(numero).etat is EtatDemande.ACTIVE
    lue = banc.relire(numero, complet="oui").document
    assert [e.text for e in lue.iter("{http://nuu.application.i2/}dateRadiation")] == ["2019-04-15"]
    assert banc.services.magasin.bases.lire(banc.nom).derniere_nuit == date(2019, 4, 15)
    assert [e.methode for e in banc.journal()[:3]] == ["POST", "NUIT", "NUIT"]


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
