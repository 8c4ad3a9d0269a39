"""WSDL and schemas as they are served: the caller's address, and schema locations that resolve there."""

import posixpath
from typing import Any, Final
from urllib.parse import quote

from lxml import etree

from sne_sandbox.contract.inclusions import DOSSIER, chemin_inclus, inclusions, lire_arbre
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.errors import ContractError

_SOAP_ADDRESS: Final = (
    "{http://schemas.xmlsoap.org/wsdl/soap12/}address",
    "{http://schemas.xmlsoap.org/wsdl/soap/}address",
)


def wsdl_servi(contrat: Contrat, service: str, adresse: str, base_url: str) -> bytes:
    """The WSDL of `service`, whose ports are at `adresse` and whose schemas are at `<base_url>?xsd=<name>`.

    Both may be absolute; an empty `base_url` writes locations relative to the WSDL's own address. Raises
    ContractError for an unknown service, or a WSDL that cannot be read.
    """
    octets = contrat.wsdl(service)
    chemin = contrat.services[service].wsdl
    racine = lire_arbre(octets, chemin)
    for port in racine.iter(*_SOAP_ADDRESS):
        port.set("location", adresse)
    _situer(racine, chemin, base_url)
    return _ecrire(racine)


def xsd_servi(contrat: Contrat, fichier: str, base_url: str) -> bytes:
    """The schema `fichier` (a name of `?xsd=`), its own imports at `<base_url>?xsd=<name>`.

    Raises ContractError when the contract has no such schema.
    """
    chemin = posixpath.normpath(DOSSIER + fichier)
    if not chemin.startswith(DOSSIER) or not chemin.endswith(".xsd"):
        raise ContractError(f"Le schéma [{fichier}] est inconnu.", remede="suivez les liens du WSDL")
    racine = lire_arbre(contrat.fichier(chemin), chemin)
    _situer(racine, chemin, base_url)
    return _ecrire(racine)


def _situer(racine: Any, chemin: str, base_url: str) -> None:
    for inclusion in inclusions(racine):
        nom = chemin_inclus(chemin, inclusion.get("schemaLocation")).removeprefix(DOSSIER)
        inclusion.set("schemaLocation", f"{base_url}?xsd={quote(nom)}")


def _ecrire(racine: Any) -> bytes:
    return bytes(etree.tostring(racine.getroottree(), encoding="UTF-8", xml_declaration=True))
