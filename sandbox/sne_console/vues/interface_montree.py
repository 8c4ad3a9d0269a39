"""The published interface as people read it, in the console and by the API: its documents, its operations,
the fields of its messages, told in French by the `presentation.toml` of the contract."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from sne_interface.contract.contrats_charges import Contrat, OperationPubliee, Service, retenu
from sne_interface.contract.elements import ElementLu
from sne_interface.contract.nomenclatures_et_territoires import Nomenclatures
from sne_interface.contract.schemas import Document
from sne_interface.domain.texte import plier
from sne_interface.domain.valeurs_en_json import TU
from sne_interface.errors import ContractError


@dataclass(frozen=True)
class OperationExpliquee:
    """The purpose of an operation: a title, a sentence."""

    titre: str
    phrase: str = ""


@dataclass(frozen=True)
class ParametreExplique:
    """A field of a call that is no document; `liste` is the nomenclature of its codes, "" for none."""

    libelle: str
    aide: str = ""
    liste: str = ""


@dataclass(frozen=True)
class ChampDit:
    """A field of a document that is filled in without XML: `chemin` below the root, without index (the
    first of each name is meant). `si`: shown only when the document has that element. `liste`: what its
    value is chosen from, "" for a free text. `vide`: what it means when the element stays, without a code;
    "" when the element goes with its value. `jour`: its value is a day."""

    nom: str
    libelle: str
    chemin: Annotated[str, "sous la racine du document"]
    aide: Annotated[str, TU] = ""
    si: Annotated[str, TU] = ""
    code: Annotated[bool, TU] = False
    liste: Annotated[str, TU] = ""
    vide: Annotated[str, TU] = ""
    jour: Annotated[bool, TU] = False


@dataclass(frozen=True)
class InterfacePresentee:
    """How an interface is told. `saisies` are the plain fields of each kind of document, in the order of the
    form."""

    documents: Mapping[Document, str]
    operations: Mapping[str, OperationExpliquee]
    parametres: Mapping[str, ParametreExplique]
    saisies: Mapping[Document, tuple[ChampDit, ...]]

    def operation(self, nom: str) -> OperationExpliquee:
        """Returns the purpose of an operation; its name alone when nobody tells it."""
        return self.operations.get(nom) or OperationExpliquee(nom)

    def champs(self, document: Document) -> tuple[ChampDit, ...]:
        """The plain fields of a kind of document; () for one that has none."""
        return self.saisies.get(document, ())

    def parametre(self, nom: str) -> ParametreExplique:
        """Returns the meaning of a field of a call; its name alone when nobody tells it."""
        return self.parametres.get(nom) or ParametreExplique(nom)


@contextmanager
def lire_table(contrat: Contrat, fichier: str) -> Iterator[dict[str, Any]]:
    """A file of a contract, its folders laid over one another key by key. Raises ContractError for a key that
    is unknown or lacks where it is used."""
    try:
        yield contrat.dossiers.toml(fichier)
    except (KeyError, ValueError, TypeError, AttributeError) as faute:
        raise ContractError(
            f"{fichier} : {faute} ne convient pas.",
            remede=f"prenez modèle sur celui du contrat, contracts/v5.0/{fichier}",
        ) from None


@retenu
def presentation(contrat: Contrat) -> InterfacePresentee:
    """That of a contract, its folders laid over one another key by key. Raises ContractError."""
    with lire_table(contrat, "presentation.toml") as tables:
        return InterfacePresentee(
            {Document(nom): str(titre) for nom, titre in tables["documents"].items()},
            {nom: OperationExpliquee(**dits) for nom, dits in tables["operations"].items()},
            {nom: ParametreExplique(**dits) for nom, dits in tables["parametres"].items()},
            {
                Document(nom): tuple(ChampDit(champ, **dits) for champ, dits in champs.items())
                for nom, champs in tables["saisies"].items()
            },
        )


def par_service(contrat: Contrat) -> list[tuple[Service, list[OperationPubliee]]]:
    """The services, each with its operations."""
    return [
        (service, [op for op in contrat.operations.values() if op.service == service.nom])
        for service in contrat.services.values()
    ]


def convient(element: ElementLu, cherche: str) -> bool:
    """True when each word of `cherche` is in the path, the type or the list of an element."""
    dit = plier(f"{element.chemin} {element.liste or ''} {element.type}")
    return all(plier(mot) in dit for mot in cherche.split())


def emplois(nomenclatures: Nomenclatures, nom: str) -> list[str]:
    """Paths of the elements that a list rules."""
    return [chemin for chemin, liste in nomenclatures.par_chemin.items() if liste == nom]
