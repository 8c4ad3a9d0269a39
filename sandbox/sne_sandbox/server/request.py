"""One request: its body while it arrives, its way through the application, its answer.

Twisted's own WSGIResource goes to the reactor and back for each header and each block; here a request goes
to a thread once, whole, and comes back once, whole.
"""

# Twisted annotates a part of itself only.
# mypy: allow-untyped-calls

import io
import tempfile
from typing import IO, TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

from twisted.web.http import Request

from sne_sandbox.server import wsgi
from sne_sandbox.server.wsgi import ReponseWsgi

if TYPE_CHECKING:
    from sne_sandbox.server.channel import Canal

#: Bodies longer than this go to a temporary file while they arrive. Bytes.
EN_MEMOIRE: Final = 1_000_000


class RequeteRecue(Request):
    """A request of a Canal, answered by the service's application."""

    channel: "Canal"
    content: IO[bytes]

    def __init__(self, channel: "Canal", queued: object = False) -> None:
        super().__init__(channel, parsePOSTFormSubmission=False)
        self.recus = 0
        """Bytes of the body that have arrived."""
        self._morceaux = False

    # --- arriving ------------------------------------------------------------------------------------

    def gotLength(self, length: int | None) -> None:  # noqa: N802
        """Twisted's: the head has been read; `length` is that of the body, None when it comes in chunks."""
        if length is not None and length <= EN_MEMOIRE:
            self.content = io.BytesIO()
        else:
            self.content = tempfile.SpooledTemporaryFile(max_size=EN_MEMOIRE)  # noqa: SIM115

    def parseCookies(self) -> None:  # noqa: N802
        """Twisted's: nothing to do, the application reads its cookies."""

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        """Twisted's: a piece of the body."""
        self.recus += len(data)
        if self.recus > self.channel.service.ecoute.message_max:
            self.channel.refuser_corps()
        else:
            self.content.write(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        """Twisted's: the whole request has been read. Hands it to a thread."""
        self.method, self.uri, self.clientproto = command, path, version
        canal = self.channel
        canal.en_cours = True
        corps, self.content = self.content, None  # type: ignore[assignment]
        corps.seek(0)
        canal.service.fils.soumettre(wsgi.executer, self, canal.service, self._environ(corps), corps)

    def _environ(self, corps: IO[bytes]) -> dict[str, Any]:
        """The environ of PEP 3333. Beside it: `sne.certificat_client`, the DER bytes of the verified client
        certificate or None; `sne.certificat_demande`, whether one was asked for; `sne.ecoute`, the listener
        (https, http, https_expire, https_autre_nom). No header can forge them: those begin with HTTP_."""
        canal = self.channel
        chemin, _, question = self.uri.partition(b"?")
        if not chemin.startswith(b"/") and b"://" in chemin:
            # The absolute form, that clients behind a proxy send.
            chemin = b"/" + chemin.split(b"://", 1)[1].partition(b"/")[2]
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.method.decode("latin-1"),
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(chemin).decode("latin-1"),
            "QUERY_STRING": question.decode("latin-1"),
            "REQUEST_URI": self.uri.decode("latin-1"),
            "REMOTE_ADDR": self.client.host,
            "REMOTE_PORT": str(self.client.port),
            "SERVER_NAME": self.host.host,
            "SERVER_PORT": str(self.host.port),
            "SERVER_PROTOCOL": self.clientproto.decode("latin-1"),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http" if canal.genre == "http" else "https",
            "wsgi.input": corps,
            "wsgi.input_terminated": True,
            "wsgi.errors": wsgi.ERREURS,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "sne.certificat_client": canal.certificat_client(),
            "sne.certificat_demande": canal.genre != "http" and canal.service.ecoute.client_cert != "off",
            "sne.ecoute": canal.genre,
        }
        for nom, valeurs in self.requestHeaders.getAllRawHeaders():
            cle = nom.decode("latin-1").upper().replace("-", "_")
            environ["HTTP_" + cle] = ("; " if cle == "COOKIE" else ", ").join(
                valeur.decode("latin-1") for valeur in valeurs
            )
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
        environ.pop("HTTP_CONTENT_LENGTH", None)
        # Always known here, chunked bodies included.
        environ["CONTENT_LENGTH"] = str(self.recus)
        return environ

    # --- answering, in the reactor's thread -----------------------------------------------------------

    def repondre(self, reponse: ReponseWsgi, corps: bytes) -> None:
        """Writes a whole answer, or hands it to the panne that the application has armed."""
        if self._disconnected:
            return
        octets = self._tete(reponse, len(corps)) + (b"" if self._sans_corps(reponse) else corps)
        self.startedWriting = 1
        if reponse.panne is not None:
            reponse.panne(wsgi.ConnexionTenue(self), octets)
            return
        self.channel.write(octets)
        self.finish()

    def commencer(self, reponse: ReponseWsgi) -> None:
        """Writes the head of an answer that comes in pieces."""
        if self._disconnected:
            return
        self.startedWriting = 1
        self._morceaux = reponse.longueur is None and self.clientproto == b"HTTP/1.1"
        if reponse.longueur is None and not self._morceaux:
            self.channel.persistent = False
        self.channel.write(self._tete(reponse, reponse.longueur))

    def envoyer(self, morceau: bytes) -> None:
        """Writes a piece of the body."""
        if not self._disconnected and morceau:
            self.channel.write(b"%x\r\n%s\r\n" % (len(morceau), morceau) if self._morceaux else morceau)

    def terminer(self, *, complet: bool = True) -> None:
        """Ends the answer. One that is not complete ends with the connection, so that the peer knows."""
        if self._disconnected:
            return
        if not complet:
            self.channel.forceAbortClient()
            return
        if self._morceaux:
            self.channel.write(b"0\r\n\r\n")
        self.finish()

    def _sans_corps(self, reponse: ReponseWsgi) -> bool:
        return self.method == b"HEAD" or reponse.statut[:3] in ("204", "304")

    def _tete(self, reponse: ReponseWsgi, longueur: int | None) -> bytes:
        lignes = [f"HTTP/1.1 {reponse.statut}"]
        lignes += [f"{nom}: {valeur}" for nom, valeur in reponse.en_tetes]
        presents = {nom.lower() for nom, _ in reponse.en_tetes}
        if longueur is None:
            if self._morceaux:
                lignes.append("Transfer-Encoding: chunked")
        elif "content-length" not in presents and not self._sans_corps(reponse):
            lignes.append(f"Content-Length: {longueur}")
        if "date" not in presents:
            lignes.append("Date: " + self.channel.service.date().decode())
        if "connection" in presents:
            self.channel.persistent = False
        elif not self.channel.persistent:
            lignes.append("Connection: close")
        return "\r\n".join([*lignes, "", ""]).encode("latin-1")
