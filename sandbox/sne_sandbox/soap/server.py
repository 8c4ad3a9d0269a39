"""HTTP bytes to an `Appel`, its answer or its fault back to HTTP bytes. The one module that uses Spyne.

Spyne reads and writes the wrapper's fields and finds the operation's function; MIME, XOP, the guards of the
envelope and the faults stand in front of it.
"""

# ruff: noqa: I001 - the compatibility module must come before the first spyne import
from sne_sandbox.soap import spyne_compat as spyne_compat

from collections.abc import Callable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any, Final

from lxml import etree
from spyne import Application, ComplexModel, MethodContext, ServiceBase, Unicode, XmlAttribute, XmlData, rpc
from spyne.protocol.soap import Soap12
from spyne.server import ServerBase

from sne_sandbox.contract import xml
from sne_sandbox.contract.versions import ChampOperation, Contrat, MessageOperation, OperationPubliee
from sne_sandbox.domain.exchange import Appel, Champ, Constats, Piece, Reponse
from sne_sandbox.domain.journal import Echange, VerdictEchange
from sne_sandbox.errors import ERREUR_INATTENDUE, ContractError, ErreurInterne, ExchangeError, MessageMalforme
from sne_sandbox.mime.message import Message, Packaging
from sne_sandbox.mime.tolerances import Tolerance
from sne_sandbox.mime.unpack import unpack
from sne_sandbox.settings import Limites
from sne_sandbox.soap import envelope, faults, fields
from sne_sandbox.soap.dispatch import AiguillageSoap, designee
from sne_sandbox.soap.envelope import SOAP12
from sne_sandbox.soap.identity import Identite
from sne_sandbox.soap.packing import emballer, joindre
from sne_sandbox.soap.types_http import ReponseHttp, RequeteHttp

Traiter = Callable[[Appel, Constats], Reponse]
#: Lines of the journal that one message may fill with its tolerances.
_TOLERANCES_MAX: Final = 50


class ServeurSoap:
    """The SOAP services of one contract. Built once; `repondre` may be called from any thread."""

    def __init__(self, contrat: Contrat, limites: Limites) -> None:
        """Raises ContractError for an operation that cannot be served."""
        self._limites = limites
        operations = tuple(contrat.operations.values())
        self._espace = operations[0].espace
        self._aiguillage = AiguillageSoap(operations)
        self._moteur = _Moteur(self._espace, operations)

    def repondre(
        self,
        requete: RequeteHttp,
        *,
        base: str,
        service: str,
        identite: Identite,
        echange: Echange,
        traiter: Traiter,
        emballage: str = "question",
        boundary: Callable[[], str],
    ) -> ReponseHttp:
        """The answer to a request of `service` on `base`, fault or not; `echange` is filled on the way.

        `traiter` does the work of the call, inside the transaction of this exchange; a message refused here
        never reaches it. `emballage` is the base's setting: `question` answers as the question was packed,
        `mtom` and `simple` impose one. Never raises: a bug of ours is a Receiver fault, and its traceback is
        in `echange.trace`.
        """
        echange.service = service
        echange.guichet = identite.guichet
        if requete.methode != "POST":
            return _methode_refusee(requete, echange)
        constats = Constats()
        impose = None if emballage == "question" else Packaging(emballage)
        packaging = impose or _packaging_annonce(requete)
        try:
            message = self._ouvrir(requete, echange)
            packaging = impose or message.packaging
            enveloppe, pieces = self._appeler(message, requete, base, identite, echange, constats, traiter)
            parties = joindre(enveloppe[0][0], pieces, packaging)
            content_type, corps = emballer(enveloppe, parties, packaging, boundary)
            statut = 200
            bloquee = any(anomalie.bloquante for anomalie in constats.anomalies)
            echange.verdict = VerdictEchange.ANOMALIES if bloquee else VerdictEchange.ACCEPTE
        except Exception as erreur:  # noqa: BLE001 - the caller is answered whatever happens here
            enveloppe = faults.enveloppe_fault(echange.echouer(erreur), espace=self._espace)
            content_type, corps = emballer(enveloppe, [], packaging, boundary)
            statut = faults.STATUT
        echange.reporter(constats)
        reponse = ReponseHttp(statut, [("Content-Type", content_type)], corps)
        echange.statut, echange.en_tetes_reponse, echange.reponse = statut, list(reponse.en_tetes), corps
        return reponse

    def _ouvrir(self, requete: RequeteHttp, echange: Echange) -> Message:
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

    def _appeler(
        self,
        message: Message,
        requete: RequeteHttp,
        base: str,
        identite: Identite,
        echange: Echange,
        constats: Constats,
        faire: Traiter,
    ) -> tuple[etree._Element, Mapping[str, Piece]]:
        """The envelope of the answer, with its pieces still tokens, and these pieces by field."""

        noter = partial(_noter, echange)

        lue = envelope.lire(xml.parse(message.racine, limit=self._limites.xml_max), noter)
        annoncees = (message.action, requete.en_tete("SOAPAction").strip().strip('"'), lue.action)
        actions = [action for action in annoncees if action]
        candidates = self._aiguillage.candidates(echange.service or "", lue.charge)
        if (probable := designee(candidates, actions)) is not None:
            echange.operation = probable.nom
        recues = fields.preparer(lue.charge, candidates[0], message, noter)

        def document() -> etree._Element | None:
            try:
                return xml.parse(recues["fichierXml"].contenu, limit=self._limites.xml_max)
            except (KeyError, ExchangeError):
                return None

        operation = self._aiguillage.choisir(candidates, lue.charge, actions, document, noter)
        echange.operation = operation.nom

        def traiter(champs: Mapping[str, Champ]) -> Reponse:
            appel = Appel(operation.nom, champs, base, identite.guichet, echange.recu_le)
            return faire(appel, constats)

        return self._moteur.executer(operation, lue.charge, recues, traiter)


