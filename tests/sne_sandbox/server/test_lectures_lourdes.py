"""Heavy reads go to a process of their own: in turn, some at most, and its death is no one else's."""

import os
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from application_lourde import application, lecteur

from sne_interface.domain.echange import LOURD
from sne_sandbox.server import lectures_lourdes
from sne_sandbox.server.lectures_lourdes import Voie
from sne_sandbox.server.processus_lecteur import repondre

GET = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"


def ici(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The application of the server: finds every answer heavy."""
    environ[LOURD] = True
    start_response("503 Service Unavailable", [])
    return [b"ailleurs"]


class Attend:
    """A request that waits for its answer."""

    method = b"GET"
    partie = False

    def __init__(self) -> None:
        self.recu: list[tuple[str, bytes]] = []

    def repondre(self, reponse: Any, corps: Any) -> None:
        """Keeps the answer."""
        self.recu.append((reponse.statut, corps if isinstance(corps, bytes) else corps.read()))


@pytest.fixture
def une_voie() -> Any:
    ouverte = Voie(lecteur, lambda fonction, *arguments: fonction(*arguments))
    yield ouverte
    ouverte.fermer()


def _jusqua(condition: Any) -> None:
    limite = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limite
        time.sleep(0.01)


@pytest.mark.interprete
def test_each_is_answered_by_the_other_process_in_turn(une_voie: Voie) -> None:
    attendent = [Attend() for _ in range(3)]
    for rang, attend in enumerate(attendent):
        environ = {"PATH_INFO": f"/{rang}", LOURD: True, "sne.etat": object()}
        assert une_voie.soumettre(attend, environ)  # type: ignore[arg-type]
    _jusqua(lambda: attendent[2].recu)
    processus = set()
    for rang, attend in enumerate(attendent):
        ((statut, corps),) = attend.recu
        pid, chemin, lourd, reste = corps.split(b" ")
        assert (statut, chemin, lourd, len(reste)) == ("200 OK", b"/%d" % rang, b"True", 2_000_000)
        processus.add(int(pid))
    assert len(processus) == 1
    assert processus != {os.getpid()}


def test_one_that_dies_is_told_and_the_next_answered(une_voie: Voie) -> None:
    perdue, suivante = Attend(), Attend()
    une_voie.soumettre(perdue, {"PATH_INFO": "/mourir", LOURD: True})  # type: ignore[arg-type]
    une_voie.soumettre(suivante, {"PATH_INFO": "/", LOURD: True})  # type: ignore[arg-type]
    _jusqua(lambda: suivante.recu)
    assert perdue.recu[0][0].startswith("503 ")
    assert lectures_lourdes.PERDU in perdue.recu[0][1].decode()
    assert suivante.recu[0][0] == "200 OK"


def test_without_room_for_its_files_reads_are_told_why_and_the_next_answered(
    une_voie: Voie, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    perdue, suivante = Attend(), Attend()
    une_voie.soumettre(perdue, {"PATH_INFO": "/", LOURD: True})  # type: ignore[arg-type]
    _jusqua(lambda: perdue.recu)
    assert perdue.recu[0][0].startswith("503 ")
    assert "n'existe pas" in perdue.recu[0][1].decode()
    _jusqua(lambda: une_voie._fil is None)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    une_voie.soumettre(suivante, {"PATH_INFO": "/", LOURD: True})  # type: ignore[arg-type]
    _jusqua(lambda: suivante.recu)
    assert suivante.recu[0][0] == "200 OK"


def test_a_body_that_the_disk_has_no_room_for_is_told_so_and_leaves_nothing(
    une_voie: Voie, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    perdue, suivante = Attend(), Attend()
    une_voie.soumettre(perdue, {"PATH_INFO": "/plein", LOURD: True})  # type: ignore[arg-type]
    une_voie.soumettre(suivante, {"PATH_INFO": "/", LOURD: True})  # type: ignore[arg-type]
    _jusqua(lambda: suivante.recu)
    assert perdue.recu[0][0].startswith("503 ")
    assert "disque est plein" in perdue.recu[0][1].decode()
    assert suivante.recu[0][0] == "200 OK"
    (dossier,) = tmp_path.iterdir()
    assert list(dossier.iterdir()) == []


def test_too_many_wait_no_more(une_voie: Voie, monkeypatch: pytest.MonkeyPatch) -> None:
    reste = threading.Event()
    monkeypatch.setattr(Voie, "_repondre", lambda *arguments: reste.wait(60))
    prises = [une_voie.soumettre(Attend(), {}) for _ in range(lectures_lourdes.EN_ATTENTE_MAX + 2)]  # type: ignore[arg-type]
    reste.set()
    assert prises.count(False) in (1, 2)  # the first may have been taken off the queue already
    assert prises[: lectures_lourdes.EN_ATTENTE_MAX] == [True] * lectures_lourdes.EN_ATTENTE_MAX


def test_those_who_left_keep_no_place(une_voie: Voie, monkeypatch: pytest.MonkeyPatch) -> None:
    reste = threading.Event()
    monkeypatch.setattr(Voie, "_repondre", lambda *arguments: reste.wait(60))
    ils = [Attend() for _ in range(lectures_lourdes.EN_ATTENTE_MAX + 2)]
    for attend in ils:
        une_voie.soumettre(attend, {})  # type: ignore[arg-type]
    assert not une_voie.soumettre(Attend(), {})  # type: ignore[arg-type]
    for attend in ils:
        attend.partie = True
    assert une_voie.soumettre(Attend(), {})  # type: ignore[arg-type]
    reste.set()


def test_the_process_ends_when_nothing_is_read(une_voie: Voie, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lectures_lourdes, "OISIVE", 0.2)
    attend = Attend()
    une_voie.soumettre(attend, {"PATH_INFO": "/", LOURD: True})  # type: ignore[arg-type]
    _jusqua(lambda: attend.recu)
    pid = attend.recu[0][1].split()[0].decode()
    _jusqua(lambda: not Path(f"/proc/{pid}").exists())
    encore = Attend()
    une_voie.soumettre(encore, {"PATH_INFO": "/", LOURD: True})  # type: ignore[arg-type]
    _jusqua(lambda: encore.recu)
    assert encore.recu[0][1].split()[0].decode() != pid


def test_the_end_leaves_no_process_and_no_file(
    une_voie: Voie, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    attend = Attend()
    une_voie.soumettre(attend, {"PATH_INFO": "/", LOURD: True})  # type: ignore[arg-type]
    _jusqua(lambda: attend.recu)
    (dossier,) = tmp_path.iterdir()
    assert dossier.stat().st_mode & 0o777 == 0o700
    une_voie.fermer()
    assert list(tmp_path.iterdir()) == []
    assert not Path(f"/proc/{attend.recu[0][1].split()[0].decode()}").exists()
    une_voie.soumettre(attend, {"PATH_INFO": "/", LOURD: True})  # type: ignore[arg-type]
    assert len(attend.recu) == 1


def test_a_server_sends_there_what_its_application_finds_heavy(lancer: Any) -> None:
    serveur = lancer(ici, lecteur=lecteur)
    with serveur.prise() as prise:
        for chemin in (b"un", b"deux"):
            prise.sendall(GET % chemin)
            tete, corps = serveur.reponse(prise)
            assert tete.startswith(b"HTTP/1.1 200 OK")
            assert corps.split(b" ")[1] == b"/" + chemin
            assert len(corps) > 2_000_000


def test_the_body_is_its_owners_alone(tmp_path: Path) -> None:
    fichier = tmp_path / "corps"
    statut, _, longueur = repondre(application, {"PATH_INFO": "/", LOURD: True}, fichier)
    assert (statut, longueur) == ("200 OK", fichier.stat().st_size)
    assert fichier.stat().st_mode & 0o777 == 0o600
