"""MTOM: an envelope and the pieces beside it, in one multipart/related message, and back.

What W3C's MTOM and XOP ask of a message, and no more: the envelope is the root part, `cid:` links name the
others by their Content-ID. `email`, of the standard library, takes a message apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from email import errors, message_from_bytes, policy
from email.message import MIMEPart
from typing import Final
from urllib.parse import unquote

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


def ecrire(enveloppe: bytes, parties: Sequence[PieceJointe], action: str) -> tuple[str, bytes]:
    """The Content-Type and the body of a request whose SOAP action is `action`."""
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


def lire(content_type: str, corps: bytes) -> MessageMtom:
    """A message taken apart; one that is not multipart is the envelope itself. Raises ValueError for a
    message that is empty, cut short, or otherwise broken."""
    if not corps:
        raise ValueError("le message est vide")
    if not content_type.lstrip().lower().startswith("multipart/"):
        return MessageMtom(corps, content_type)
    message = message_from_bytes(
        b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n" + corps,
        policy=policy.HTTP,
    )
    if not message.is_multipart():
        raise ValueError("aucune partie n'y est trouvée")
    lues = []
    for partie in (message, *message.iter_parts()):
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


def _partie(partie: MIMEPart) -> PieceJointe:
    contenu = partie.get_payload(decode=True)
    if not isinstance(contenu, bytes):
        raise ValueError("une partie en contient d'autres")  # noqa: TRY004 - the message is wrong, not a type
    return PieceJointe(
        _sans_chevrons(str(partie["Content-ID"] or "")), str(partie["Content-Type"] or ""), contenu
    )


def _sans_chevrons(valeur: str) -> str:
    return valeur.strip().removeprefix("<").removesuffix(">")
