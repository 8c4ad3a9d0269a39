"""XML documents to `domain.Element` and back, in the form the SNE writes.

The real server's documents carry the prefix `ns1`, declared on the root beside an attribute (attested): a
client in the field cuts the answer out by looking for the three characters before `:interfaceNuu`.
"""

from functools import lru_cache
from typing import Any, Final

from lxml import etree

from sne_sandbox.domain.demande import Demande
from sne_sandbox.domain.element import Element

#: Namespace of the payload documents.
NS: Final = "http://nuu.application.i2/"
_PREFIXE: Final = f"{{{NS}}}"
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
#: The only qualified attribute of the payload documents.
_MODIFIE: Final = _PREFIXE + "modifie"
_QUALIFIES: Final = {"modifie": "ns1:modifie"}
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# A line end or a tab written as it is would be read back as another character (XML 1.0, 2.11 and 3.3.3).
_DANS_TEXTE: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_DANS_ATTRIBUT: Final = _DANS_TEXTE | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


def decoder(racine: Any, conteneurs: frozenset[str] = frozenset()) -> Element:
    """The `Element` of an lxml element. Attributes of `xsi:` are left out.

    `conteneurs` are the names of elements that hold elements: blanks in an empty one are layout, not text.
    """
    attributs: dict[str, str] | None = None
    ecrits = racine.items()
    if ecrits:
        attributs = {}
        for nom, valeur in ecrits:
            if nom == _MODIFIE:
                attributs["modifie"] = valeur
            elif not nom.startswith(_XSI):
                attributs[nom] = valeur
    nom = _nom_local(racine.tag)
    enfants: tuple[Element, ...] = ()
    if len(racine):  # most elements have no child, not even a comment
        enfants = tuple([decoder(enfant, conteneurs) for enfant in racine if isinstance(enfant.tag, str)])
    if enfants or nom in conteneurs:
        return Element(nom, "", attributs, enfants, racine.sourceline or 0)
    return Element(nom, racine.text or "", attributs, (), racine.sourceline or 0)


@lru_cache(maxsize=4096)
def _nom_local(nom_complet: str) -> str:
    return nom_complet.rpartition("}")[2]


def lire(document: bytes) -> Element:
    """The `Element` of a document of ours (stored or just written): it is trusted, and well-formed."""
    return decoder(etree.fromstring(document, _parseur()))


def lire_demande(document: bytes) -> Demande:
    """The demande of a stored document."""
    return Demande(lire(document))


def arbre(element: Element) -> Any:
    """The lxml tree of an element, with the prefix `ns1`."""
    # Written, then parsed in one call: half the time of making the nodes one by one.
    return etree.fromstring(_ecrire(element, f' xmlns:ns1="{NS}"').encode())


def ecrire(racine: Any) -> bytes:
    """Bytes of a tree, with the declaration that the real server writes (attested)."""
    corps: bytes = etree.tostring(racine, encoding="UTF-8", xml_declaration=False)
    return _DECLARATION + corps


def encoder(element: Element) -> bytes:
    """Bytes of an element: `ecrire(arbre(element))`."""
    return _DECLARATION + _ecrire(element, f' xmlns:ns1="{NS}"').encode()


def _ecrire(element: Element, espace: str = "") -> str:
    """What lxml would write. `espace` declares the prefix, on the root."""
    nom = element.nom
    debut = f"<ns1:{nom}{espace}"
    for attribut, valeur in element.attributs.items():
        ecrite = valeur if valeur.isalnum() else valeur.translate(_DANS_ATTRIBUT)  # nearly all are codes
        debut += f' {_QUALIFIES.get(attribut, attribut)}="{ecrite}"'
    if element.enfants:
        contenu = "".join([_ecrire(enfant) for enfant in element.enfants])
    elif element.texte:
        contenu = _echapper(element.texte)
    else:
        return debut + "/>"
    return f"{debut}>{contenu}</ns1:{nom}>"


def _echapper(texte: str) -> str:
    if "&" in texte or "<" in texte or ">" in texte or "\r" in texte:
        return texte.translate(_DANS_TEXTE)
    return texte


def _parseur() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
