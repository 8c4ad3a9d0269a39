"""The real server: a request is carried to it as it is, and its answer brought back as it is."""

import contextlib
import http.client
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from sne_interface.errors import SandboxError, UsageError

EnTetes = list[tuple[str, str]]

#: Headers of one connection and not of the message (RFC 9110, 7.6.1), and Expect, which was answered.
PAR_SAUT: Final = frozenset(
    {
        "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te",
        "trailer", "transfer-encoding", "upgrade", "expect",
    }
)  # fmt: skip
_BLOC: Final = 16_384
#: What a target may hold unquoted: all of printable ASCII. The rest is quoted, which the reader undoes.
_TEL_QUEL: Final = "".join(map(chr, range(0x21, 0x7F)))


class AmontDefaillant(SandboxError):
    """No answer of the real server can be passed on; `statut` is what the client gets instead."""

    def __init__(self, statut: int, message: str, *, explication: str = "") -> None:
        super().__init__(message)
        self.statut = statut
        self.explication = explication


@dataclass(frozen=True)
class ReponseAmont:
    """A whole answer. `corps` has lost its chunks, and kept its Content-Encoding."""

    statut: int
    raison: str
    en_tetes: EnTetes
    corps: bytes


@dataclass(frozen=True)
class Amont:
    """Where the real server is, and how to call it. Picklable. `delai` in seconds, `reponse_max` in bytes."""

    url: str
    certificat: Path | None = None
    cle: Path | None = None
    autorite: Path | None = None
    delai: float = 60.0
    reponse_max: int = 20_000_000


class LienAmont:
    """The way to a real server. Any thread may call it: each request has a connection of its own, for one
    that died on a kept connection could not be told from one that was executed, nor sent again."""

    def __init__(self, amont: Amont) -> None:
        """Raises UsageError for an address or a certificate that cannot be used."""
        lieu = urlsplit(amont.url)
        try:
            port = lieu.port
        except ValueError:
            port = -1
        propre = not (lieu.username or lieu.query or lieu.fragment) and port != -1
        if lieu.scheme not in ("http", "https") or not lieu.hostname or not propre:
            raise UsageError(
                f"L'adresse [{amont.url}] ne convient pas à --upstream.",
                remede="http(s)://hôte[:port][/préfixe], sans identifiant ni paramètre",
            )
        self._amont = amont
        self._hote, self._port = lieu.hostname, port
        self._prefixe = lieu.path.rstrip("/")
        self._contexte = _contexte(amont) if lieu.scheme == "https" else None
        if self._contexte is None and (amont.certificat or amont.autorite):
            raise UsageError(
                "Un certificat ne sert à rien vers une adresse http://.",
                remede="écrivez https://, ou retirez --upstream-cert et --upstream-ca",
            )

    def envoyer(
        self, methode: str, cible: str, en_tetes: Iterable[tuple[str, str]], corps: bytes
    ) -> ReponseAmont:
        """The answer to a request; `cible` is its path and query, as they were written. Redirections are
        answers like others. Raises AmontDefaillant."""
        fin = time.monotonic() + self._amont.delai
        lien = self._ouvrir()
        try:
            lien.connect()
            prise = lien.sock
            lien.putrequest(
                methode,
                self._prefixe + quote(cible.encode("latin-1"), safe=_TEL_QUEL),
                skip_accept_encoding=True,
            )
            for nom, valeur in de_bout_en_bout(en_tetes):
                if nom.lower() not in ("host", "content-length"):
                    lien.putheader(nom, valeur.encode("latin-1"))
            if corps or methode in ("POST", "PUT", "PATCH"):
                lien.putheader("Content-Length", str(len(corps)))
            # A server may answer (413, 401) and close before it has read everything: its answer counts.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                lien.endheaders(corps or None)
            _borner(prise, fin)
            recue = lien.getresponse()
            return ReponseAmont(
                recue.status,
                recue.reason,
                [
                    (nom, " ".join(valeur.split("\r\n")))
                    for nom, valeur in de_bout_en_bout(recue.getheaders())
                ],
                self._lire(recue, prise, fin),
            )
        except TimeoutError:
            raise AmontDefaillant(
                504,
                f"Le serveur réel n'a pas répondu en {self._amont.delai:g} secondes.",
                explication="La requête lui est peut-être parvenue : relisez avant de renvoyer. "
                "--upstream-timeout change ce délai.",
            ) from None
        except (OSError, http.client.HTTPException) as erreur:
            raise _en_panne(erreur) from erreur
        finally:
            lien.close()

    def _ouvrir(self) -> http.client.HTTPConnection:
        if self._contexte is None:
            return http.client.HTTPConnection(self._hote, self._port, timeout=self._amont.delai)
        return http.client.HTTPSConnection(
            self._hote, self._port, timeout=self._amont.delai, context=self._contexte
        )

    def _lire(self, recue: http.client.HTTPResponse, prise: socket.socket, fin: float) -> bytes:
        blocs, taille = [], 0
        while not recue.isclosed():
            _borner(prise, fin)
            if not (bloc := recue.read(_BLOC)):
                break
            taille += len(bloc)
            if taille > self._amont.reponse_max:
                raise AmontDefaillant(
                    502,
                    "La réponse du serveur réel est trop grosse pour le relais.",
                    explication=f"La limite est de {self._amont.reponse_max} octets (--message-max).",
                )
            blocs.append(bloc)
        if recue.length:  # http.client does not say that the end is missing when it reads by blocks
            raise http.client.IncompleteRead(b"", recue.length)
        return b"".join(blocs)


