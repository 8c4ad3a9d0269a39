"""`/api/v1/bases/{base}/clock`, and the nights that a request finds due."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from banc import Banc
from ecritures import mettre_a_l_heure

from sne_interface.domain.base import Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import EtatDemande


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
