"""The client's side: a request in MTOM, well made or exactly as a real client sends it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from sne_sandbox.mime.message_mime import CRLF, Part, encoder_transfert, libre, pack

BOUNDARY: Final = "MIME_BOUNDARY"
RACINE_CLIENT: Final = "soaproot"


class Forme(StrEnum):
    """NETTE: as we write our own answers. CLIENT_REEL: byte for byte as a client in the field sends it
    (attested): `start` without `<>`, short action on the root, parts in their own encoding, an empty part of
    one blank line, no line end after the last boundary."""

    NETTE = "nette"
    CLIENT_REEL = "client-reel"


def requete(
    enveloppe: bytes,
    parties: Sequence[Part],
    *,
    action: str,
    boundary: str = BOUNDARY,
    forme: Forme = Forme.CLIENT_REEL,
) -> tuple[str, bytes]:
    """The Content-Type header and the body of a request whose full SOAP action is `action`.

    Raises ValueError for a value that would break a header.
    """
    if forme is Forme.NETTE:
        return pack(enveloppe, parties, boundary=boundary, action=action)
    contenus = [encoder_transfert(p.contenu, p.encodage.lower()) for p in parties]
    limite = libre(boundary, (enveloppe, *contenus))
    courte = action.rstrip("/").rpartition("/")[2]
    type_racine = f'application/xop+xml; charset=UTF-8; type="application/soap+xml"; action="{courte}"'
    corps = bytearray(_partie(limite, type_racine, "8bit", RACINE_CLIENT, enveloppe))
    for partie, contenu in zip(parties, contenus, strict=True):
        corps += _partie(limite, partie.content_type, partie.encodage, partie.content_id or "", contenu)
    corps += f"--{limite}--".encode("ascii")
    entete = (
        f'multipart/related; type="application/xop+xml"; start="{RACINE_CLIENT}"; '
        f'start-info="application/soap+xml"; boundary="{limite}"; action="{action}"'
    )
    return entete, bytes(corps)


def _partie(limite: str, content_type: str, encodage: str, content_id: str, contenu: bytes) -> bytes:
    entetes = (
        f"--{limite}\r\n"
        f"Content-Type: {content_type}\r\n"
        f"Content-Transfer-Encoding: {encodage}\r\n"
        f"Content-ID: <{content_id}>\r\n\r\n"
    ).encode()
    return entetes + contenu + CRLF if contenu else entetes
