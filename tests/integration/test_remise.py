"""A client that sends no more, or is gone, before its answer is there: raw sockets, in clear and by TLS."""

import contextlib
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

import pytest
from client_mtom import DEMANDE
from OpenSSL import SSL
from serveur_local import Serveur

from sne_sandbox.server import livraison_de_la_reponse

DELAI: Final = 60.0
CHEMIN: Final = f"/services/{DEMANDE}/"
ENVELOPPE: Final = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:ws="http://ws.metier.nuu.application.i2/"><s:Body><ws:demandeLogementParametres>'
    "<numUnique>0620318999999G1226</numUnique><nomCertificat/><certificat/></ws:demandeLogementParametres>"
    "</s:Body></s:Envelope>"
)


def requete(serveur: Serveur, blancs: int = 0) -> bytes:
    """One that reads a demande that is not there, `blancs` spaces after its envelope."""
    return (
        f"POST {serveur.prefixe}{CHEMIN} HTTP/1.1\r\nHost: sne.exemple.fr\r\n"
        f"Content-Type: application/soap+xml\r\nContent-Length: {len(ENVELOPPE) + blancs}\r\n\r\n"
        f"{ENVELOPPE}{' ' * blancs}"
    ).encode()


class Bout(Protocol):
    """The client's end: bytes sent, then nothing more, then all that comes back."""

    def envoyer(self, octets: bytes) -> None: ...
    def se_taire(self) -> None: ...
    def lire(self) -> bytes: ...


class EnClair:
    def __init__(self, prise: socket.socket) -> None:
        self.prise = prise

    def envoyer(self, octets: bytes) -> None:
        self.prise.sendall(octets)

    def se_taire(self) -> None:
        self.prise.shutdown(socket.SHUT_WR)

    def lire(self) -> bytes:
        recu = b""
        while morceau := self.prise.recv(1 << 16):
            recu += morceau
        return recu


class ParTls:
    """`prise_aussi`: after its close_notify, it closes its side of the socket too; `sans_adieu`: without any
    close_notify."""

    def __init__(
        self, prise: socket.socket, version: int, *, prise_aussi: bool = False, sans_adieu: bool = False
    ) -> None:
        contexte = SSL.Context(SSL.TLS_CLIENT_METHOD)
        contexte.set_min_proto_version(version)
        contexte.set_max_proto_version(version)
        self.prise, self.prise_aussi, self.sans_adieu = prise, prise_aussi or sans_adieu, sans_adieu
        self.tls = SSL.Connection(contexte, prise)
        self.tls.set_connect_state()
        self._attendre(self.tls.do_handshake)

    def _attendre(self, geste: Callable[[], Any]) -> Any:
        """Returns what `geste` does, and waits for bytes when it asks: a socket with a limit never blocks."""
        while True:
            try:
                return geste()
            except SSL.WantReadError:
                self.prise.recv(1, socket.MSG_PEEK)  # waits for a byte, or for the end, within its limit

    def envoyer(self, octets: bytes) -> None:
        self.tls.sendall(octets)

    def se_taire(self) -> None:
        if not self.sans_adieu:
            self.tls.shutdown()
        if self.prise_aussi:
            self.prise.shutdown(socket.SHUT_WR)

    def lire(self) -> bytes:
        recu = b""
        # The server says goodbye; it may just close, once it has answered one that left without.
        with contextlib.suppress(SSL.ZeroReturnError, *[SSL.SysCallError] * self.sans_adieu):
            while True:
                recu += self._attendre(lambda: self.tls.recv(1 << 16))
        return recu


BOUTS: Final[dict[str, tuple[bool, Callable[[socket.socket], Bout]]]] = {
    "http": (False, EnClair),
    "tls12": (True, lambda prise: ParTls(prise, SSL.TLS1_2_VERSION)),
    "tls13": (True, lambda prise: ParTls(prise, SSL.TLS1_3_VERSION)),
    "tls12 and its socket": (True, lambda prise: ParTls(prise, SSL.TLS1_2_VERSION, prise_aussi=True)),
    "tls13 and its socket": (True, lambda prise: ParTls(prise, SSL.TLS1_3_VERSION, prise_aussi=True)),
    "tls13 without close_notify": (True, lambda prise: ParTls(prise, SSL.TLS1_3_VERSION, sans_adieu=True)),
}


@pytest.fixture(params=BOUTS)
def bout(request: pytest.FixtureRequest, serveur: Serveur) -> Iterator[Bout]:
    """A client of each kind, connected."""
    https, ouvrir = BOUTS[request.param]
    with serveur.prise("https" if https else "http") as prise:
        yield ouvrir(prise)


@pytest.fixture
def attente(serveur: Serveur) -> None:
    """The next answer comes half a second late: what the client does meanwhile comes before it."""
    serveur.lire(
        f"/api/v1/bases/{serveur.base}/pannes",
        {"genre": "delai", "fois": 1, "parametres": {"secondes": "0.5"}},
    )


