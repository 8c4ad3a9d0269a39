"""A server in a thread of the test, and raw sockets to speak to it."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from sne_interface.domain.echange import TLS
from sne_sandbox.pki.authority import Autorite, FichiersIdentite, ecrire
from sne_sandbox.server.processus_serveur import AdressesServies, Ecoute, servir
from sne_sandbox.server.refus_http import RefusServeur
from sne_sandbox.server.workers import Taches

#: Longer than a busy machine stands still; shorter than a server lets a silent peer be, when it is told.
DELAI = 60.0


def attendre(condition: Callable[[], Any]) -> Any:
    """The first true value of `condition`, which must come within DELAI."""
    limite = time.monotonic() + DELAI
    while not (valeur := condition()):
        assert time.monotonic() < limite, "nothing came"
        time.sleep(0.01)
    return valeur


@dataclass
class Serveur:
    """A running server and what it has reported."""

    adresses: AdressesServies
    autorite: Autorite
    client: FichiersIdentite
    refus: list[RefusServeur]
    arret: threading.Event
    fil: threading.Thread

    @property
    def refus_tls(self) -> list[RefusServeur]:
        """The handshakes that failed."""
        return [refus for refus in self.refus if refus.methode == TLS]

    @property
    def refus_http(self) -> list[RefusServeur]:
        """The requests that were refused."""
        return [refus for refus in self.refus if refus.methode != TLS]

    def prise(self) -> socket.socket:
        """A connection to the plain port."""
        return self.connecter(self.adresses.http)

    def connecter(self, adresse: str | None) -> socket.socket:
        """A TCP connection to one of the addresses."""
        assert adresse is not None
        lieu = urlsplit(adresse)
        assert lieu.hostname is not None
        return socket.create_connection((lieu.hostname, lieu.port or 0), timeout=DELAI)

    def contexte(self, *, certificat: bool = False) -> ssl.SSLContext:
        """A TLS context that trusts the server's CA, with the client certificate or without."""
        contexte = ssl.create_default_context(cafile=str(self.autorite.ca))
        if certificat:
            contexte.load_cert_chain(self.client.certificat, self.client.cle)
        return contexte

    def prise_tls(self, contexte: ssl.SSLContext | None = None) -> ssl.SSLSocket:
        """A TLS connection to the HTTPS port."""
        contexte = contexte or self.contexte()
        return contexte.wrap_socket(self.connecter(self.adresses.https), server_hostname="localhost")

    attendre = staticmethod(attendre)

    @staticmethod
    def tout(prise: socket.socket) -> bytes:
        """Everything the server sends until it closes."""
        morceaux = []
        while morceau := prise.recv(65536):
            morceaux.append(morceau)
        return b"".join(morceaux)

    @staticmethod
    def reponse(prise: socket.socket) -> tuple[bytes, bytes]:
        """Head and body of one answer with a Content-Length."""
        recu = b""
        while b"\r\n\r\n" not in recu:
            morceau = prise.recv(65536)
            assert morceau, recu
            recu += morceau
        tete, _, corps = recu.partition(b"\r\n\r\n")
        longueur = int(tete.lower().partition(b"content-length:")[2].split()[0])
        while len(corps) < longueur:
            morceau = prise.recv(65536)
            assert morceau, corps
            corps += morceau
        return tete, corps

    def arreter(self) -> None:
        """Ends the server and waits for it."""
        self.arret.set()
        self.fil.join(DELAI)
        assert not self.fil.is_alive()


@pytest.fixture(scope="session")
def autorite(tmp_path_factory: pytest.TempPathFactory) -> Autorite:
    """One PKI for all the servers."""
    return Autorite.ouvrir(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def client(autorite: Autorite) -> FichiersIdentite:
    """The identity of G1226."""
    return ecrire(autorite.emettre("G1226"), autorite.dossier.parent / "client")


Lancer = Callable[..., Serveur]


@pytest.fixture
def lancer(autorite: Autorite, client: FichiersIdentite) -> Iterator[Lancer]:
    """Starts servers on free ports; they end with the test."""
    with contextlib.ExitStack() as fin:

        def _lancer(application: Any, etat: Any = None, lecteur: Any = None, **reglages: Any) -> Serveur:
            ecoute = replace(Ecoute(https_port=0, http_port=0, threads=2), **reglages)
            adresses: list[AdressesServies] = []
            refus: list[RefusServeur] = []
            arret, pret = threading.Event(), threading.Event()

            def annoncer(prets: AdressesServies) -> None:
                adresses.append(prets)
                pret.set()

            taches = Taches(
                application,
                refus.append,
                lecteur=lecteur,
                etat=etat,
            )
            fil = threading.Thread(
                target=servir, args=(ecoute, taches, autorite), kwargs={"pret": annoncer, "arret": arret}
            )
            fil.start()
            assert pret.wait(DELAI)
            serveur = Serveur(adresses[0], autorite, client, refus, arret, fil)
            fin.callback(serveur.arreter)
            return serveur

        yield _lancer


@dataclass
class Miroir:
    """An application that answers the body it got, and keeps each environ."""

    environs: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        corps = environ["wsgi.input"].read()
        self.environs.append(environ)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(corps)))])
        return [corps]


@pytest.fixture
def miroir() -> Miroir:
    """A mirror."""
    return Miroir()
