"""A line of the journal: one exchange, refused ones included, with its bytes."""

import re
import traceback
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sne_sandbox.errors import ERREUR_INATTENDUE, ErreurInterne, ExchangeError

#: Headers of what the console sends, again (the number of the exchange) or of its own: no application did.
REJEU: Final = "SNE-Rejeu"
CONSOLE: Final = "SNE-Console"
_DE_LA_CONSOLE: Final = frozenset({REJEU.lower(), CONSOLE.lower()})
#: Headers whose value is not kept: a search of the journal would give it away, letter by letter.
SECRETS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
#: « Methods » of the lines that no HTTP request left: a handshake refused, a file left in an inbox, a night,
#: the step of a scene, a state put back.
TLS: Final = "TLS"
FICHIER: Final = "FICHIER"
NUIT: Final = "NUIT"
SCENE: Final = "SCENE"
REMISE: Final = "REMISE"
HORS_HTTP: Final = frozenset({TLS, FICHIER, NUIT, SCENE, REMISE})
_METHODE: Final = re.compile(r"[A-Za-z-]{1,20}")


class VerdictEchange(StrEnum):
    """How an exchange ended."""

    ACCEPTE = "accepté"
    ANOMALIES = "anomalies"
    FAULT = "fault"
    REFUS = "refus"
    """Refused before SOAP: HTTP status, or a TLS handshake that failed."""
    ERREUR = "erreur"
    """A bug of ours."""


def methode_recue(mot: str) -> str:
    """The method of a request as its line shows it: what is no method, or would pass for a line that no
    request left, is in brackets."""
    if mot in HORS_HTTP or (mot and _METHODE.fullmatch(mot) is None):
        return f"({mot[:20]})"
    return mot


def du_dehors(en_tetes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers of what came by a socket, without those of the console: traffic does not take itself out of
    what is judged."""
    return [(nom, valeur) for nom, valeur in en_tetes if nom.lower() not in _DE_LA_CONSOLE]


def sans_secrets(en_tetes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers as the journal keeps them."""
    return [(nom, "(non conservé)" if nom.lower() in SECRETS else valeur) for nom, valeur in en_tetes]


@dataclass(slots=True)
class Echange:
    """One exchange. Instants are the machine's (aware); `instant_base` is the base's clock at arrival.

    `anomalies` are dicts (regle, code, message, propriete, gravite, valeur, ligne), `parties` dicts
    (content_id, content_type, encodage, taille), `tolerances` codes (T-01…) with a sentence,
    `en_tetes` and `en_tetes_reponse` lists of (name, value) pairs.
    """

    base: str
    recu_le: datetime
    methode: str = ""
    chemin: str = ""
    statut: int = 0
    verdict: VerdictEchange = VerdictEchange.REFUS
    instant_base: datetime | None = None
    identifiant: int | None = None
    pair: str = ""
    guichet: str | None = None
    service: str | None = None
    operation: str | None = None
    type_fichier: str | None = None
    version: str | None = None
    numero_unique: str | None = None
    duree_us: int = 0
    en_tetes: list[tuple[str, str]] = field(default_factory=list)
    en_tetes_reponse: list[tuple[str, str]] = field(default_factory=list)
    requete: bytes = b""
    reponse: bytes = b""
    parties: list[dict[str, Any]] = field(default_factory=list)
    tolerances: list[dict[str, str]] = field(default_factory=list)
    anomalies: list[dict[str, Any]] = field(default_factory=list)
    fault: dict[str, str] | None = None
    """code, message, explication."""
    reponse_conforme: bool | None = None
    trace: str | None = None
    """Traceback of a bug of ours."""
    ecoute: str = ""
    """The listener: https, http, https_expire or https_autre_nom; "" when the line does not tell."""
    certificat: bool | None = None
    """Whether the caller presented a client certificate; None when it was not asked for one."""
    panne: dict[str, Any] | None = None
    """The panne that was played (id, genre, effet, parametres): `reponse` is then what was meant, before it
    was damaged. Where the panne took the place of the work, it is what took the place of the answer."""

    def echouer(self, erreur: Exception, phrase: str = ERREUR_INATTENDUE) -> ExchangeError:
        """Notes what ended the exchange; the error to answer. One that is not of our tree is a bug of ours,
        and `phrase` is what the caller is told of it."""
        connue = (
            erreur
            if isinstance(erreur, ExchangeError)
            else ErreurInterne(phrase, explication=f"{type(erreur).__name__} : {erreur}")
        )
        if isinstance(connue, ErreurInterne):
            self.verdict = VerdictEchange.ERREUR
            self.trace = trace_de(erreur)
        else:
            self.verdict = VerdictEchange.FAULT
        self.fault = {"code": connue.code, "message": str(connue), "explication": connue.explication}
        return connue


def trace_de(erreur: BaseException) -> str:
    """The traceback of a bug."""
    return "".join(traceback.format_exception(erreur))
