"""XML in and out: what comes from outside is parsed safely, read into `domain.element_recu.Element`, and
written back in the form of the SNE.

The real server's documents carry the prefix `ns1`, declared on the root beside an attribute (attested): a
client in the field cuts the answer out by looking for the three characters before `:interfaceNuu`.
"""

import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final
from xml.parsers import expat

from lxml import etree

from sne_interface.contract.nomenclatures_et_territoires import Nomenclatures, PasDeChemin
from sne_interface.contract.schemas import BLANCS
from sne_interface.domain.demande import Dalo, Demande, DemandeStockee
from sne_interface.domain.element_recu import (
    BORD_BLANC,
    CODE_INCONNU,
    VIDE_OBLIGATOIRE,
    DocumentRecu,
    Element,
    ElementNu,
    ElementPartage,
)
from sne_interface.domain.texte import Retenus
from sne_interface.errors import MessageMalforme, MessageTropGros

#: Namespace of the payload documents.
NS: Final = "http://nuu.application.i2/"
_PREFIXE: Final = f"{{{NS}}}"
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
#: The only qualified attribute of the payload documents: it says what changed in one.
MODIFIE: Final = _PREFIXE + "modifie"
_QUALIFIES: Final = {"modifie": "ns1:modifie"}
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# A line end or a tab written as it is would be read back as another character (XML 1.0, 2.11 and 3.3.3).
_DANS_TEXTE: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_DANS_ATTRIBUT: Final = _DANS_TEXTE | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


#: Attributes of an element that are read: a schema has two.
ATTRIBUTS_MAX: Final = 64


#: Local names by tag, « {…}nom »; "" for what is no element.
_noms: Final = Retenus(lambda tag: tag.rpartition("}")[2] if isinstance(tag, str) else "")


def decoder(racine: Any, conteneurs: frozenset[str] = frozenset()) -> Element:
    """The `Element` of an lxml element. Attributes of `xsi:` are left out.

    `conteneurs` are the names of elements that hold elements: blanks in an empty one are layout, not text.
    """
    nom = _noms[racine.tag]
    attributs = {}
    if racine.attrib:  # most elements have none
        for cle, valeur in racine.items()[:ATTRIBUTS_MAX]:
            if not cle.startswith(_XSI):
                attributs["modifie" if cle == MODIFIE else cle] = valeur
    enfants = tuple([decoder(e, conteneurs) for e in racine.iterchildren("*")]) if len(racine) else ()
    texte = "" if enfants or nom in conteneurs else racine.text or ""
    return Element(nom, texte, attributs, enfants, racine.sourceline or 0)


def _lignes(racine: Any) -> Iterator[int]:
    return (element.sourceline or 0 for element in racine.iter("*"))


# --- a valid document, read at once ---------------------------------------------------------------------
#
# As it was received, or as libxml2 writes it again, then cut at each « < »: what stands between two of them
# is a tag, with the text that follows. Nearly all of these pieces (`ns1:sexe code="F"/>`) were met in other
# documents: they are looked up, and the elements without children that they make are shared by all documents,
# in half the time of a walk. Such an element knows neither its line nor its parent.

#: An opening tag with its text: whether nothing closes it, the element that it is without children, the name
#: of this one, whether it is empty, its name with its code.
_Balise = tuple[bool, Element, str, bool, str | None]


@lru_cache(maxsize=8)
def _balises(conteneurs: frozenset[str]) -> Retenus[_Balise | None]:
    """Gives the meaning of each piece of a document, None for a closing tag."""

    def lire(morceau: bytes) -> _Balise | None:
        # A `>` is written as a reference where it ends no tag, or expat refuses what stands before it.
        balise, _, texte = morceau.decode().partition(">")
        if balise[0] == "/":
            return None
        nom, attributs, debut = _ouvertes[balise]
        seule = balise[-1] == "/"
        if seule or nom in conteneurs:
            texte = ""
        elif "&" in texte or "\r" in texte:
            texte = _texte(texte)
        element = ElementPartage(nom, texte, attributs)
        element.ecrit = feuille(debut, nom, texte)
        fait = f"{nom}={element.code}" if element.code else None
        if fait is None and texte != texte.strip(BLANCS):
            fait = BORD_BLANC
        return seule, element, nom, element.vide, fait

    return Retenus(lire)


