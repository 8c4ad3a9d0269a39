"""HTTP bytes to an `Appel`, its answer or its fault back to HTTP bytes. The one module that uses Spyne.

Spyne reads and writes the wrapper's fields, by a protocol class of ours, and knows which operation has which;
MIME, XOP, the guards of the envelope and the faults stand in front of it. It calls nobody: `exchange` has the
call read, then the answer written.
"""

# ruff: noqa: I001 - the compatibility module must come before the first spyne import

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from lxml import etree
from spyne import Application, ComplexModel, ServiceBase, Unicode, XmlAttribute, XmlData, rpc
from spyne.protocol.soap import Soap12

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import ChampLu, Contrat, MessageOperation, OperationPubliee
from sne_interface.domain.echange import Appel, Champ, Piece, Reponse
from sne_interface.domain.echange import Echange
from sne_interface.errors import (
    ERREUR_INATTENDUE,
    ContractError,
    ErreurInterne,
    ExchangeError,
    MessageMalforme,
)
from sne_sandbox.mime.message_mime import Message
from sne_sandbox.mime.tolerances import Tolerance
from sne_sandbox.mime.message_deballe import unpack
from sne_sandbox.pki.identite_du_certificat import Identite
from sne_interface.settings import Limites
from sne_sandbox.soap import envelope
from sne_sandbox.soap import faults
from sne_sandbox.soap.envelope import AiguillageSoap, designee
from sne_sandbox.soap.envelope import SOAP12
from sne_interface.domain.echange import ReponseHttp, RequeteHttp


from binascii import b2a_base64
from dataclasses import dataclass

from isal.isal_zlib import crc32

from sne_interface.domain.base import Base
from sne_sandbox.mime.message_deballe import est_multipart
from sne_sandbox.mime.message_mime import Packaging, Part, boundary, pack
from sne_sandbox.soap.envelope import INCLUDE, SOAP11, XOP

# --- an answer on its way out: pieces in the envelope or beside it, packed as it must travel ----------

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


# --- the services of a contract -----------------------------------------------------------------------

#: Lines of the journal that one message may fill with its tolerances.
_TOLERANCES_MAX: Final = 50
#: Types of fields that are no text.
_PIECE: Final = "tns:base64Binary"
_CODE: Final = "tns:codeElement"
_ENVELOPE: Final = f"{{{SOAP12}}}Envelope"
_BODY: Final = f"{{{SOAP12}}}Body"


class ServeurSoap:
    """The SOAP services of one contract. Built once; every method may be called from any thread."""

    def __init__(self, contrat: Contrat, limites: Limites) -> None:
        """Raises ContractError for an operation that cannot be served."""
        self._limites = limites
        self._operations = contrat.operations
        operations = tuple(contrat.operations.values())
        self._espace = operations[0].espace
        self._aiguillage = AiguillageSoap(operations)
        self._protocole = application(self._espace, operations, ProtocolePlat).out_protocol

    def ouvrir(self, requete: RequeteHttp, appelant: Identite, echange: Echange) -> Appel:
        """The call that a request makes to the service and the base of `echange`, where its parts, its
        operation and the tolerances that it needed are noted on the way.

        Raises ExchangeError for a message that cannot be read, or calls no operation of the service.
        """
        noter = partial(_noter, echange)
        message = self._deballer(requete, echange)
        lue = envelope.lire(codec.parse(message.racine, limit=self._limites.xml_max), noter)
        annoncees = (message.action, requete.en_tete("SOAPAction").strip().strip('"'), lue.action)
        actions = [action for action in annoncees if action]
        candidates = self._aiguillage.candidates(echange.service or "", lue.charge)
        if (probable := designee(candidates, actions)) is not None:
            echange.operation = probable.nom
        pieces = envelope.LectureChamps(lue.charge, candidates[0], message, noter).pieces

        def document() -> etree._Element | None:
            try:
                return codec.parse(pieces["fichierXml"].contenu, limit=self._limites.xml_max)
            except (KeyError, ExchangeError):
                return None

        operation = self._aiguillage.choisir(candidates, lue.charge, actions, document, noter)
        echange.operation = operation.nom
        plat = _Message(operation, in_document=lue.charge)
        self._protocole.deserialize(plat, Soap12.REQUEST)
        champs: dict[str, Champ] = {**plat.in_object, **pieces}
        return Appel(operation.nom, champs, echange.base, appelant.guichet, echange.recu_le)

    def parle_soap11(self, requete: RequeteHttp) -> bool:
        """True when the envelope of a request, sent to any address, is of SOAP 1.1: its namespace decides."""
        try:
            message = self._deballer(requete, Echange("", datetime.now(UTC)))
            racine = codec.parse(message.racine, limit=self._limites.xml_max)
        except ExchangeError:
            return False
        return bool(racine.tag == f"{{{envelope.SOAP11}}}Envelope")

    def repondre(self, appel: Appel, reponse: Reponse, emballage: Emballage) -> ReponseHttp:
        """The answer to a call, packed. Raises ErreurInterne when it does not fit the published message."""
        operation = self._operations[appel.operation]
        pieces = _pieces(operation, reponse)
        plat = _Message(operation, out_object=reponse.champs)
        self._protocole.serialize(plat, Soap12.RESPONSE)
        parties = joindre(plat.out_document[0][0], pieces, emballage.packaging)
        content_type, corps = emballage.emballer(plat.out_document, parties)
        return ReponseHttp(200, [("Content-Type", content_type)], corps)

    def refuser(
        self, erreur: ExchangeError, emballage: Emballage, statut: int = faults.STATUT
    ) -> ReponseHttp:
        """The SOAP fault of an error, packed."""
        content_type, corps = emballage.emballer(faults.enveloppe_fault(erreur, espace=self._espace), [])
        return ReponseHttp(statut, [("Content-Type", content_type)], corps)

    def _deballer(self, requete: RequeteHttp, echange: Echange) -> Message:
        encodage = requete.en_tete("Content-Encoding").strip()
        if encodage.lower() not in ("", "identity"):
            raise MessageMalforme(
                "Le message est compressé.",
                explication=f"En-tête Content-Encoding [{encodage[:40]}] : ce qui est reçu n'est pas "
                "décompressé (convention). → envoyez le message tel quel, sans cet en-tête",
            )
        message = unpack(
            requete.en_tete("Content-Type"),
            requete.corps,
            parties_max=self._limites.parties_max,
            taille_max=self._limites.message_max,
        )
        noter_le_message(echange, message)
        return message


