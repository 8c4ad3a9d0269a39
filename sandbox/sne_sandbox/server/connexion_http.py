"""One connection and its requests: HTTP/1.1 as Twisted reads it, with our limits and our refusals.

Twisted's own WSGIResource goes to the reactor and back for each header and each block; here a request goes
to a thread once, whole, and comes back once, whole.
"""

# Twisted annotates a part of itself only.
# mypy: allow-untyped-calls

import io
import tempfile
from functools import cached_property
from typing import IO, Any, Final
from urllib.parse import unquote_to_bytes

from OpenSSL import crypto
from twisted.internet.interfaces import IHalfCloseableProtocol, IHandshakeListener
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel, Request
from zope.interface import implementer

from sne_interface.domain.echange import CERTIFICAT, CERTIFICAT_DEMANDE, ECOUTE, ETAT, LOURD, methode_recue
from sne_interface.domain.texte import Retenus
from sne_interface.errors import raison_systeme
from sne_sandbox.server import execution_wsgi, pannes_du_reseau, refus_http, requete_malformee, sondes, tls
from sne_sandbox.server.bornes import Arrivee
from sne_sandbox.server.execution_wsgi import EN_MEMOIRE, MORCEAU, Ecoulement, ReponseWsgi
from sne_sandbox.server.listeners import Genre
from sne_sandbox.server.livraison_de_la_reponse import AVANT, PENDANT, Adieu, NonRemise, reste
from sne_sandbox.server.refus_http import RefusServeur
from sne_sandbox.server.service_wsgi import ServiceWsgi

#: After a refusal the peer may still be sending: what it sends is dropped for so long, in seconds, so that it
#: reads the answer instead of a reset.
SILENCE_APRES_REFUS: Final = 2.0
FIN_APRES_REFUS: Final = 30.0
#: What a connection too many is given to say something, and to read that it is.
FIN_DE_TROP: Final = 5.0
#: Keys of the environ, by header.
_CLES: Final = Retenus(lambda nom: "HTTP_" + nom.upper().replace("-", "_"))