class _Travail:
    """One call inside Spyne: what it is given, and what comes out of it beside Spyne's own document."""

    def __init__(
        self,
        operation: OperationPubliee,
        charge: etree._Element,
        recues: Mapping[str, Piece],
        traiter: Callable[[Mapping[str, Champ]], Reponse],
    ) -> None:
        self.operation = operation
        self.charge = charge
        self.recues = recues
        self.traiter = traiter
        self.rendues: dict[str, Piece] = {}
        self.erreur: Exception | None = None


class _Moteur:
    """Spyne's application: one function per operation, models made from the contract's data."""

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
        fonctions = {operation.nom: self._fonction(espace, operation) for operation in operations}
        application = Application(
            [type("Services", (ServiceBase,), fonctions)],
            tns=espace,
            name="sne",
            in_protocol=_Protocole(validator=None, parse_xsi_type=False),
            out_protocol=_Protocole(cleanup_namespaces=False),
        )
        application.interface.nsmap = {"soap": SOAP12, "ns2": espace}
        self._application = application
        self._serveur = ServerBase(application)

    def executer(
        self,
        operation: OperationPubliee,
        charge: etree._Element,
        recues: Mapping[str, Piece],
        traiter: Callable[[Mapping[str, Champ]], Reponse],
    ) -> tuple[etree._Element, Mapping[str, Piece]]:
        """Read `charge`, call `traiter`, write its answer. Raises what `traiter` raises, and ErreurInterne
        for an answer that does not fit the contract."""
        travail = _Travail(operation, charge, recues, traiter)
        initial = ctx = MethodContext(self._serveur, MethodContext.SERVER)
        initial.udc = travail
        try:
            (ctx,) = self._serveur.generate_contexts(initial)
            self._serveur.get_in_object(ctx)
            self._serveur.get_out_object(ctx)
            erreur = travail.erreur or ctx.out_error
            if erreur is not None:
                raise erreur
            self._application.out_protocol.serialize(ctx, Soap12.RESPONSE)
            return ctx.out_document, travail.rendues
        finally:
            # Spyne's contexts are rings, and so are an error and the frames of its traceback: the collector,
            # that counts objects and not bytes, would leave the documents in them for hundreds of exchanges.
            vars(initial).clear()
            vars(ctx).clear()
            travail.erreur = erreur = None

    def _fonction(self, espace: str, operation: OperationPubliee) -> Any:
        entree = self._modele_de(espace, operation.entree)
        sortie = self._modele_de(espace, operation.sortie)

        def fonction(ctx: Any, message: Any) -> Any:
            travail: _Travail = ctx.udc
            try:
                return _rendre(travail, travail.traiter(_champs(travail, message)))
            except Exception as erreur:  # noqa: BLE001 - raised again by executer: Spyne would swallow it
                travail.erreur = erreur
                return None

        fonction.__name__ = operation.nom
        # The in-message is named after the operation: several of them share one element.
        return rpc(
            entree,
            _returns=sortie,
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
        travail: _Travail = ctx.udc
        ctx.in_header_doc = None
        ctx.in_body_doc = ctx.in_document = travail.charge
        ctx.method_request_string = travail.operation.nom


def _modele(espace: str, nom: str, membres: list[tuple[str, Any]]) -> Any:
    def vide(_: Any) -> None:
        """Absent members stay absent: setting each to None costs more than reading the others."""

    return type(nom, (ComplexModel,), {"__namespace__": espace, "_type_info": membres, "__init__": vide})


def _champs(travail: _Travail, message: Any) -> dict[str, Champ]:
    """The fields that Spyne read, tokens back to pieces; absent ones left out."""
    champs: dict[str, Champ] = {}
    for champ in travail.operation.entree.champs:
        valeur = getattr(message, champ.nom, None)
        if valeur is None:
            continue
        if champ.type == "tns:base64Binary":
            champs[champ.nom] = travail.recues[valeur.jeton]
        elif champ.type == "tns:codeElement":
            champs[champ.nom] = getattr(valeur, "code", "")
        else:
            champs[champ.nom] = valeur
    return champs


def _rendre(travail: _Travail, reponse: Reponse) -> SimpleNamespace:
    """The model of the answer, pieces set aside. Raises ErreurInterne when it breaks the contract."""
    message = travail.operation.sortie
    valeurs: dict[str, Any] = {}
    for champ in message.champs:
        valeur = reponse.champs.get(champ.nom)
        if valeur is None and not champ.obligatoire:
            continue
        if champ.type == "tns:base64Binary" and isinstance(valeur, Piece):
            travail.rendues[champ.nom] = valeur
            valeurs[champ.nom] = SimpleNamespace(jeton=champ.nom, contentType=valeur.content_type)
        elif champ.type != "tns:base64Binary" and isinstance(valeur, str):
            valeurs[champ.nom] = valeur
        else:
            raise _reponse_fausse(travail, f"champ [{champ.nom}] absent ou d'un autre type")
    inconnus = reponse.champs.keys() - valeurs.keys()
    if inconnus:
        raise _reponse_fausse(travail, f"champs inconnus : {', '.join(sorted(inconnus))}")
    # Spyne reads attributes off any object; building its own model costs twice the writing.
    return SimpleNamespace(**valeurs)


def _reponse_fausse(travail: _Travail, raison: str) -> ErreurInterne:
    return ErreurInterne(ERREUR_INATTENDUE, explication=f"Réponse à {travail.operation.nom} : {raison}.")


def _packaging_annonce(requete: RequeteHttp) -> Packaging:
    """How the question meant to travel, for the fault of one that cannot be opened."""
    annonce = requete.en_tete("Content-Type").lstrip().lower()
    return Packaging.MTOM if annonce.startswith("multipart/") else Packaging.SIMPLE


def _noter(echange: Echange, tolerance: Tolerance, precision: str = "") -> None:
    """Adds a tolerance to the line of the journal, once."""
    phrase = f"{tolerance.phrase} ({precision})" if precision else tolerance.phrase
    ligne = {"code": tolerance.code, "phrase": phrase}
    if ligne not in echange.tolerances and len(echange.tolerances) < _TOLERANCES_MAX:
        echange.tolerances.append(ligne)


def _methode_refusee(requete: RequeteHttp, echange: Echange) -> ReponseHttp:
    corps = f"La méthode {requete.methode} n'est pas reçue ici : envoyez le message SOAP par POST.\n".encode()
    en_tetes = [("Content-Type", "text/plain; charset=utf-8"), ("Allow", "POST, GET")]
    echange.statut, echange.verdict = 405, VerdictEchange.REFUS
    echange.en_tetes_reponse, echange.reponse = list(en_tetes), corps
    return ReponseHttp(405, en_tetes, corps)
