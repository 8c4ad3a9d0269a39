"""HTTP as it is read and refused, byte by byte."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from sne_interface.domain.echange import NON_REMISE
from sne_interface.domain.panne import PanneDefinition
from sne_sandbox.server import connexion_http
from sne_sandbox.server.livraison_de_la_reponse import AVANT

POST = b"POST /services/X HTTP/1.1\r\nHost: autre.exemple.fr\r\n"


def selon_la_machine(essai: Callable[[float], None]) -> None:
    """Tries with a limit in seconds that a busy machine may cross, then with longer ones: the server and its
    peer must both keep to it."""
    for limite in (0.2, 2.0):
        with contextlib.suppress(AssertionError, OSError):
            essai(limite)
            return
    essai(30.0)


def test_keep_alive_answers_one_request_after_the_other(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir)
    with serveur.prise() as prise:
        for corps in (b"un", b"deux"):
            prise.sendall(POST + b"Content-Length: %d\r\n\r\n%s" % (len(corps), corps))
            assert serveur.reponse(prise)[1] == corps


def test_two_requests_sent_at_once_are_answered_in_order(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir)
    with serveur.prise() as prise:
        fin = POST + b"Connection: close\r\nContent-Length: 4\r\n\r\ndeux"
        prise.sendall(POST + b"Content-Length: 2\r\n\r\nun" + fin)
        recu = serveur.tout(prise)
    assert recu.count(b"HTTP/1.1 200 OK") == 2
    assert recu.index(b"\r\n\r\nun") < recu.index(b"\r\n\r\ndeux")


@pytest.mark.parametrize("chiffree", [False, True])
def test_an_answer_that_comes_after_a_reset_is_said_not_delivered(
    lancer: Any, chiffree: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    perdre = connexion_http.Canal.connectionLost
    recue, partie, dites = threading.Event(), threading.Event(), list[str]()

    def lente(environ: Any, start_response: Any) -> Any:
        environ[NON_REMISE] = dites.append
        recue.set()
        assert partie.wait(10)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    def perdue(canal: Any, raison: Any) -> None:
        perdre(canal, raison)
        partie.set()

    monkeypatch.setattr(connexion_http.Canal, "connectionLost", perdue)
    serveur = lancer(lente)
    with serveur.prise_tls() if chiffree else serveur.prise() as prise:
        prise.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert recue.wait(10)
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert serveur.attendre(lambda: dites) == [AVANT]


@pytest.mark.parametrize("chiffree", [False, True])
def test_requests_sent_at_once_are_answered_as_their_sender_reads(lancer: Any, chiffree: bool) -> None:
    faites = []

    def longue(environ: Any, start_response: Any) -> Any:
        faites.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Length", "60000")])
        return [bytes(60_000)]

    serveur = lancer(longue)
    with serveur.prise_tls() if chiffree else serveur.prise() as prise:
        prise.sendall(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n" * 1000)
        serveur.attendre(lambda: faites)
        avant = -1
        while avant != len(faites):  # until it waits for its reader
            avant = len(faites)
            time.sleep(0.3)
        # What the kernels hold between them is all that was made: some megabytes of sixty.
        assert avant < 300
        prise.sendall(b"GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert serveur.tout(prise).count(b"HTTP/1.1 200 OK") == 1001
    assert faites == ["/a"] * 1000 + ["/b"]


@pytest.mark.parametrize("tete", [POST + b"Connection: close\r\n", POST.replace(b"1.1", b"1.0")])
def test_the_connection_closes_when_the_client_asks_for_it(lancer: Any, miroir: Any, tete: bytes) -> None:
    serveur = lancer(miroir)
    with serveur.prise() as prise:
        prise.sendall(tete + b"Content-Length: 3\r\n\r\nabc")
        recu = serveur.tout(prise)
    assert b"\r\nConnection: close\r\n" in recu
    assert recu.endswith(b"\r\n\r\nabc")


def test_a_chunked_body_arrives_whole_with_its_length(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir)
    with serveur.prise() as prise:
        prise.sendall(
            POST + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Fin: 1\r\n\r\n"
        )
        assert serveur.reponse(prise)[1] == b"abcde"
    assert miroir.environs[0]["CONTENT_LENGTH"] == "5"


def test_expect_100_continue_is_granted_before_the_body(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir)
    with serveur.prise() as prise:
        prise.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert prise.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        prise.sendall(b"abc")
        assert serveur.reponse(prise)[1] == b"abc"


def test_a_body_announced_too_big_is_refused_before_it_is_sent(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir, message_max=1000)
    with serveur.prise() as prise:
        prise.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n")
        tete, corps = serveur.reponse(prise)
    assert tete.startswith(b"HTTP/1.1 413 ")
    assert "1000 octets" in corps.decode()
    refus = serveur.attendre(lambda: serveur.refus_http)[0]
    assert (refus.statut, refus.methode, refus.chemin) == (413, "POST", "/services/X")
    assert refus.raison.endswith(" → réduisez le message, ou relevez --message-max.")
    assert miroir.environs == []


def test_a_client_that_sends_a_body_too_big_to_its_end_still_reads_the_refusal(
    lancer: Any, miroir: Any
) -> None:
    serveur = lancer(miroir, message_max=1000)
    with serveur.prise() as prise:
        prise.sendall(POST + b"Content-Length: 3000000\r\n\r\n" + bytes(3_000_000))
        assert serveur.reponse(prise)[0].startswith(b"HTTP/1.1 413 ")


def test_chunks_are_counted_while_they_come(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir, message_max=1000)
    with serveur.prise() as prise:
        prise.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"190\r\n" + bytes(400) + b"\r\n")
        prise.sendall(b"190\r\n" + bytes(400) + b"\r\n190\r\n" + bytes(400) + b"\r\n0\r\n\r\n")
        assert serveur.reponse(prise)[0].startswith(b"HTTP/1.1 413 ")
    assert miroir.environs == []


def test_a_body_at_the_limit_passes(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir, message_max=1000)
    with serveur.prise() as prise:
        prise.sendall(POST + b"Content-Length: 1000\r\n\r\n" + bytes(1000))
        assert serveur.reponse(prise)[1] == bytes(1000)


def test_a_body_longer_than_memory_allows_arrives_whole(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir)
    corps = bytes(range(256)) * 12_000
    with serveur.prise() as prise:
        prise.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(corps) + corps)
        assert serveur.reponse(prise)[1] == corps


@pytest.mark.parametrize(
    ("requete", "statut"),
    [
        pytest.param(b"n'importe quoi\r\n\r\n", 400, id="no request line"),
        pytest.param(b"GET / HTTP/3.0\r\n\r\n", 400, id="unknown version"),
        pytest.param(b"GET / HTTP/1.1\r\nsans deux-points\r\n\r\n", 400, id="no header"),
        pytest.param(POST + b"Content-Length: -1\r\n\r\n", 400, id="negative length"),
        pytest.param(POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, id="two lengths"),
        pytest.param(POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, id="smuggling"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, id="bad chunk"),
        pytest.param(
            POST + b"Transfer-Encoding: identity\r\n\r\nGET / HTTP/1.1\r\n\r\n", 400, id="no length"
        ),
        pytest.param(b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n", 431, id="long line"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 200 + b"\r\n", 431, id="many headers"),
        pytest.param(
            b"GET / HTTP/1.1\r\n" + (b"X-A: " + b"b" * 9000 + b"\r\n") * 5 + b"\r\n", 431, id="long headers"
        ),
    ],
)
def test_what_is_not_http_is_answered_and_the_server_goes_on(
    lancer: Any, miroir: Any, requete: bytes, statut: int
) -> None:
    serveur = lancer(miroir)
    with serveur.prise() as prise:
        prise.sendall(requete)
        tete, corps = serveur.reponse(prise)
    assert tete.startswith(b"HTTP/1.1 %d " % statut)
    assert corps.decode().endswith(".\n")
    refus = serveur.attendre(lambda: serveur.refus_http)[0]
    assert refus.statut == statut
    assert statut == 400 or " → raccourcissez" in refus.raison  # the remedy, as the journal tells it
    with serveur.prise() as prise:
        prise.sendall(POST + b"Content-Length: 3\r\n\r\nabc")
        assert serveur.reponse(prise)[1] == b"abc"
    assert len(serveur.refus_http) == 1


def test_a_peer_that_says_nothing_is_dropped_without_a_line(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir, inactivite=0.2)
    with serveur.prise() as prise:
        assert serveur.tout(prise) == b""
    assert serveur.refus_http == []


def test_a_peer_that_says_nothing_more_is_dropped_without_a_line(lancer: Any, miroir: Any) -> None:
    def essai(limite: float) -> None:
        serveur = lancer(miroir, inactivite=limite)
        with serveur.prise() as prise:
            prise.sendall(POST + b"Content-Length: 3\r\n\r\nabc")
            assert serveur.reponse(prise)[1] == b"abc"
            assert serveur.tout(prise) == b""
        assert serveur.refus_http == []

    selon_la_machine(essai)


@pytest.mark.parametrize(
    ("debut", "dit"),
    [
        (b"POS", "à temps."),
        (b"POST /a HTTP/1.1\r\nHo", "à temps."),
        (POST + b"Content-Length: 9\r\n\r\nabc", "3 octets reçus sur 9."),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc", "3 octets reçus."),
        (POST + b"Content-Length: 1\r\n\r\na" + POST + b"Content-Length: 4\r\n\r\n", "0 octets reçus sur 4."),
    ],
    ids=["line", "head", "body", "chunk", "second request"],
)
@pytest.mark.parametrize("lent", [False, True], ids=["silent", "slow"])
def test_a_request_that_does_not_arrive_whole_is_refused(
    lancer: Any, miroir: Any, debut: bytes, dit: str, lent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connexion_http, "SILENCE_APRES_REFUS", 0.05)

    def essai(limite: float) -> None:
        serveur = lancer(miroir, **{"reception" if lent else "inactivite": limite})
        with serveur.prise() as prise:
            prise.sendall(debut)
            assert b"HTTP/1.1 408 " in serveur.tout(prise)
        (refus,) = serveur.attendre(lambda: serveur.refus_http)
        assert (refus.statut, refus.raison.endswith(dit)) == (408, True)

    selon_la_machine(essai)


def test_a_request_that_arrived_in_time_has_no_limit(lancer: Any, miroir: Any) -> None:
    def essai(limite: float) -> None:
        serveur = lancer(miroir, reception=limite)
        with serveur.prise() as prise:
            for _ in range(2):
                prise.sendall(POST + b"Content-Length: 3\r\n\r\n")
                time.sleep(0.05)  # the head is read alone: the limit is armed
                prise.sendall(b"abc")
                assert serveur.reponse(prise)[1] == b"abc"
                time.sleep(limite + 0.1)
        assert serveur.refus_http == []

    selon_la_machine(essai)


def test_a_body_cut_by_its_sender_has_a_line(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir)
    with serveur.prise() as prise:
        prise.sendall(b"POST /bases/a/services HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc")
    (refus,) = serveur.attendre(lambda: serveur.refus_http)
    assert (refus.statut, refus.methode, refus.chemin) == (0, "POST", "/bases/a/services")
    assert refus.raison == "Connexion coupée avant la fin du corps : 3 octets reçus sur 9."
    assert miroir.environs == []


def test_a_peer_silent_in_its_handshake_is_dropped(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir, inactivite=0.2)
    with serveur.connecter(serveur.adresses.https) as prise, contextlib.suppress(ConnectionResetError):
        assert serveur.tout(prise) == b""
    assert serveur.refus_tls == []


def test_a_peer_that_leaves_while_it_is_answered_harms_nobody(lancer: Any, miroir: Any) -> None:
    lus = []

    def lente(environ: Any, start_response: Any) -> Any:
        time.sleep(0.2)
        lus.append(environ["wsgi.input"].read())
        return miroir(environ, start_response)

    serveur = lancer(lente)
    with serveur.prise() as prise:
        prise.sendall(POST + b"Content-Length: 3\r\n\r\nabc")
    assert serveur.attendre(lambda: lus) == [b"abc"]
    with serveur.prise() as prise:
        prise.sendall(POST + b"Content-Length: 0\r\n\r\n")
        assert serveur.reponse(prise)[0].startswith(b"HTTP/1.1 200 ")


# --- the environ that the application gets, and the answers it gives -------------------------------------


def _obtenir(serveur: Any, requete: bytes) -> bytes:
    with serveur.prise() as prise:
        prise.sendall(requete)
        recu: bytes = serveur.tout(prise)
    return recu


FIN = b"Connection: close\r\n\r\n"


def test_the_environ_is_that_of_pep_3333(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir)
    requete = (
        b"POST /a%20b/c?d=%C3%A9&e HTTP/1.1\r\nHost: sne.exemple.fr\r\nContent-Type: text/xml\r\n"
        b"X-Deux: 1\r\nX-Deux: 2\r\nCookie: a=1\r\nCookie: b=2\r\nContent-Length: 1\r\n"
    )
    _obtenir(serveur, requete + FIN + b"x")
    environ = miroir.environs[0]
    attendu = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/a b/c",
        "QUERY_STRING": "d=%C3%A9&e",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": "127.0.0.1",
        "HTTP_HOST": "sne.exemple.fr",
        "HTTP_X_DEUX": "1, 2",
        "HTTP_COOKIE": "a=1; b=2",
        "CONTENT_TYPE": "text/xml",
        "CONTENT_LENGTH": "1",
        "wsgi.url_scheme": "http",
        "sne.ecoute": "http",
        "sne.certificat_client": None,
    }
    assert {cle: environ[cle] for cle in attendu} == attendu
    assert "HTTP_CONTENT_TYPE" not in environ


@pytest.mark.parametrize(
    ("cible", "chemin"),
    [(b"http://sne.exemple.fr/services/X?a", "/services/X"), (b"http://sne.exemple.fr", "/"), (b"*", "*")],
)
def test_every_form_of_request_target_is_read(lancer: Any, miroir: Any, cible: bytes, chemin: str) -> None:
    _obtenir(lancer(miroir), b"OPTIONS " + cible + b" HTTP/1.1\r\n" + FIN)
    assert miroir.environs[0]["PATH_INFO"] == chemin


def test_no_header_can_forge_the_client_certificate(lancer: Any, miroir: Any) -> None:
    faux = b"sne.certificat_client: x\r\nSne-Certificat-Client: x\r\nsne_certificat_client: x\r\n"
    _obtenir(lancer(miroir), b"GET / HTTP/1.1\r\n" + faux + FIN)
    environ = miroir.environs[0]
    assert environ["sne.certificat_client"] is None
    assert [cle for cle, valeur in environ.items() if valeur == "x" and not cle.startswith("HTTP_")] == []


def test_an_application_that_raises_is_answered_500_and_logged(
    lancer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def cassee(environ: Any, start_response: Any) -> Any:
        raise ZeroDivisionError

    recu = _obtenir(lancer(cassee), b"GET /ici HTTP/1.1\r\n" + FIN)
    assert recu.startswith(b"HTTP/1.1 500 ")
    assert "bac à sable" in recu.decode()
    assert "/ici" in caplog.text


def test_a_header_that_holds_a_line_end_never_leaves(lancer: Any) -> None:
    def injectee(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("X-A", "b\r\nX-C: d")])
        return [b""]

    recu = _obtenir(lancer(injectee), b"GET / HTTP/1.1\r\n" + FIN)
    assert recu.startswith(b"HTTP/1.1 500 ")
    assert b"X-C" not in recu


@pytest.mark.parametrize(("methode", "statut"), [(b"HEAD", "200 OK"), (b"GET", "304 Not Modified")])
def test_answers_that_have_no_body_have_none(lancer: Any, methode: bytes, statut: str) -> None:
    def application(environ: Any, start_response: Any) -> Any:
        start_response(statut, [("Content-Type", "text/plain")])
        return [b"corps"]

    recu = _obtenir(lancer(application), methode + b" / HTTP/1.1\r\n" + FIN)
    assert recu.endswith(b"\r\n\r\n")


def test_the_iterable_is_closed(lancer: Any) -> None:
    fermes = []

    class Corps:
        def __iter__(self) -> Any:
            return iter([b"a", b"b"])

        def close(self) -> None:
            fermes.append(True)

    def application(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Length", "2")])
        return Corps()

    serveur = lancer(application)
    assert _obtenir(serveur, b"GET / HTTP/1.1\r\n" + FIN).endswith(b"\r\n\r\nab")
    assert serveur.attendre(lambda: fermes)


class Direct:
    """An event stream of two events: the second waits for `suite`. Anything else is answered at once."""

    def __init__(self) -> None:
        self.suite = threading.Event()
        self.fermes: list[bool] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"] != "/direct":
            start_response("200 OK", [("Content-Length", "2")])
            return [b"ok"]
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return self.evenements()

    def evenements(self) -> Any:
        try:
            yield b"data: 1\n\n"
            self.suite.wait(60)
            yield b"data: 2\n\n"
        finally:
            self.fermes.append(True)


def test_more_event_streams_than_threads_delay_nobody(lancer: Any) -> None:
    direct = Direct()
    serveur = lancer(direct, threads=2)
    flux = [serveur.prise() for _ in range(8)]
    try:
        for prise in flux:
            prise.sendall(b"GET /direct HTTP/1.1\r\n" + FIN)
        recus = [prise.recv(4096) for prise in flux]
        assert all(recu.startswith(b"HTTP/1.1 200 OK") for recu in recus)
        assert _obtenir(serveur, b"GET / HTTP/1.1\r\n" + FIN).endswith(b"ok")
        direct.suite.set()
        assert all(serveur.tout(prise).endswith(b"data: 2\n\n\r\n0\r\n\r\n") for prise in flux)
    finally:
        direct.suite.set()
        for prise in flux:
            prise.close()
    assert serveur.attendre(lambda: len(direct.fermes) == 8)


def test_a_stream_to_a_client_of_http_1_0_ends_with_the_connection(lancer: Any) -> None:
    direct = Direct()
    direct.suite.set()
    recu = _obtenir(lancer(direct), b"GET /direct HTTP/1.0\r\n\r\n")
    assert b"Transfer-Encoding" not in recu
    assert recu.endswith(b"\r\n\r\ndata: 1\n\ndata: 2\n\n")


def test_a_reader_that_does_not_read_holds_back_the_application(lancer: Any) -> None:
    produits = []

    def application(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "application/octet-stream")])

        def blocs() -> Any:
            for rang in range(200):
                produits.append(rang)
                yield bytes(1_000_000)

        return blocs()

    serveur = lancer(application, inactivite=0.5)
    with serveur.prise() as prise:
        prise.sendall(b"GET / HTTP/1.1\r\n" + FIN)
        serveur.attendre(lambda: produits)
        serveur.arret.wait(1.0)
    assert len(produits) < 50


def test_a_stream_that_breaks_ends_without_its_last_chunk(lancer: Any) -> None:
    def application(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return iter_cassee()

    def iter_cassee() -> Any:
        yield b"debut"
        raise ZeroDivisionError

    with lancer(application).prise() as prise:
        prise.sendall(b"GET / HTTP/1.1\r\n" + FIN)
        recu = b""
        try:
            while morceau := prise.recv(4096):
                recu += morceau
        except ConnectionResetError:
            pass
    assert not recu.endswith(b"0\r\n\r\n")


def test_a_panne_writes_the_answer_its_own_way(lancer: Any) -> None:
    def application(environ: Any, start_response: Any) -> Any:
        environ["sne.panne"] = PanneDefinition("longueur_fausse", parametres={"ecart": "-3"})
        start_response("200 OK", [("Content-Length", "6")])
        return [b"entier"]

    recu = _obtenir(lancer(application), b"GET / HTTP/1.1\r\n\r\n")
    assert b"\r\nContent-Length: 3\r\n" in recu
    assert recu.endswith(b"\r\n\r\nentier")
