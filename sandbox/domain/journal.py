"""A line of the journal: one exchange, refused ones included, with its bytes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """How an exchange ended."""

    ACCEPTE = "accepté"
    ANOMALIES = "anomalies"
    FAULT = "fault"
    REFUS = "refus"
    """Refused before SOAP: HTTP status, or a TLS handshake that failed."""
    ERREUR = "erreur"
    """A bug of ours."""


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
    verdict: Verdict = Verdict.REFUS
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
