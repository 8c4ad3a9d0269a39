"""TLS as a vendor meets it: who is let in, who is not, and the line of the journal that says why."""

import contextlib
import re
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from client_mtom import DEMANDE, Client, specimen
from serveur_local import Serveur

from sne_sandbox.pki.authority import AUTRE_NOM, Autorite, ecrire

REQUETE = (
    f"POST /services/{DEMANDE}/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    "Content-Type: application/soap+xml\r\nContent-Length: 1\r\n\r\n "
).encode()


@pytest.fixture(scope="module")
def exigeant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serveur]:
    """A server that wants a client certificate, and that a name of ours designates too."""
    demarre = Serveur.demarrer(
        tmp_path_factory.mktemp("exigeant") / "home",
        "--client-cert", "required", "--seed-base", "vide", "--server-name", "sne.exemple.fr",
    )  # fmt: skip
    yield demarre
    demarre.tuer()


def _appeler(
    serveur: Serveur, contexte: ssl.SSLContext, *, nom: str = "localhost", liste: str = "https"
) -> tuple[bytes, str | None]:
    """The answer to a request, and the version of TLS that was agreed."""
    with serveur.prise(liste) as prise, contexte.wrap_socket(prise, server_hostname=nom) as tls:
        tls.sendall(REQUETE)
        recu = b""
        while morceau := tls.recv(1 << 16):
            recu += morceau
        return recu, tls.version()


def _contexte(serveur: Serveur, certificat: tuple[str, str] | None = None) -> ssl.SSLContext:
    contexte = ssl.create_default_context(cafile=serveur.pret["ca_file"])
    if certificat:
        contexte.load_cert_chain(*certificat)
    return contexte


def _refuse(serveur: Serveur, contexte: ssl.SSLContext) -> str:
    """The handshake fails (under TLS 1.3 at the first read); what the journal says of it."""
    avant = serveur.dernier()
    recu = b""
    # The alert of the server, or the reset or the end of the connection where that overtakes it.
    with contextlib.suppress(ssl.SSLError, ConnectionError):
        recu, _ = _appeler(serveur, contexte)
    assert recu == b""
    (ligne,) = serveur.lignes_depuis(avant)
    assert (ligne["methode"], ligne["verdict"]) == ("TLS", "refus")
    return str(ligne["fault"]["message"]) + " / " + str(ligne["fault"]["explication"])