def _ouvrir(balise: str) -> tuple[str, dict[str, str], str]:
    """Local name and attributes of a tag, and how it begins when we write it."""
    lus: list[tuple[str, dict[str, str]]] = []
    analyseur = expat.ParserCreate()
    analyseur.StartElementHandler = lambda nom, attributs: lus.append((nom, attributs))
    analyseur.Parse(f"<{balise.removesuffix('/')}/>", True)
    ((qualifie, ecrits),) = lus
    nom, attributs = qualifie.rpartition(":")[2], {}
    for cle, valeur in ecrits.items():
        prefixe, _, local = cle.rpartition(":")
        # The only qualified one is `modifie`; the others are of `xsi:`, or declare a prefix.
        if cle != "xmlns" and (not prefixe or (local == "modifie" and prefixe != "xmlns")):
            attributs[local] = valeur
    return nom, attributs, f"<ns1:{nom}{_attributs(attributs)}"


_ouvertes: Final = Retenus(_ouvrir)


def _texte(ecrit: str) -> str:
    """A text, its references read."""
    textes: list[str] = []
    analyseur = expat.ParserCreate()
    analyseur.CharacterDataHandler = textes.append
    analyseur.Parse(f"<a>{ecrit}</a>", True)
    return "".join(textes)


def decoder_recu(racine: Any, nomenclatures: Nomenclatures, octets: bytes = b"") -> DocumentRecu:
    """The document of an lxml root that its schema has accepted, with the facts by which its rules are
    chosen. `octets` are those that it was read from."""
    conteneurs = nomenclatures.conteneurs
    balises, premiers = _balises(conteneurs), nomenclatures.sommet.enfants
    debut = _DEBUT_UTF_8.match(octets)
    recu = None
    if debut is not None:
        try:
            recu = _assembler(octets[debut.end() :], balises, premiers)
        except (expat.ExpatError, ValueError):
            recu = None  # it holds a comment, say
    # The schema may have dropped the blanks around a date: the tree says.
    if recu is None or BORD_BLANC in recu.faits:
        recu = _assembler(etree.tostring(racine, encoding="UTF-8"), balises, premiers)
    recu.lignes = lambda: _lignes(racine)
    return recu


def _assembler(
    ecrit: bytes, balises: Retenus[_Balise | None], premiers: dict[str, PasDeChemin]
) -> DocumentRecu:
    morceaux = ecrit.split(b"<")
    faits: dict[str, None] = {}
    recu: Any = None  # the element that is open; None above the root
    nom = ""
    # A tag that may open an element, or hold a text only.
    modele: Element | None = None
    # What is open above, innermost first: (element, where its children begin, present ones, steps, above).
    dessus: Any = None
    # Children that wait for the end of their parents.
    lus: list[Any] = [None] * len(morceaux)
    rang = debut = 0
    presents: dict[str, Any] = {}
    pas: dict[str, Any] = premiers
    for balise in map(balises.__getitem__, morceaux[1:]):
        if balise is not None:
            if modele is not None:
                dessus = recu, debut, presents, pas, dessus
                recu = DocumentRecu() if recu is None else ElementNu()
                recu.nom, recu.attributs, recu.code = nom, modele.attributs, modele.code
                if modele.code is not None:
                    faits[CODE_INCONNU] = None  # no element that holds others has a code in our lists
                pas = pas[nom].enfants if nom in pas else {}
                debut, presents, modele = rang, {}, None
            seule, enfant, nom, vide, fait = balise
            if not seule:
                modele = enfant
                continue
        elif modele is not None:
            enfant, modele = modele, None
        else:
            enfant, nom, vide, fait = recu, recu.nom, not (presents or recu.code), None
            enfant.enfants, enfant.presents, enfant.texte = tuple(lus[debut:rang]), presents, ""
            enfant.vide, enfant.ligne, enfant._parent = vide, 0, None
            rang = debut
            recu, debut, presents, pas, dessus = dessus
        lus[rang] = enfant
        rang += 1
        if not vide:
            if nom not in presents:
                presents[nom] = enfant
                faits[nom] = None
            if fait is not None:
                faits[fait] = None
                codes = pas[nom].codes if nom in pas else None
                if codes is not None and enfant.code not in codes and enfant.code is not None:
                    faits[CODE_INCONNU] = None
        elif nom in pas and pas[nom].code_obligatoire:
            faits[VIDE_OBLIGATOIRE] = None
    document: DocumentRecu = lus[0] if isinstance(lus[0], DocumentRecu) else DocumentRecu.seul(lus[0])
    document.faits = set(faits)
    return document


