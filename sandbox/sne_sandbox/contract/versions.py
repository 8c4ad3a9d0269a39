"""A version of the interface, read from its folder: everything the code knows of the contract."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sne_sandbox import resources
from sne_sandbox.contract.evenements import lire_evenements
from sne_sandbox.contract.fiches import FicheRegle, lire_fiches
from sne_sandbox.contract.nomenclatures import Nomenclatures, lire_chemins, lire_listes
from sne_sandbox.contract.overlay import DossiersContrat
from sne_sandbox.contract.quartiles import Quartiles, lire_quartiles
from sne_sandbox.contract.schema import Document, Schemas
from sne_sandbox.contract.services import (
    ChampOperation,
    MessageOperation,
    OperationPubliee,
    Service,
    lire_operations,
    lire_services,
)
from sne_sandbox.contract.territoires import Territoires
from sne_sandbox.domain.evenement import TypeEvenement
from sne_sandbox.errors import ContractError

__all__ = [
    "ChampOperation",
    "Contrat",
    "FicheRegle",
    "MessageOperation",
    "OperationPubliee",
    "Service",
    "charger",
]

_CONTRAT: Final = "contract.toml"
_CLES: Final = (
    "nom",
    "titre",
    "extends",
    "versions",
    "conventions",
    "namespace",
    "namespace_services",
    "schemas",
    "fichiers",
    "services",
)
_FICHIERS: Final = (
    "operations",
    "chemins",
    "nomenclatures",
    "communes",
    "communes_anciennes",
    "epci",
    "regles",
    "evenements",
    "exigences",
    "quartiles",
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Contrat:
    """A published interface. Built by `charger`; shared by every thread; compared by identity.

    `versions` are the message versions it accepts, lowest first, `conventions` those of them whose schema
    is ours; `namespace` that of the payload documents.
    """

    nom: str
    titre: str
    namespace: str
    versions: tuple[str, ...]
    conventions: frozenset[str]
    nomenclatures: Nomenclatures
    territoires: Territoires
    quartiles: Quartiles
    schemas: Schemas
    regles: Mapping[str, FicheRegle]
    evenements: tuple[TypeEvenement, ...]
    services: Mapping[str, Service]
    operations: Mapping[str, OperationPubliee]
    dossiers: DossiersContrat

    def __repr__(self) -> str:
        return f"<Contrat {self.nom}>"

    @property
    def version_haute(self) -> str:
        """The highest message version."""
        return self.versions[-1]

    def version_de_lecture(self, version: str) -> str:
        """The version whose schema reads a message of `version`: itself, or the highest when the contract
        does not list it (convention)."""
        return version if version in self.versions else self.version_haute

    def wsdl(self, service: str) -> bytes:
        """The WSDL of a service, as it is in the contract. Raises ContractError for an unknown service."""
        if service not in self.services:
            raise ContractError(
                f"Le service [{service}] est inconnu.", remede=f"services : {', '.join(self.services)}"
            )
        return self.fichier(self.services[service].wsdl)

    def fichier(self, chemin: str) -> bytes:
        """Bytes of a file of the contract. Raises ContractError when no folder has it."""
        return self.dossiers.lire(chemin)


def charger(nom: str = "v5.2", overlay: Path | None = None) -> Contrat:
    """The contract `nom`, under the user's folder `overlay`. Compiles every schema.

    Raises UsageError for a name that is none, ContractError, with file and line or key, for whatever cannot
    be read.
    """
    dossiers = DossiersContrat(resources.contracts_dir(), nom, overlay)
    table = dossiers.toml(_CONTRAT)
    _connues(table, _CLES, _CONTRAT)
    versions = _versions(table)
    fichiers = {cle: str(chemin) for cle, chemin in _table(table, "fichiers").items()}
    _connues(fichiers, _FICHIERS, f"{_CONTRAT} [fichiers]")
    for cle in _FICHIERS:
        fichiers.setdefault(cle, "")

    def lire(cle: str) -> bytes:
        return dossiers.lire(fichiers[cle])

    espace = _texte(table, "namespace_services")
    services = lire_services(_table(table, "services"), _CONTRAT)
    operations = lire_operations(lire("operations"), fichiers["operations"], espace)
    orphelines = sorted({operation.service for operation in operations.values()} - services.keys())
    if orphelines:
        raise ContractError(
            f"{fichiers['operations']} cite des services inconnus : {', '.join(orphelines)}.",
            remede=f"décrivez-les dans {_CONTRAT}, table [services.NOM]",
        )
    quartiles = (
        lire_quartiles(lire("quartiles"), fichiers["quartiles"]) if fichiers["quartiles"] else Quartiles()
    )
    return Contrat(
        nom=nom,
        titre=str(table.get("titre", nom)),
        namespace=_texte(table, "namespace"),
        versions=versions,
        conventions=frozenset(_liste(table, "conventions")) & frozenset(versions),
        nomenclatures=Nomenclatures(
            lire_listes(lire("nomenclatures"), fichiers["nomenclatures"]),
            lire_chemins(lire("chemins"), fichiers["chemins"]),
        ),
        territoires=Territoires(
            dossiers.lire,
            communes=fichiers["communes"],
            anciennes=fichiers["communes_anciennes"],
            epci=fichiers["epci"],
        ),
        quartiles=quartiles,
        schemas=Schemas(dossiers.lire, _schemas(_table(table, "schemas"), versions)),
        regles=MappingProxyType(lire_fiches(dossiers, fichiers["regles"])),
        evenements=lire_evenements(dossiers.toml(fichiers["evenements"]), fichiers["evenements"]),
        services=MappingProxyType(services),
        operations=MappingProxyType(operations),
        dossiers=dossiers,
    )


def _schemas(table: Mapping[str, Any], versions: tuple[str, ...]) -> dict[Document, dict[str, str]]:
    """Files by document and version, from keys `demande/02.00`, `evenement`, `type_evenement`, …"""
    fichiers: dict[Document, dict[str, str]] = {}
    for cle, fichier in table.items():
        nom, _, version = cle.partition("/")
        try:
            document = Document(nom.replace("_", "-"))
        except ValueError:
            raise ContractError(
                f"{_CONTRAT} : [schemas] document inconnu « {nom} ».",
                remede=f"documents : {', '.join(d.replace('-', '_') for d in Document)}",
            ) from None
        if version in (*versions, ""):
            fichiers.setdefault(document, {})[version] = str(fichier)
    sans = [d for d in Document if d not in fichiers]
    sans += [version for version in versions if version not in fichiers.get(Document.DEMANDE, {})]  # type: ignore[misc]
    if sans:
        raise ContractError(
            f"{_CONTRAT} : [schemas] aucun schéma pour : {', '.join(sans)}.",
            remede='nommez-le : "demande/02.02" = "xsd/demande-02.02.xsd"',
        )
    return fichiers


def _versions(table: Mapping[str, Any]) -> tuple[str, ...]:
    versions = _liste(table, "versions")
    if not versions:
        raise ContractError(
            f"{_CONTRAT} : « versions » attend une liste de versions de message.",
            remede='versions = ["02.00"]',
        )
    fausses = [version for version in versions if re.fullmatch(r"\d\d\.\d\d", version) is None]
    if fausses:
        raise ContractError(
            f"{_CONTRAT} : version de message [{fausses[0]}] mal écrite.", remede="deux chiffres, point, deux"
        )
    return tuple(sorted(versions))


def _liste(table: Mapping[str, Any], cle: str) -> list[str]:
    valeur = table.get(cle, [])
    if not isinstance(valeur, list) or not all(isinstance(v, str) for v in valeur):
        raise ContractError(
            f"{_CONTRAT} : « {cle} » attend une liste de versions de message.", remede=f'{cle} = ["02.00"]'
        )
    return valeur


def _table(table: Mapping[str, Any], cle: str) -> Mapping[str, Any]:
    valeur = table.get(cle)
    if not isinstance(valeur, Mapping):
        raise ContractError(f"{_CONTRAT} : la table [{cle}] manque.", remede=f"ajoutez [{cle}]")
    return valeur


def _texte(table: Mapping[str, Any], cle: str) -> str:
    valeur = table.get(cle)
    if not isinstance(valeur, str) or not valeur:
        raise ContractError(f"{_CONTRAT} : la clé « {cle} » manque.", remede=f'ajoutez {cle} = "…"')
    return valeur


def _connues(table: Mapping[str, Any], cles: tuple[str, ...], lieu: str) -> None:
    for cle in table:
        if cle not in cles:
            raise ContractError(
                f"{lieu} : clé inconnue « {cle} ».", remede=f"clés connues : {', '.join(cles)}"
            )