def _ligne(serveur: Serveur, avant: int, *, non_remise: bool) -> dict[str, Any]:
    """The one line after `avant`, once it tells what is expected of its answer."""
    limite = time.monotonic() + DELAI
    while True:
        (ligne,) = serveur.lignes_depuis(avant)
        if bool(ligne["non_remise"]) == non_remise or time.monotonic() > limite:
            return ligne
        time.sleep(0.02)


def _verifier(recu: bytes) -> None:
    tete, _, corps = recu.partition(b"\r\n\r\n")
    assert tete.startswith(b"HTTP/1.1 500 "), recu[:300]
    assert f"Content-Length: {len(corps)}".encode() in tete
    assert b"est inconnu" in corps


def test_a_client_that_half_closes_gets_its_answer(serveur: Serveur, bout: Bout) -> None:
    avant = serveur.dernier()
    bout.envoyer(requete(serveur))
    bout.se_taire()
    _verifier(bout.lire())
    assert _ligne(serveur, avant, non_remise=False)["non_remise"] == ""


def test_it_gets_it_however_late(serveur: Serveur, bout: Bout, attente: None) -> None:
    bout.envoyer(requete(serveur))
    bout.se_taire()
    _verifier(bout.lire())


def test_requests_sent_together_are_all_answered(serveur: Serveur) -> None:
    with serveur.prise() as prise:
        bout = EnClair(prise)
        bout.envoyer(3 * requete(serveur))
        bout.se_taire()
        assert bout.lire().count(b"HTTP/1.1 500 ") == 3


def test_a_long_answer_reaches_a_client_that_half_closes_in_its_middle(serveur: Serveur) -> None:
    numero = serveur.dernier()
    with serveur.prise() as prise:
        prise.sendall(requete(serveur, blancs=4_000_000))
        prise.recv(10)
    _, numero = numero, serveur.lignes_depuis(numero)[0]["id"]
    with serveur.prise() as prise:
        prise.sendall(
            f"GET /api/v1/bases/{serveur.base}/exchanges/{numero}/request HTTP/1.1\r\n"
            "Host: localhost\r\n\r\n".encode()
        )
        debut = prise.recv(1000)
        prise.shutdown(socket.SHUT_WR)
        tete, _, corps = (debut + EnClair(prise).lire()).partition(b"\r\n\r\n")
    assert b" 200 " in tete
    assert len(corps) >= len(ENVELOPPE) + 4_000_000


def test_a_request_cut_in_its_body_is_still_said_so(serveur: Serveur) -> None:
    avant = serveur.dernier()
    with serveur.prise() as prise:
        prise.sendall(requete(serveur)[:-10])
        prise.shutdown(socket.SHUT_WR)
        assert EnClair(prise).lire() == b""
    (ligne,) = serveur.lignes_depuis(avant)
    assert "avant la fin du corps" in ligne["fault"]["message"]


# --- an answer that does not arrive -------------------------------------------------------------------


def _disparaitre(prise: socket.socket) -> None:
    """Closes both ways: its machine resets what comes."""
    prise.close()


def _reinitialiser(prise: socket.socket) -> None:
    """A reset, at once."""
    prise.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    prise.close()


# A TLS 1.3 client that closes has left the server's tickets unread: its machine resets the connection.
@pytest.mark.parametrize(
    ("https", "partir", "raison"),
    [
        pytest.param(False, _disparaitre, livraison_de_la_reponse.REFUSEE, id="http, closed"),
        pytest.param(False, _reinitialiser, livraison_de_la_reponse.PENDANT, id="http, reset"),
        pytest.param(True, _disparaitre, livraison_de_la_reponse.PENDANT, id="https, closed"),
        pytest.param(True, _reinitialiser, livraison_de_la_reponse.PENDANT, id="https, reset"),
    ],
)
def test_an_answer_to_a_client_that_left_is_said_not_delivered(
    serveur: Serveur, attente: None, partir: Callable[[socket.socket], None], raison: str, https: bool
) -> None:
    avant = serveur.dernier()
    with serveur.prise("https" if https else "http") as prise:
        if https:
            contexte = ssl.create_default_context(cafile=serveur.pret["ca_file"])
            prise = contexte.wrap_socket(prise, server_hostname="localhost")
        prise.sendall(requete(serveur))
        time.sleep(0.1)  # the request has been read: what is reset is the answer
        partir(prise)
    ligne = _ligne(serveur, avant, non_remise=True)
    assert ligne["non_remise"] == raison
    detail = serveur.lire(f"/api/v1/bases/{serveur.base}/exchanges/{ligne['id']}")
    assert (detail["statut"], detail["non_remise"]) == (500, raison)


def test_an_answer_that_was_read_is_not_said_lost(serveur: Serveur) -> None:
    """Whatever its client does afterwards."""
    avant = serveur.dernier()
    with serveur.prise() as prise:
        prise.sendall(requete(serveur))
        recu = b""
        while b"</soap:Envelope>" not in recu:
            recu += prise.recv(1 << 16)
        _reinitialiser(prise)
    time.sleep(0.3)
    (ligne,) = serveur.lignes_depuis(avant)
    assert ligne["non_remise"] == ""