def test_tls_1_2_is_spoken_in_aead_suites_alone(exigeant: Serveur) -> None:
    """Each suite that OpenSSL knows is offered alone; the server takes those that encrypt and authenticate at
    once, over ephemeral keys."""
    tous = ssl.create_default_context()
    tous.set_ciphers("ALL:@SECLEVEL=0")
    noms = [suite["name"] for suite in tous.get_ciphers() if suite["protocol"] != "TLSv1.3"]
    assert len(noms) > 40
    pris = []
    for nom in noms:
        contexte = _contexte(exigeant, exigeant.certificat("G1226"))
        contexte.maximum_version = ssl.TLSVersion.TLSv1_2
        contexte.set_ciphers(f"{nom}:@SECLEVEL=0")
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            _appeler(exigeant, contexte)
            pris.append(nom)
    assert sorted(pris) == [
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
    ]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_of_tls(exigeant: Serveur, version: ssl.TLSVersion) -> None:
    contexte = _contexte(exigeant, exigeant.certificat("G1226"))
    contexte.minimum_version = contexte.maximum_version = version
    recu, convenue = _appeler(exigeant, contexte)
    assert recu.startswith(b"HTTP/1.1 500 "), "an empty message: a fault"
    assert convenue == {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}[version.name]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_certificate_of_another_authority_is_refused(
    exigeant: Serveur, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    ecrire(Autorite.ouvrir(tmp_path / "autre").emettre("G1226"), tmp_path)
    contexte = _contexte(exigeant, (str(tmp_path / "G1226.pem"), str(tmp_path / "G1226.key")))
    contexte.minimum_version = contexte.maximum_version = version
    raison = _refuse(exigeant, contexte)
    assert "n'est pas signé par l'autorité du bac à sable" in raison
    assert "pki issue" in raison
    assert "G1226" in raison


def test_no_certificate_where_one_is_required(exigeant: Serveur) -> None:
    assert "aucun certificat client" in _refuse(exigeant, _contexte(exigeant))


def test_a_client_that_does_not_know_the_authority_says_so_in_the_journal(exigeant: Serveur) -> None:
    assert "le client refuse le certificat du serveur" in _refuse(exigeant, ssl.create_default_context())


def test_plain_http_on_the_https_port_is_answered_in_plain_http(exigeant: Serveur) -> None:
    avant = exigeant.dernier()
    with exigeant.prise("https") as prise:
        prise.sendall(REQUETE)
        assert prise.recv(4096).startswith(b"HTTP/1.1 400 ")
    (ligne,) = exigeant.lignes_depuis(avant)
    assert ligne["fault"]["message"] == "requête HTTP en clair sur le port HTTPS"


def test_the_expired_listener_is_refused_by_a_client_that_checks(exigeant: Serveur) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        _appeler(exigeant, _contexte(exigeant, exigeant.certificat("G1226")), liste="https_expire")


def test_the_expired_listener_answers_a_client_that_does_not(exigeant: Serveur) -> None:
    contexte = _contexte(exigeant, exigeant.certificat("G1226"))
    contexte.check_hostname, contexte.verify_mode = False, ssl.CERT_NONE
    assert _appeler(exigeant, contexte, liste="https_expire")[0].startswith(b"HTTP/1.1 500 ")


def test_the_listener_of_another_name_is_refused_for_its_name_alone(exigeant: Serveur) -> None:
    contexte = _contexte(exigeant, exigeant.certificat("G1226"))
    for nom in ("localhost", "127.0.0.1", "sne.exemple.fr"):
        with pytest.raises(ssl.SSLCertVerificationError, match=r"mismatch|doesn't match|not valid for"):
            _appeler(exigeant, contexte, nom=nom, liste="https_autre_nom")
    assert _appeler(exigeant, contexte, nom=AUTRE_NOM, liste="https_autre_nom")[0].startswith(
        b"HTTP/1.1 500 "
    )
    contexte.check_hostname = False
    assert _appeler(exigeant, contexte, liste="https_autre_nom")[0].startswith(b"HTTP/1.1 500 ")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(("liste", "code"), [("https", 0), ("https_expire", 60), ("https_autre_nom", 60)])
def test_curl_accepts_the_true_server_alone(exigeant: Serveur, liste: str, code: int) -> None:
    """60 is curl's « peer certificate cannot be authenticated »."""
    certificat, cle = exigeant.certificat("G1226")
    vu = subprocess.run(
        ["curl", "--silent", "--show-error", "--noproxy", "*", "--cacert", exigeant.pret["ca_file"], "--cert",
         certificat, "--key", cle, f"{exigeant.pret[liste]}/services/{DEMANDE}/?wsdl"],
        capture_output=True, timeout=60,
    )  # fmt: skip
    assert vu.returncode == code, vu.stderr
    assert vu.stdout.startswith(b"<?xml" if code == 0 else b"")
    assert bool(vu.stdout) is (code == 0)


@pytest.mark.parametrize("nom", ["localhost", "127.0.0.1", "sne.exemple.fr"])
def test_the_names_of_the_server_certificate(exigeant: Serveur, nom: str) -> None:
    recu, _ = _appeler(exigeant, _contexte(exigeant, exigeant.certificat("G1226")), nom=nom)
    assert recu.startswith(b"HTTP/1.1 500 ")


def test_another_name_is_refused(exigeant: Serveur) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"Hostname mismatch|doesn't match"):
        _appeler(exigeant, _contexte(exigeant, exigeant.certificat("G1226")), nom="autre.exemple.fr")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_verifies_the_chain_it_is_sent(exigeant: Serveur, tmp_path: Path) -> None:
    certificat, cle = exigeant.certificat("G1226")
    lieu = urlsplit(exigeant.pret["https"])
    vu = subprocess.run(
        ["openssl", "s_client", "-connect", lieu.netloc, "-servername", "sne.exemple.fr", "-CAfile",
         exigeant.pret["ca_file"], "-cert", certificat, "-key", cle, "-verify_return_error",
         "-verify_hostname", "sne.exemple.fr", "-showcerts"],
        input=b"", capture_output=True, timeout=240,
    )  # fmt: skip
    assert vu.returncode == 0, vu.stderr
    assert b"Verify return code: 0 (ok)" in vu.stdout
    chaine = re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", vu.stdout, re.DOTALL)
    (tmp_path / "serveur.pem").write_bytes(chaine[0])
    for fichier, usage in ((str(tmp_path / "serveur.pem"), "sslserver"), (certificat, "sslclient")):
        verdict = subprocess.run(
            ["openssl", "verify", "-x509_strict", "-purpose", usage, "-CAfile", exigeant.pret["ca_file"],
             fichier],
            capture_output=True, timeout=240,
        )  # fmt: skip
        assert verdict.returncode == 0, verdict.stderr


