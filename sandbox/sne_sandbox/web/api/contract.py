"""`/api/v1/contract`: the published interface: schemas, nomenclatures, event types, operations."""

from typing import Any, Final

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import NotFound

from sne_sandbox.contract.schema import Document
from sne_sandbox.contract.versions import Contrat, MessageOperation
from sne_sandbox.domain.anomalie import Fidelite
from sne_sandbox.domain.evenement import TypeEvenement
from sne_sandbox.web import interface
from sne_sandbox.web.api.contexte import Corps, entier, ou_rien, services, texte
from sne_sandbox.web.interface import emplois
from sne_sandbox.web.messages.elements import ElementDecrit, elements
from sne_sandbox.web.presentation import OPERATIONS_DITES

blueprint: Final = Blueprint(
    "contract", __name__, url_prefix="/api/v1/contract", description="L'interface publiée que sert ce serveur"
)


class DocumentDit(Schema):
    """A document of the interface."""

    document = fields.String(required=True, validate=validate.OneOf([str(d) for d in Document]))
    titre = texte()
    versions = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "versions de message ; vide : une seule forme"},
    )


class ServiceDit(Schema):
    """A SOAP service."""

    nom = texte()
    chemins = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "où il répond, ?wsdl et ?xsd= compris ; derrière /bases/{base} pour les autres"
        },
    )
    operations = fields.List(fields.String(), required=True)


class ContratLu(Schema):
    """The interface."""

    nom = texte(metadata={"example": "v5.2"})
    titre = texte()
    namespace = texte("celui des documents")
    versions = fields.List(fields.String(), required=True, metadata={"description": "de message, acceptées"})
    conventions = fields.List(
        fields.String(), required=True, metadata={"description": "celles dont le schéma est le nôtre"}
    )
    documents = fields.List(fields.Nested(DocumentDit), required=True)
    services = fields.List(fields.Nested(ServiceDit), required=True)


class Quels(Corps):
    """Which elements of a document."""

    version = fields.String(
        load_default=None,
        metadata={
            "description": "de message, pour une demande ; absente : la plus haute",
            "example": "02.01",
        },
    )
    texte = fields.String(
        load_default="",
        metadata={"description": "chaque mot : dans le chemin, le type ou la nomenclature", "example": "nom"},
    )


class ElementLu(Schema):
    """An element: those it holds follow it, one level deeper."""

    chemin = texte("sans préfixe ni indice", metadata={"example": "interfaceNuu/entete/typeFichier"})
    profondeur = entier("0 : la racine")
    minimum = entier()
    maximum = fields.Integer(required=True, allow_none=True, metadata={"description": "null : sans borne"})
    choix = fields.Boolean(required=True, metadata={"description": "un seul parmi ses voisins de choix"})
    type = texte("vide : il contient des éléments")
    bornes = texte("longueurs, valeurs, forme")
    attributs = fields.List(fields.String(), required=True)
    liste = ou_rien("la nomenclature de son code")
    depuis = texte("première version de message qui l'a ; vide hors d'une demande")
    fidelite = fields.String(required=True, validate=validate.OneOf([str(f) for f in Fidelite]))


class SchemaLu(Schema):
    """The elements of a document."""

    document = texte()
    version = ou_rien()
    fichier = texte("dans contracts/")
    elements = fields.List(
        fields.Nested(ElementLu), required=True, metadata={"description": "dans l'ordre du document"}
    )


class Nomenclature(Schema):
    """A closed list."""

    nom = texte(metadata={"example": "ListeMotifsRadiation"})
    nombre = entier("codes")
    emplois = fields.List(fields.String(), required=True, metadata={"description": "chemins qu'elle régit"})


class CodeLu(Schema):
    """A code of a list."""

    code = texte("vide : ce que veut dire l'élément sans code")
    libelle = texte()


class NomenclatureEntiere(Nomenclature):
    """A closed list, with its codes."""

    codes = fields.List(fields.Nested(CodeLu), required=True)


class CaracteristiqueLue(Schema):
    """What events of a type carry."""

    code = texte()
    libelle = texte()
    type = texte("DAT, TXT, BOO, NUM ou LST")
    obligatoire = fields.Boolean(required=True)
    valeurs = fields.List(fields.Nested(CodeLu), required=True, metadata={"description": "pour LST"})


class TypeLu(Schema):
    """A type of event."""

    code = texte()
    libelle = texte()
    reglementaire = fields.Boolean(required=True)
    territoire = ou_rien("null : national")
    debut_validite = ou_rien()
    fin_validite = ou_rien("comprise")
    caracteristiques = fields.List(fields.Nested(CaracteristiqueLue), required=True)


class ChampLu(Schema):
    """A field of a call."""

    nom = texte()
    type = texte("xs:string, xs:dateTime, tns:base64Binary ou tns:codeElement")
    obligatoire = fields.Boolean(required=True)


class MessageLu(Schema):
    """A message of an operation, its fields in order."""

    element = texte("celui du Body, en notation de Clark")
    champs = fields.List(fields.Nested(ChampLu), required=True)


class OperationLue(Schema):
    """An operation."""

    nom = texte()
    service = texte()
    titre = texte()
    phrase = texte()
    soap_action = texte()
    entree = fields.Nested(MessageLu, required=True)
    sortie = fields.Nested(MessageLu, required=True)


