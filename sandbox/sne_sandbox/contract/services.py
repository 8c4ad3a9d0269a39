"""The SOAP services of a contract and their operations, from `contract.toml` and `operations.csv`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sne_sandbox.contract.nomenclatures import lignes_csv
from sne_sandbox.errors import ContractError

_CLES: Final = ("wsdl", "xsd", "port", "binding", "port_type", "chemins")


@dataclass(frozen=True, slots=True)
class Service:
    """A SOAP service. `chemins` are the paths it answers on, without last slash; `wsdl` is its file in the
    contract, `xsd` the schemas that file imports."""

    nom: str
    port: str
    binding: str
    port_type: str
    chemins: tuple[str, ...]
    wsdl: str
    xsd: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChampOperation:
    """A field of a message: `type` is `xs:string`, `xs:dateTime`, `tns:base64Binary` or `tns:codeElement`."""

    nom: str
    type: str
    obligatoire: bool


@dataclass(frozen=True, slots=True)
class MessageOperation:
    """A message: the element of its Body (`qname`, in Clark notation), and its unqualified children."""

    qname: str
    champs: tuple[ChampOperation, ...]


@dataclass(frozen=True, slots=True)
class OperationPubliee:
    """An operation. `espace` is the namespace of the services."""

    service: str
    nom: str
    espace: str
    soap_action: str
    entree: MessageOperation
    sortie: MessageOperation

    @property
    def attribut_content_type(self) -> str:
        """The qualified attribute that base64Binary fields may carry, in Clark notation."""
        return f"{{{self.espace}}}contentType"


def lire_services(tables: Mapping[str, Mapping[str, Any]], fichier: str) -> dict[str, Service]:
    """The services by name. Raises ContractError for a missing or unknown key."""
    services: dict[str, Service] = {}
    for nom, table in tables.items():
        fautives = sorted(table.keys() ^ set(_CLES))
        if fautives:
            raise ContractError(
                f"{fichier} : [services.{nom}] clés absentes ou inconnues : {', '.join(fautives)}.",
                remede=f"clés attendues : {', '.join(_CLES)}",
            )
        services[nom] = Service(
            nom,
            str(table["port"]),
            str(table["binding"]),
            str(table["port_type"]),
            tuple(table["chemins"]),
            str(table["wsdl"]),
            tuple(table["xsd"]),
        )
    return services


def lire_operations(octets: bytes, fichier: str, espace: str) -> dict[str, OperationPubliee]:
    """The operations by name, from a CSV with one line per field of a message."""
    colonnes = ("service", "operation", "soapAction", "direction", "element", "field", "type", "min")
    tetes: dict[str, tuple[str, str]] = {}
    elements: dict[tuple[str, str], str] = {}
    champs: dict[tuple[str, str], list[ChampOperation]] = {}
    for ligne in lignes_csv(octets, fichier, colonnes):
        nom, sens = ligne["operation"], ligne["direction"]
        tetes[nom] = (ligne["service"], ligne["soapAction"])
        elements[nom, sens] = ligne["element"]
        lus = champs.setdefault((nom, sens), [])
        if ligne["field"]:
            lus.append(ChampOperation(ligne["field"], ligne["type"], ligne["min"] != "0"))
    operations = {}
    for nom, (service, action) in tetes.items():
        messages = []
        for sens in ("input", "output"):
            if (nom, sens) not in elements:
                raise ContractError(
                    f"{fichier} : l'opération {nom} n'a pas de ligne « {sens} ».",
                    remede="donnez une ligne à chaque champ de l'entrée et de la sortie",
                )
            qname = f"{{{espace}}}{elements[nom, sens]}"
            messages.append(MessageOperation(qname, tuple(champs[nom, sens])))
        operations[nom] = OperationPubliee(service, nom, espace, action, messages[0], messages[1])
    return operations
