"""Who watches a server is answered while it works, and never waits for what it works on."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from sne_sandbox.server import sondes

DELAI = 60.0


class Etat:
    """A state that is fresh when it is told to be."""

    vivant = b'{"status": "ok"}\n'

    def __init__(self, *, fraiche: bool = True) -> None:
        self.fraiche = fraiche
        self.demandes = self.fermes = 0
        self.quand_on_demande: Callable[[], None] = lambda: None

    def demander(self) -> None:
        self.demandes += 1
        self.quand_on_demande()

    def reponse(self) -> tuple[int, bytes]:
        return (200, b"pret") if self.fraiche else (503, b"perime")

    def fermer(self) -> None:
        self.fermes += 1


def _demander(serveur: Any, ligne: str, prise: Any = None) -> tuple[bytes, bytes]:
    with prise or serveur.prise() as lien:
        lien.sendall(f"{ligne} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        return serveur.reponse(lien)


def test_they_are_answered_while_every_thread_is_busy(lancer: Any) -> None:
    entrees, sortie = threading.Semaphore(0), threading.Event()

    def bloquee(environ: Any, start_response: Any) -> Any:
        entrees.release()
        sortie.wait(DELAI)
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    etat = Etat()
    serveur = lancer(bloquee, etat=etat)
    prises = [serveur.prise() for _ in range(5)]
    try:
        for prise in prises:
            prise.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        for _ in range(2):
            assert entrees.acquire(timeout=DELAI)
        tete, corps = _demander(serveur, "GET /healthz")
        assert tete.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"Content-Type: application/json" in tete
        assert corps == etat.vivant
        assert _demander(serveur, "GET /readyz?x=1")[1] == b"pret"
        assert _demander(serveur, "GET /readyz", serveur.prise_tls())[1] == b"pret"
        etat.fraiche = False
        tete, corps = _demander(serveur, "GET /readyz")
        assert tete.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert (corps, etat.demandes) == (b"perime", 3)
    finally:
        sortie.set()
        for prise in prises:
            prise.close()
    serveur.arreter()
    assert etat.fermes == 1


def test_the_first_who_asks_is_given_a_moment(
    lancer: Any, miroir: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sondes, "_ATTENTE", DELAI)
    etat = Etat(fraiche=False)
    etat.quand_on_demande = lambda: threading.Timer(0.05, setattr, (etat, "fraiche", True)).start()
    assert _demander(lancer(miroir, etat=etat), "GET /readyz")[1] == b"pret"


@pytest.mark.parametrize("ligne", ["POST /healthz", "GET /healthz/", "GET /readyzz", "GET /"])
def test_what_is_no_probe_is_the_applications(lancer: Any, miroir: Any, ligne: str) -> None:
    assert _demander(lancer(miroir, etat=Etat()), ligne)[0].startswith(b"HTTP/1.1 200")
    assert len(miroir.environs) == 1


def test_without_a_state_they_are_the_applications(lancer: Any, miroir: Any) -> None:
    _demander(lancer(miroir), "GET /readyz")
    assert len(miroir.environs) == 1


def test_a_kept_connection_goes_on_after_a_probe(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir, etat=Etat())
    with serveur.prise() as prise:
        for chemin in ("/healthz", "/readyz", "/", "/healthz"):
            prise.sendall(f"GET {chemin} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            assert serveur.reponse(prise)[0].startswith(b"HTTP/1.1 200")
        # Two at once, as a client that pipelines sends them.
        prise.sendall(b"HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        recu = b""
        while not recu.endswith(b"}\n"):
            recu += prise.recv(4096)
        assert recu.count(b"HTTP/1.1 200 OK") == 2
