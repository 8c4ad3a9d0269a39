"""What a process holds at once: refused beyond, said once, and given back."""

import contextlib
import io
import os
import resource
import socket
import struct
import threading
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sne_sandbox.server import bornes, connexion_http, connexions_acceptees, execution_wsgi
from sne_sandbox.server.bornes import Bornes, Lignes, connexions_possibles, marge

POST = b"POST /services/X HTTP/1.1\r\nHost: localhost\r\n"
GET = b"GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n"
LONG = 30_000_000


def _long(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Length", str(LONG))])
    return [b"x" * 1_000_000] * 30


def test_connections_follow_the_descriptors(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda quoi: (300, 300))
    assert connexions_possibles(None) == 165
    assert connexions_possibles(50) == 50
    assert not caplog.records
    assert connexions_possibles(1000) == 165
    assert "ulimit -n" in caplog.text


def test_without_a_limit_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda quoi: (resource.RLIM_INFINITY,) * 2)
    assert connexions_possibles(None) == 10_000


def test_what_is_said_again_is_said_once_a_minute_with_its_count(monkeypatch: pytest.MonkeyPatch) -> None:
    instant = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: instant)
    lignes = Lignes()
    lignes.compter("Plein.")
    assert lignes.dues() == ["Plein."]
    for _ in range(3):
        lignes.compter("Plein.")
    assert lignes.dues() == []
    instant += bornes.PERIODE_DES_LIGNES
    assert lignes.dues() == ["Plein. (3 fois)"]
    instant += bornes.PERIODE_DES_LIGNES
    assert lignes.dues() == []


def test_descriptors_kept_aside_are_given_back() -> None:
    siennes = Bornes(10, 1000)
    reserve = list(siennes._reserve)
    assert [os.fstat(descripteur).st_size for descripteur in reserve] == [0] * 8
    siennes.relacher()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(reserve[0])


@pytest.mark.parametrize("chiffre", [False, True], ids=["http", "https"])
def test_a_connection_too_many_is_told_so(lancer: Any, miroir: Any, chiffre: bool) -> None:
    serveur = lancer(miroir, connexions_max=2)
    ouvrir = serveur.prise_tls if chiffre else serveur.prise
    with ouvrir() as une, ouvrir() as deux:
        for prise in (une, deux):
            prise.sendall(POST + b"Content-Length: 2\r\n\r\nok")
            assert serveur.reponse(prise)[1] == b"ok"
        for _ in range(3):
            with ouvrir() as trop:
                trop.sendall(POST + b"Content-Length: 2\r\n\r\nok")
                tete, corps = serveur.reponse(trop)
                assert tete.startswith(b"HTTP/1.1 503 ")
                assert b"\r\nRetry-After: 5\r\n" in tete
                assert "2 connexions à la fois" in corps.decode()
        une.sendall(POST + b"Content-Length: 2\r\n\r\nok")
        assert serveur.reponse(une)[1] == b"ok"
    (refus,) = serveur.attendre(lambda: serveur.refus_http)
    assert (refus.statut, refus.chemin) == (503, "")
    assert "--connexions-max" in refus.raison
    assert len(miroir.environs) == 3


class Vivant:
    """What `/healthz` and `/readyz` tell, of a server that is well."""

    vivant = b"{}"
    fraiche = True

    def demander(self) -> None:
        """Somebody asks."""

    def reponse(self) -> tuple[int, bytes]:
        """The readiness."""
        return 200, b"{}"

    def fermer(self) -> None:
        """The server ends."""


