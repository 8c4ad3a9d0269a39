"""Whether a server is ready: what is found, how old it is, who makes it be looked at."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from sne_interface.domain.base import Base
from sne_interface.errors import MagasinIndisponible, StoreError
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.web import sante as module
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration
from sne_sandbox.web.sante import VERIFICATIONS, Examen, Sante, VerificationSante

NOMS = ["fichier", "lecture", "ecriture", "schema", "place", "nuits", "contrats"]


@pytest.fixture
def magasin(magasin_url: str | None, tmp_path: Path) -> Iterator[Magasin]:
    """On both engines."""
    with Magasin.ouvrir(magasin_url, tmp_path) as ouvert:
        ouvert.bases.creer(Base("ecole", derniere_nuit=date(2999, 1, 1)))
        ouvert.servir()
        yield ouvert


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def magasin_url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "sqlite":
        return None
    return str(request.getfixturevalue("serveur_postgres").nouvelle())


def _lire(sante: Sante) -> tuple[int, dict[str, str]]:
    """The status, and the reasons of what is wrong."""
    statut, corps = sante.reponse()
    lu = json.loads(corps)
    assert (statut == 200) == (lu["status"] == "ok")
    return statut, {v["nom"]: v["raison"] for v in lu["verifications"] if not v["ok"]}


def test_a_server_that_works_is_ready(magasin: Magasin) -> None:
    sante = Sante(magasin)
    sante.examiner()
    faites = [v["nom"] for v in json.loads(sante.reponse()[1])["verifications"]]
    assert faites == [v.nom for v in VERIFICATIONS]
    assert set(NOMS) <= set(faites)
    assert _lire(sante) == (200, {})


def test_nothing_was_looked_at_is_not_ready(magasin: Magasin) -> None:
    sante = Sante(magasin)
    statut, raisons = _lire(sante)
    assert (statut, raisons.keys()) == (503, {"examen"})
    assert json.loads(sante.reponse()[1])["age_s"] is None


def test_an_old_result_is_not_believed(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    sante = Sante(magasin)
    sante.examiner()
    monkeypatch.setattr(module, "PERIMEE", -1.0)
    assert not sante.fraiche
    assert _lire(sante)[1].keys() == {"examen"}


def test_what_is_cut_out_is_known_before_the_next_round(magasin: Magasin) -> None:
    sante = Sante(magasin)
    sante.examiner()
    magasin.disjoncteur._sonder = _echouer  # type: ignore[method-assign]
    magasin.disjoncteur.couper(MagasinIndisponible("le disque est plein", remede="r"), ecriture_seule=True)
    assert _lire(sante)[1] == {
        "base": "La base de données ne répond pas comme prévu : le disque est plein\n→ r"
    }
    sante.examiner()
    assert _lire(sante)[1].keys() == {"base", "ecriture"}  # what is there can be read


def _echouer(ecriture: bool) -> None:
    raise OSError


def test_it_writes_when_nobody_has(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    essais: list[int] = []
    monkeypatch.setattr(magasin, "ecrire_pour_voir", lambda: essais.append(1))
    sante = Sante(magasin)
    sante.examiner()
    assert essais == []  # the base was made just now
    magasin.derniere_ecriture -= module.ECRITURE + 1
    sante.examiner()
    assert essais == [1]
    monkeypatch.undo()
    avant = magasin.derniere_ecriture
    sante.examiner()
    assert magasin.derniere_ecriture > avant


def test_too_little_room_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "place_libre", lambda fichier: 12_000_000)
    with Magasin.ouvrir(None, tmp_path) as magasin:
        sante = Sante(magasin)
        sante.examiner()
        assert _lire(sante)[1] == {"place": "il reste 12 Mo, il en faut 50"}


def test_a_folder_that_is_gone_is_a_reason_and_no_error_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parti(fichier: Path) -> int:
        raise FileNotFoundError(2, "gone")

    monkeypatch.setattr(module, "place_libre", parti)
    monkeypatch.setattr(module, "journal_technique", None)  # no line every two seconds
    with Magasin.ouvrir(None, tmp_path) as magasin:
        sante = Sante(magasin)
        sante.examiner()
        (raison,) = _lire(sante)[1].values()
        assert "échoué" not in raison


def test_tables_of_another_version_are_said(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REVISION", "v9999")
    sante = Sante(magasin)
    sante.examiner()
    assert "il faut la v9999" in _lire(sante)[1]["schema"]


def test_a_night_that_nobody_lives_is_said_after_a_while(
    magasin: Magasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    hier = datetime.now(UTC).date() - timedelta(days=2)
    magasin.bases.creer(Base("tardive", derniere_nuit=hier))
    sante = Sante(magasin)
    sante.examiner()
    assert _lire(sante) == (200, {})  # the next exchange, or the next minute, lives it
    monkeypatch.setattr(module, "RETARD", -1.0)
    sante.examiner()
    assert _lire(sante)[1] == {"nuits": "bases dont une nuit est due et n'a pas été vécue : 1"}
    with magasin.ecrire("tardive") as registre:
        registre.noter_nuit(date(2999, 1, 1))
    sante.examiner()
    assert _lire(sante) == (200, {})


def test_nights_that_wait_to_be_asked_for_are_said_and_keep_nobody_out(
    magasin: Magasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    magasin.bases.creer(Base("endormie", derniere_nuit=date(2018, 3, 15)))
    monkeypatch.setattr(module, "RETARD", -1.0)
    sante = Sante(magasin)
    sante.examiner()
    statut, octets = sante.reponse()
    assert statut == 200
    (dit,) = json.loads(octets)["avertissements"]
    assert "clock nuits" in dit
    assert dit.endswith(" : 1")
    assert "endormie" not in dit
    with magasin.ecrire("endormie") as registre:
        registre.noter_nuit(date(2999, 1, 1))
    sante.examiner()
    assert json.loads(sante.reponse()[1])["avertissements"] == []


def test_a_check_that_fails_is_a_reason_and_the_others_go_on(magasin: Magasin) -> None:
    def refuser(examen: Examen) -> str:
        raise StoreError("refusé", remede="attendez")

    def casser(examen: Examen) -> str:
        raise ZeroDivisionError

    sante = Sante(
        magasin, (VerificationSante("a", refuser), VerificationSante("b", casser), VERIFICATIONS[1])
    )
    sante.examiner()
    assert _lire(sante)[1] == {"a": "refusé\n→ attendez", "b": "la vérification a échoué (ZeroDivisionError)"}


def test_rounds_go_on_while_somebody_asks(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    faits = threading.Semaphore(0)

    def compter(examen: Examen) -> str:
        faits.release()
        return ""

    monkeypatch.setattr(module, "PERIODE", 0.01)
    monkeypatch.setattr(module, "OUBLI", 0.2)
    sante = Sante(magasin, (VerificationSante("x", compter),))
    assert not faits.acquire(timeout=0.05)
    sante.demander()
    for _ in range(3):
        assert faits.acquire(timeout=60)
    limite = time.monotonic() + 60
    while faits.acquire(timeout=0.5):  # until it is forgotten
        assert time.monotonic() < limite
    sante.demander()
    assert faits.acquire(timeout=60)
    sante.fermer()
    assert not [f for f in threading.enumerate() if f.name == "sne-sante"]


def test_what_fails_is_looked_at_again_sooner(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    raisons, faits = iter(("en panne", "en panne")), threading.Semaphore(0)

    def lire(examen: Examen) -> str:
        faits.release()
        return next(raisons, "")

    monkeypatch.setattr(module, "PERIODE", 600.0)
    monkeypatch.setattr(module, "PERIODE_EN_PANNE", 0.01)
    sante = Sante(magasin, (VerificationSante("x", lire),))
    sante.demander()
    for _ in range(3):
        assert faits.acquire(timeout=60)
    assert not faits.acquire(timeout=0.2)  # it answers: the next round is that of every two seconds
    assert sante.reponse()[0] == 200
    sante.fermer()


def test_without_our_server_it_is_looked_at_for_who_asks(tmp_path: Path) -> None:
    app = creer_application(Configuration(ouvert=True, home=tmp_path))
    http = app.test_client()
    reponse = http.get("/readyz")
    assert (reponse.status_code, reponse.json["status"]) == (200, "ok")
    assert http.get("/healthz").json["status"] == "ok"
    app.extensions["sne"].magasin.fermer()
