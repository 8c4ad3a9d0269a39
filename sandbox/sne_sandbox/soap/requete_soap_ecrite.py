"""The client's side: the HTTP request that calls an operation, written from the contract: in MTOM,
well made or exactly as a real client sends it, or in one piece."""

import base64
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from lxml import etree

from sne_interface.contract.contrats_charges import OperationPubliee
from sne_sandbox.mime.message_mime import CRLF, Part, encoder_transfert, libre, pack
from sne_sandbox.soap.envelope import INCLUDE, SOAP12, XOP

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


#: Values of the fields of an operation, by name: text, or the bytes of a piece.
Champs = Mapping[str, str | bytes]

_CERTIFICAT: Final = "certificat"
_BINAIRE: Final = "application/octet-stream"
_XML: Final = "text/xml; charset=UTF-8"


def ecrire(operation: OperationPubliee, champs: Champs, forme: Forme | None) -> tuple[str, bytes]:
    """The Content-Type header and the body of a request, fields in the contract's order, absent ones left
    out. Bytes travel as parts named after their field, or base64 in the envelope when `forme` is None."""
    espaces = {"soap": SOAP12, "ws": operation.espace, **({} if forme is None else {"xop": XOP})}
    racine = etree.Element(f"{{{SOAP12}}}Envelope", nsmap=espaces)
    charge = etree.SubElement(etree.SubElement(racine, f"{{{SOAP12}}}Body"), operation.entree.qname)
    parties = []
    for champ in operation.entree.champs:
        valeur = champs.get(champ.nom)
        if valeur is None:
            continue
        noeud = etree.SubElement(charge, champ.nom)
        if isinstance(valeur, str) and champ.type.rpartition(":")[2] == "codeElement":
            noeud.set("code", valeur)
        elif isinstance(valeur, str):
            noeud.text = valeur
        elif forme is None:
            noeud.set(operation.attribut_content_type, _BINAIRE if champ.nom == _CERTIFICAT else _XML)
            noeud.text = base64.b64encode(valeur).decode("ascii")
        else:
            etree.SubElement(noeud, INCLUDE, href=f"cid:{champ.nom}")
            parties.append(_piece(champ.nom, valeur, forme))
    octets = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
    if forme is None:
        return f'application/soap+xml; charset=utf-8; action="{operation.soap_action}"', octets
    return requete(octets, parties, action=operation.soap_action, forme=forme)


def _piece(champ: str, contenu: bytes, forme: Forme) -> Part:
    if forme is Forme.NETTE:
        return Part(champ, _BINAIRE if champ == _CERTIFICAT else _XML, "binary", contenu)
    if champ == _CERTIFICAT:
        return Part(champ, _BINAIRE, "BASE64", contenu)
    return Part(champ, "text/xml; charset=us-ascii", "8bit", contenu)
