"""TLS: who may shake hands, and why a handshake failed, in words a vendor can act on."""

# Twisted annotates a part of itself only.
# mypy: allow-untyped-calls

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import tomli
from cryptography import x509
from OpenSSL import SSL, crypto
from twisted.internet.interfaces import IHalfCloseableProtocol, IOpenSSLServerConnectionCreator
from twisted.internet.protocol import connectionDone
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface import implementer

from sne_sandbox.server.listeners import ClientCert
from sne_sandbox.server.refus_http import RefusServeur


@dataclass(frozen=True, slots=True)
class _CertificatRefuse:
    """The reason why OpenSSL refused a client certificate."""

    numero: int
    sujet: str
    emetteur: str


@implementer(IOpenSSLServerConnectionCreator)
class ContexteTls:
    """Makes the TLS connections of one listener from one OpenSSL context, complete before its first use
    (a context in use must not be changed)."""

    def __init__(self, certificat: Path, ca: Path, client_cert: ClientCert) -> None:
        """`certificat` is a PEM of key, certificate and CA; clients are verified against `ca`."""
        contexte = SSL.Context(SSL.TLS_SERVER_METHOD)
        contexte.set_min_proto_version(SSL.TLS1_2_VERSION)
        # Of TLS 1.2, what encrypts and authenticates at once; the suites of 1.3 all do.
        contexte.set_cipher_list(b"ECDHE+AESGCM:ECDHE+CHACHA20")
        contexte.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION)
        # Of a connection that says nothing, OpenSSL would keep the buffers of a record: 34 kilobytes.
        contexte.set_mode(SSL.MODE_RELEASE_BUFFERS)
        contexte.use_certificate_chain_file(str(certificat))
        contexte.use_privatekey_file(str(certificat))
        if client_cert != "off":
            contexte.load_verify_locations(str(ca))
            contexte.add_client_ca(x509.load_pem_x509_certificate(ca.read_bytes()))
            # Without it OpenSSL refuses to resume a session of a client that showed a certificate.
            contexte.set_session_id(b"sne-sandbox")
            mode = SSL.VERIFY_PEER
            if client_cert == "required":
                mode |= SSL.VERIFY_FAIL_IF_NO_PEER_CERT
            contexte.set_verify(mode, _verifier)
        self._contexte = contexte

    def serverConnectionForTLS(self, protocol: TLSMemoryBIOProtocol) -> SSL.Connection:  # noqa: N802
        """A new connection (name and meaning are Twisted's)."""
        return _ConnexionTls(self._contexte, protocol)


class _ConnexionTls(SSL.Connection):
    """A TLS connection whose peer may end its side alone: Twisted's answers a close_notify by its own."""

    def __init__(self, contexte: SSL.Context, transport: TLSMemoryBIOProtocol) -> None:
        super().__init__(contexte, None)
        self._transport = transport

    def recv(self, bufsiz: int, flags: int | None = None) -> bytes:
        """Returns the bytes that have come, decrypted. Raises WantReadError when nothing has come, or when
        nothing more will come to a connection that stays open; ZeroReturnError when the peer has said
        goodbye."""
        try:
            return super().recv(bufsiz, flags)
        except SSL.ZeroReturnError:
            if self._transport.wrappedProtocol.fin_de_parole():
                raise SSL.WantReadError from None
            raise


def _verifier(
    connexion: SSL.Connection, certificat: crypto.X509, numero: int, profondeur: int, ok: int
) -> bool:
    if not ok:
        refuse = certificat.to_cryptography()
        connexion.set_app_data(
            _CertificatRefuse(numero, refuse.subject.rfc4514_string(), refuse.issuer.rfc4514_string())
        )
    return bool(ok)


@implementer(IHalfCloseableProtocol)
class TransportTls(TLSMemoryBIOProtocol):
    """A TLS transport that knows whether the peer has spoken, and that answers plain HTTP in plain HTTP."""

    wrappedProtocol: Any  # noqa: N815

    transport: Any
    a_parle = False
    #: First bytes of a peer that did not speak TLS.
    en_clair: bytes = b""

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        """Twisted's: bytes of the peer, still encrypted."""
        if not self.a_parle:
            self.a_parle = True
            if data[:1].isalpha():
                self.en_clair = data[:80]
                self.transport.write(REPONSE_EN_CLAIR)
                self.transport.loseConnection()
                return
        elif self.en_clair:
            return
        super().dataReceived(data)

    def readConnectionLost(self) -> None:  # noqa: N802
        """Twisted's: the peer has closed its side of the socket, with a close_notify or without."""
        if not (self._handshakeDone and self.wrappedProtocol.fin_de_parole()):
            self.transport.connectionLost(connectionDone)

    def loseWriteConnection(self) -> None:  # noqa: N802
        """Says goodbye by TLS, then closes our side of the socket."""
        self.getHandle().shutdown()
        self._flushSendBIO()
        self.transport.loseWriteConnection()

    def writeConnectionLost(self) -> None:  # noqa: N802
        """Twisted's: all was sent, and our goodbye."""
        self.wrappedProtocol.writeConnectionLost()


_TEXTE: Final = "Ce port parle HTTPS : écrivez https:// au lieu de http:// dans l'adresse.\n".encode()
REPONSE_EN_CLAIR: Final = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_TEXTE), _TEXTE)
)


@cache
def phrases() -> Mapping[str, Any]:
    """The tables of `tls.toml`: what is said of a handshake that failed, and what tells why it did."""
    return tomli.loads(Path(__file__).with_name("tls.toml").read_text("utf-8"))


def expliquer(pair: str, transport: TransportTls, erreur: BaseException | None, ecoute: str) -> RefusServeur:
    """Why the handshake of `transport`, on a listener (`sne.ecoute`), failed with `erreur` (an OpenSSL error,
    or a lost connection)."""
    if transport.en_clair:
        ligne = transport.en_clair.split(b"\r\n", 1)[0].decode("latin-1")
        return RefusServeur(
            pair, "requête HTTP en clair sur le port HTTPS", f"reçu « {ligne} » ; écrivez https://"
        )
    raisons = phrases()["raisons"]
    refuse = transport.getHandle().get_app_data()
    if isinstance(refuse, _CertificatRefuse):
        raison, remede = raisons[phrases()["verifications"].get(str(refuse.numero), "refuse")]
        return RefusServeur(
            pair,
            raison,
            f"sujet {refuse.sujet}, émetteur {refuse.emetteur} (erreur {refuse.numero}) ; {remede}",
        )
    # On a port that is there to be refused, who refuses is right, whatever alert its stack sends, or none.
    a_bon_droit = phrases()["a_bon_droit"].get(ecoute, "")
    remede_du_refus = a_bon_droit or raisons["serveur_refuse"][1]
    if not isinstance(erreur, SSL.Error):
        return RefusServeur(pair, "le client a coupé ou s'est tu pendant la négociation", remede_du_refus)
    texte = " ; ".join(str(ligne[-1]) for ligne in erreur.args[0]) if erreur.args else str(erreur)
    alertes = phrases()["a_refuser"].get(ecoute, {}), phrases()["alertes"]
    for morceau, nom in (alerte for table in alertes for alerte in table.items()):
        if morceau in texte.lower():
            raison, remede = raisons[nom]
            if nom == "serveur_refuse":
                remede = remede_du_refus
            return RefusServeur(pair, raison, f"{remede} ({texte})")
    return RefusServeur(pair, "la négociation TLS a échoué", texte)