def _versions(contrat: Contrat, document: Document) -> tuple[str, ...]:
    return contrat.versions if document is Document.DEMANDE else ()


def _element(element: ElementDecrit) -> dict[str, Any]:
    lu = {nom: getattr(element, nom) for nom in ElementLu().fields if nom != "fidelite"}
    return {**lu, "fidelite": str(interface.fidelite(element))}


def _nomenclature(contrat: Contrat, nom: str) -> dict[str, Any]:
    codes = contrat.nomenclatures.liste(nom)
    return {
        "nom": nom,
        "nombre": sum(1 for code in codes if code),
        "emplois": emplois(contrat.nomenclatures, nom),
        "codes": [{"code": code, "libelle": libelle} for code, libelle in codes.items()],
    }


def _type(type_: TypeEvenement) -> dict[str, Any]:
    propres = ("code", "libelle", "reglementaire", "territoire")
    return {
        **{nom: getattr(type_, nom) for nom in propres},
        "debut_validite": type_.debut_validite and type_.debut_validite.isoformat(),
        "fin_validite": type_.fin_validite and type_.fin_validite.isoformat(),
        "caracteristiques": [
            {
                **{nom: getattr(c, nom) for nom in ("code", "libelle", "type", "obligatoire")},
                "valeurs": [{"code": code, "libelle": libelle} for code, libelle in c.valeurs],
            }
            for c in type_.caracteristiques
        ],
    }


def _message(message: MessageOperation) -> dict[str, Any]:
    return {"element": message.qname, "champs": message.champs}


@blueprint.route("")
class Sommaire(MethodView):
    """What there is to read."""

    @blueprint.response(200, ContratLu)
    def get(self) -> dict[str, Any]:
        """L'interface : versions de message, documents, services"""
        contrat = services().contrat
        return {
            **{nom: getattr(contrat, nom) for nom in ("nom", "titre", "namespace", "versions")},
            "conventions": sorted(contrat.conventions),
            "documents": [
                {"document": str(d), "titre": titre, "versions": _versions(contrat, d)}
                for d, titre in interface.DOCUMENTS.items()
            ],
            "services": [
                {
                    "nom": service.nom,
                    "chemins": service.chemins,
                    "operations": [o.nom for o in contrat.operations.values() if o.service == service.nom],
                }
                for service in contrat.services.values()
            ],
        }


@blueprint.route("/documents/<document>")
class Elements(MethodView):
    """A document."""

    @blueprint.arguments(Quels, location="query")
    @blueprint.response(200, SchemaLu)
    def get(self, quels: dict[str, Any], document: str) -> dict[str, Any]:
        """Les éléments d'un document, parents avant enfants, avec leurs bornes, ou ceux que l'on cherche"""
        contrat = services().contrat
        try:
            voulu = Document(document)
        except ValueError:
            raise NotFound(f"Le contrat n'a pas de document [{document[:40]}].") from None
        versions = _versions(contrat, voulu)
        version = quels["version"] or (contrat.version_haute if versions else None)
        if version is not None and version not in versions:
            raise NotFound(
                f"Le document [{document}] n'a pas de version [{version[:20]}]. "
                f"Remède : versions : {', '.join(versions) or 'aucune, ne la donnez pas'}."
            )
        tous = elements(contrat, voulu, version)
        return {
            "document": document,
            "version": version,
            "fichier": contrat.schemas.fichier(voulu, version),
            "elements": [_element(e) for e in tous if interface.convient(e, quels["texte"])],
        }


@blueprint.route("/nomenclatures")
class RessourceNomenclatures(MethodView):
    """The closed lists."""

    @blueprint.response(200, Nomenclature(many=True))
    def get(self) -> list[dict[str, Any]]:
        """Les nomenclatures, et les éléments que chacune régit"""
        contrat = services().contrat
        return [_nomenclature(contrat, nom) for nom in contrat.nomenclatures.noms]


@blueprint.route("/nomenclatures/<liste>")
class UneNomenclature(MethodView):
    """One list."""

    @blueprint.response(200, NomenclatureEntiere)
    def get(self, liste: str) -> dict[str, Any]:
        """Une nomenclature : ses codes et leurs libellés"""
        contrat = services().contrat
        if liste not in contrat.nomenclatures.noms:
            raise NotFound(f"Le contrat n'a pas de nomenclature [{liste[:60]}].")
        return _nomenclature(contrat, liste)


@blueprint.route("/events")
class Evenements(MethodView):
    """The types of events."""

    @blueprint.response(200, TypeLu(many=True))
    def get(self) -> list[dict[str, Any]]:
        """Les types d'événements, et ce que chacun porte"""
        return [_type(type_) for type_ in services().contrat.evenements]


@blueprint.route("/operations")
class Operations(MethodView):
    """The operations."""

    @blueprint.response(200, OperationLue(many=True))
    def get(self) -> list[dict[str, Any]]:
        """Les opérations SOAP, et les champs de leurs messages"""
        return [
            {
                **{nom: getattr(operation, nom) for nom in ("nom", "service", "soap_action")},
                **dict(
                    zip(
                        ("titre", "phrase"),
                        OPERATIONS_DITES.get(operation.nom, (operation.nom, "")),
                        strict=True,
                    )
                ),
                "entree": _message(operation.entree),
                "sortie": _message(operation.sortie),
            }
            for operation in services().contrat.operations.values()
        ]
