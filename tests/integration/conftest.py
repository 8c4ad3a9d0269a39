"""Servers of the integration tests: processes of their own, ended whatever happens."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Test modules are no package (import-mode=importlib): what they share is found beside them.
sys.path.insert(0, str(Path(__file__).parent))

from client_mtom import Client
from serveur_local import HORLOGE, Serveur


@pytest.fixture(scope="session", autouse=True)
def processus(copies: None) -> None:
    """Processes of `sne-sandbox` are copies of one that stands ready."""


@pytest.fixture(scope="session")
def serveur_commun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serveur]:
    """The server of all who need one; its base ecole is the server's, that no test counts on."""
    demarre = Serveur.demarrer(tmp_path_factory.mktemp("serveur") / "home", "--clock", HORLOGE)
    yield demarre
    demarre.arreter()


@pytest.fixture
def serveur(serveur_commun: Serveur) -> Serveur:
    """The common server, about a base that only this test uses, its clock frozen on 15 March 2018."""
    return serveur_commun.sur_une_base_neuve()


@pytest.fixture
def client(serveur: Serveur) -> Iterator[Client]:
    """G1226 on the base of the test, over HTTPS."""
    ouvert = Client(serveur, https=True)
    yield ouvert
    ouvert.fermer()


@pytest.fixture
def demarrer(tmp_path: Path) -> Iterator[Callable[..., Serveur]]:
    """Starts a server with these options; the same `nom` is the same home. All are killed at the end."""
    demarres: list[Serveur] = []

    def un(*options: str, nom: str = "home") -> Serveur:
        demarres.append(Serveur.demarrer(tmp_path / nom, "--clock", HORLOGE, *options))
        return demarres[-1]

    yield un
    for demarre in demarres:
        demarre.tuer()