class RequeteRecue(Request):
    """A request of a Canal, answered by the service's application: `recus` bytes of its body have arrived;
    `partie` says whether the peer has gone."""

    channel: "Canal"
    content: IO[bytes]

    def __init__(self, channel: "Canal", queued: object = False) -> None:
        super().__init__(channel, parsePOSTFormSubmission=False)
        self.recus = 0
        self._en_route = 0
        #: Outlives the channel, which Twisted takes from a request whose peer has gone.
        self._service = channel.service
        self._morceaux = False
        self.partie = False

    # --- arriving ------------------------------------------------------------------------------------

    def gotLength(self, length: int | None) -> None:  # noqa: N802
        """Twisted's: the head has been read; `length` is that of the body, None when it comes in chunks."""
        if length is not None and length <= EN_MEMOIRE:
            self.content = io.BytesIO()
        else:
            self.content = tempfile.SpooledTemporaryFile(max_size=EN_MEMOIRE)  # noqa: SIM115

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        """Twisted's: a piece of the body."""
        if self.channel.refuse:  # the rest of what was being read
            return
        self.recus += len(data)
        self._en_route += len(data)
        tient = self._service.bornes.prendre(len(data))
        if self.recus > self.channel.service.ecoute.message_max:
            self.channel.refuser_corps()
        elif not tient:
            self.channel.refuser_octets()
        else:
            try:
                self.content.write(data)
            except OSError as erreur:  # its temporary file: no descriptor, or no room
                self.channel.refuser_sature(refus_http.SANS_FICHIER.format(raison_systeme(erreur)))

    def oublier_corps(self) -> None:
        """Its body is under way no more; called once it was worked on, from any thread, or given up."""
        octets, self._en_route = self._en_route, 0
        if octets:
            self._service.bornes.rendre(octets)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        """Twisted's: the whole request has been read. Hands it to a thread."""
        self.method, self.uri, self.clientproto = command, path, version
        canal = self.channel
        canal.en_cours, canal.non_remise = True, None
        corps, self.content = self.content, None  # type: ignore[assignment]
        if sondes.repondre(self, path, canal.service):
            corps.close()
            self.oublier_corps()
            return
        corps.seek(0)
        canal.service.recues += 1
        canal.service.fils.soumettre(
            execution_wsgi.executer, self, canal.service, self._environ(corps), corps
        )

    def _environ(self, corps: IO[bytes]) -> dict[str, Any]:
        """The environ of PEP 3333, upon that of its connection."""
        chemin, _, question = self.uri.partition(b"?")
        if not chemin.startswith(b"/") and b"://" in chemin:
            # The absolute form, that clients behind a proxy send.
            chemin = b"/" + chemin.split(b"://", 1)[1].partition(b"/")[2]
        environ = {
            **self.channel.environ,
            "REQUEST_METHOD": self.method.decode("latin-1"),
            "PATH_INFO": unquote_to_bytes(chemin).decode("latin-1"),
            "QUERY_STRING": question.decode("latin-1"),
            "REQUEST_URI": self.uri.decode("latin-1"),
            "SERVER_PROTOCOL": self.clientproto.decode("latin-1"),
            "wsgi.input": corps,
        }
        for nom, valeurs in self.requestHeaders.getAllRawHeaders():
            liant = b"; " if nom == b"Cookie" else b", "
            environ[_CLES[nom.decode("latin-1")]] = liant.join(valeurs).decode("latin-1")
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
        environ.pop("HTTP_CONTENT_LENGTH", None)
        # Always known here, chunked bodies included.
        environ["CONTENT_LENGTH"] = str(self.recus)
        return environ

    # --- answering, in the reactor's thread -----------------------------------------------------------

    def repondre(self, reponse: ReponseWsgi, corps: bytes | IO[bytes]) -> None:
        """Writes a whole answer, or hands it to the panne that the application has armed. A long one leaves
        at the pace of its reader: sixty-four kilobytes of it are in memory when it is a file."""
        if self.partie:
            if not isinstance(corps, bytes):
                corps.close()
            if reponse.non_remise is not None:
                self._service.fils.soumettre(reponse.non_remise, AVANT)
            return
        self.channel.non_remise = reponse.non_remise
        self.startedWriting = 1
        longue = not isinstance(corps, bytes) or len(corps) > MORCEAU
        if longue and reponse.panne is None and not self._sans_corps(reponse):
            flux = io.BytesIO(corps) if isinstance(corps, bytes) else corps
            ecoulement = Ecoulement(self, flux, self._envoye)
            self._service.bornes.prendre(ecoulement.longueur)
            self.channel.ecoulement = ecoulement
            self.channel.write(self._tete(reponse, ecoulement.longueur))
            ecoulement.commencer()
            return
        if not isinstance(corps, bytes):
            with corps as fichier:
                fichier.seek(0)
                corps = fichier.read()
        octets = self._tete(reponse, len(corps)) + (b"" if self._sans_corps(reponse) else corps)
        if reponse.panne is not None:
            reponse.panne(pannes_du_reseau.ConnexionTenue(self), octets)
            return
        self.channel.ecrire(octets)
        self.finish()

    def _envoye(self, complet: bool) -> None:
        ecoulement, self.channel.ecoulement = self.channel.ecoulement, None
        assert ecoulement is not None
        self._service.bornes.rendre(ecoulement.longueur)
        if complet:
            self.finish()

    def commencer(self, reponse: ReponseWsgi) -> None:
        """Writes the head of an answer that comes in pieces."""
        if self.partie:
            return
        self.startedWriting = 1
        if reponse.sans_fin:
            self.channel.sans_fin = True
            if self.channel.a_fini:
                self.channel.forceAbortClient()
                return
        self._morceaux = reponse.longueur is None and self.clientproto == b"HTTP/1.1"
        if reponse.longueur is None and not self._morceaux:
            self.channel.persistent = False
        self.channel.write(self._tete(reponse, reponse.longueur))

    def envoyer(self, morceau: bytes) -> None:
        """Writes a piece of the body."""
        if not self.partie and morceau:
            self.channel.write(b"%x\r\n%s\r\n" % (len(morceau), morceau) if self._morceaux else morceau)

    def terminer(self, *, complet: bool = True) -> None:
        """Ends the answer. One that is not complete ends with the connection, so that the peer knows."""
        if self.partie:
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
        if self.channel.service.depart or "connection" in presents:
            self.channel.persistent = False
        if not self.channel.persistent and "connection" not in presents:
            lignes.append("Connection: close")
        return "\r\n".join([*lignes, "", ""]).encode("latin-1")