def test_optional_takes_both(serveur: Serveur) -> None:
    assert _appeler(serveur, _contexte(serveur))[0].startswith(b"HTTP/1.1 500 ")
    assert _appeler(serveur, _contexte(serveur, serveur.certificat("G1226")))[0].startswith(b"HTTP/1.1 500 ")


def test_off_asks_for_none(demarrer: Callable[..., Serveur], tmp_path: Path) -> None:
    ouvert = demarrer("--client-cert", "off", "--seed-base", "vide")
    # Of another authority: it is not even looked at.
    ecrire(Autorite.ouvrir(tmp_path / "autre").emettre("G1104"), tmp_path)
    contexte = _contexte(ouvert, (str(tmp_path / "G1104.pem"), str(tmp_path / "G1104.key")))
    assert _appeler(ouvert, contexte)[0].startswith(b"HTTP/1.1 500 ")
    client = Client(ouvert, "G1226", https=True)
    numero = client.enregistrer(specimen("demandes/colocataires")).numero
    client.fermer()
    assert numero.endswith("G1226"), "the guichet is that of the document"


def test_the_guichet_of_the_certificate_wins(serveur: Serveur) -> None:
    """Over that of the names of the files."""
    avant = serveur.dernier()
    client = Client(serveur, "G0690", https=True)
    client.guichet = "G1104"
    client.relire("0620318999999G1226")
    client.fermer()
    (ligne,) = serveur.lignes_depuis(avant)
    assert ligne["guichet"] == "G0690"


def test_a_certificate_of_another_base_is_refused(serveur: Serveur, tmp_path: Path) -> None:
    avant = serveur.dernier()
    certificat = serveur.emettre("G1226", "ailleurs", tmp_path)
    client = Client(serveur, https=True, certificat=certificat)
    recu = client.relire("0620318999999G1226")
    client.fermer()
    assert recu.phrase == f"Le certificat présenté vaut pour la base [ailleurs], pas pour [{serveur.base}]."
    (ligne,) = serveur.lignes_depuis(avant)
    assert "pki issue" in ligne["fault"]["explication"]


@pytest.mark.parametrize("guichet", ["G9999", "XXXXX", "serveur1"])
def test_it_is_whatever_its_guichet(serveur: Serveur, tmp_path: Path, guichet: str) -> None:
    """`pki issue` makes no such certificate, and an older one did."""
    fichiers = ecrire(Autorite(serveur.home / "pki").emettre(guichet, "ailleurs"), tmp_path)
    client = Client(serveur, https=True, certificat=(str(fichiers.certificat), str(fichiers.cle)))
    recu = client.relire("0620318999999G1226")
    client.fermer()
    assert recu.phrase == f"Le certificat présenté vaut pour la base [ailleurs], pas pour [{serveur.base}]."
