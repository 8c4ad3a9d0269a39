"""One whole getNumUnique in process: WSGI in, WSGI out, everything but the sockets."""

import io
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from etapes import ETAPES, RESTE, Chronometre
from flask import Flask
from menages import CHEMIN, MIDI, requetes

from sne_sandbox.domain.base import Horloge
from sne_sandbox.server.run import espacer_ramassages
from sne_sandbox.web.app import creer_application
from sne_sandbox.web.partage import Configuration

Benchmark = Any
TOURS = 600


@pytest.fixture(scope="module")
def deposer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[tuple[str, bytes]], None]]:
    home = tmp_path_factory.mktemp("depot")
    app = creer_application(Configuration(home=home, horloge=Horloge(fige_a=MIDI)))
    espacer_ramassages()  # as `serve` does

    def un(requete: tuple[str, bytes]) -> None:
        assert _appeler(app, *requete).startswith("200")

    for requete in requetes(900_000, 50):
        un(requete)
    yield un
    app.extensions["sne"].magasin.fermer()


def _appeler(app: Flask, type_: str, corps: bytes) -> str:
    environ = {
        "REQUEST_METHOD": "POST", "SCRIPT_NAME": "", "PATH_INFO": CHEMIN, "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8080", "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "sne.logement.gouv.fr", "HTTP_ACCEPT_ENCODING": "deflate",
        "CONTENT_TYPE": type_, "CONTENT_LENGTH": str(len(corps)), "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(corps), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http",
        "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip
    statuts: list[str] = []
    reponse = b"".join(app.wsgi_app(environ, lambda statut, *_: statuts.append(statut)))
    assert b":numUnique>" in reponse
    assert b":listeAnomalie" not in reponse
    return statuts[0]


def test_un_depot(benchmark: Benchmark, deposer: Callable[[tuple[str, bytes]], None]) -> None:
    messages = requetes(0, TOURS)
    benchmark.pedantic(deposer, setup=lambda: ((next(messages),), {}), rounds=TOURS)


def test_etapes_d_un_depot(benchmark: Benchmark, deposer: Callable[[tuple[str, bytes]], None]) -> None:
    """The same, split: `extra_info["etapes"]` holds the mean of each stage, in µs."""
    messages, chronometre = requetes(TOURS, TOURS), Chronometre()
    pret = list(messages)

    def tous() -> None:
        with chronometre.mesurer():
            for message in pret:
                deposer(message)

    benchmark.pedantic(tous, rounds=1)
    benchmark.extra_info["etapes"] = {
        etape: chronometre.secondes[etape] / TOURS * 1e6 for etape in (*ETAPES, RESTE)
    }
    assert all(chronometre.secondes[etape] for etape in ETAPES)
