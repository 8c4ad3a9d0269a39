"""XML in and out: what comes from outside is parsed safely, read into `domain.element.Element`, and written
back in the form of the SNE.

The real server's documents carry the prefix `ns1`, declared on the root beside an attribute (attested): a
client in the field cuts the answer out by looking for the three characters before `:interfaceNuu`.
"""

import threading
from typing import Any, Final
from weakref import ref

from lxml import etree

from sne_sandbox.contract.nomenclatures import Nomenclatures
from sne_sandbox.domain.demande import Demande
from sne_sandbox.domain.element import CODE_INCONNU, VIDE_OBLIGATOIRE, DocumentRecu, Element, ElementRecu
from sne_sandbox.domain.texte import Retenus
from sne_sandbox.errors import MessageMalforme, MessageTropGros

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


def _nom_local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


#: Local names by tag, « {…}nom »; "" for what is no element.
_noms: Final = Retenus(_nom_local)
#: Attributes and present children of an element that has none. Elements are not changed once they are made.
_AUCUN: Final[dict[str, Any]] = {}


def decoder(racine: Any, conteneurs: frozenset[str] = frozenset()) -> Element:
    """The `Element` of an lxml element. Attributes of `xsi:` are left out.

    `conteneurs` are the names of elements that hold elements: blanks in an empty one are layout, not text.
    """
    element: Element = ElementRecu()
    _decoder(racine, element, conteneurs, _AUCUN, {})
    return element


def decoder_recu(racine: Any, nomenclatures: Nomenclatures) -> DocumentRecu:
    """A document received, with the facts by which its rules are chosen: one walk."""
    recu: DocumentRecu = DocumentRecu()
    faits: dict[str, None] = {}
    premier = nomenclatures.sommet.enfants.get(_noms[racine.tag])
    _decoder(racine, recu, nomenclatures.conteneurs, _AUCUN if premier is None else premier.enfants, faits)
    recu.faits = set(faits)
    return recu


def _decoder(
    noeud: Any, element: Any, conteneurs: frozenset[str], pas: dict[str, Any], faits: dict[str, None]
) -> None:
    """Fills a bare `element`; `pas` are the steps below it, `faits` the facts met so far. Elements without
    children are filled by their parent: a document has four times as many of them, and each call costs as
    much as the rest."""
    element.nom = _noms[noeud.tag]
    element._parent = None
    lien = ref(element)
    element.ligne = noeud.sourceline or 0
    element.attributs, element.code = _AUCUN, None
    if noeud.attrib:
        _lire_attributs(noeud, element)
        if element.code:
            faits[CODE_INCONNU] = None  # no element that holds others has one in our lists
    enfants: list[Any] = [None] * len(noeud)
    rang = 0
    presents: dict[str, Element] = {}
    for fils in noeud:
        nom = _noms[fils.tag]
        enfant = ElementRecu()
        if nom in conteneurs or len(fils):
            if not nom:
                continue
            suite = pas[nom].enfants if nom in pas else _AUCUN
            _decoder(fils, enfant, conteneurs, suite, faits)
            enfant._parent = lien
        else:
            if not nom:
                continue
            enfant.nom = nom
            enfant._parent = lien
            enfant.ligne = fils.sourceline or 0
            enfant.enfants = ()
            enfant.presents = _AUCUN
            enfant.texte = texte = fils.text or ""
            if not fils.attrib:
                enfant.attributs, enfant.code, enfant.vide = _AUCUN, None, not texte
            else:
                (premier, code), *autres = fils.items()
                if premier == "code" and not autres:
                    enfant.attributs, enfant.code = {"code": code}, code or None
                else:
                    _lire_attributs(fils, enfant)
                    code = enfant.code
                enfant.vide = not (texte or code)
                if code:
                    faits[f"{nom}={code}"] = None
                    if nom in pas and pas[nom].codes is not None and code not in pas[nom].codes:
                        faits[CODE_INCONNU] = None
        enfants[rang] = enfant
        rang += 1
        if not enfant.vide:
            if nom not in presents:
                presents[nom] = enfant
                faits[nom] = None
        elif nom in pas and pas[nom].code_obligatoire:
            faits[VIDE_OBLIGATOIRE] = None
    element.enfants = tuple(enfants if rang == len(enfants) else enfants[:rang])
    element.presents = presents
    element.texte = "" if rang or element.nom in conteneurs else noeud.text or ""
    element.vide = not (presents or element.texte or element.code)


