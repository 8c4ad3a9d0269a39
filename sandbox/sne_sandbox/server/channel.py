"""One connection: HTTP/1.1 as Twisted reads it, with our limits and our refusals."""

# Twisted annotates a part of itself only.
# mypy: allow-untyped-calls

from typing import Any, Final

from OpenSSL import crypto
from twisted.internet.interfaces import IAddress, IHandshakeListener
from twisted.internet.protocol import ServerFactory, connectionDone
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel
from zope.interface import implementer

from sne_sandbox.server import tls
from sne_sandbox.server.request import RequeteRecue
from sne_sandbox.server.service import Genre, RefusHttp, ServiceWsgi

_TEXTES: Final[dict[int, tuple[bytes, str]]] = {
    400: (b"Bad Request", "Requête HTTP illisible."),
    408: (b"Request Timeout", "La requête n'est pas arrivée tout entière à temps."),
    413: (b"Content Too Large", "Message trop gros."),
    431: (
        b"Request Header Fields Too Large",
        "En-têtes HTTP trop longs ou trop nombreux. → raccourcissez l'adresse ou les en-têtes : 100 lignes "
        "au plus, de 16384 octets, et 32768 en tout.",
    ),
}

#: After a refusal the peer may still be sending: what it sends is dropped for so long, in seconds, so that it
#: reads the answer instead of a reset.
SILENCE_APRES_REFUS: Final = 2.0
FIN_APRES_REFUS: Final = 30.0