@implementer(IHandshakeListener, IHalfCloseableProtocol)
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
        #: Whether the application has a request of this connection.
        self.en_cours = False
        #: The long answer that is leaving.
        self.ecoulement: Ecoulement | None = None
        self._arrivee = Arrivee(premier=genre == "http")
        self._refus = refus_http.RefusEnCours()
        #: What is told that the last answer was not delivered, when somebody wants to know.
        self.non_remise: NonRemise | None = None
        #: Whether the peer has said that it sends no more, and waits for an answer.
        self.a_fini = False
        #: Whether the answer under way is a stream of events: it ends with its reader.
        self.sans_fin = False
        self._adieu: Adieu | None = None
        #: The request whose answer the transport still holds, and that others sent along with it wait for.
        self._engorgee: RequeteRecue | None = None
        self._poignee = genre == "http"

    # --- the life of the connection ------------------------------------------------------------------

    def connectionMade(self) -> None:  # noqa: N802
        """Twisted's: the connection is open, its handshake not yet begun."""
        super().connectionMade()
        service = self.service
        service.canaux.add(self)
        service.bornes.etat.connexions = len(service.canaux)
        if len(service.canaux) > service.bornes.connexions_max:
            self._refus.de_trop = True
            self._refus.fin = self.callLater(FIN_DE_TROP, self.forceAbortClient)

    def handshakeCompleted(self) -> None:  # noqa: N802
        """Twisted's: TLS is established, and the client certificate verified."""
        self._poignee = True

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        """Twisted's: the connection is gone."""
        for requete in self.requests:
            requete.partie = True
        self.service.canaux.discard(self)
        self.service.bornes.etat.connexions = len(self.service.canaux)
        if self.requests and not self.en_cours:
            self.requests[-1].oublier_corps()
        if self.service.connexion_fermee is not None:
            self.service.connexion_fermee()
        if self._refus.fin is not None and self._refus.fin.active():
            self._refus.fin.cancel()
        self._cesser_d_attendre()
        if self._adieu is not None:
            self._adieu.annuler()
        if self.non_remise is not None and (self.en_cours or reste(self._tcp)):
            self._signaler_non_remise(PENDANT)
        if self.ecoulement is not None:
            self.ecoulement.stopProducing()
        if self._arrivee.corps_attendu and self._refus.fin is None and not self.service.arret_demande:
            self._signaler(0, f"Connexion coupée avant la fin du corps : {self._recus()}.")
        if not self._poignee and self.transport.a_parle and not self.service.arret_demande:
            self.service.signaler(tls.expliquer(self.pair, self.transport, reason.value, self.genre))
        super().connectionLost(reason)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        """Twisted's: bytes of the peer, decrypted."""
        if self._arrivee.premier:
            self._arrivee.premier = False
            if data[:1] == b"\x16":  # the first byte of a TLS handshake, and of no HTTP request
                raison = "négociation TLS sur le port HTTP en clair"
                self.service.signaler(RefusServeur(self.pair, raison, "écrivez http://"))
                self.transport.loseConnection()
                return
        if self._refus.de_trop and sondes.est_une_sonde(data):
            self._refus.de_trop = False
            self._refus.derniere = True
            self._refus.fin.cancel()
            self._refus.fin = None
        elif self._refus.de_trop:
            admises = self.service.bornes.connexions_max
            self.refuser_sature(refus_http.TROP_DE_CONNEXIONS.format(admises), FIN_DE_TROP)
            return
        self._arrivee.octets += len(data)
        super().dataReceived(data)
        # Armed by the first piece of a request that is not whole: most are, and pay nothing.
        if not self.en_cours and self._arrivee.limite is None and self._refus.fin is None:
            self._arrivee.limite = self.callLater(self.service.ecoute.reception, self._refuser_lenteur)

    def timeoutConnection(self) -> None:  # noqa: N802
        """Twisted's: the peer is silent. One that has begun a request is told."""
        if self._refus.fin is None and not self.en_cours and (self.requests or self.clearLineBuffer()):
            self._refuser_lenteur()
        else:
            super().timeoutConnection()

    def veiller(self) -> None:
        """Drops a peer who for a while has sent a request, or read a long answer, too slowly."""
        ecoulement, arrivee = self.ecoulement, self._arrivee
        if ecoulement is None and (arrivee.limite is None or self.en_cours):
            return
        quoi, octets = (ecoulement, ecoulement.envoyes) if ecoulement else (arrivee.limite, arrivee.octets)
        if (trop_lent := arrivee.cadence.mesurer(quoi, octets, self.service.ecoute)) is None:
            return
        avance, duree = trop_lent
        self.service.bornes.etat.lents += 1
        if ecoulement is None:
            arrivee.limite.cancel()
            self._refuser_lenteur(f"{avance} octets en {duree:.0f} s (--debit-min).")
            return
        self._signaler(0, refus_http.NON_LUE.format(ecoulement.envoyes, ecoulement.longueur, avance, duree))
        self.reinitialiser()

    @property
    def refuse(self) -> bool:
        """True when a request of this connection was refused: nothing more is read from the connection."""
        return self._refus.fin is not None

    @property
    def pair(self) -> str:
        """Address and port of the peer."""
        adresse = self.transport.getPeer()
        return f"{adresse.host}:{adresse.port}"

    @cached_property
    def environ(self) -> dict[str, Any]:
        """The part of the environ that its requests share. Beside PEP 3333: `sne.certificat_client`, the DER
        bytes of the verified client certificate or None; `sne.certificat_demande`, whether one was asked for;
        `sne.ecoute`, the listener (https, http, https_expire, https_autre_nom). No header can forge them:
        those begin with HTTP_."""
        clair, pair, hote = self.genre == "http", self.transport.getPeer(), self.transport.getHost()
        certificat = None if clair else self.transport.getPeerCertificate()
        return {
            "SCRIPT_NAME": "",
            "REMOTE_ADDR": pair.host,
            "REMOTE_PORT": str(pair.port),
            "SERVER_NAME": hote.host,
            "SERVER_PORT": str(hote.port),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http" if clair else "https",
            "wsgi.input_terminated": True,
            "wsgi.errors": execution_wsgi.ERREURS,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            CERTIFICAT: crypto.dump_certificate(crypto.FILETYPE_ASN1, certificat) if certificat else None,
            CERTIFICAT_DEMANDE: not clair and self.service.ecoute.client_cert != "off",
            ECOUTE: self.genre,
            ETAT: self.service.bornes.etat,
            **({} if self.service.voie is None else {LOURD: False}),
        }

    def ecrire(self, octets: bytes) -> None:
        """Sends a whole answer: what the kernel takes at once spares a round of the reactor."""
        if self.genre == "http" and not reste(self.transport):
            partis = self.transport.writeSomeData(octets)
            octets = octets[partis:] if isinstance(partis, int) else octets
        self.write(octets)

    def arreter(self) -> None:
        """The server is ending: closes the connection, or has it closed after the exchange under way."""
        if self.en_cours:
            self.persistent = False
        elif not self.requests:
            self.loseConnection()

    # --- a peer that sends no more (RFC 9112, 9.6; in TLS 1.3, RFC 8446, 6.1) ---------------------------

    @property
    def _tcp(self) -> Any:
        return self.transport if self.genre == "http" else self.transport.transport

    def fin_de_parole(self) -> bool:
        """Notes that the peer sends no more. True when the connection stays open all the same: an answer is
        owed."""
        if self.sans_fin:
            return False
        if self.en_cours:
            self.a_fini = True
            # What it sent after, all at once, is answered too.
            self.persistent = bool(self.persistent and self._dataBuffer)
            return True
        if reste(self._tcp):
            self.a_fini = True
            self.loseConnection()
            return True
        return False

    def readConnectionLost(self) -> None:  # noqa: N802
        """Twisted's: the peer has closed its side of a connection in clear."""
        if not self.fin_de_parole():
            self.transport.connectionLost(connectionDone)

    def writeConnectionLost(self) -> None:  # noqa: N802
        """Twisted's: all was sent, and our goodbye."""
        assert self.non_remise is not None
        prise = self._tcp.getHandle()
        self._adieu = Adieu(prise, self.callLater, self._clore_l_adieu, self._perdre)

    def loseConnection(self) -> None:  # noqa: N802
        """Twisted's: closes the connection, once all was sent; that of a peer that sends no more, once its
        machine has it all."""
        if not self.a_fini:
            super().loseConnection()
        elif self.non_remise is None:
            self.couper()
        elif not self._tcp._writeDisconnecting:
            self._networkProducer.unregisterProducer()
            self.transport.loseWriteConnection()

    def _perdre(self, raison: str) -> None:
        self._signaler_non_remise(raison)
        self._clore_l_adieu()

    def _clore_l_adieu(self) -> None:
        self.non_remise = None
        self._tcp.loseConnection()

    def _signaler_non_remise(self, raison: str) -> None:
        assert self.non_remise is not None
        self.service.fils.soumettre(self.non_remise, raison)
        self.non_remise = None

    def couper(self) -> None:
        """Closes the connection without waiting for the peer's agreement; what was written still leaves."""
        # Not the transport's, which says goodbye only once its producer is gone.
        super().loseConnection()
        if self.genre != "http" and self.transport is not None:
            self._tcp.loseConnection()

    def reinitialiser(self) -> None:
        """Resets the connection: no goodbye of TLS, what was written and has not left is lost."""
        self._tcp.abortConnection()

    def requestDone(self, request: RequeteRecue) -> None:  # noqa: N802
        """Twisted's: the answer to `request` has been written."""
        if self.persistent and self._waitingForTransport:
            # The next of those sent at once would be answered into memory: a thousand fit in what was read.
            self._engorgee = request
            self.setTimeout(self.service.ecoute.inactivite)
            return
        self.en_cours = False
        if not self.persistent:
            # A peer that never reads its last answer would otherwise hold it for ever.
            self.setTimeout(self.service.ecoute.inactivite)
        super().requestDone(request)
        if self.a_fini and not self.en_cours and self.persistent:
            self.loseConnection()

    def resumeProducing(self) -> None:  # noqa: N802
        """Twisted's: the peer has taken what was written."""
        super().resumeProducing()
        requete, self._engorgee = self._engorgee, None
        if requete is not None:
            self.setTimeout(None)
            self.requestDone(requete)

    # --- refusals ------------------------------------------------------------------------------------

    def allHeadersReceived(self) -> None:  # noqa: N802
        """Twisted's: the head has been read. A body announced too big is refused before it is sent."""
        for codage in self.requests[-1].requestHeaders.getRawHeaders(b"transfer-encoding", ()):
            if codage.lower() != b"chunked":  # Twisted passes over `identity`: the body would be a request
                self._refuser(400, requete_malformee.codage(codage))
                return
        if self.length is not None and self.length > self.service.ecoute.message_max:
            self.refuser_corps()
            return
        if not self.service.bornes.admet(self.length or 0):
            chemin: Any = self._path
            if self.length != 0 or not sondes.est_une_sonde(self._command + b" " + chemin):
                self.refuser_octets()
                return
        self._arrivee.corps_attendu = self.length != 0
        super().allHeadersReceived()
        self.persistent = self.persistent and not self._refus.derniere

    def allContentReceived(self) -> None:  # noqa: N802
        """Twisted's: the body has been read."""
        if self._refus.fin is None:
            self._arrivee.corps_attendu = False
            self._cesser_d_attendre()
            super().allContentReceived()

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        """Twisted's: a line of the head. It is kept for a refusal to name."""
        self._arrivee.ligne = line
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        """Twisted's: a line of the head is longer than LineReceiver.MAX_LENGTH."""
        self._refuser(431)

    def refuser_corps(self) -> None:
        """Refuses a body that exceeds the limit."""
        self._refuser(413, refus_http.TROP_GROS.format(self.service.ecoute.message_max))

    def refuser_octets(self) -> None:
        """Refuses a request for which there is no room."""
        self.refuser_sature(refus_http.TROP_D_OCTETS.format(self.service.bornes.octets_max))

    def refuser_sature(self, raison: str, fin: float = FIN_APRES_REFUS) -> None:
        """Refuses a request because the server is full; journalled with the others of that minute."""
        if self._refus.fin is None or self._refus.de_trop:
            self.service.saturer(refus_http.dire(503, raison))
            self.transport.write(refus_http.ecrire(503, raison, self.service.date()))
            self._se_taire(fin)

    def _refuser_lenteur(self, precision: str = "") -> None:
        self._arrivee.limite = None
        recus = f"Du corps : {self._recus()}." if self._arrivee.corps_attendu else ""
        self._refuser(408, f"{recus} {precision}".strip())

    def _recus(self) -> str:
        annonces = f" sur {self.length}" if self.length is not None else ""
        return f"{self.requests[-1].recus} octets reçus{annonces}"

    def _cesser_d_attendre(self) -> None:
        if self._arrivee.limite is not None:
            self._arrivee.limite.cancel()
            self._arrivee.limite = None

    def _respondToBadRequestAndDisconnect(self) -> None:  # noqa: N802
        # Not public in Twisted: were it renamed, the peer would read Twisted's bare 400 in place of ours.
        trop = self._receivedHeaderSize > self.totalHeadersSize or self._receivedHeaderCount > self.maxHeaders
        self._refuser(431) if trop else self._refuser(400, self._malformee())

    def _malformee(self) -> str:
        if not self.line_mode:
            return requete_malformee.morceau(self.requests[-1].recus)
        if not hasattr(self, "_command"):
            return requete_malformee.premiere_ligne(self._arrivee.ligne)
        vus = {nom.lower() for nom, _ in self.requests[-1].requestHeaders.getAllRawHeaders()}
        # Not public in Twisted: a header is read once the line after it is there, and kept until then.
        return requete_malformee.en_tete(self._receivedHeaderCount + 2, self._HTTPChannel__header, vus)  # type: ignore[attr-defined]

    def _refuser(self, statut: int, precision: str = "") -> None:
        if self._refus.fin is None:
            self.transport.write(refus_http.ecrire(statut, precision, self.service.date()))
            self._signaler(statut, refus_http.dire(statut, precision))
            self._se_taire(FIN_APRES_REFUS)

    def _se_taire(self, fin: float) -> None:
        """Drops what a refused peer still sends, then the connection."""
        self._refus.de_trop = False
        self._cesser_d_attendre()
        if self.requests:
            self.requests[-1].oublier_corps()
        self.persistent = False
        self.lineReceived = self.rawDataReceived = self.dataReceived = self._jeter  # type: ignore[method-assign, assignment]
        self.clearLineBuffer()
        self.setTimeout(SILENCE_APRES_REFUS)
        if self._refus.fin is None:
            self._refus.fin = self.callLater(fin, self.forceAbortClient)

    def _signaler(self, statut: int, raison: str) -> None:
        if self.en_cours:
            methode, chemin = self.requests[0].method, self.requests[0].uri
        else:
            methode, chemin = getattr(self, "_command", b""), getattr(self, "_path", b"")
        dites = methode_recue(methode.decode("latin-1")), chemin.decode("latin-1")
        self.service.signaler(RefusServeur(self.pair, raison, "", *dites, statut))

    def _jeter(self, data: bytes) -> None:
        self.resetTimeout()
