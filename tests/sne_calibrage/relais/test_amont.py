"""The way to the real server, against sockets that say exactly what they are told."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sne_calibrage.relais.amont import Amont, AmontDefaillant, LienAmont, de_bout_en_bout
from sne_interface.errors import UsageError

Dire = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\n"


class Pair:
    """A server that reads one request and lets `dire` answer."""

    def __init__(self, dire: Dire) -> None:
        self.recu = b""
        self._dire = dire
        self._prise = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._prise.getsockname()[1]}"
        self._fil = threading.Thread(target=self._servir, daemon=True)
        self._fil.start()

    def _servir(self) -> None:
        try:
            lien, _ = self._prise.accept()
        except OSError:
            return
        with lien:
            while b"\r\n\r\n" not in self.recu:
                self.recu += lien.recv(65536)
            tete, _, corps = self.recu.partition(b"\r\n\r\n")
            for ligne in tete.lower().split(b"\r\n"):
                if ligne.startswith(b"content-length:"):
                    while len(corps) < int(ligne[15:]):
                        corps += lien.recv(65536)
            self.recu = tete + b"\r\n\r\n" + corps
            self._dire(lien)

    def fermer(self) -> None:
        self._prise.close()
        self._fil.join(60)


@pytest.fixture
def pair() -> Iterator[Callable[[Dire | bytes], Pair]]:
    ouverts: list[Pair] = []

    def un(dire: Dire | bytes) -> Pair:
        ouverts.append(Pair((lambda lien: lien.sendall(dire)) if isinstance(dire, bytes) else dire))
        return ouverts[-1]

    yield un
    for ouvert in ouverts:
        ouvert.fermer()


def test_the_request_arrives_byte_for_byte(pair: Callable[[bytes], Pair]) -> None:
    corps = bytes(range(256)) * 10
    reel = pair(OK + b"Content-Length: 2\r\n\r\nok")
    en_tetes = [
        ("Host", "sne.national.example"),
        ("Content-Type", 'multipart/related; boundary="--=é"'),
        ("SOAPAction", '"x"'),
        ("Connection", "keep-alive, X-Saut"),
        ("X-Saut", "1"),
        ("Authorization", "Basic c2VjcmV0"),
    ]
    LienAmont(Amont(reel.url + "/nuu/")).envoyer("POST", "/services/A%20b/?x=%C3%A9&y", en_tetes, corps)
    tete, _, recu = reel.recu.partition(b"\r\n\r\n")
    assert recu == corps
    assert tete.split(b"\r\n") == [
        b"POST /nuu/services/A%20b/?x=%C3%A9&y HTTP/1.1",
        b"Host: " + reel.url.removeprefix("http://").encode(),
        'Content-Type: multipart/related; boundary="--=é"'.encode("latin-1"),
        b'SOAPAction: "x"',
        b"Authorization: Basic c2VjcmV0",
        b"Content-Length: 2560",
    ]


def test_the_answer_comes_back_as_it_is(pair: Callable[[bytes], Pair]) -> None:
    reel = pair(
        b"HTTP/1.1 500 Erreur SOAP\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Plie: a\r\n b\r\n"
        b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n\x00\xff\n\r\n2;x=y\r\nab\r\n0\r\n\r\n"
    )
    reponse = LienAmont(Amont(reel.url)).envoyer("POST", "/", [], b"x")
    assert (reponse.statut, reponse.raison, reponse.corps) == (500, "Erreur SOAP", b"\x00\xff\nab")
    assert reponse.en_tetes == [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Plie", "a  b")]


def test_a_redirection_is_an_answer(pair: Callable[[bytes], Pair]) -> None:
    reel = pair(b"HTTP/1.1 302 Found\r\nLocation: http://ailleurs.invalid/\r\nContent-Length: 0\r\n\r\n")
    reponse = LienAmont(Amont(reel.url)).envoyer("POST", "/", [], b"x")
    assert (reponse.statut, reponse.en_tetes[0]) == (302, ("Location", "http://ailleurs.invalid/"))


def test_an_answer_that_comes_before_the_whole_request_is_read(pair: Callable[[Dire], Pair]) -> None:
    prise = socket.create_server(("127.0.0.1", 0))

    def refuser() -> None:
        lien, _ = prise.accept()
        with lien:
            lien.recv(1000)
            lien.sendall(b"HTTP/1.1 413 Trop gros\r\nContent-Length: 3\r\nConnection: close\r\n\r\nnon")
            lien.shutdown(socket.SHUT_WR)
            while lien.recv(1 << 20):
                pass

    fil = threading.Thread(target=refuser, daemon=True)
    fil.start()
    with prise:
        url = f"http://127.0.0.1:{prise.getsockname()[1]}"
        reponse = LienAmont(Amont(url)).envoyer("POST", "/", [], bytes(5_000_000))
        fil.join(60)
    assert (reponse.statut, reponse.corps) == (413, b"non")


def goutte(lien: socket.socket) -> None:
    """An answer that never ends, a byte at a time: no silence is ever long."""
    lien.sendall(OK + b"Content-Length: 100000\r\n\r\n")
    try:
        while True:
            lien.sendall(b"x" * 4000)
            time.sleep(0.02)
    except OSError:
        pass


def muet(lien: socket.socket) -> None:
    """No answer, until the other has gone."""
    while lien.recv(65536):
        pass


@pytest.mark.parametrize(
    ("dire", "statut", "phrase"),
    [
        (muet, 504, "en 0.3 secondes"),
        (goutte, 504, "en 0.3 secondes"),
        (lambda lien: None, 502, "réponse lisible"),
        (b"bonjour\r\n\r\n", 502, "réponse lisible"),
        (OK + b"Content-Length: 10\r\n\r\ncoupe", 502, "coupée"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", 502, "coupée"),
        (OK + b"Content-Length: 2000\r\n\r\n" + bytes(2000), 502, "trop grosse"),
    ],
)
def test_an_answer_that_cannot_be_passed_on(
    pair: Callable[[Dire | bytes], Pair], dire: Dire | bytes, statut: int, phrase: str
) -> None:
    lent = statut == 504
    lien = LienAmont(Amont(pair(dire).url, delai=0.3 if lent else 60, reponse_max=10**6 if lent else 1000))
    with pytest.raises(AmontDefaillant, match=phrase) as vu:
        lien.envoyer("POST", "/", [], b"x")
    assert vu.value.statut == statut


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))  # ours, so that nobody else listens there
        port = prise.getsockname()[1]
        with pytest.raises(AmontDefaillant, match="refuse la connexion"):
            LienAmont(Amont(f"http://127.0.0.1:{port}")).envoyer("GET", "/", [], b"")


@pytest.mark.parametrize(
    "url", ["sne.fr", "ftp://sne.fr", "https://", "https://a:b@sne.fr", "http://sne.fr/?x", "http://sne.fr:x"]
)
def test_an_address_that_cannot_be_called(url: str) -> None:
    with pytest.raises(UsageError):
        LienAmont(Amont(url))


def test_certificates_that_cannot_be_used(tmp_path: Path) -> None:
    faux = tmp_path / "faux.pem"
    faux.write_text("rien")
    for amont in (
        Amont("https://sne.fr", certificat=faux),
        Amont("https://sne.fr", autorite=faux),
        Amont("http://sne.fr", certificat=faux),
    ):
        with pytest.raises(UsageError):
            LienAmont(amont)


def test_headers_of_one_hop_stay_there() -> None:
    tous = [("TE", "trailers"), ("Connection", "close, X-A"), ("x-a", "1"), ("X-B", "2"), ("Upgrade", "h2c")]
    assert de_bout_en_bout(tous) == [("X-B", "2")]
