"""Which files a schema pulls in: every address stays inside the folders of the contract."""

import posixpath
from typing import Any, Final

from lxml import etree

from sne_sandbox.errors import ContractError

#: Folder of the schemas in a contract.
DOSSIER: Final = "xsd/"
_XS: Final = "{http://www.w3.org/2001/XMLSchema}"


def chemin_inclus(chemin: str, location: str) -> str:
    """Path in the contract of the `schemaLocation` found in the file at `chemin`. An address elsewhere is
    looked up by its last segment in `xsd/`: nothing is ever fetched."""
    if "://" in location:
        return DOSSIER + location.rpartition("/")[2]
    return posixpath.normpath(posixpath.join(posixpath.dirname(chemin), location))


def inclusions(racine: Any) -> list[Any]:
    """The import, include and redefine elements with a `schemaLocation`, in a schema or a WSDL's types."""
    noms = (f"{_XS}import", f"{_XS}include", f"{_XS}redefine")
    return [element for element in racine.iter(*noms) if element.get("schemaLocation")]


def lire_arbre(octets: bytes, chemin: str) -> Any:
    """Root of a schema or a WSDL. Raises ContractError, with the line, when it is not well-formed."""
    parseur = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False, huge_tree=False)
    try:
        return etree.fromstring(octets, parseur)
    except etree.XMLSyntaxError as erreur:
        raise ContractError(
            f"{chemin}, ligne {erreur.position[0]} : XML illisible : {erreur.msg}.",
            remede="corrigez ce fichier",
        ) from None