def de_bout_en_bout(en_tetes: Iterable[tuple[str, str]]) -> EnTetes:
    """The headers that go through: those of one hop are left out, with those that Connection names."""
    tous = list(en_tetes)
    nommes = {mot.strip().lower() for nom, v in tous if nom.lower() == "connection" for mot in v.split(",")}
    return [(nom, valeur) for nom, valeur in tous if nom.lower() not in PAR_SAUT | nommes]


def _borner(prise: socket.socket, fin: float) -> None:
    reste = fin - time.monotonic()
    if reste <= 0:
        raise TimeoutError
    prise.settimeout(reste)


def _contexte(amont: Amont) -> ssl.SSLContext:
    try:
        contexte = ssl.create_default_context(cafile=amont.autorite)
    except (OSError, ssl.SSLError) as erreur:
        raise UsageError(
            f"L'autorité [{amont.autorite}] ne peut pas être lue : {erreur}.",
            remede="donnez à --upstream-ca un fichier PEM",
        ) from None
    if amont.certificat is not None:
        try:
            # Without a password of ours, OpenSSL would ask for it on the terminal.
            contexte.load_cert_chain(amont.certificat, amont.cle, password="")
        except (OSError, ssl.SSLError) as erreur:
            raise UsageError(
                f"Le certificat client [{amont.certificat}] ou sa clé ne peut pas être lu : {erreur}.",
                remede="--upstream-cert et --upstream-key sont en PEM, la clé sans mot de passe "
                "(openssl pkcs12 -in client.p12 -nodes)",
            ) from None
    return contexte


def _en_panne(erreur: Exception) -> AmontDefaillant:
    match erreur:
        case ssl.SSLCertVerificationError():
            dit = "Le certificat du serveur réel n'est pas reconnu."
            suite = f"{erreur.verify_message} ; --upstream-ca désigne l'autorité à laquelle se fier."
        case ssl.SSLError():
            dit = "La négociation TLS avec le serveur réel a échoué."
            suite = f"{erreur.reason or erreur} ; exige-t-il un certificat client (--upstream-cert) ?"
        case socket.gaierror():
            dit, suite = "Le nom du serveur réel est inconnu.", str(erreur)
        case ConnectionRefusedError():
            dit, suite = "Le serveur réel refuse la connexion.", str(erreur)
        case http.client.IncompleteRead():
            dit, suite = "La réponse du serveur réel est arrivée coupée.", repr(erreur)
        case _:
            dit, suite = "Le serveur réel n'a pas donné de réponse lisible.", repr(erreur)
    return AmontDefaillant(502, dit, explication=suite)
