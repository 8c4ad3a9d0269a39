"""HTTP bytes to an `Appel`, its answer or its fault back to HTTP bytes. The one module that uses Spyne.

Spyne reads and writes the wrapper's fields and knows which operation has which; MIME, XOP, the guards of the
envelope and the faults stand in front of it. It calls nobody: `exchange` has the call read, then the answer
written.
"""

# ruff: noqa: I001 - the compatibility module must come before the first spyne import
from sne_sandbox.soap import spyne_compat as spyne_compat

from collections.abc import Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from lxml import etree
from spyne import Application, ComplexModel, MethodContext, ServiceBase, Unicode, XmlAttribute, XmlData, rpc
from spyne.protocol.soap import Soap12
from spyne.server import ServerBase

from sne_sandbox.contract import codec
from sne_sandbox.contract.versions import ChampOperation, Contrat, MessageOperation, OperationPubliee
from sne_sandbox.domain.echange import Appel, Champ, Piece, Reponse
from sne_sandbox.domain.echange import Echange
from sne_sandbox.errors import ERREUR_INATTENDUE, ContractError, ErreurInterne, ExchangeError, MessageMalforme
from sne_sandbox.mime.message import Message
from sne_sandbox.mime.tolerances import Tolerance
from sne_sandbox.mime.unpack import unpack
from sne_sandbox.pki.identite import Identite
from sne_sandbox.settings import Limites
from sne_sandbox.soap import envelope, faults, fields
from sne_sandbox.soap.envelope import AiguillageSoap, designee
from sne_sandbox.soap.envelope import SOAP12
from sne_sandbox.soap.packing import Emballage, joindre
from sne_sandbox.domain.echange import ReponseHttp, RequeteHttp

#: Lines of the journal that one message may fill with its tolerances.
_TOLERANCES_MAX: Final = 50


class ServeurSoap:
    """The SOAP services of one contract. Built once; every method may be called from any thread."""

    def __init__(self, contrat: Contrat, limites: Limites) -> None:
        """Raises ContractError for an operation that cannot be served."""
        self._limites = limites
        self._operations = contrat.operations
        operations = tuple(contrat.operations.values())
        self._espace = operations[0].espace
        self._aiguillage = AiguillageSoap(operations)
        self._moteur = _Moteur(self._espace, operations)

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
        champs = self._moteur.lire(operation, lue.charge, pieces)
        return Appel(operation.nom, champs, echange.base, appelant.guichet, echange.recu_le)

    def repondre(self, appel: Appel, reponse: Reponse, emballage: Emballage) -> ReponseHttp:
        """The answer to a call, packed. Raises ErreurInterne when it does not fit the published message."""
        enveloppe, pieces = self._moteur.ecrire(self._operations[appel.operation], reponse)
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


class _Lue(NamedTuple):
    """A payload, checked, and the operation that it calls: what Spyne is given in place of bytes."""

    operation: OperationPubliee
    charge: etree._Element


class _Moteur:
    """Spyne's application: one operation per function, models made from the contract's data."""

    def __init__(self, espace: str, operations: tuple[OperationPubliee, ...]) -> None:
        self._types = {
            "xs:string": Unicode,
            # The text as received: operations read the instant, and the guard has checked its form.
            "xs:dateTime": Unicode,
            "tns:base64Binary": _modele(
                espace,
                "base64Binary",
                [
                    ("jeton", XmlData(Unicode)),
                    ("contentType", XmlAttribute(Unicode(sub_ns=espace), ns=espace)),
                ],
            ),
            "tns:codeElement": _modele(espace, "codeElement", [("code", XmlAttribute(Unicode))]),
        }
        self._modeles: dict[str, Any] = {}
        fonctions = {operation.nom: self._declarer(espace, operation) for operation in operations}
        services: Any = type("Services", (ServiceBase,), fonctions)
        application = Application(
            [services],
            tns=espace,
            name="sne",
            in_protocol=_Protocole(validator=None, parse_xsi_type=False),
            out_protocol=_Protocole(cleanup_namespaces=False),
        )
        application.interface.nsmap = {"soap": SOAP12, "ns2": espace}
        self._protocole = application.out_protocol
        self._descripteurs = services.public_methods
        self._serveur = ServerBase(application)

    def lire(
        self, operation: OperationPubliee, charge: etree._Element, pieces: Mapping[str, Piece]
    ) -> dict[str, Champ]:
        """The fields of a payload; those that hold a token receive their piece, absent ones are left out."""
        initial = ctx = MethodContext(self._serveur, MethodContext.SERVER)
        initial.udc = _Lue(operation, charge)
        try:
            (ctx,) = self._serveur.generate_contexts(initial)
            self._serveur.get_in_object(ctx)
            if ctx.in_error is not None:
                raise ctx.in_error
            return _champs(operation, ctx.in_object, pieces)
        finally:
            # Spyne's contexts are rings: the collector, that counts objects and not bytes, would leave the
            # documents in them for hundreds of exchanges.
            vars(initial).clear()
            vars(ctx).clear()

    def ecrire(
        self, operation: OperationPubliee, reponse: Reponse
    ) -> tuple[etree._Element, Mapping[str, Piece]]:
        """The envelope of an answer, where tokens stand for its pieces, and these pieces by field. Raises
        ErreurInterne for an answer that does not fit the contract."""
        valeurs, pieces = _valeurs(operation, reponse)
        ctx = MethodContext(self._serveur, MethodContext.SERVER)
        ctx.descriptor = self._descripteurs[operation.nom]
        # Spyne reads attributes off any object; building its own model costs twice the writing.
        ctx.out_object = [SimpleNamespace(**valeurs)]
        try:
            self._protocole.serialize(ctx, Soap12.RESPONSE)
            return ctx.out_document, pieces
        finally:
            vars(ctx).clear()

    def _declarer(self, espace: str, operation: OperationPubliee) -> Any:
        """The function that stands for an operation: Spyne reads its signature, and nobody calls it."""

        def fonction(ctx: Any, message: Any) -> Any:
            raise NotImplementedError(operation.nom)

        fonction.__name__ = operation.nom
        # The in-message is named after the operation: several of them share one element.
        return rpc(
            self._modele_de(espace, operation.entree),
            _returns=self._modele_de(espace, operation.sortie),
            _body_style="bare",
            _in_message_name=operation.nom,
            _out_message_name=etree.QName(operation.sortie.qname).localname,
        )(fonction)

    def _type(self, champ: ChampOperation) -> Any:
        try:
            return self._types[champ.type]
        except KeyError:
            raise ContractError(
                f"Le champ [{champ.nom}] est d'un type inconnu : {champ.type}.",
                remede=f"types connus : {', '.join(self._types)}",
            ) from None

    def _modele_de(self, espace: str, message: MessageOperation) -> Any:
        modele = self._modeles.get(message.qname)
        if modele is None:
            membres = [
                (champ.nom, self._type(champ).customize(sub_ns="", min_occurs=int(champ.obligatoire)))
                for champ in message.champs
            ]
            modele = _modele(espace, etree.QName(message.qname).localname, membres)
            self._modeles[message.qname] = modele
        return modele