def lire(document: bytes) -> Element:
    """The `Element` of a document of ours (stored or just written): it is trusted, and well-formed."""
    return decoder(etree.fromstring(document, _DU_FIL.parseur))


def lire_demande(document: bytes) -> Demande:
    """The view of a document that the base stored: it is trusted, and written as we write."""
    if not document.startswith(_DECLARATION):
        return Demande(lire(document))
    recu = _assembler(document[len(_DECLARATION) :], _balises(frozenset()), {})
    recu.lignes = lambda: _lignes(relire(document))
    return Demande(recu)


def dalo_de(stockee: DemandeStockee) -> Dalo:
    """What a stored demande tells of DALO."""
    dite = stockee.information_dalo
    return Dalo(stockee.statut_dalo, lire(dite).date_de("dateDecisionDalo") if dite is not None else None)


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
    """Writes these elements as lxml does below an element that declares the prefix."""
    ecrit = ""
    for element in elements:
        if type(element) is ElementPartage:
            ecrit += element.ecrit
            continue
        nom, attributs = element.nom, element.attributs
        if not attributs:
            debut = f"<ns1:{nom}"
        elif element.code is not None and len(attributs) == 1:
            debut = f'<ns1:{nom} code="{_codes[element.code]}"'
        else:
            debut = f"<ns1:{nom}{_attributs(attributs)}"
        if element.enfants:
            ecrit += f"{debut}>{fragment(*element.enfants)}</ns1:{nom}>"
        else:
            ecrit += feuille(debut, nom, element.texte)
    return ecrit


def feuille(debut: str, nom: str, texte: str) -> str:
    """Writes an element that holds a text, whose tag begins by `debut`."""
    if not texte:
        return debut + "/>"
    if "&" in texte or "<" in texte or ">" in texte or "\r" in texte:
        texte = texte.translate(_DANS_TEXTE)
    return f"{debut}>{texte}</ns1:{nom}>"


def enveloppe(element: Element, contenu: str) -> str:
    """Writes this element as lxml does, with these fragments in it."""
    debut = f"<ns1:{element.nom}{_attributs(element.attributs)}"
    return f"{debut}>{contenu}</ns1:{element.nom}>" if contenu else debut + "/>"


def document(version: str, contenu: str) -> bytes:
    """Bytes of an `interfaceNuu` of this version that holds these fragments."""
    racine = f'<ns1:interfaceNuu xmlns:ns1="{NS}"{_attributs({"versionInterface": version})}>'
    return _DECLARATION + f"{racine}{contenu}</ns1:interfaceNuu>".encode()


def indenter(octets: bytes) -> bytes:
    """Indents a document of ours: one element a line, two blanks a level. A part that is not written as we
    write stays as it is: no content of an element stands between two tags of ours."""
    if not octets.startswith(_DECLARATION):
        return octets
    lignes: list[bytes] = []
    niveau = 0
    for balise in octets[len(_DECLARATION) + 1 : -1].split(b"><"):
        ferme = balise.startswith(b"/")
        niveau -= ferme
        lignes.append(b"  " * niveau + b"<" + balise + b">\n")
        niveau += not (ferme or balise.endswith(b"/") or b"</" in balise)
    return _DECLARATION + b"".join(lignes)


def _avec_espace(element: Element) -> str:
    """Writes a root as lxml does: the prefix is declared before the attributes."""
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
#: How it is said where a text ceases to be XML.
_LIEU: Final = re.compile(r"Ligne (\d+), colonne (\d+) : (.*)", re.DOTALL)


#: Where a document begins whose bytes can be read as they are: nothing before, and no other encoding.
_DEBUT_UTF_8: Final = re.compile(
    rb"""(?:<\?xml version="1\.0" encoding="(?i:utf-8)"(?: standalone="(?:yes|no)")?\?>)?\s*(?=<[A-Za-z_])"""
)
#: Documents of so many bytes at most have as many lines as libxml2 counts, and not too many nodes.
_COURT: Final = 65_535


