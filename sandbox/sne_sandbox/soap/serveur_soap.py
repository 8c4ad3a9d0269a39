"""HTTP bytes to an `Appel`, its answer or its fault back to HTTP bytes.

The fields of the wrapper are read and written here; MIME, XOP, the guards of the envelope and the faults
stand in front of it. It calls nobody: `exchange` has the call read, then the answer written.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final

from lxml import etree

from sne_interface.contract import codec
from sne_interface.contract.versions import Contrat, OperationPubliee
from sne_interface.domain.echange import Appel, Champ, Echange, Piece, Reponse, ReponseHttp, RequeteHttp
from sne_interface.errors import (
    ERREUR_INATTENDUE,
    ContractError,
    ErreurInterne,
    ExchangeError,
    MessageMalforme,
)
from sne_interface.settings import Limites
from sne_sandbox.mime.message_mime import Message
from sne_sandbox.mime.tolerances import Tolerance
from sne_sandbox.mime.unpack import unpack
from sne_sandbox.pki.identite_du_certificat import Identite
from sne_sandbox.soap import envelope, faults, fields
from sne_sandbox.soap.envelope import SOAP12, AiguillageSoap, designee
from sne_sandbox.soap.packing import Emballage, joindre

#: Lines of the journal that one message may fill with its tolerances.
_TOLERANCES_MAX: Final = 50
#: Types of fields that are no text.
_PIECE: Final = "tns:base64Binary"
_CODE: Final = "tns:codeElement"
_TYPES: Final = ("xs:string", "xs:dateTime", _PIECE, _CODE)
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
        for operation in operations:
            _verifier_types(operation)

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
        pieces = fields.preparer(lue.charge, candidates[0], message, noter)

        def document() -> etree._Element | None:
            try:
                return codec.parse(pieces["fichierXml"].contenu, limit=self._limites.xml_max)
            except (KeyError, ExchangeError):
                return None

        operation = self._aiguillage.choisir(candidates, lue.charge, actions, document, noter)
        echange.operation = operation.nom
        champs = lire_champs(operation, lue.charge, pieces)
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
        enveloppe = ecrire_enveloppe(operation, reponse.champs)
        parties = joindre(enveloppe[0][0], pieces, emballage.packaging)
        content_type, corps = emballage.emballer(enveloppe, parties)
        return ReponseHttp(200, [("Content-Type", content_type)], corps)

    def refuser(
        self, erreur: ExchangeError, emballage: Emballage, statut: int = faults.STATUT
    ) -> ReponseHttp:
        """The SOAP fault of an error, packed."""
        enveloppe = faults.enveloppe_fault(erreur, espace=self._espace)
        content_type, corps = emballage.emballer(enveloppe, [])
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
        echange.parties = [
            {
                "content_id": partie.content_id or "",
                "content_type": partie.content_type,
                "encodage": partie.encodage,
                "taille": len(partie.contenu),
            }
            for partie in message.parties
        ]
        for tolerance in message.tolerances:
            _noter(echange, tolerance)
        return message


def _verifier_types(operation: OperationPubliee) -> None:
    """Raises ContractError for a field of a type that nothing here reads or writes."""
    for champ in (*operation.entree.champs, *operation.sortie.champs):
        if champ.type not in _TYPES:
            raise ContractError(
                f"Le champ [{champ.nom}] est d'un type inconnu : {champ.type}.",
                remede=f"types connus : {', '.join(_TYPES)}",
            )


def lire_champs(
    operation: OperationPubliee, charge: etree._Element, pieces: Mapping[str, Piece]
) -> dict[str, Champ]:
    """The fields of a payload that was checked, by name: text, code, or piece; absent ones left out."""
    types = {champ.nom: champ.type for champ in operation.entree.champs}
    lus = {e.tag: (e.get("code") if types[e.tag] == _CODE else e.text) or "" for e in charge}
    return {**lus, **pieces}


def ecrire_enveloppe(operation: OperationPubliee, valeurs: Mapping[str, Champ]) -> etree._Element:
    """The envelope of an answer that was checked, where the name of a field stands for its piece."""
    enveloppe = etree.Element(_ENVELOPE, nsmap={"soap": SOAP12, "ns2": operation.espace})
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
    return enveloppe


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
