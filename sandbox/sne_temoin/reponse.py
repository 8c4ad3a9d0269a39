"""The answer: out of its packaging, its fault told, its pieces found. Anything odd makes it a damaged one."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any, Final

from lxml import etree

from sne_temoin import mtom
from sne_temoin.incidents import FauteSoap, Indisponible, ReponseAbimee
from sne_temoin.interface import SOAP, WS, XOP, OperationAppelee
from sne_temoin.mtom import MessageMtom
from sne_temoin.transport import ReponseBrute

#: Fields that hold the bytes of a piece.
PIECES: Final = frozenset(
    ("fichierDemande", "attestation", "listeDoublons", "fichierDalo", "fichierDemandesRadiees",
     "fichierNouveauxDalo", "fichierXmlRetour")
)  # fmt: skip
_DU_SNE: Final = frozenset(("application/soap+xml", "multipart/related"))
_UTF8: Final = frozenset((None, "utf-8", "us-ascii"))


@dataclass(frozen=True)
class ReponseLue:
    """The fields of an answer: texts, and bytes of pieces."""

    textes: Mapping[str, str]
    pieces: Mapping[str, bytes]


class Ouverture:
    """Opens answers: `ouvrir`, which takes the steps below it in order."""

    def ouvrir(self, http: ReponseBrute, operation: OperationAppelee) -> ReponseLue:
        """The fields answered. Raises FauteSoap, Indisponible, ReponseAbimee."""
        self.verifier(http)
        message = self.deballer(http)
        corps = self.corps(message)
        self.lire_faute(corps)
        return self.champs(corps, message, operation)

    def verifier(self, http: ReponseBrute) -> None:
        """The SNE answers 200, or 500 for a fault, and in SOAP: all else comes from somebody between."""
        media = _type(http.content_type).get_content_type()
        if http.statut not in (200, 500) or media not in _DU_SNE:
            raise Indisponible(f"Le SNE est indisponible : {http.statut} {http.raison}.")

    def deballer(self, http: ReponseBrute) -> MessageMtom:
        """The message out of its packaging, MTOM or XML alone."""
        try:
            message = mtom.lire(http.content_type, http.corps)
        except ValueError as erreur:
            raise ReponseAbimee(f"La réponse du SNE est abîmée : {erreur}") from erreur
        for content_type in (message.type_racine, *(partie.content_type for partie in message.parties)):
            charset = _type(content_type).get_content_charset()
            if charset not in _UTF8:
                raise ReponseAbimee(f"La réponse du SNE se dit en {charset} : l'UTF-8 est attendu.")
        return message

    def corps(self, message: MessageMtom) -> Any:
        """The element in the body of the envelope."""
        corps = self.xml(message.racine).find(f"{{{SOAP}}}Body")
        if corps is None or len(corps) == 0:
            raise ReponseAbimee("La réponse du SNE n'est pas une enveloppe SOAP 1.2.")
        return corps[0]

    def xml(self, octets: bytes) -> Any:
        """The root of a document; a DTD has no place in an answer."""
        try:
            racine = etree.fromstring(octets, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as erreur:
            raise ReponseAbimee(f"La réponse du SNE n'est pas du XML bien formé : {erreur}") from erreur
        if racine.getroottree().docinfo.doctype:
            raise ReponseAbimee("La réponse du SNE contient une DTD.")
        return racine

    def lire_faute(self, element: Any) -> None:
        """Raises FauteSoap when the element is a fault, with the sentence of its reason or detail."""
        if element.tag != f"{{{SOAP}}}Fault":
            return
        raison = element.findtext(f"{{{SOAP}}}Reason/{{{SOAP}}}Text") or ""
        detail = element.findtext(f"{{{SOAP}}}Detail/{{{WS}}}demandeLogementException/message") or ""
        phrases = dict.fromkeys(phrase for phrase in (raison, detail) if phrase)
        raise FauteSoap(" — ".join(phrases) or "Le SNE a refusé sans dire pourquoi.")

    def champs(self, element: Any, message: MessageMtom, operation: OperationAppelee) -> ReponseLue:
        """The fields of the element answered."""
        if element.tag != f"{{{WS}}}{operation.sortie}":
            raise ReponseAbimee(f"Le SNE a répondu [{etree.QName(element).localname}] à {operation.nom}.")
        textes: dict[str, str] = {}
        pieces: dict[str, bytes] = {}
        for champ in element:
            if champ.tag in PIECES:
                pieces[champ.tag] = self.piece(champ, message)
            else:
                textes[champ.tag] = champ.text or ""
        return ReponseLue(textes, pieces)

    def piece(self, champ: Any, message: MessageMtom) -> bytes:
        """The bytes of a piece: those of the part that it names, or its own text in base64."""
        include = champ.find(f"{{{XOP}}}Include")
        if include is not None:
            partie = message.partie(include.get("href", ""))
            if partie is None:
                raise ReponseAbimee(f"La pièce [{champ.tag}] manque à la réponse du SNE.")
            return partie.contenu
        try:
            return base64.b64decode("".join((champ.text or "").split()), validate=True)
        except ValueError as erreur:
            raise ReponseAbimee(f"La pièce [{champ.tag}] de la réponse n'est pas lisible.") from erreur


def _type(content_type: str) -> Message:
    """A Content-Type header, to be asked for its media type and its charset."""
    lu = Message()
    lu["Content-Type"] = content_type
    return lu