def noter_le_message(echange: Echange, message: Message) -> None:
    """Writes the parts of a request, and what was tolerated of it, into the line of the journal."""
    echange.parties = [
        {
            "content_id": partie.content_id or "",
            "content_type": partie.content_type,
            "encodage": partie.encodage,
            "taille": len(partie.contenu),
        }
        for partie in message.parties
    ]
    echange.tolerances += [{"code": t.code, "phrase": t.phrase} for t in message.tolerances]


class _Message:
    """One message on its way through our protocol: all that this one needs of a Spyne context, whose events,
    headers and transports nobody here listens to."""

    __slots__ = ("in_document", "in_object", "operation", "out_document", "out_object")

    def __init__(self, operation: OperationPubliee, in_document: Any = None, out_object: Any = None) -> None:
        self.operation = operation
        #: The payload received, parsed and checked.
        self.in_document = in_document
        #: Its fields by name: text, code, or the token of a piece; absent ones left out.
        self.in_object: dict[str, str] = {}
        #: The fields of the answer by name, checked.
        self.out_object: Mapping[str, Champ] = out_object
        #: The envelope of the answer, where the name of a field stands for its piece.
        self.out_document: Any = None


class ProtocolePlat(Soap12):
    """SOAP 1.2 for wrappers whose fields are flat, which all of ours are: each is read and written directly,
    in a tenth of the time of Spyne's walk over its models, to the same bytes and values (held by
    `tests/sne_sandbox/soap/test_protocole_plat.py`)."""

    def deserialize(self, ctx: _Message, message: Any) -> None:
        """The fields of `in_document` into `in_object`."""
        types = {champ.nom: champ.type for champ in ctx.operation.entree.champs}
        lus = ctx.in_object
        for enfant in ctx.in_document:
            lus[enfant.tag] = (enfant.get("code") if types[enfant.tag] == _CODE else enfant.text) or ""

    def serialize(self, ctx: _Message, message: Any) -> None:
        """The fields of `out_object` into `out_document`, in the contract's order."""
        operation, valeurs = ctx.operation, ctx.out_object
        enveloppe = etree.Element(_ENVELOPE, nsmap=self.app.interface.nsmap)
        charge = etree.SubElement(etree.SubElement(enveloppe, _BODY), operation.sortie.qname)
        for champ in operation.sortie.champs:
            valeur = valeurs.get(champ.nom)
            if valeur is None:
                continue
            noeud = etree.SubElement(charge, champ.nom)
            if isinstance(valeur, Piece):
                noeud.text = champ.nom
                if valeur.content_type is not None:
                    noeud.set(operation.attribut_content_type, valeur.content_type)
            elif champ.type == _CODE:
                noeud.set("code", valeur)
            else:
                noeud.text = valeur
        ctx.out_document = enveloppe