@pytest.mark.parametrize("chemin", [b"/healthz", b"/readyz"])
def test_a_full_server_says_that_it_is_alive(lancer: Any, miroir: Any, chemin: bytes) -> None:
    serveur = lancer(miroir, etat=Vivant(), connexions_max=1, octets_max=1_000)
    with serveur.prise() as une:
        une.sendall(POST + b"Content-Length: 1000\r\n\r\n" + b"x" * 999)
        for _ in range(3):
            with serveur.prise() as sonde:
                sonde.sendall(b"GET " + chemin + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
                recu = serveur.tout(sonde)
            assert recu.startswith(b"HTTP/1.1 200 OK")
            assert b"\r\nConnection: close\r\n" in recu
        une.sendall(b"x")
        assert serveur.reponse(une)[1] == b"x" * 1_000


def test_the_body_of_a_probe_is_given_back(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir, etat=Vivant(), octets_max=5_000)
    with serveur.prise() as prise:
        for _ in range(4):
            prise.sendall(
                b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2_000
            )
            assert serveur.reponse(prise)[0].startswith(b"HTTP/1.1 200 OK")


def test_beyond_those_one_waits_at_the_door_and_is_served_when_there_is_room(
    lancer: Any, miroir: Any, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connexion_http, "FIN_DE_TROP", 60.0)
    # All have left when the door opens again: with some of them there, one more is too many.
    monkeypatch.setattr(connexions_acceptees, "REPIT", 4.0)
    serveur = lancer(miroir, connexions_max=2)
    prises = [serveur.prise() for _ in range(2 + marge(2))]
    dernier = serveur.prise()
    dernier.sendall(POST + b"Content-Length: 2\r\n\r\nok")
    serveur.attendre(lambda: "n'accepte plus" in caplog.text)
    for prise in prises:
        prise.close()
    with dernier:
        assert serveur.reponse(dernier)[1] == b"ok"


@pytest.mark.parametrize("echoue", [False, True])
def test_bytes_are_given_back_before_the_answer_leaves(echoue: bool) -> None:
    """Who has an answer may send as much again at once."""
    faits: list[str] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        faits.append("worked on")
        if echoue:
            raise ZeroDivisionError
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    requete = SimpleNamespace(oublier_corps=lambda: faits.append("given back"), repondre="repondre")
    reacteur = SimpleNamespace(callFromThread=lambda quoi, *_: faits.append(quoi))
    service: Any = SimpleNamespace(application=application, reacteur=reacteur, voie=None)
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/services/X"}
    execution_wsgi.executer(cast(Any, requete), service, environ, io.BytesIO(b"x"))
    assert faits == ["worked on", "given back", "repondre"]


@pytest.mark.parametrize("annonce", [True, False], ids=["announced", "in chunks"])
def test_bytes_too_many_are_refused_and_given_back(lancer: Any, miroir: Any, annonce: bool) -> None:
    serveur = lancer(miroir, octets_max=100_000)
    corps = b"x" * 60_000
    with serveur.prise() as une, serveur.prise() as autre:
        une.sendall(POST + b"Content-Length: 60000\r\n\r\n" + corps[:-1])
        serveur.attendre(lambda: _octets(serveur, miroir) is None or _octets(serveur, miroir) >= 59_999)
        if annonce:
            autre.sendall(POST + b"Content-Length: 60000\r\n\r\n")
        else:
            autre.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\nea60\r\n" + corps + b"\r\n0\r\n\r\n")
        tete, dit = serveur.reponse(autre)
        assert tete.startswith(b"HTTP/1.1 503 ")
        assert "100000 octets en route" in dit.decode()
        une.sendall(b"x")
        assert serveur.reponse(une)[1] == corps
    with serveur.prise() as apres:
        apres.sendall(POST + b"Content-Length: 60000\r\n\r\n" + corps)
        assert serveur.reponse(apres)[1] == corps
    etat = miroir.environs[-1]["sne.etat"]
    serveur.attendre(lambda: etat.octets == 0)
    assert etat.satures == 1


def test_a_body_whose_sender_left_is_given_back(lancer: Any) -> None:
    etats: list[Any] = []
    reste = threading.Event()

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        etats.append(environ["sne.etat"])
        assert reste.wait(60)
        start_response("200 OK", [("Content-Length", "0")])
        return []

    serveur = lancer(application)
    with serveur.prise() as prise:
        prise.sendall(POST + b"Content-Length: 5000\r\n\r\n" + b"x" * 5000)
        serveur.attendre(lambda: etats)
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # gone, and says so
    serveur.attendre(lambda: etats[0].connexions == 0)
    assert etats[0].octets == 5000
    reste.set()
    serveur.attendre(lambda: etats[0].octets == 0)


def _octets(serveur: Any, miroir: Any) -> int | None:
    """Bytes under way, as any request that was answered knows them."""
    if not miroir.environs:
        with serveur.prise() as prise:
            prise.sendall(POST + b"Content-Length: 0\r\n\r\n")
            serveur.reponse(prise)
    octets: int = miroir.environs[0]["sne.etat"].octets
    return octets


def test_a_long_answer_leaves_whole_at_its_readers_pace(lancer: Any) -> None:
    serveur = lancer(_long)
    with serveur.prise() as prise:
        prise.sendall(GET)
        recu = 0
        while recu < LONG // 2:
            recu += len(prise.recv(1 << 16))
        prise.sendall(GET)  # while the first is leaving
        while recu < 2 * LONG:
            recu += len(prise.recv(1 << 16))


@pytest.mark.parametrize("chiffre", [False, True], ids=["http", "https"])
def test_a_reader_who_does_not_read_is_dropped_and_told_of(lancer: Any, chiffre: bool) -> None:
    etats: list[Any] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        etats.append(environ["sne.etat"])
        return _long(environ, start_response)

    serveur = lancer(application, patience=1.0)
    with serveur.prise_tls() if chiffre else serveur.prise() as prise:
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        prise.sendall(GET)
        (refus,) = serveur.attendre(lambda: serveur.refus_http)
        assert (refus.statut, refus.methode, refus.chemin) == (0, "GET", "/long")
        assert f"octets sur {LONG}" in refus.raison
        assert "--debit-min" in refus.raison
        serveur.attendre(lambda: etats[0].octets == 0)
        assert etats[0].lents == 1
        recus = 0
        with contextlib.suppress(OSError):  # reset
            while morceau := prise.recv(1 << 20):
                recus += len(morceau)
        assert recus < LONG


@pytest.mark.parametrize("envoye", [POST + b"X-Lent: ", POST + b"Content-Length: 900000\r\n\r\nabc"])
def test_a_sender_who_does_not_go_on_is_refused(lancer: Any, miroir: Any, envoye: bytes) -> None:
    serveur = lancer(miroir, patience=1.0)
    with serveur.prise() as prise:
        prise.sendall(envoye)
        tete, corps = serveur.reponse(prise)
        assert tete.startswith(b"HTTP/1.1 408 ")
        assert "--debit-min" in corps.decode()
    assert serveur.attendre(lambda: serveur.refus_http)[0].statut == 408


def test_who_is_fast_enough_is_left_alone(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir, patience=1.0, debit_min=1_000)
    with serveur.prise() as prise:
        prise.sendall(POST + b"Content-Length: 40000\r\n\r\n")
        for _ in range(20):
            prise.sendall(b"x" * 2_000)
            time.sleep(0.15)
        assert serveur.reponse(prise)[1] == b"x" * 40_000


def test_a_body_that_has_no_file_is_refused(
    lancer: Any, miroir: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sans_descripteur(*arguments: Any, **options: Any) -> None:
        raise OSError(24, "Too many open files")

    serveur = lancer(miroir)
    monkeypatch.setattr("tempfile.TemporaryFile", sans_descripteur)
    with serveur.prise() as prise:
        prise.sendall(POST + b"Content-Length: 2000000\r\n\r\n" + b"x" * 2_000_000)
        tete, corps = serveur.reponse(prise)
        assert tete.startswith(b"HTTP/1.1 503 ")
        assert "trop de fichiers sont ouverts" in corps.decode()
