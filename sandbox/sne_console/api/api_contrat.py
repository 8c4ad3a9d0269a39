"""`/api/v1/contract`: the published interface: schemas, nomenclatures, event types, operations;
`/api/v1/rules`: its controls, searched; one control, with its examples and how to change it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from werkzeug.exceptions import NotFound

from sne_console.api.questions_et_reponses import Appels, QuestionLue, questions
from sne_console.vues import interface_montree, objet_de_l_adresse, regles_montrees
from sne_console.vues.cerfa_face_au_message import FormulaireDecrit, decrire
from sne_console.vues.interface_montree import emplois, par_service, presentation
from sne_console.vues.regles_montrees import RegleEntiere, RegleLue
from sne_interface.contract.contrats_charges import ChampLu, Contrat, OperationPubliee
from sne_interface.contract.elements import ElementLu, elements
from sne_interface.contract.schemas import Document
from sne_interface.domain.anomalie import Fidelite, Gravite
from sne_interface.domain.evenement import TypeEvenement
from sne_interface.domain.valeurs_en_json import tirer
from sne_interface.rules.rule import PROFILS
from sne_sandbox.web.configuration_et_services import services

blueprint: Final = Appels(
    "contract", "/contract", "L'interface publiée que sert ce serveur, ou une de ses bases"
)
rules: Final = Appels("rules", "/rules", "Les contrôles, les mêmes pour toutes les bases d'un contrat")
_QUESTIONS: Final = questions(
    __file__, sujets=regles_montrees.SUJETS, effets=Gravite, fidelites=Fidelite, profils=PROFILS
)

#: Communes that one question finds: those of a few letters are hundreds.
COMMUNES_MAX: Final = 50


@dataclass(frozen=True)
class DocumentDit:
    """A document of the interface."""

    document: Document
    titre: str
    versions: Annotated[tuple[str, ...], "versions de message ; vide : une seule forme"]


@dataclass(frozen=True)
class ServiceDit:
    """A SOAP service: its addresses and its operations."""

    nom: str
    chemins: Annotated[
        tuple[str, ...], "où il répond, ?wsdl et ?xsd= compris ; derrière /bases/{base} pour les autres"
    ]
    operations: list[str]


@dataclass(frozen=True)
class ContratLu:
    """The interface in short."""

    nom: Annotated[str, {"example": "v5.2"}]
    titre: str
    namespace: Annotated[str, "celui des documents"]
    versions: Annotated[tuple[str, ...], "de message, acceptées"]
    conventions: Annotated[list[str], "celles dont le schéma est le nôtre"]
    documents: list[DocumentDit]
    services: list[ServiceDit]


@dataclass(frozen=True)
class SchemaLu:
    """The elements of a document."""

    document: str
    version: str | None
    fichier: Annotated[str, "dans contracts/"]
    elements: Annotated[list[ElementLu], "dans l'ordre du document"]


@dataclass(frozen=True)
class Nomenclature:
    """A closed list, without its codes."""

    nom: Annotated[str, {"example": "ListeMotifsRadiation"}]
    nombre: Annotated[int, "codes"]
    emplois: Annotated[list[str], "chemins qu'elle régit"]


@dataclass(frozen=True)
class CodeLu:
    """A code of a list."""

    code: Annotated[str, "vide : ce que veut dire l'élément sans code"]
    libelle: str


@dataclass(frozen=True)
class NomenclatureEntiere(Nomenclature):
    """A closed list, with its codes."""

    codes: list[CodeLu]


@dataclass(frozen=True)
class CommuneLue:
    """A commune in force."""

    code: Annotated[str, "INSEE", {"example": "94028"}]
    nom: str
    departement: str
    codes_postaux: tuple[str, ...]


@dataclass(frozen=True)
class CaracteristiqueLue:
    """The content of events of a type."""

    code: str
    libelle: str
    type: Annotated[str, "DAT, TXT, BOO, NUM ou LST"]
    obligatoire: bool
    valeurs: Annotated[list[CodeLu], "pour LST"]


@dataclass(frozen=True)
class TypeLu:
    """A type of event (gestion partagée) and what its events carry."""

    code: str
    libelle: str
    reglementaire: bool
    territoire: Annotated[str | None, "null : national"]
    debut_validite: date | None
    fin_validite: Annotated[date | None, "comprise"]
    caracteristiques: list[CaracteristiqueLue]


@dataclass(frozen=True)
class MessageLu:
    """A message of an operation, its fields in order."""

    element: Annotated[str, "celui du Body, en notation de Clark"]
    champs: tuple[ChampLu, ...]


@dataclass(frozen=True)
class OperationLue:
    """A SOAP operation: what it is for, its messages in and out."""

    nom: str
    service: str
    titre: str
    phrase: str
    soap_action: str
    entree: MessageLu
    sortie: MessageLu


def _versions(contrat: Contrat, document: Document) -> tuple[str, ...]:
    return contrat.versions if document is Document.DEMANDE else ()


def _codes(paires: Iterable[tuple[str, str]]) -> list[CodeLu]:
    return [CodeLu(code, libelle) for code, libelle in paires]


def _nomenclature(contrat: Contrat, nom: str) -> NomenclatureEntiere:
    codes = contrat.nomenclatures.liste(nom)
    return NomenclatureEntiere(
        nom,
        sum(1 for code in codes if code),
        emplois(contrat.nomenclatures, nom),
        _codes(codes.items()),
    )


def _type(type_: TypeEvenement) -> TypeLu:
    caracteristiques = [
        tirer(CaracteristiqueLue, c, valeurs=_codes(c.valeurs)) for c in type_.caracteristiques
    ]
    return tirer(TypeLu, type_, caracteristiques=caracteristiques)


def _contrat(question: QuestionLue) -> Contrat:
    """The contract that a question is about; it keeps the rest."""
    base = question.pop("base")
    return services().contrat if base is None else services().contrat_de(base)


def _operation(contrat: Contrat, operation: OperationPubliee) -> OperationLue:
    dite = presentation(contrat).operation(operation.nom)
    entree, sortie = (MessageLu(m.qname, m.champs) for m in (operation.entree, operation.sortie))
    return tirer(OperationLue, operation, titre=dite.titre, phrase=dite.phrase, entree=entree, sortie=sortie)


@blueprint.get("", question=_QUESTIONS["DeBase"])
def resumer(de_qui: QuestionLue) -> ContratLu:
    """The interface in short: message versions, documents, services."""
    contrat = _contrat(de_qui)
    return tirer(
        ContratLu,
        contrat,
        conventions=sorted(contrat.conventions),
        documents=[
            DocumentDit(d, titre, _versions(contrat, d))
            for d, titre in presentation(contrat).documents.items()
        ],
        services=[
            ServiceDit(service.nom, service.chemins, [operation.nom for operation in operations])
            for service, operations in par_service(contrat)
        ],
    )


@blueprint.get("/documents/<document>", question=_QUESTIONS["QuelsElements"])
def lire_document(quels: QuestionLue, document: str) -> SchemaLu:
    """The elements of a document, parents before children, with their bounds, or those looked for."""
    contrat = _contrat(quels)
    voulu = objet_de_l_adresse.document(document)
    versions = _versions(contrat, voulu)
    version = quels["version"] or (contrat.version_haute if versions else None)
    if version is not None and version not in versions:
        raise NotFound(
            f"Le document [{document}] n'a pas de version [{version[:20]}]. "
            f"Remède : versions : {', '.join(versions) or 'aucune, ne la donnez pas'}."
        )
    lus = [
        element
        for element in elements(contrat, voulu, version)
        if interface_montree.convient(element, quels["texte"])
    ]
    return SchemaLu(document, version, contrat.schemas.fichier(voulu, version), lus)


@blueprint.get("/form", question=_QUESTIONS["DeBase"])
def decrire_formulaire(de_qui: QuestionLue) -> FormulaireDecrit:
    """The rubrics of the Cerfa 14069*03 against the elements of the message."""
    return decrire(_contrat(de_qui))


@blueprint.get("/nomenclatures", question=_QUESTIONS["DeBase"])
def lister_nomenclatures(de_qui: QuestionLue) -> list[Nomenclature]:
    """The closed lists, and the elements that each rules."""
    contrat = _contrat(de_qui)
    return [tirer(Nomenclature, _nomenclature(contrat, nom)) for nom in contrat.nomenclatures.noms]


@blueprint.get("/nomenclatures/<liste>", question=_QUESTIONS["DeBase"])
def lire_nomenclature(de_qui: QuestionLue, liste: str) -> NomenclatureEntiere:
    """One closed list, its codes and their words."""
    contrat = _contrat(de_qui)
    return _nomenclature(contrat, objet_de_l_adresse.nomenclature(contrat, liste))


@blueprint.get("/communes", question=_QUESTIONS["QuellesCommunes"])
def chercher_communes(quelles: QuestionLue) -> list[CommuneLue]:
    """The communes of a name, of a postal code or of a code, some dozens at most."""
    territoires, ecrit = _contrat(quelles).territoires, quelles["nom"].strip()
    directe = territoires.commune(ecrit.upper())
    trouvees = territoires.du_code_postal(ecrit) + territoires.nommees(ecrit)
    if directe is not None:
        trouvees = (directe, *(commune for commune in trouvees if commune.code != directe.code))
    return [tirer(CommuneLue, commune) for commune in trouvees[:COMMUNES_MAX]]


@blueprint.get("/events", question=_QUESTIONS["DeBase"])
def lister_evenements(de_qui: QuestionLue) -> list[TypeLu]:
    """The types of events, and what each carries."""
    return [_type(type_) for type_ in _contrat(de_qui).evenements]


@blueprint.get("/operations", question=_QUESTIONS["DeBase"])
def lister_operations(de_qui: QuestionLue) -> list[OperationLue]:
    """The SOAP operations, and the fields of their messages."""
    contrat = _contrat(de_qui)
    return [_operation(contrat, operation) for operation in contrat.operations.values()]


# --- its controls -------------------------------------------------------------------------------------------


def _profil(choisi: str | None) -> str:
    return choisi or services().configuration.reglages.profile


@rules.get("", question=_QUESTIONS["RechercheRegles"])
def lister_regles(cherche: QuestionLue) -> list[RegleLue]:
    """The controls of the contract, in the order they run, or those that are looked for."""
    profil = _profil(cherche.pop("profil"))
    toutes = regles_montrees.lignes(_contrat(cherche), profil)
    return [ligne for ligne in toutes if regles_montrees.convient(ligne, cherche)]


@rules.get("/<regle>", question=_QUESTIONS["Profil"])
def lire_regle(choix: QuestionLue, regle: str) -> RegleEntiere:
    """One control by its code, or the official one; its examples, the smallest message it refuses."""
    contrat = _contrat(choix)
    return regles_montrees.lire(contrat, objet_de_l_adresse.regle(contrat, regle), _profil(choix["profil"]))
