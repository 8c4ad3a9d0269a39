"""The question: a SOAP 1.2 envelope, put into MTOM packaging with its parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from sne_temoin import mtom
from sne_temoin.interface import SOAP, WS, XOP, OperationAppelee
from sne_temoin.mtom import PieceJointe

#: A field: a text, or the bytes of a piece.
Champs = Mapping[str, str | bytes]
_TYPES = {"certificat": "application/x-x509-ca-cert"}


@dataclass(slots=True)
class QuestionSoap:
    """An envelope and the parts that it names."""

    enveloppe: Any
    parties: list[PieceJointe] = field(default_factory=list)


class Emballage:
    """Writes questions."""

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
        enveloppe = etree.tostring(question.enveloppe, encoding="UTF-8", xml_declaration=True)
        return mtom.ecrire(enveloppe, question.parties, operation.action)