class _Protocole(Soap12):
    """SOAP 1.2 over an envelope that is already parsed and checked."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._attributs: dict[Any, Any] = {}

    def get_cls_attrs(self, cls: Any) -> Any:
        """As Spyne's, which is asked fifty times a call and keeps them in a weak dictionary."""
        connus = self._attributs.get(cls)
        if connus is None:
            connus = self._attributs[cls] = super().get_cls_attrs(cls)
        return connus

    def create_in_document(self, ctx: Any, charset: str | None = None) -> None:
        """The tree is in `ctx.udc`: nothing to parse."""

    def decompose_incoming_envelope(self, ctx: Any, message: Any = None) -> None:
        """Hand over the payload, under the name its operation is registered by."""
        lue: _Lue = ctx.udc
        ctx.in_header_doc = None
        ctx.in_body_doc = ctx.in_document = lue.charge
        ctx.method_request_string = lue.operation.nom


def _modele(espace: str, nom: str, membres: list[tuple[str, Any]]) -> Any:
    def vide(_: Any) -> None:
        """Absent members stay absent: setting each to None costs more than reading the others."""

    return type(nom, (ComplexModel,), {"__namespace__": espace, "_type_info": membres, "__init__": vide})


def _champs(operation: OperationPubliee, message: Any, pieces: Mapping[str, Piece]) -> dict[str, Champ]:
    """The fields that Spyne read, tokens back to pieces; absent ones left out."""
    champs: dict[str, Champ] = {}
    for champ in operation.entree.champs:
        valeur = getattr(message, champ.nom, None)
        if valeur is None:
            continue
        if champ.type == "tns:base64Binary":
            champs[champ.nom] = pieces[valeur.jeton]
        elif champ.type == "tns:codeElement":
            champs[champ.nom] = getattr(valeur, "code", "")
        else:
            champs[champ.nom] = valeur
    return champs


def _valeurs(operation: OperationPubliee, reponse: Reponse) -> tuple[dict[str, Any], dict[str, Piece]]:
    """What Spyne writes of an answer, and the pieces set aside. Raises ErreurInterne when it breaks the
    contract."""
    valeurs: dict[str, Any] = {}
    pieces: dict[str, Piece] = {}
    for champ in operation.sortie.champs:
        valeur = reponse.champs.get(champ.nom)
        if valeur is None and not champ.obligatoire:
            continue
        if champ.type == "tns:base64Binary" and isinstance(valeur, Piece):
            pieces[champ.nom] = valeur
            valeurs[champ.nom] = SimpleNamespace(jeton=champ.nom, contentType=valeur.content_type)
        elif champ.type != "tns:base64Binary" and isinstance(valeur, str):
            valeurs[champ.nom] = valeur
        else:
            raise _reponse_fausse(operation, f"champ [{champ.nom}] absent ou d'un autre type")
    inconnus = reponse.champs.keys() - valeurs.keys()
    if inconnus:
        raise _reponse_fausse(operation, f"champs inconnus : {', '.join(sorted(inconnus))}")
    return valeurs, pieces


def _reponse_fausse(operation: OperationPubliee, raison: str) -> ErreurInterne:
    return ErreurInterne(ERREUR_INATTENDUE, explication=f"Réponse à {operation.nom} : {raison}.")


def _noter(echange: Echange, tolerance: Tolerance, precision: str = "") -> None:
    """Adds a tolerance to the line of the journal, once."""
    phrase = f"{tolerance.phrase} ({precision})" if precision else tolerance.phrase
    ligne = {"code": tolerance.code, "phrase": phrase}
    if ligne not in echange.tolerances and len(echange.tolerances) < _TOLERANCES_MAX:
        echange.tolerances.append(ligne)
