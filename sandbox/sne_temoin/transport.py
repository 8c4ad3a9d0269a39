"""HTTPS: one POST, one answer; who is called must prove who it is."""

import contextlib
import http.client
import ssl
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from sne_temoin.incidents import SansReponse, ServeurNonReconnu

#: The guichet that this thread works for, "" for the first of those that we serve.
SERVI: ContextVar[str] = ContextVar("servi", default="")
#: No answer of the SNE is that big, in bytes.
TAILLE_MAX = 50_000_000


@dataclass(frozen=True)
class ReponseBrute:
    """An answer, as it came."""

    statut: int
    raison: str
    content_type: str
    corps: bytes


class Transport:
    """The way to the SNE. `trousseaux` are files, by guichet: `ca`, `certificat`, `cle`; `delai` in seconds:
    how long to wait for the next byte."""

    def __init__(self) -> None:
        self.configurer({"": {}}, 30.0)

    def configurer(self, trousseaux: Mapping[str, Mapping[str, str]], delai: float) -> None:
        """Take other files and another delay."""
        self.trousseaux, self.delai = trousseaux, delai
        self._tls = cache(lambda servi: self.contexte())

    @property
    def certificats(self) -> Mapping[str, str]:
        """The files of the guichet that is served."""
        return self.trousseaux[SERVI.get()]

    def contexte(self) -> ssl.SSLContext:
        """TLS that trusts the given authority alone, checks the name, and shows the guichet's certificate."""
        contexte = ssl.create_default_context(cafile=self.certificats["ca"])
        contexte.load_cert_chain(self.certificats["certificat"], self.certificats["cle"])
        return contexte

    def poster(self, adresse: str, content_type: str, corps: bytes) -> ReponseBrute:
        """One exchange, on a connection of its own: what a lost connection meant is then never in doubt.

        Raises SansReponse, ServeurNonReconnu.
        """
        with contextlib.closing(self.connexion(adresse)) as connexion:
            try:
                connexion.request("POST", self.chemin(adresse), corps, self.entetes(content_type))
                reponse = connexion.getresponse()
                contenu = reponse.read(TAILLE_MAX)
                if reponse.length:  # read(n) does not say that the end is missing
                    raise SansReponse("La réponse du SNE s'est interrompue.")
            except ssl.SSLCertVerificationError as erreur:
                raise ServeurNonReconnu(
                    f"Le certificat du serveur n'est pas valable : {erreur.verify_message}."
                ) from erreur
            except TimeoutError as erreur:
                raise SansReponse("Le SNE n'a pas répondu à temps.") from erreur
            except (OSError, http.client.HTTPException) as erreur:
                raise SansReponse(f"La connexion au SNE est perdue ({type(erreur).__name__}).") from erreur
        return ReponseBrute(reponse.status, reponse.reason, reponse.getheader("Content-Type", ""), contenu)

    def connexion(self, adresse: str) -> http.client.HTTPConnection:
        """A connection to make, to the server of an address."""
        lieu = urlsplit(adresse)
        if lieu.scheme != "https":
            return http.client.HTTPConnection(lieu.hostname or "", lieu.port, timeout=self.delai)
        return http.client.HTTPSConnection(
            lieu.hostname or "", lieu.port, timeout=self.delai, context=self._tls(SERVI.get())
        )

    def chemin(self, adresse: str) -> str:
        """The path to call: that of the configuration, to the last slash."""
        return urlsplit(adresse).path

    def entetes(self, content_type: str) -> dict[str, str]:
        """The HTTP headers; nothing compressed is asked for."""
        return {"Content-Type": content_type, "Accept-Encoding": "identity", "Connection": "close"}
