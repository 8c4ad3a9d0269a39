"""curl with the raw request that a real client sends, byte for byte, and the answer read its way."""

import shutil
import subprocess
from pathlib import Path

import pytest
from client_mtom import adapter, specimen
from client_publie import lire
from lxml import etree
from serveur_local import Serveur

from sne_interface.contract.codec import NS

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="curl is not installed")

#: As attested: `start` without brackets, `action` full outside and short inside, no SOAPAction.
CONTENT_TYPE = (
    'multipart/related; type="application/xop+xml"; start="soaproot"; start-info="application/soap+xml"; '
    'boundary="MIME_BOUNDARY"; action="http://ws.metier.nuu.application.i2/getNumUnique"'
)
EN_TETES = {
    "Host": "sne.national.example.org",
    "Accept-Encoding": "deflate",
    "Content-Type": CONTENT_TYPE,
}
ENVELOPPE = (
    b'<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
    b'xmlns:ws="http://ws.metier.nuu.application.i2/" xmlns:xop="http://www.w3.org/2004/08/xop/include">'
    b"<soap:Header/><soap:Body><ws:numUniqueParametres>\n"
    b"  <nomFichierDemande>DEMG1226-201803151654-000000.xml</nomFichierDemande>\n"
    b'  <fichierDemande ws:contentType="text/xml"><xop:Include href="cid:xml_id"/></fichierDemande>\n'
    b"  <nomCertificat>CERG1226-201803151654.pem</nomCertificat>\n"
    b'  <certificat ws:contentType="application/x-x509-ca-cert"><xop:Include href="cid:certificate"/>'
    b"</certificat>\n</ws:numUniqueParametres></soap:Body></soap:Envelope>"
)


def _corps(document: bytes) -> bytes:
    """The body: a certificate part of no byte at all, a document without declaration in ASCII, and no line
    end after the last boundary."""
    ascii_seul = etree.tostring(etree.fromstring(document), encoding="us-ascii", xml_declaration=False)
    return b"".join(
        (
            b"--MIME_BOUNDARY\r\n",
            b'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"; ',
            b'action="getNumUnique"\r\n',
            b"Content-Transfer-Encoding: 8bit\r\nContent-ID: <soaproot>\r\n\r\n",
            ENVELOPPE,
            b"\r\n--MIME_BOUNDARY\r\n",
            b"Content-Type: application/octet-stream\r\n",
            b"Content-Transfer-Encoding: BASE64\r\nContent-ID: <certificate>\r\n\r\n",
            b"\r\n--MIME_BOUNDARY\r\n",
            b"Content-Type: text/xml; charset=us-ascii\r\n",
            b"Content-Transfer-Encoding: 7bit\r\nContent-ID: <xml_id>\r\n\r\n",
            ascii_seul,
            b"\r\n--MIME_BOUNDARY--",
        )
    )


@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
@pytest.mark.parametrize(
    ("rang", "options"),
    [
        pytest.param(0, ["--http1.1"], id="as attested"),
        pytest.param(1, ["--http1.1", "-H", "Expect: 100-continue"], id="100-continue"),
        pytest.param(2, ["--http1.1", "-H", "Transfer-Encoding: chunked"], id="chunked"),
        pytest.param(3, ["--http1.0"], id="HTTP/1.0"),
        pytest.param(4, ["--http1.1", "-H", "Connection: close"], id="close"),
    ],
)
def test_the_raw_request_gets_a_number(
    serveur: Serveur, tmp_path: Path, rang: int, options: list[str], https: bool
) -> None:
    nom = f"Vasseur{'abcde'[rang]}{'yz'[https]}"  # a household of its own: no duplicate
    document = adapter(specimen("demandes/personne_seule_nir"), nom=nom)
    (tmp_path / "corps").write_bytes(_corps(document))
    adresse = serveur.service("DemandeLogementImplService", https=https)
    identite = []
    if https:
        certificat, cle = serveur.certificat("G1226")
        identite = ["--cacert", serveur.pret["ca_file"], "--cert", certificat, "--key", cle]
    en_tetes = [argument for nom, valeur in EN_TETES.items() for argument in ("-H", f"{nom}: {valeur}")]
    curl = subprocess.run(
        [str(CURL), "-sS", "--noproxy", "*", "--data-binary", f"@{tmp_path / 'corps'}",
         "-D", str(tmp_path / "tete"), *identite, *en_tetes, *options, adresse],
        capture_output=True,
        timeout=240,
    )  # fmt: skip
    assert curl.returncode == 0, curl.stderr
    tete = (tmp_path / "tete").read_text("ascii")
    assert " 200 " in tete
    assert ("HTTP/1.1 100" in tete) == (rang == 1)
    assert "content-encoding" not in tete.lower(), "that client cannot inflate"

    relu = etree.fromstring(lire(curl.stdout) or "")
    numero = relu.findtext(f".//{{{NS}}}numUnique")
    assert numero is not None, etree.tostring(relu)
    assert len(numero) == 18
    (ligne,) = serveur.journal(numero=numero)
    assert (ligne["operation"], ligne["guichet"]) == ("getNumUnique", "G1226")
    assert ligne["tolerances"]


def test_the_raw_request_that_is_refused_is_read_the_same_way(serveur: Serveur, tmp_path: Path) -> None:
    document = adapter(specimen("demandes/colocataires"), numUnique="0620318000001G1226")
    (tmp_path / "corps").write_bytes(_corps(document))
    en_tetes = [argument for nom, valeur in EN_TETES.items() for argument in ("-H", f"{nom}: {valeur}")]
    adresse = serveur.service("DemandeLogementImplService")
    curl = subprocess.run(
        [str(CURL), "-sS", "--noproxy", "*", "--data-binary", f"@{tmp_path / 'corps'}", *en_tetes, adresse],
        capture_output=True,
        timeout=240,
    )
    relu = etree.fromstring(lire(curl.stdout) or "")
    (anomalie,) = relu.iter(f"{{{NS}}}anomalie")
    assert anomalie.get("code") == "ENT009"
    # That client takes the first child's text for the message.
    assert etree.QName(anomalie[0]).localname == "message"