def application(espace: str, operations: tuple[OperationPubliee, ...], protocole: Any) -> Any:
    """Spyne's application of these operations, that reads and writes by a class of protocol. Raises
    ContractError for a field of an unknown type."""
    types: dict[str, Any] = {
        "xs:string": Unicode,
        # The text as received: operations read the instant, and the guard has checked its form.
        "xs:dateTime": Unicode,
        _PIECE: _modele(
            espace,
            "base64Binary",
            [
                ("jeton", XmlData(Unicode)),
                ("contentType", XmlAttribute(Unicode(sub_ns=espace), ns=espace)),
            ],
        ),
        _CODE: _modele(espace, "codeElement", [("code", XmlAttribute(Unicode))]),
    }
    modeles: dict[str, Any] = {}

    def type_de(champ: ChampLu) -> Any:
        try:
            return types[champ.type].customize(sub_ns="", min_occurs=int(champ.obligatoire))
        except KeyError:
            raise ContractError(
                f"Le champ [{champ.nom}] est d'un type inconnu : {champ.type}.",
                remede=f"types connus : {', '.join(types)}",
            ) from None

    def modele_de(message: MessageOperation) -> Any:
        if message.qname not in modeles:
            membres = [(champ.nom, type_de(champ)) for champ in message.champs]
            modeles[message.qname] = _modele(espace, etree.QName(message.qname).localname, membres)
        return modeles[message.qname]

    def declarer(operation: OperationPubliee) -> Any:
        """The function that stands for an operation: Spyne reads its signature, and nobody calls it."""

        def fonction(ctx: Any, message: Any) -> Any:
            raise NotImplementedError(operation.nom)

        fonction.__name__ = operation.nom
        # The in-message is named after the operation: several of them share one element.
        return rpc(
            modele_de(operation.entree),
            _returns=modele_de(operation.sortie),
            _body_style="bare",
            _in_message_name=operation.nom,
            _out_message_name=etree.QName(operation.sortie.qname).localname,
        )(fonction)

    services: Any = type("Services", (ServiceBase,), {o.nom: declarer(o) for o in operations})
    faite = Application(
        [services],
        tns=espace,
        name="sne",
        in_protocol=protocole(validator=None, parse_xsi_type=False),
        out_protocol=protocole(cleanup_namespaces=False),
    )
    faite.interface.nsmap = {"soap": SOAP12, "ns2": espace}
    return faite


def _modele(espace: str, nom: str, membres: list[tuple[str, Any]]) -> Any:
    return type(nom, (ComplexModel,), {"__namespace__": espace, "_type_info": membres})


def _pieces(operation: OperationPubliee, reponse: Reponse) -> dict[str, Piece]:
    """The pieces of an answer, by field. Raises ErreurInterne when it breaks the contract."""
    pieces: dict[str, Piece] = {}
    connus = set()
    for champ in operation.sortie.champs:
        valeur = reponse.champs.get(champ.nom)
        if valeur is None and not champ.obligatoire:
            continue
        connus.add(champ.nom)
        if champ.type == _PIECE and isinstance(valeur, Piece):
            pieces[champ.nom] = valeur
        elif champ.type == _PIECE or not isinstance(valeur, str):
            raise _reponse_fausse(operation, f"champ [{champ.nom}] absent ou d'un autre type")
    inconnus = reponse.champs.keys() - connus
    if inconnus:
        raise _reponse_fausse(operation, f"champs inconnus : {', '.join(sorted(inconnus))}")
    return pieces


def _reponse_fausse(operation: OperationPubliee, raison: str) -> ErreurInterne:
    return ErreurInterne(ERREUR_INATTENDUE, explication=f"Réponse à {operation.nom} : {raison}.")


def _noter(echange: Echange, tolerance: Tolerance, precision: str = "") -> None:
    """Adds a tolerance to the line of the journal, once."""
    phrase = f"{tolerance.phrase} ({precision})" if precision else tolerance.phrase
    ligne = {"code": tolerance.code, "phrase": phrase}
    if ligne not in echange.tolerances and len(echange.tolerances) < _TOLERANCES_MAX:
        echange.tolerances.append(ligne)
