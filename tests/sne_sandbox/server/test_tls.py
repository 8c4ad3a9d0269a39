"""Handshakes: who is let in, what the application learns, what is said of the others."""

import contextlib
import ssl
from pathlib import Path
from typing import Any

import pytest
from OpenSSL import SSL

from sne_sandbox.pki.authority import Autorite, ecrire, lire_guichet
from sne_sandbox.server.tls import ContexteTls

DOIT = "c'est ce qu'il doit faire"
REQUETE = b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"


def _echouer(serveur: Any, contexte: ssl.SSLContext, adresse: str | None = None) -> Any:
    """Tries a request that TLS must refuse; returns the line that says why."""
    with contextlib.suppress(OSError), serveur.connecter(adresse or serveur.adresses.https) as prise:
        chiffree = contexte.wrap_socket(prise, server_hostname="localhost")
        chiffree.sendall(REQUETE)
        # In TLS 1.3 a client learns that its certificate was refused when it reads.
        assert chiffree.recv(100) == b""
    return serveur.attendre(lambda: serveur.refus_tls)[0]


@pytest.mark.parametrize("mode", ["optional", "required"])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_client_certificate_reaches_the_application(
    lancer: Any, miroir: Any, mode: str, version: ssl.TLSVersion
) -> None:
    serveur = lancer(miroir, client_cert=mode)
    contexte = serveur.contexte(certificat=True)
    contexte.minimum_version = contexte.maximum_version = version
    with serveur.prise_tls(contexte) as prise:
        for _ in range(2):
            prise.sendall(REQUETE)
            assert serveur.reponse(prise)[1] == b"abc"
    for environ in miroir.environs:
        assert lire_guichet(environ["sne.certificat_client"]) == ("G1226", "ecole")
        assert (environ["wsgi.url_scheme"], environ["sne.ecoute"]) == ("https", "https")


def test_a_resumed_session_keeps_its_certificate(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir, client_cert="required")
    contexte = serveur.contexte(certificat=True)
    with serveur.prise_tls(contexte) as prise:
        prise.sendall(REQUETE)
        serveur.reponse(prise)
        session = prise.session
    reprise = contexte.wrap_socket(
        serveur.connecter(serveur.adresses.https), server_hostname="localhost", session=session
    )
    with reprise as prise:
        prise.sendall(REQUETE)
        serveur.reponse(prise)
        assert prise.session_reused
    assert lire_guichet(miroir.environs[1]["sne.certificat_client"]) == ("G1226", "ecole")


@pytest.mark.parametrize(("mode", "certificat"), [("optional", False), ("off", False), ("off", True)])
def test_without_a_certificate_the_application_learns_none(
    lancer: Any, miroir: Any, mode: str, certificat: bool
) -> None:
    serveur = lancer(miroir, client_cert=mode)
    with serveur.prise_tls(serveur.contexte(certificat=certificat)) as prise:
        prise.sendall(REQUETE)
        assert serveur.reponse(prise)[1] == b"abc"
    assert miroir.environs[0]["sne.certificat_client"] is None


def test_a_connection_that_says_nothing_holds_no_buffers(autorite: Autorite) -> None:
    """Three thousand of them are 85 MB, and were 150."""
    contexte = ContexteTls(autorite.serveur, autorite.ca, "optional")
    assert contexte._contexte.set_mode(0) & SSL.MODE_RELEASE_BUFFERS


def test_a_required_certificate_that_is_missing(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir, client_cert="required")
    refus = _echouer(serveur, serveur.contexte())
    assert refus.raison == "aucun certificat client, alors que le serveur en exige un"
    assert refus.pair.startswith("127.0.0.1:")
    assert miroir.environs == []


def test_a_certificate_of_another_authority(lancer: Any, miroir: Any, tmp_path: Path) -> None:
    serveur = lancer(miroir)
    fichiers = ecrire(Autorite.ouvrir(tmp_path).emettre("G9999"), tmp_path)
    contexte = serveur.contexte()
    contexte.load_cert_chain(fichiers.certificat, fichiers.cle)
    refus = _echouer(serveur, contexte)
    assert refus.raison == "le certificat client n'est pas signé par l'autorité du bac à sable"
    assert "sne-sandbox pki issue" in refus.detail
    assert miroir.environs == []


def test_the_certificate_of_the_server_is_no_client_certificate(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir)
    contexte = serveur.contexte()
    contexte.load_cert_chain(serveur.autorite.serveur)
    assert _echouer(serveur, contexte).raison == "le certificat présenté n'est pas un certificat client"


@pytest.mark.parametrize("ecoute", ["https", "https_autre_nom"])
def test_a_client_that_does_not_know_the_authority(lancer: Any, miroir: Any, ecoute: str) -> None:
    serveur = lancer(miroir)
    refus = _echouer(serveur, ssl.create_default_context(), getattr(serveur.adresses, ecoute))
    assert refus.raison == "le client refuse le certificat du serveur", "nothing of the name"
    assert "ca.pem" in refus.detail