def _lire_attributs(noeud: Any, element: Any) -> None:
    element.attributs = attributs = {}
    for nom, valeur in noeud.items():
        if nom == _MODIFIE:
            attributs["modifie"] = valeur
        elif not nom.startswith(_XSI):
            attributs[nom] = valeur
    element.code = attributs.get("code") or None


def lire(document: bytes) -> Element:
    """The `Element` of a document of ours (stored or just written): it is trusted, and well-formed."""
    parseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return decoder(etree.fromstring(document, parseur))


def lire_demande(document: bytes) -> Demande:
    """The view of a document that the base stored: it is trusted."""
    return Demande(lire(document))


def arbre(element: Element) -> Any:
    """The lxml tree of an element, with the prefix `ns1`."""
    # Written, then parsed in one call: half the time of making the nodes one by one.
    return relire(_avec_espace(element).encode())


def ecrire(racine: Any) -> bytes:
    """Bytes of a tree, with the declaration that the real server writes (attested)."""
    corps: bytes = etree.tostring(racine, encoding="UTF-8", xml_declaration=False)
    return _DECLARATION + corps


def relire(octets: bytes) -> Any:
    """The lxml tree of a document of ours: it is trusted."""
    return etree.fromstring(octets)


def encoder(element: Element) -> bytes:
    """Bytes of an element: `ecrire(arbre(element))`."""
    return _DECLARATION + _avec_espace(element).encode()


def fragment(*elements: Element) -> str:
    """What lxml would write of these elements below one that declares the prefix."""
    ecrit = ""
    for element in elements:
        nom, attributs = element.nom, element.attributs
        if not attributs:
            debut = f"<ns1:{nom}"
        elif element.code is not None and len(attributs) == 1:
            debut = f'<ns1:{nom} code="{_codes[element.code]}"'
        else:
            debut = f"<ns1:{nom}{_attributs(attributs)}"
        if element.enfants:
            ecrit += f"{debut}>{fragment(*element.enfants)}</ns1:{nom}>"
        elif texte := element.texte:
            if "&" in texte or "<" in texte or ">" in texte or "\r" in texte:
                texte = texte.translate(_DANS_TEXTE)
            ecrit += f"{debut}>{texte}</ns1:{nom}>"
        else:
            ecrit += debut + "/>"
    return ecrit


def enveloppe(element: Element, contenu: str) -> str:
    """What lxml would write of this element, these fragments in it."""
    debut = f"<ns1:{element.nom}{_attributs(element.attributs)}"
    return f"{debut}>{contenu}</ns1:{element.nom}>" if contenu else debut + "/>"


def document(version: str, contenu: str) -> bytes:
    """Bytes of an `interfaceNuu` of this version that holds these fragments."""
    racine = f'<ns1:interfaceNuu xmlns:ns1="{NS}"{_attributs({"versionInterface": version})}>'
    return _DECLARATION + f"{racine}{contenu}</ns1:interfaceNuu>".encode()


def _avec_espace(element: Element) -> str:
    """What lxml would write of a root, which declares the prefix before its attributes."""
    debut = f"<ns1:{element.nom}"
    return f'{debut} xmlns:ns1="{NS}"{fragment(element).removeprefix(debut)}'


#: Codes as they stand between quotes.
_codes: Final[Retenus[str]] = Retenus(lambda code: code.translate(_DANS_ATTRIBUT))


def _attributs(attributs: dict[str, str]) -> str:
    return "".join(
        [
            f' {_QUALIFIES.get(nom, nom)}="{valeur.translate(_DANS_ATTRIBUT)}"'
            for nom, valeur in attributs.items()
        ]
    )


