"""The published interface as people read it, in the console and by the API: its documents, its operations,
the fields of its messages, told in French by the `presentation.toml` of the contract."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, Final

from sne_sandbox.contract.explication import VERROU_DES_MODELES, modele_de
from sne_sandbox.contract.nomenclatures import Nomenclatures
from sne_sandbox.contract.schema import Document
from sne_sandbox.contract.versions import Contrat, OperationPubliee, Service
from sne_sandbox.domain.anomalie import Fidelite
from sne_sandbox.domain.publication import TU
from sne_sandbox.domain.texte import plier
from sne_sandbox.errors import ContractError

_FICHIER: Final = "presentation.toml"
#: Schema types that people know by another name.
_TYPES: Final = {
    "string": "texte", "date": "date", "dateTime": "instant", "boolean": "oui ou non", "decimal": "nombre",
    "int": "entier", "integer": "entier", "anySimpleType": "texte",
}  # fmt: skip
_FACETTES: Final = {
    "length": "{} caractères exactement", "minLength": "{} caractères au moins",
    "maxLength": "{} caractères au plus",
    "minInclusive": "au moins {}", "maxInclusive": "au plus {}", "fractionDigits": "{} décimales",
    "totalDigits": "{} chiffres",
}  # fmt: skip
#: Message versions whose schema was published: what they hold is attested.
_PUBLIEES: Final = frozenset({"", "02.00", "02.01"})


@dataclass(frozen=True, slots=True)
class OperationExpliquee:
    """What an operation is for: a title, a sentence."""

    titre: str
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class ParametreExplique:
    """A field of a call that is no document; `liste` is the nomenclature of its codes, "" for none."""

    libelle: str
    aide: str = ""
    liste: str = ""


@dataclass(frozen=True, slots=True)
class ChampSaisi:
    """A field of a document that is filled in without XML: `chemin` below the root, without index (the
    first of each name is meant). `si`: shown only when the document has that element. `liste`: what its
    value is chosen from, "" for a free text. `vide`: what it means when the element stays, without a code;
    "" when the element goes with its value."""

    nom: str
    libelle: str
    chemin: Annotated[str, "sous la racine du document"]
    aide: Annotated[str, TU] = ""
    si: Annotated[str, TU] = ""
    code: Annotated[bool, TU] = False
    liste: Annotated[str, TU] = ""
    vide: Annotated[str, TU] = ""


@dataclass(frozen=True, slots=True)
class InterfacePresentee:
    """How an interface is told. `saisies` are the plain fields of each kind of document, in the order of the
    form."""

    documents: Mapping[Document, str]
    operations: Mapping[str, OperationExpliquee]
    parametres: Mapping[str, ParametreExplique]
    saisies: Mapping[Document, tuple[ChampSaisi, ...]]

    def operation(self, nom: str) -> OperationExpliquee:
        """What an operation is for; its name alone for one that nobody tells."""
        return self.operations.get(nom) or OperationExpliquee(nom)

    def champs(self, document: Document) -> tuple[ChampSaisi, ...]:
        """The plain fields of a kind of document; () for one that has none."""
        return self.saisies.get(document, ())

    def parametre(self, nom: str) -> ParametreExplique:
        """What a field of a call is; its name alone for one that nobody tells."""
        return self.parametres.get(nom) or ParametreExplique(nom)


@lru_cache(maxsize=8)
def presentation(contrat: Contrat) -> InterfacePresentee:
    """That of a contract, its folders laid over one another key by key. Raises ContractError."""
    tables = contrat.dossiers.toml(_FICHIER)
    try:
        return InterfacePresentee(
            {Document(nom): str(titre) for nom, titre in tables["documents"].items()},
            {nom: OperationExpliquee(**dits) for nom, dits in tables["operations"].items()},
            {nom: ParametreExplique(**dits) for nom, dits in tables["parametres"].items()},
            {
                Document(nom): tuple(ChampSaisi(champ, **dits) for champ, dits in champs.items())
                for nom, champs in tables["saisies"].items()
            },
        )
    except (KeyError, ValueError, TypeError, AttributeError) as faute:
        raise ContractError(
            f"{_FICHIER} : {faute} ne convient pas.",
            remede="prenez modèle sur celui du contrat, contracts/v5.0/presentation.toml",
        ) from None


def par_service(contrat: Contrat) -> list[tuple[Service, list[OperationPubliee]]]:
    """The services, each with its operations."""
    return [
        (service, [op for op in contrat.operations.values() if op.service == service.nom])
        for service in contrat.services.values()
    ]


# --- its elements, read off its schemas ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ElementLu:
    """An element, its type and bounds said in French. `fidelite`: published, or a convention of ours;
    `ouvre`: whether it holds elements, which follow it, one level deeper; `ferme`: how many of those above
    it end with it."""

    chemin: Annotated[str, "sans préfixe ni indice", {"example": "interfaceNuu/entete/typeFichier"}]
    profondeur: Annotated[int, "0 : la racine"]
    minimum: int
    maximum: Annotated[int | None, "null : sans borne"]
    choix: Annotated[bool, "un seul parmi ses voisins de choix"]
    type: Annotated[str, "vide : il contient des éléments"]
    bornes: Annotated[str, "longueurs, valeurs, forme"]
    attributs: tuple[str, ...]
    liste: Annotated[str | None, "la nomenclature de son code"]
    depuis: Annotated[str, "première version de message qui l'a ; vide hors d'une demande"]
    fidelite: Fidelite
    ouvre: Annotated[bool, TU]
    ferme: Annotated[int, TU] = 0

    @property
    def nom(self) -> str:
        """The last step of its path."""
        return self.chemin.rpartition("/")[2]

    @property
    def cardinalite(self) -> str:
        """« 1 », « 0..1 », « 0..n »."""
        haut = "n" if self.maximum is None else str(self.maximum)
        return haut if str(self.minimum) == haut else f"{self.minimum}..{haut}"


@lru_cache(maxsize=32)
def elements(contrat: Contrat, document: Document, version: str | None = None) -> tuple[ElementLu, ...]:
    """Every element of `document`, in document order."""
    with VERROU_DES_MODELES:
        schema = modele_de(contrat.schemas, contrat.schemas.fichier(document, version)).schema
        racine = next(iter(schema.elements.values()))
        lus = list(_LectureModele(contrat, document).lire(racine, "", 0, False))
    suivantes = [element.profondeur for element in lus[1:]] + [0]
    return tuple(
        replace(element, ferme=max(element.profondeur - suivante, 0))
        for element, suivante in zip(lus, suivantes, strict=True)
    )


@lru_cache(maxsize=32)
def ordre(contrat: Contrat, document: Document, version: str | None = None) -> Mapping[str, int]:
    """Rank of each path (without index) in document order."""
    return {element.chemin: rang for rang, element in enumerate(elements(contrat, document, version))}


class _LectureModele:
    def __init__(self, contrat: Contrat, document: Document) -> None:
        self._listes = contrat.nomenclatures.par_chemin if document is Document.DEMANDE else {}
        self._connus = frozenset(contrat.nomenclatures.chemins if document is Document.DEMANDE else ())
        self._nomenclatures = contrat.nomenclatures

    def lire(self, declaration: Any, parent: str, profondeur: int, choix: bool) -> Iterator[ElementLu]:
        """The element, then those below it."""
        chemin = f"{parent}/{declaration.local_name}" if parent else str(declaration.local_name)
        type_ = declaration.type
        simple = type_ if type_.is_simple() else type_.content if type_.has_simple_content() else None
        dessous = [] if simple is not None else list(_declarations(type_.content, False))
        liste, _ = self._listes.get(chemin, (None, False))
        depuis = self._nomenclatures.depuis(chemin) if chemin in self._connus else ""
        yield ElementLu(
            chemin,
            profondeur,
            declaration.min_occurs,
            declaration.max_occurs,
            choix,
            _nom_du_type(simple) if simple is not None else "" if dessous else "code",
            _bornes(simple) if simple is not None else "",
            tuple(_attribut(nom, a) for nom, a in declaration.attributes.items() if nom),
            liste,
            depuis,
            Fidelite.ATTESTEE if depuis in _PUBLIEES else Fidelite.CONVENTION,
            bool(dessous),
        )
        for enfant, au_choix in dessous:
            yield from self.lire(enfant, chemin, profondeur + 1, au_choix)


def _declarations(groupe: Any, choix: bool) -> Iterator[tuple[Any, bool]]:
    """The elements of a content model, whatever groups hold them, and whether a choice does."""
    choix = choix or (groupe.model == "choice" and len(groupe) > 1)
    for particule in groupe:
        if hasattr(particule, "model"):
            yield from _declarations(particule, choix)
        else:
            yield particule, choix


def _nom_du_type(simple: Any) -> str:
    racine = simple
    while racine.base_type is not None and racine.base_type.local_name not in (None, "anySimpleType"):
        if racine.local_name in _TYPES:
            break
        racine = racine.base_type
    return _TYPES.get(racine.local_name, racine.local_name or "texte")


def _bornes(simple: Any) -> str:
    dites = []
    for nom, facette in simple.facets.items():
        court = (nom or "").rpartition("}")[2]
        if court in _FACETTES:
            dite = _FACETTES[court].format(facette.value)
            dites.append(dite.replace("caractères", "caractère") if facette.value == 1 else dite)
        elif court == "enumeration":
            dites.append("parmi " + ", ".join(str(v) for v in facette.enumeration))
        elif court == "pattern":
            dites.append("forme " + " ou ".join(facette.regexps))
    return ", ".join(dites)


def _attribut(nom: str, attribut: Any) -> str:
    court = nom.rpartition("}")[2]
    return court if attribut.use == "required" else f"{court} (facultatif)"


def convient(element: ElementLu, cherche: str) -> bool:
    """Whether each word of `cherche` is in the path, the type or the list of an element."""
    dit = plier(f"{element.chemin} {element.liste or ''} {element.type}")
    return all(plier(mot) in dit for mot in cherche.split())


def emplois(nomenclatures: Nomenclatures, nom: str) -> list[str]:
    """Paths of the elements that a list rules."""
    return [chemin for chemin, (liste, _) in nomenclatures.par_chemin.items() if liste == nom]
