"""Several processes behind one port: they share it, end together, and are replaced when they die."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from donnees import a_cote

DONNEES = a_cote(__file__)

# The parent is a process of its own, as in real life; its application is importable by its workers.
APPLICATION = DONNEES["application"]
PARENT = DONNEES["parent"]

#: Seconds that nothing takes, however busy the machine.
PATIENCE = 120.0

Parent = subprocess.Popen[str]


def _lancer(dossier: Path, nom: str) -> Parent:
    (dossier / "application.py").write_text(APPLICATION, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-c", PARENT, str(dossier), nom],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(dossier)},
    )


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[tuple[Parent, str]]:
    """A parent with two workers, and its plain address."""
    processus = _lancer(tmp_path, "entiere")
    try:
        assert processus.stdout is not None
        yield processus, json.loads(processus.stdout.readline())["http"]
    finally:
        processus.kill()
        processus.communicate()


def _demander(adresse: str) -> tuple[str, int, str]:
    """What a worker answers: the name of its factory, its process, its MALLOC_ARENA_MAX."""
    lieu = urlsplit(adresse)
    with socket.create_connection((lieu.hostname, lieu.port or 0), timeout=PATIENCE) as prise:
        prise.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        recu = b""
        while morceau := prise.recv(4096):
            recu += morceau
    nom, processus, arenes = recu.partition(b"\r\n\r\n")[2].decode().split()
    return nom, int(processus), arenes


def _attendre(condition: Callable[[], bool]) -> None:
    limite = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limite
        time.sleep(0.02)


def _vit(processus: int) -> bool:
    try:
        return Path(f"/proc/{processus}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the latter, when it ends while it is read
        return False


def _les_deux(adresse: str) -> set[int]:
    vus: set[int] = set()

    def deux() -> bool:
        vus.add(_demander(adresse)[1])
        return len(vus) == 2

    _attendre(deux)
    return vus


def test_each_process_answers_with_its_own_application_until_sigterm_ends_them_all(
    parent: tuple[Parent, str],
) -> None:
    processus, adresse = parent
    nom, ouvrier, arenes = _demander(adresse)
    assert (nom, arenes) == ("entiere", "1")
    assert ouvrier != processus.pid
    ouvriers = _les_deux(adresse)
    processus.terminate()
    assert processus.wait(PATIENCE) == 0
    assert not any(_vit(ouvrier) for ouvrier in ouvriers)


def _ouvrir(adresse: str) -> socket.socket:
    lieu = urlsplit(adresse)
    return socket.create_connection((lieu.hostname, lieu.port or 0), timeout=PATIENCE)


def _processus(prise: socket.socket) -> int:
    """The process that holds a connection, which stays open."""
    prise.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    recu = b""
    while b"entiere" not in recu:
        recu += prise.recv(4096)
    return int(recu.rpartition(b"entiere ")[2].split()[0])


def test_connections_that_come_at_once_are_shared_evenly(parent: tuple[Parent, str]) -> None:
    _, adresse = parent
    with contextlib.ExitStack() as pile:
        prises = [pile.enter_context(_ouvrir(adresse)) for _ in range(8)]
        comptes = Counter(_processus(prise) for prise in prises)
    assert sorted(comptes.values()) == [4, 4]


def test_a_killed_worker_is_replaced_and_none_outlives_a_parent_that_was_killed(
    parent: tuple[Parent, str],
) -> None:
    """The port stays open meanwhile."""
    processus, adresse = parent
    victime, restant = _les_deux(adresse)
    os.kill(victime, signal.SIGKILL)
    _attendre(lambda: _demander(adresse)[1] not in (victime, restant))
    ouvriers = _les_deux(adresse)
    processus.kill()
    _attendre(lambda: not any(_vit(ouvrier) for ouvrier in ouvriers))


def test_a_worker_that_cannot_start_ends_the_command_with_its_reason(tmp_path: Path) -> None:
    _, erreurs = (processus := _lancer(tmp_path, "cassee")).communicate(timeout=PATIENCE)
    assert processus.returncode == 3
    assert "réparez-la" in erreurs
    assert "n'a pas pu démarrer (code 3)" in erreurs