# --- from outside: no DTD, no network, bounded in size, depth and number of nodes ------------------------

#: Tags and attributes of one document. Five megabytes of `<a/>` would take 160 MB once parsed, three of
#: `<a b0="" b1="" …/>` 100 MB; a real document has some four hundred elements.
NOEUDS_MAX: Final = 100_000
_DOCTYPE: Final = b"<!DOCTYPE"

_ILLISIBLE: Final = "Le document XML n'est pas lisible."


def parse(data: bytes, *, limit: int) -> Any:
    """The root element (lxml) of the document `data`, whose size may be `limit` bytes at most.

    A byte-order mark and blanks before the root are accepted. Comments and processing instructions are
    dropped. Raises MessageTropGros above `limit` or `NOEUDS_MAX`, MessageMalforme for everything that is not
    well-formed, or has a DTD; `explication` names line, column, reason and remedy in French.
    """
    if len(data) > limit:
        raise MessageTropGros(
            "Le document XML est trop gros.",
            explication=f"Le document XML compte plus de {limit} octets. → réduisez-le, ou relevez --xml-max",
        )
    if data.count(b"<") + data.count(b"=") > NOEUDS_MAX:
        raise MessageTropGros(
            "Le document XML est trop gros.",
            explication=f"Le document XML compte plus de {NOEUDS_MAX} balises et attributs. → réduisez-le",
        )
    if _DOCTYPE in (data if b"\0" not in data[:8] else data.replace(b"\0", b"")):
        _refuser_dtd(data)
    try:
        racine = etree.fromstring(data, _DU_FIL.parseur)
    except etree.XMLSyntaxError as erreur:
        raise _malforme(erreur, data) from None
    if racine.getroottree().docinfo.doctype:
        raise _dtd()
    return racine


class _Dtd(Exception):
    """Raised by the parser that looks for a document type declaration, as it meets one."""


class _Guetteur:
    """Parser target that keeps nothing, and stops at a document type declaration."""

    def doctype(self, *_: Any) -> None:
        raise _Dtd

    def close(self) -> None:
        """Called by lxml at the end of a document; nothing was kept to hand back."""


def _refuser_dtd(data: bytes) -> None:
    # Raised as the declaration is met, before any entity is read. The same word inside a comment or a
    # CDATA section is text: only a parser can tell.
    try:
        etree.fromstring(data, _parseur_prudent(_Guetteur()))
    except _Dtd:
        raise _dtd() from None
    except etree.XMLSyntaxError as erreur:
        raise _malforme(erreur, data) from None


def _parseur_prudent(target: Any = None) -> Any:
    return etree.XMLParser(
        target=target,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )


class _DuFil(threading.local):
    """The parser of a thread: making one costs a quarter of the reading of a document."""

    def __init__(self) -> None:
        self.parseur = _parseur_prudent()


_DU_FIL: Final = _DuFil()


def _dtd() -> MessageMalforme:
    return MessageMalforme(
        _ILLISIBLE,
        explication="Le document contient une déclaration de type <!DOCTYPE …>, refusée pour des raisons de "
        "sécurité. → retirez-la : le SNE n'en attend pas",
    )


def _malforme(erreur: Any, data: bytes) -> MessageMalforme:
    from sne_sandbox.contract.phrases import phrases  # a server that starts has nothing to refuse yet

    ligne, colonne = erreur.position
    code = etree.ErrorTypes._getName(erreur.code, "")
    if not data.strip():
        raison, remede = (
            "le document est vide",
            "vérifiez que la pièce jointe est bien celle qui est désignée",
        )
    elif code in phrases("xml"):
        raison, remede = phrases("xml")[code]
    else:
        # The parser's own words, in English: what is left here hardly happens.
        mots = " ".join((erreur.msg.rpartition(", line ")[0] or erreur.msg).split())
        raison, remede = f"le XML est mal formé ({mots})", "corrigez le document"
    return MessageMalforme(_ILLISIBLE, explication=f"Ligne {ligne}, colonne {colonne} : {raison}. → {remede}")
