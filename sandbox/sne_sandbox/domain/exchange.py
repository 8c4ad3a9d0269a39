"""A call and its answer, between the envelope (`soap`) and the work (`pipeline`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a `base64Binary` field, with its `contentType` attribute (None when it has none)."""

    contenu: bytes
    content_type: str | None = None


#: `canal` of a call that came as a file left in a guichet's inbox: the type of the rules of that channel.
ASYNCHRONE = "ASY"

#: Value of a field of a message: text, piece, or a code (`codeElement`, given as its text).
Champ = str | Piece

#: Pieces that are not the document of a message.
_A_COTE = frozenset({"certificat", "attestation"})


def document_parmi(champs: Mapping[str, Champ]) -> bytes:
    """The document, XML or ZIP, among the fields of a message; b"" without any."""
    pieces = (v.contenu for nom, v in champs.items() if isinstance(v, Piece) and nom not in _A_COTE)
    return next(pieces, b"")


@dataclass(frozen=True, slots=True)
class Appel:
    """One call of one operation.

    `operation` is the WSDL name, `champs` its fields by name (absent ones left out), `base` the name of the
    base, `guichet_certificat` the guichet of the client certificate (None without), `recu_le` the machine's
    instant of arrival, `canal` how it came: "" by SOAP, or `ASYNCHRONE`.
    """

    operation: str
    champs: Mapping[str, Champ]
    base: str
    guichet_certificat: str | None
    recu_le: datetime
    canal: str = ""

    def texte(self, nom: str) -> str:
        """Text of a field, "" when absent."""
        valeur = self.champs.get(nom)
        return valeur if isinstance(valeur, str) else ""

    def piece(self, nom: str) -> bytes:
        """Bytes of a field, b"" when absent."""
        valeur = self.champs.get(nom)
        return valeur.contenu if isinstance(valeur, Piece) else b""


@dataclass(frozen=True, slots=True)
class Reponse:
    """The fields of an answer, by name; absent optional fields are left out."""

    champs: Mapping[str, Champ]