def parse(data: bytes, *, limit: int, serre: bool = False) -> Any:
    """The root element (lxml) of the document `data`, whose size may be `limit` bytes at most. `serre` says
    that blanks between tags may be dropped, which they are where it is easily done.

    A byte-order mark and blanks before the root are accepted. Comments and processing instructions are
    dropped. Raises MessageTropGros above `limit` or `NOEUDS_MAX`, MessageMalforme for everything that is not
    well-formed, or has a DTD; `explication` names line, column, reason and remedy in French.
    """
    if len(data) > limit:
        raise MessageTropGros(
            "Le document XML est trop gros.",
            explication=f"Le document XML compte plus de {limit} octets. → réduisez-le, ou relevez --xml-max",
        )
    debut = _DEBUT_UTF_8.match(data) if len(data) <= _COURT and b"!" not in data else None
    # Blanks before a comment or a carriage return may belong to a text: libxml2 would drop them too.
    if debut is not None and serre and b"\r" not in data and data.find(b"?", debut.end()) < 0:
        return _analyser(data, _DU_FIL.serre)
    if data.count(b"<") + data.count(b"=") > NOEUDS_MAX:
        raise MessageTropGros(
            "Le document XML est trop gros.",
            explication=f"Le document XML compte plus de {NOEUDS_MAX} balises et attributs. → réduisez-le",
        )
    if _DOCTYPE in (data if b"\0" not in data[:8] else data.replace(b"\0", b"")):
        _refuser_dtd(data)
    racine = _analyser(data, _DU_FIL.parseur)
    if racine.getroottree().docinfo.doctype:
        raise _dtd()
    return racine


def _analyser(data: bytes, parseur: Any) -> Any:
    try:
        return etree.fromstring(data, parseur)
    except etree.XMLSyntaxError as erreur:
        raise _malforme(erreur, data) from None


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
        _analyser(data, _parseur_prudent(_Guetteur()))
    except _Dtd:
        raise _dtd() from None


def _parseur_prudent(target: Any = None, serre: bool = False) -> Any:
    return etree.XMLParser(
        target=target,
        remove_blank_text=serre,
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


class _ParseursDuFil(threading.local):
    """The parsers of a thread: making one costs a quarter of the reading of a document."""

    def __init__(self) -> None:
        self.parseur, self.serre = _parseur_prudent(), _parseur_prudent(serre=True)


_DU_FIL: Final = _ParseursDuFil()


def _dtd() -> MessageMalforme:
    return MessageMalforme(
        _ILLISIBLE,
        explication="Le document contient une déclaration de type <!DOCTYPE …>, refusée pour des raisons de "
        "sécurité. → retirez-la : le SNE n'en attend pas",
    )


def lire_lieu(explication: str) -> tuple[int, int, str] | None:
    """The place that an explanation names in a text that ceases to be XML: line, column, why; None of any
    other."""
    lu = _LIEU.match(explication)
    return (int(lu[1]), int(lu[2]), lu[3]) if lu else None


def _malforme(erreur: Any, data: bytes) -> MessageMalforme:
    # A server that starts has nothing to refuse yet.
    from sne_interface.contract.phrases_d_explication import mal_forme

    ligne, colonne = erreur.position
    code = etree.ErrorTypes._getName(erreur.code, "")
    reste = data.rstrip().decode("utf-8", "replace").split("\n")[ligne - 1 :]
    coupe = data.lstrip()[:1] == b"<" and len(reste) == 1 and len(reste[0]) <= colonne
    if coupe and reste[0][-1:] != ">" and code != "ERR_GT_REQUIRED":
        code = "ERR_TAG_NOT_FINISHED"  # whatever was begun where it ends
    if not data.strip():
        raison, remede = (
            "le document est vide",
            "vérifiez que la pièce jointe est bien celle qui est désignée",
        )
    else:
        # libxml2 ends its sentence by the place, which is told apart.
        raison, remede = mal_forme(code, (erreur.msg or "").partition(", line ")[0])
    return MessageMalforme(_ILLISIBLE, explication=f"Ligne {ligne}, colonne {colonne} : {raison}. → {remede}")
