"""How long a text, how large a number may be, element by element: read off the schemas of the contract."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from lxml import etree

from sne_sandbox.contract.schema import Document
from sne_sandbox.contract.versions import Contrat

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"


@dataclass(frozen=True, slots=True)
class Borne:
    """What a simple value may be: at most `longueur` characters; from `bas` to `haut`. None: not bounded."""

    longueur: int | None = None
    bas: int | None = None
    haut: int | None = None


@lru_cache(maxsize=16)
def bornes(contrat: Contrat, version: str, document: Document = Document.DEMANDE) -> Mapping[str, Borne]:
    """The bounds of every bounded element of a document of that message version, by path without index."""
    types: dict[str, Any] = {}
    racine = _lire(contrat, contrat.schemas.fichier(document, version), types)
    (element,) = racine.findall(_XS + "element")
    return dict(_parcourir(element, "", types))


def _lire(contrat: Contrat, fichier: str, types: dict[str, Any]) -> Any:
    """The root of a schema file; its named types, and those of the files it includes, join `types`."""
    racine = etree.fromstring(contrat.schemas.lire(fichier))
    for inclusion in racine.iter(_XS + "include"):
        chemin = posixpath.normpath(
            posixpath.join(posixpath.dirname(fichier), inclusion.get("schemaLocation"))
        )
        _lire(contrat, chemin, types)
    for nomme in racine:
        if nomme.tag in (_XS + "simpleType", _XS + "complexType"):
            types[nomme.get("name")] = nomme
    return racine


def _parcourir(element: Any, parent: str, types: Mapping[str, Any]) -> Iterator[tuple[str, Borne]]:
    chemin = f"{parent}/{element.get('name')}" if parent else element.get("name")
    type_ = types.get(element.get("type", ""))
    if type_ is None:
        type_ = next((e for e in element if e.tag in (_XS + "complexType", _XS + "simpleType")), None)
    if type_ is None:
        return
    enfants = list(_elements(type_))
    for enfant in enfants:
        yield from _parcourir(enfant, chemin, types)
    if not enfants:
        borne = _borne(type_, types)
        if borne != Borne():
            yield chemin, borne


def _elements(noeud: Any) -> Iterator[Any]:
    """The elements of a content model, whatever groups hold them."""
    for enfant in noeud:
        if enfant.tag == _XS + "element":
            yield enfant
        elif enfant.tag in (_XS + "sequence", _XS + "choice", _XS + "all"):
            yield from _elements(enfant)


def _borne(type_: Any, types: Mapping[str, Any]) -> Borne:
    lues: dict[str, int] = {}
    courant = type_
    while courant is not None:
        derive = next((e for e in courant.iter(_XS + "restriction", _XS + "extension")), None)
        if derive is None:
            break
        for facette in derive:
            valeur = facette.get("value", "")
            if valeur.lstrip("-").isdigit():
                lues.setdefault(etree.QName(facette).localname, int(valeur))
        courant = types.get(derive.get("base", ""))
    return Borne(lues.get("maxLength"), lues.get("minInclusive"), lues.get("maxInclusive"))
