"""The client's side: the HTTP request that calls an operation, written from the contract."""

import base64
from collections.abc import Mapping
from typing import Final

from lxml import etree

from sne_interface.contract.contrats_charges import OperationPubliee
from sne_sandbox.mime import requete_mtom_ecrite
from sne_sandbox.mime.message_mime import Part
from sne_sandbox.mime.requete_mtom_ecrite import Forme
from sne_sandbox.soap.champs_recus import INCLUDE
from sne_sandbox.soap.envelope import SOAP12, XOP

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
            parties.append(_partie(champ.nom, valeur, forme))
    octets = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
    if forme is None:
        return f'application/soap+xml; charset=utf-8; action="{operation.soap_action}"', octets
    return requete_mtom_ecrite.requete(octets, parties, action=operation.soap_action, forme=forme)


def _partie(champ: str, contenu: bytes, forme: Forme) -> Part:
    if forme is Forme.NETTE:
        return Part(champ, _BINAIRE if champ == _CERTIFICAT else _XML, "binary", contenu)
    if champ == _CERTIFICAT:
        return Part(champ, _BINAIRE, "BASE64", contenu)
    return Part(champ, "text/xml; charset=us-ascii", "8bit", contenu)
