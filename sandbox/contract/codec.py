"""XML documents to `domain.Element` and back, in the form the SNE writes.

The real server's documents carry the prefix `ns1`, declared on the root beside an attribute (attested): a
client in the field cuts the answer out by looking for the three characters before `:interfaceNuu`.
"""

from typing import Any, Final

from lxml import etree

from sandbox.domain.demande import Demande
from sandbox.domain.element import Element

#: Namespace of the payload documents.
NS: Final = "http://nuu.application.i2/"
_PREFIXE: Final = f"{{{NS}}}"
_NSMAP: Final = {"ns1": NS}
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
#: The only qualified attribute of the payload documents.
_MODIFIE: Final = _PREFIXE + "modifie"


def decoder(racine: Any, conteneurs: frozenset[str] = frozenset()) -> Element:
    """The `Element` of an lxml element. Attributes of `xsi:` are left out.

    `conteneurs` are the names of elements that hold elements: blanks in an empty one are layout, not text.
    """
    enfants = tuple([decoder(enfant, conteneurs) for enfant in racine if isinstance(enfant.tag, str)])
    attributs: dict[str, str] | None = None
    if racine.attrib:
        attributs = {}
        for nom, valeur in racine.items():
            if nom == _MODIFIE:
                attributs["modifie"] = valeur
            elif not nom.startswith(_XSI):
                attributs[nom] = valeur
    nom = racine.tag.rpartition("}")[2]
    if enfants or nom in conteneurs:
        return Element(nom, "", attributs, enfants, racine.sourceline or 0)
    return Element(nom, racine.text or "", attributs, (), racine.sourceline or 0)


def lire(document: bytes) -> Element:
    """The `Element` of a document of ours (stored or just written): it is trusted, and well-formed."""
    return decoder(etree.fromstring(document, _parseur()))


def lire_demande(document: bytes) -> Demande:
    """The demande of a stored document."""
    return Demande(lire(document))


def arbre(element: Element) -> Any:
    """The lxml tree of an element, with the prefix `ns1`."""
    racine = etree.Element(_PREFIXE + element.nom, _attributs(element), _NSMAP)
    racine.text = element.texte or None
    _garnir(racine, element)
    return racine


def ecrire(racine: Any) -> bytes:
    """Bytes of a tree, with the declaration that the real server writes (attested)."""
    corps: bytes = etree.tostring(racine, encoding="UTF-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + corps


def encoder(element: Element) -> bytes:
    """Bytes of an element: `ecrire(arbre(element))`."""
    return ecrire(arbre(element))


def _garnir(parent: Any, element: Element) -> None:
    faire = etree.SubElement
    for enfant in element.enfants:
        if enfant.attributs:
            noeud = faire(parent, _PREFIXE + enfant.nom, _attributs(enfant))
        else:
            noeud = faire(parent, _PREFIXE + enfant.nom)
        if enfant.enfants:
            _garnir(noeud, enfant)
        elif enfant.texte:
            noeud.text = enfant.texte


def _attributs(element: Element) -> dict[str, str]:
    if "modifie" not in element.attributs:
        return element.attributs
    return {(_MODIFIE if nom == "modifie" else nom): valeur for nom, valeur in element.attributs.items()}


def _parseur() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
