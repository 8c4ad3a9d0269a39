"""The answers to requests that are refused before the application sees them."""

from dataclasses import dataclass
from typing import Any, Final

from sne_interface.domain.echange import TLS
from sne_sandbox.server.bornes import RETOUR

_TEXTES: Final[dict[int, tuple[bytes, str]]] = {
    400: (b"Bad Request", "Requête HTTP illisible."),
    408: (b"Request Timeout", "La requête n'est pas arrivée tout entière à temps."),
    413: (b"Content Too Large", "Message trop gros."),
    431: (
        b"Request Header Fields Too Large",
        "En-têtes HTTP trop longs ou trop nombreux. → raccourcissez l'adresse ou les en-têtes : 100 lignes "
        "au plus, de 16384 octets, et 32768 en tout.",
    ),
    503: (b"Service Unavailable", "Le serveur est saturé."),
}
TROP_GROS: Final = "La limite est de {} octets. → réduisez le message, ou relevez --message-max."
TROP_DE_CONNEXIONS: Final = (
    "{} connexions à la fois, par processus, et toutes sont prises. → fermez les vôtres, réessayez, ou "
    "relevez --connexions-max (et ulimit -n)."
)
TROP_D_OCTETS: Final = (
    "{} octets en route à la fois, par processus, et ils le sont. → réessayez, ou relevez --octets-max."
)
NON_LUE: Final = (
    "Réponse abandonnée : le client a lu {} octets sur {}, dont {} dans les {:.0f} dernières secondes. → "
    "lisez plus vite, ou abaissez --debit-min."
)
SANS_FICHIER: Final = "Il ne peut pas garder un corps aussi long : {}. → réessayez."


@dataclass(frozen=True, slots=True)
class RefusServeur:
    """A handshake that failed, or a request refused before the application saw it. `pair` is the peer's
    address and port; `raison` and `detail` are French; `chemin` may be empty; `statut` is 0 when nothing was
    answered."""

    pair: str
    raison: str
    detail: str = ""
    methode: str = TLS
    chemin: str = ""
    statut: int = 0


@dataclass(slots=True)
class RefusEnCours:
    """The refusal of a connection: whether it is one too many, whether it closes after a probe that was let
    through, and the call that ends it, None until it is refused."""

    de_trop: bool = False
    derniere: bool = False
    fin: Any = None


def dire(statut: int, precision: str) -> str:
    """The sentence of a refusal."""
    return f"{_TEXTES[statut][1]} {precision}".strip()


def ecrire(statut: int, precision: str, date: bytes) -> bytes:
    """The whole answer, after which the connection ends; `date` is that of its header."""
    corps = dire(statut, precision).encode() + b"\n"
    retour = b"Retry-After: %d\r\n" % RETOUR if statut == 503 else b""
    return (
        b"HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n"
        b"Date: %s\r\n%sConnection: close\r\n\r\n%s"
        % (statut, _TEXTES[statut][0], len(corps), date, retour, corps)
    )
