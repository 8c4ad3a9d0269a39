"""A request and an answer, whole, between the web server and SOAP; and what the server tells of a request
beside its headers, in the WSGI environment, where no header can forge it (those begin with HTTP_)."""

from dataclasses import dataclass
from typing import Final

from sne_sandbox.domain.panne import PanneDefinition

EnTetes = list[tuple[str, str]]

#: Keys of the WSGI environment. The verified client certificate (DER), None without,
CERTIFICAT: Final = "sne.certificat_client"
#: whether one was asked for, and the listener (https, http, https_expire, https_autre_nom);
CERTIFICAT_DEMANDE: Final = "sne.certificat_demande"
ECOUTE: Final = "sne.ecoute"
#: and, set by the application, the panne (PanneDefinition) that the server sends the answer by.
PANNE: Final = "sne.panne"


@dataclass(frozen=True, slots=True)
class RequeteHttp:
    """A whole HTTP request. `chemin` is the path with its query, `en_tetes` in order as received, but for
    those that the journal does not keep, `corps` the body with its transfer encoding (chunks) removed."""

    methode: str
    chemin: str
    en_tetes: EnTetes
    corps: bytes
    hote: str = ""
    """The Host that it names: a real client's is that of the national server."""
    origine: str = ""
    """Scheme and authority of this server, by the socket that it came to."""
    pair: str = ""
    """Address of the caller."""
    ecoute: str = ""
    """The listener: https, http, https_expire, https_autre_nom; "" for what came by no socket."""
    certificat: bytes | None = None
    """The verified client certificate (DER)."""
    certificat_demande: bool = False
    """Whether the listener asks its callers for one."""
    d_un_autre_site: str = ""
    """What tells that a page of another site sent it, "" for nothing."""

    def en_tete(self, nom: str) -> str:
        """Value of the first header of that name, whatever its case; "" when absent."""
        voulu = nom.lower()
        for cle, valeur in self.en_tetes:
            if cle.lower() == voulu:
                return valeur
        return ""


@dataclass(frozen=True, slots=True)
class ReponseHttp:
    """A whole HTTP answer. The web server adds Content-Length, Date and Connection. `panne` is the one it was
    damaged by, or is to be sent by."""

    statut: int
    en_tetes: EnTetes
    corps: bytes
    panne: PanneDefinition | None = None
