"""A message on the wire: a SOAP 1.2 envelope and the pieces beside it, in one multipart/related message.

The module does what W3C's SOAP 1.2, MTOM and XOP ask, and no more. A piece is a link `cid:…` in the envelope,
and a part of that Content-ID beside it; the envelope is the root part, which the parameter `start` names.
`EmballageMtom` writes questions; `lire` takes an answer apart with `email`, of the standard library.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import errors, message_from_bytes
from email.message import Message
from typing import Any, Final
from urllib.parse import unquote

from lxml import etree

from sne_temoin.interface import CODES, SOAP, WS, XOP, OperationAppelee

#: A field: a text, or the bytes of a piece.
Champs = Mapping[str, str | bytes]
_TYPES = {"certificat": "application/x-x509-ca-cert"}
_RACINE: Final = "root.message@sne-sandbox"
_BOUNDARY: Final = "temoin"
#: What `email` notes of a message that is not whole.
_DEFAUTS: Final = (
    errors.StartBoundaryNotFoundDefect,
    errors.CloseBoundaryNotFoundDefect,
    errors.MultipartInvariantViolationDefect,
    errors.InvalidBase64LengthDefect,
    errors.InvalidBase64CharactersDefect,
    errors.InvalidMultipartContentTransferEncodingDefect,
    errors.MissingHeaderBodySeparatorDefect,
)


@dataclass(frozen=True, slots=True)
class PieceJointe:
    """A piece beside the envelope; `content_id` is written without its angle brackets."""

    content_id: str
    content_type: str
    contenu: bytes


@dataclass(frozen=True, slots=True)
class MessageMtom:
    """A message taken apart: the envelope and its type, the other parts in order."""

    racine: bytes
    type_racine: str
    parties: tuple[PieceJointe, ...] = ()

    def partie(self, lien: str) -> PieceJointe | None:
        """The part that a link `cid:…` names, None when there is none."""
        if not lien.startswith("cid:"):
            return None
        voulus = (lien[4:], unquote(lien[4:]))
        return next((partie for partie in self.parties if partie.content_id in voulus), None)


# --- a question ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class QuestionSoap:
    """An envelope under way (lxml), and the parts that its links name."""

    enveloppe: Any
    parties: list[PieceJointe] = field(default_factory=list)


class EmballageMtom:
    """Writes questions: `question`, then `emballer`."""

    def question(self, operation: OperationAppelee, champs: Champs) -> QuestionSoap:
        """The fields in the order of the contract, without namespace; each piece as a part of its own."""
        racine = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP, "ws": WS, "xop": XOP})
        corps = etree.SubElement(racine, f"{{{SOAP}}}Body")
        entree = etree.SubElement(corps, f"{{{WS}}}{operation.entree}")
        question = QuestionSoap(racine)
        for nom in operation.champs:
            if nom in champs:
                self.champ(question, entree, nom, champs[nom])
        return question

    def champ(self, question: QuestionSoap, entree: Any, nom: str, valeur: str | bytes) -> None:
        """One field; the bytes of a piece travel beside the envelope."""
        element = etree.SubElement(entree, nom)
        if nom in CODES and isinstance(valeur, str):
            element.set("code", valeur)
            return
        if isinstance(valeur, str):
            element.text = valeur
            return
        media = _TYPES.get(nom, "text/xml")
        element.set(f"{{{WS}}}contentType", media)
        identifiant = f"{nom}@temoin"
        etree.SubElement(element, f"{{{XOP}}}Include", href=f"cid:{identifiant}")
        suffixe = "; charset=utf-8" if media == "text/xml" else ""
        question.parties.append(PieceJointe(identifiant, media + suffixe, valeur))

    def emballer(self, operation: OperationAppelee, question: QuestionSoap) -> tuple[str, bytes]:
        """The Content-Type and the body of the HTTP request."""
        enveloppe: bytes = etree.tostring(question.enveloppe, encoding="UTF-8", xml_declaration=True)
        return ecrire(enveloppe, question.parties, operation.action)


def ecrire(enveloppe: bytes, parties: Sequence[PieceJointe], action: str) -> tuple[str, bytes]:
    """The Content-Type and the body of a request whose SOAP action is `action`. The boundary is one that no
    part holds."""
    boundary, rang = _BOUNDARY, 0
    while any(boundary.encode() in octets for octets in (enveloppe, *(p.contenu for p in parties))):
        rang += 1
        boundary = f"{_BOUNDARY}{rang:x}"
    racine = PieceJointe(
        _RACINE,
        f'application/xop+xml; charset=UTF-8; type="application/soap+xml"; action="{action}"',
        enveloppe,
    )
    corps = b"".join(
        f"--{boundary}\r\nContent-Type: {partie.content_type}\r\nContent-Transfer-Encoding: binary\r\n"
        f"Content-ID: <{partie.content_id}>\r\n\r\n".encode()
        + partie.contenu
        + b"\r\n"
        for partie in (racine, *parties)
    )
    content_type = (
        f'multipart/related; type="application/xop+xml"; start="<{_RACINE}>"; '
        f'start-info="application/soap+xml"; boundary="{boundary}"; action="{action}"'
    )
    return content_type, corps + f"--{boundary}--\r\n".encode()


# --- an answer -------------------------------------------------------------------------------------------


def lire(content_type: str, corps: bytes) -> MessageMtom:
    """A message taken apart; one that is not multipart is the envelope itself. Raises ValueError for a
    message that is empty, cut short, or otherwise broken."""
    if not corps:
        raise ValueError("le message est vide")
    if not content_type.lstrip().lower().startswith("multipart/"):
        return MessageMtom(corps, content_type)
    message = message_from_bytes(
        b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n" + corps
    )
    if not message.is_multipart():
        raise ValueError("aucune partie n'y est trouvée")
    lues = []
    for partie in (message, *message.get_payload()):
        defaut = next((d for d in partie.defects if isinstance(d, _DEFAUTS)), None)
        if defaut is not None:
            raise ValueError(f"elle n'est pas entière ({type(defaut).__name__})")
        if partie is not message:
            lues.append(_partie(partie))
    if not lues:
        raise ValueError("aucune partie n'y est trouvée")
    start = _sans_chevrons(str(message.get_param("start", "") or ""))
    rang = next((n for n, partie in enumerate(lues) if partie.content_id == start), 0)
    racine = lues.pop(rang)
    return MessageMtom(racine.contenu, racine.content_type, tuple(lues))


def _partie(partie: Message) -> PieceJointe:
    """A part out of its transfer encoding (binary, base64, quoted-printable)."""
    contenu = partie.get_payload(decode=True)
    if not isinstance(contenu, bytes):
        raise ValueError("une partie en contient d'autres")  # noqa: TRY004 - the message is wrong, not a type
    return PieceJointe(
        _sans_chevrons(str(partie["Content-ID"] or "")), str(partie["Content-Type"] or ""), contenu
    )


def _sans_chevrons(valeur: str) -> str:
    return valeur.strip().removeprefix("<").removesuffix(">")
