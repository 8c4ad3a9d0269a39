"""The environ that the application gets, and the answers it gives."""

import threading
from typing import Any

import pytest

from sne_interface.domain.panne import PanneDefinition


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
