"""An answer on its way out: pieces put into the envelope or beside it, the whole packed as it must travel."""

from binascii import b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from isal.isal_zlib import crc32
from lxml import etree

from sne_interface.domain.base import Base
from sne_interface.domain.echange import Piece, RequeteHttp
from sne_sandbox.mime.message_deballe import est_multipart
from sne_sandbox.mime.message_mime import Packaging, Part, boundary, pack
from sne_sandbox.soap.envelope import INCLUDE, SOAP11, XOP

_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_SOAP12_TYPE: Final = "application/soap+xml"
_SOAP11_TYPE: Final = "text/xml"
#: A client in the field decodes the whole answer as UTF-8: these types stay base64 in the envelope.
_EN_LIGNE: Final = frozenset({"application/zip"})
#: Roots of the documents that answers carry. The published client cuts the document out of the whole body at
#: the first « :interfaceNuu » or « :listeDoublons » (attested): nothing before it may hold these.
RACINES: Final = frozenset({"interfaceNuu", "listeDoublons"})
_TYPES_DE_PARTIE: Final[Mapping[str, str]] = {"text/xml": "text/xml; charset=UTF-8"}


def joindre(charge: etree._Element, pieces: Mapping[str, Piece], packaging: Packaging) -> list[Part]:
    """Replace the tokens of `charge` by the pieces: xop:Include in MTOM (a ZIP excepted), base64 otherwise.

    Returns the parts to send beside the envelope, in document order.
    """
    parties: list[Part] = []
    for champ in charge:
        piece = pieces.get(champ.tag)
        if piece is None:
            continue
        if packaging is Packaging.SIMPLE or piece.content_type in _EN_LIGNE:
            champ.text = b2a_base64(piece.contenu, newline=False).decode("ascii")
            continue
        # The name of the root of a document is prefixed, for whoever looks for that root as text:
        # `href="cid:listeDoublons@…"` stands before the document.
        identifiant = f"{'document-' if champ.tag in RACINES else ''}{champ.tag}@sne-sandbox"
        champ.text = None
        etree.SubElement(champ, INCLUDE, nsmap={"xop": XOP}).set("href", f"cid:{identifiant}")
        content_type = piece.content_type or "application/octet-stream"
        parties.append(
            Part(identifiant, _TYPES_DE_PARTIE.get(content_type, content_type), "binary", piece.contenu)
        )
    return parties


@dataclass(frozen=True, slots=True)
class Emballage:
    """How the answer to one question travels. `graine` seeds the boundary: the same question to the same base
    has the same one."""

    packaging: Packaging
    graine: str | int

    @classmethod
    def de(cls, requete: RequeteHttp, base: Base | None = None) -> "Emballage":
        """That of the answer to a request: packed as the question was, unless the base imposes a packaging;
        `base` is None as long as it is not known."""
        empreinte = crc32(requete.corps)
        if base is not None and base.reglages.emballage != "question":
            return cls(Packaging(base.reglages.emballage), f"{base.seed}:{empreinte}")
        multipart = est_multipart(requete.en_tete("Content-Type"), requete.corps)
        return cls(
            Packaging.MTOM if multipart else Packaging.SIMPLE,
            empreinte if base is None else f"{base.seed}:{empreinte}",
        )

    def emballer(self, enveloppe: etree._Element, parties: list[Part]) -> tuple[str, bytes]:
        """Content-Type and body of an answer."""
        racine = _DECLARATION + etree.tostring(enveloppe, encoding="UTF-8", xml_declaration=False)
        soap11 = etree.QName(enveloppe).namespace == SOAP11
        if self.packaging is Packaging.SIMPLE:
            return f"{_SOAP11_TYPE if soap11 else _SOAP12_TYPE}; charset=utf-8", racine
        content_type, corps = pack(racine, parties, boundary=boundary(self.graine))
        if soap11:
            # mime writes SOAP 1.2 only; a SOAP 1.1 fault is the one message that is not.
            content_type = content_type.replace(_SOAP12_TYPE, _SOAP11_TYPE, 1)
            corps = corps.replace(_SOAP12_TYPE.encode(), _SOAP11_TYPE.encode(), 1)
        return content_type, corps