@implementer(IHandshakeListener)
class Canal(HTTPChannel):
    """An HTTP connection of `service`."""

    transport: Any
    maxHeaders = 100  # noqa: N815
    totalHeadersSize = 32_768  # noqa: N815
    requestFactory = RequeteRecue  # type: ignore[assignment]  # noqa: N815

    def __init__(self, service: ServiceWsgi, genre: Genre) -> None:
        super().__init__()
        self.service = service
        self.genre = genre
        self.timeOut = service.ecoute.inactivite  # type: ignore[assignment]
        self.callLater = service.reacteur.callLater  # type: ignore[method-assign, assignment]
        self.en_cours = False
        """Whether the application has a request of this connection."""
        self._poignee = genre == "http"
        self._premier = genre == "http"
        self._fin: Any = None
        self._limite: Any = None
        self._corps_attendu = False
        self._certificat: bytes | None = None

    # --- the life of the connection ------------------------------------------------------------------

    def connectionMade(self) -> None:  # noqa: N802
        """Twisted's: the connection is open, its handshake not yet begun."""
        super().connectionMade()
        self.service.canaux.add(self)

    def handshakeCompleted(self) -> None:  # noqa: N802
        """Twisted's: TLS is established, and the client certificate verified."""
        self._poignee = True

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        """Twisted's: the connection is gone."""
        self.service.canaux.discard(self)
        if self._fin is not None and self._fin.active():
            self._fin.cancel()
        self._cesser_d_attendre()
        if self._corps_attendu and self._fin is None and not self.service.arret_demande:
            self._signaler(0, f"Connexion coupée avant la fin du corps : {self._recus()}.")
        if not self._poignee and self.transport.a_parle and not self.service.arret_demande:
            self.service.signaler_tls(tls.expliquer(self.pair, self.transport, reason.value, self.genre))
        super().connectionLost(reason)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        """Twisted's: bytes of the peer, decrypted."""
        if self._premier:
            self._premier = False
            if data[:1] == b"\x16":  # the first byte of a TLS handshake, and of no HTTP request
                self.service.signaler_tls(
                    tls.RefusTls(self.pair, "négociation TLS sur le port HTTP en clair", "écrivez http://")
                )
                self.transport.loseConnection()
                return
        super().dataReceived(data)
        # Armed by the first piece of a request that is not whole: most are, and pay nothing.
        if not self.en_cours and self._limite is None and self._fin is None:
            self._limite = self.callLater(self.service.ecoute.reception, self._refuser_lenteur)

    def timeoutConnection(self) -> None:  # noqa: N802
        """Twisted's: the peer is silent. One that has begun a request is told."""
        if self._fin is None and not self.en_cours and (self.requests or self.clearLineBuffer()):
            self._refuser_lenteur()
        else:
            super().timeoutConnection()

    @property
    def pair(self) -> str:
        """Address and port of the peer."""
        adresse = self.transport.getPeer()
        return f"{adresse.host}:{adresse.port}"

    def certificat_client(self) -> bytes | None:
        """The client certificate (DER) that OpenSSL has verified, None without."""
        if self._certificat is None and self.genre != "http":
            certificat = self.transport.getPeerCertificate()
            self._certificat = (
                crypto.dump_certificate(crypto.FILETYPE_ASN1, certificat) if certificat else b""
            )
        return self._certificat or None

    def arreter(self) -> None:
        """The server is ending: closes the connection, or has it closed after the exchange under way."""
        if self.en_cours:
            self.persistent = False
        elif not self.requests:
            self.loseConnection()

    def couper(self) -> None:
        """Closes the connection without waiting for the peer's agreement; what was written still leaves."""
        self.loseConnection()  # not the transport's, which says goodbye only once its producer is gone
        if self.genre != "http" and self.transport is not None:
            self.transport.transport.loseConnection()

    def reinitialiser(self) -> None:
        """Resets the connection: no goodbye of TLS, what was written and has not left is lost."""
        (self.transport if self.genre == "http" else self.transport.transport).abortConnection()

    def requestDone(self, request: RequeteRecue) -> None:  # noqa: N802
        """Twisted's: the answer to `request` has been written."""
        self.en_cours = False
        if not self.persistent:
            # A peer that never reads its last answer would otherwise hold it for ever.
            self.setTimeout(self.service.ecoute.inactivite)
        super().requestDone(request)

    # --- refusals ------------------------------------------------------------------------------------

    def allHeadersReceived(self) -> None:  # noqa: N802
        """Twisted's: the head has been read. A body announced too big is refused before it is sent."""
        if self.length is not None and self.length > self.service.ecoute.message_max:
            self.refuser_corps()
            return
        self._corps_attendu = self.length != 0
        super().allHeadersReceived()

    def allContentReceived(self) -> None:  # noqa: N802
        """Twisted's: the body has been read."""
        if self._fin is None:
            self._corps_attendu = False
            self._cesser_d_attendre()
            super().allContentReceived()

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        """Twisted's: a line of the head is longer than LineReceiver.MAX_LENGTH."""
        self._refuser(431)

    def refuser_corps(self) -> None:
        """Refuses a body that exceeds the limit."""
        self._refuser(
            413,
            f"La limite est de {self.service.ecoute.message_max} octets. → réduisez le message, ou relevez "
            "--message-max.",
        )

    def _refuser_lenteur(self) -> None:
        self._limite = None
        self._refuser(408, f"Du corps : {self._recus()}." if self._corps_attendu else "")

    def _recus(self) -> str:
        annonces = f" sur {self.length}" if self.length is not None else ""
        return f"{self.requests[-1].recus} octets reçus{annonces}"

    def _cesser_d_attendre(self) -> None:
        if self._limite is not None:
            self._limite.cancel()
            self._limite = None

    def _respondToBadRequestAndDisconnect(self) -> None:  # noqa: N802
        # Not public in Twisted: were it renamed, the peer would read Twisted's bare 400 in place of ours.
        trop = self._receivedHeaderSize > self.totalHeadersSize or self._receivedHeaderCount > self.maxHeaders
        self._refuser(431 if trop else 400)

    def _refuser(self, statut: int, precision: str = "") -> None:
        if self._fin is not None:
            return
        phrase, texte = _TEXTES[statut]
        corps = f"{texte} {precision}".strip().encode() + b"\n"
        self.transport.write(
            b"HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n"
            b"Date: %s\r\nConnection: close\r\n\r\n%s"
            % (statut, phrase, len(corps), self.service.date(), corps)
        )
        self._signaler(statut, corps.decode().strip())
        self._cesser_d_attendre()
        self.persistent = False
        self.lineReceived = self.rawDataReceived = _jeter  # type: ignore[method-assign]
        self.dataReceived = self._jeter_et_attendre  # type: ignore[method-assign]
        self.clearLineBuffer()
        self.setTimeout(SILENCE_APRES_REFUS)
        self._fin = self.callLater(FIN_APRES_REFUS, self.forceAbortClient)

    def _signaler(self, statut: int, raison: str) -> None:
        self.service.signaler_http(
            RefusHttp(
                pair=self.pair,
                methode=getattr(self, "_command", b"").decode("latin-1"),
                chemin=getattr(self, "_path", b"").decode("latin-1"),
                statut=statut,
                raison=raison,
            )
        )

    def _jeter_et_attendre(self, data: bytes) -> None:
        self.resetTimeout()


def _jeter(data: bytes) -> None:
    """Drops what a refused peer still sends."""


class FabriqueDeCanaux(ServerFactory):
    """Makes the channels of one listener."""

    noisy = False

    def __init__(self, service: ServiceWsgi, genre: Genre) -> None:
        self._service = service
        self._genre: Genre = genre

    def buildProtocol(self, addr: IAddress | None) -> Canal:  # noqa: N802
        """Twisted's: a channel for a new connection."""
        return Canal(self._service, self._genre)