@pytest.mark.parametrize(
    ("ecoute", "dit"), [("https_expire", "expiré"), ("https_autre_nom", "qui est à un autre nom")]
)
def test_a_client_refuses_the_listener_to_refuse(lancer: Any, miroir: Any, ecoute: str, dit: str) -> None:
    serveur = lancer(miroir)
    refus = _echouer(serveur, serveur.contexte(), getattr(serveur.adresses, ecoute))
    assert refus.raison == f"le client refuse le certificat du serveur, {dit}"
    assert refus.detail.startswith("c'est ce qu'il doit faire")


def test_a_client_that_calls_the_true_listener_by_another_name(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir)
    with contextlib.suppress(OSError), serveur.connecter(serveur.adresses.https) as prise:
        serveur.contexte().wrap_socket(prise, server_hostname="autre.exemple.fr")
    refus = serveur.attendre(lambda: serveur.refus_tls)[0]
    assert refus.raison == "le client refuse le certificat du serveur"
    assert "--server-name" in refus.detail


@pytest.mark.parametrize("ecoute", ["https_expire", "https_autre_nom"])
def test_a_client_that_does_not_verify_is_seen_on_the_listener_to_refuse(
    lancer: Any, miroir: Any, ecoute: str
) -> None:
    serveur = lancer(miroir)
    contexte = ssl._create_unverified_context()
    with contexte.wrap_socket(serveur.connecter(getattr(serveur.adresses, ecoute))) as prise:
        prise.sendall(REQUETE)
        serveur.reponse(prise)
    assert miroir.environs[0]["sne.ecoute"] == ecoute


def test_plain_http_on_the_tls_port_is_told_so(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir)
    with serveur.connecter(serveur.adresses.https) as prise:
        prise.sendall(b"GET /ici HTTP/1.1\r\n\r\n")
        assert "https://" in serveur.tout(prise).decode()
    refus = serveur.attendre(lambda: serveur.refus_tls)[0]
    assert refus.raison == "requête HTTP en clair sur le port HTTPS"
    assert "GET /ici" in refus.detail


def test_tls_on_the_plain_port_has_its_line(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir)
    refus = _echouer(serveur, serveur.contexte(), serveur.adresses.http)
    assert refus.raison == "négociation TLS sur le port HTTP en clair"


# Records of raw bytes: a TLS 1.0 ClientHello with one old suite, and noise.
CLIENT_HELLO_1_0 = bytes.fromhex("160301002d0100002903" + "01" + "00" * 32 + "00" + "0002002f" + "0100")


@pytest.mark.parametrize(
    ("octets", "raison"),
    [
        (CLIENT_HELLO_1_0, "version de TLS trop ancienne"),
        (b"\x80\x2e\x01\x00\x02" + bytes(60), None),
        (b"\x16\x03\x01\x00\x05hello", None),
    ],
    ids=["TLS 1.0", "SSL 2", "noise"],
)
def test_what_is_no_handshake_has_its_line_and_the_server_goes_on(
    lancer: Any, miroir: Any, octets: bytes, raison: str | None
) -> None:
    serveur = lancer(miroir)
    with serveur.connecter(serveur.adresses.https) as prise, contextlib.suppress(ConnectionResetError):
        prise.sendall(octets)
        serveur.tout(prise)
    refus = serveur.attendre(lambda: serveur.refus_tls)[0]
    assert refus.raison == (raison or refus.raison)
    assert refus.raison
    with serveur.prise_tls() as prise:
        prise.sendall(REQUETE)
        assert serveur.reponse(prise)[1] == b"abc"


def test_a_peer_that_leaves_in_the_middle_has_its_line(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir)
    with serveur.connecter(serveur.adresses.https) as prise:
        prise.sendall(CLIENT_HELLO_1_0[:20])
    refus = serveur.attendre(lambda: serveur.refus_tls)[0]
    assert refus.raison == "le client a coupé ou s'est tu pendant la négociation"


def test_a_port_scan_has_no_line(lancer: Any, miroir: Any) -> None:
    serveur = lancer(miroir)
    serveur.connecter(serveur.adresses.https).close()
    with serveur.prise_tls() as prise:
        prise.sendall(REQUETE)
        serveur.reponse(prise)
    assert serveur.refus_tls == []


@pytest.mark.parametrize("ecoute", ["https_expire", "https_autre_nom"])
@pytest.mark.parametrize("connait", [True, False])
def test_whoever_refuses_a_port_to_refuse_is_right(
    lancer: Any, miroir: Any, ecoute: str, connait: bool
) -> None:
    """Whatever its stack does then: cut without a word, or blame the authority."""
    serveur = lancer(miroir)
    adresse = getattr(serveur.adresses, ecoute)
    if not connait:
        assert _echouer(serveur, ssl.create_default_context(), adresse).detail.startswith(DOIT)
        return
    with serveur.connecter(adresse) as prise:
        sortie = ssl.MemoryBIO()
        with contextlib.suppress(ssl.SSLWantReadError):
            serveur.contexte().wrap_bio(ssl.MemoryBIO(), sortie, server_hostname="localhost").do_handshake()
        prise.sendall(sortie.read())
        assert prise.recv(1), "the certificate has come"
    refus = serveur.attendre(lambda: serveur.refus_tls)[0]
    assert refus.raison == "le client a coupé ou s'est tu pendant la négociation"
    assert refus.detail.startswith(DOIT)
