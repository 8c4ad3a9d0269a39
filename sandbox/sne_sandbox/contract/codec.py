"""XML in and out: what comes from outside is parsed safely, read into `domain.element.Element`, and written
back in the form of the SNE.

The real server's documents carry the prefix `ns1`, declared on the root beside an attribute (attested): a
client in the field cuts the answer out by looking for the three characters before `:interfaceNuu`.
"""

from functools import lru_cache
from typing import Any, Final

from lxml import etree

from sne_sandbox.domain.demande import Demande
from sne_sandbox.domain.element import Element
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
    parseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return decoder(etree.fromstring(document, parseur))


def lire_demande(document: bytes) -> Demande:
    """The view of a document that the base stored: it is trusted."""
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


# --- from outside: no DTD, no network, bounded in size, depth and number of nodes ------------------------

#: Tags and attributes of one document. Five megabytes of `<a/>` would take 160 MB once parsed, three of
#: `<a b0="" b1="" …/>` 100 MB; a real document has some four hundred elements.
NOEUDS_MAX: Final = 100_000
_DOCTYPE: Final = b"<!DOCTYPE"

_ILLISIBLE: Final = "Le document XML n'est pas lisible."
_RAISONS: Final[dict[str, tuple[str, str]]] = {
    "ERR_DOCUMENT_EMPTY": ("le document ne commence pas par une balise", "envoyez un document XML"),
    "ERR_TAG_NOT_FINISHED": (
        "le document s'arrête avant la fermeture de toutes ses balises",
        "vérifiez que le document n'a pas été coupé en route et que chaque balise est fermée",
    ),
    "ERR_TAG_NAME_MISMATCH": (
        "une balise est fermée sous un autre nom que celui sous lequel elle a été ouverte",
        "fermez les balises dans l'ordre inverse de leur ouverture",
    ),
    "ERR_RESERVED_XML_NAME": (
        "la déclaration <?xml …?> n'est pas au tout début du document",
        "retirez les blancs et les lignes qui la précèdent",
    ),
    "ERR_INVALID_ENCODING": (
        "des octets ne se lisent pas dans l'encodage du document",
        'écrivez le document en UTF-8, ou déclarez l\'encodage employé : <?xml version="1.0" '
        'encoding="ISO-8859-1"?>',
    ),
    "ERR_UNSUPPORTED_ENCODING": ("l'encodage déclaré n'est pas connu", "écrivez le document en UTF-8"),
    "ERR_UNKNOWN_ENCODING": ("l'encodage déclaré n'est pas connu", "écrivez le document en UTF-8"),
    "ERR_UNDECLARED_ENTITY": (
        "une entité n'est pas définie (XML ne connaît que amp, lt, gt, apos et quot)",
        "écrivez le caractère lui-même, ou sa référence numérique : &#160; au lieu de &nbsp;",
    ),
    "ERR_DOCUMENT_END": (
        "il reste du contenu après la fermeture de l'élément racine",
        "envoyez un seul document, avec un seul élément racine",
    ),
    "ERR_ATTRIBUTE_NOT_STARTED": (
        "la valeur d'un attribut n'est pas entre guillemets",
        'écrivez nom="valeur"',
    ),
    "ERR_ATTRIBUTE_REDEFINED": ("un attribut est écrit deux fois", "gardez-en un seul"),
    "ERR_LT_IN_ATTRIBUTE": ("le caractère < figure dans un attribut", "écrivez &lt;"),
    "ERR_INVALID_CHAR": (
        "un caractère de contrôle est interdit en XML",
        "retirez ce caractère (souvent issu d'un copier-coller)",
    ),
    "NS_ERR_UNDEFINED_NAMESPACE": (
        "un préfixe d'espace de noms n'est pas déclaré",
        'déclarez-le sur la racine : xmlns:préfixe="http://nuu.application.i2/"',
    ),
    "ERR_NAME_REQUIRED": ("le caractère & ou < est écrit tel quel dans un texte", "écrivez &amp; ou &lt;"),
    "ERR_SEMICOLON_REQUIRED": ("le caractère & est écrit tel quel dans un texte", "écrivez &amp;"),
    "ERR_ENTITYREF_SEMICOL_MISSING": (
        "le caractère & est écrit tel quel dans un texte, ou il manque un point-virgule",
        "écrivez &amp; (avec son point-virgule)",
    ),
    "ERR_GT_REQUIRED": (
        "une balise n'est pas terminée : il lui manque >",
        "vérifiez que le document n'a pas été coupé en route",
    ),
    "ERR_ATTRIBUTE_NOT_FINISHED": (
        "la valeur d'un attribut n'est pas terminée : il lui manque un guillemet",
        "fermez-la du guillemet qui l'ouvre",
    ),
    "ERR_ATTRIBUTE_WITHOUT_VALUE": ("un attribut n'a pas de valeur", 'écrivez nom="valeur"'),
    "ERR_CDATA_NOT_FINISHED": ("une section CDATA n'est pas terminée", "fermez-la par ]]>"),
    "ERR_COMMENT_NOT_FINISHED": ("un commentaire n'est pas terminé", "fermez-le par -->"),
    "ERR_HYPHEN_IN_COMMENT": ("deux tirets se suivent dans un commentaire", "n'en laissez qu'un"),
    "ERR_MISPLACED_CDATA_END": ("la suite ]]> est écrite telle quelle dans un texte", "écrivez ]]&gt;"),
    "ERR_UNKNOWN_VERSION": (
        "la version de XML déclarée n'est pas connue",
        'déclarez la 1.0 : <?xml version="1.0" encoding="UTF-8"?>',
    ),
    "ERR_SPACE_REQUIRED": (
        "la déclaration XML, ou une liste d'attributs, est mal écrite",
        "séparez les attributs par un blanc ; déclarez l'encodage réellement employé",
    ),
    "ERR_RESOURCE_LIMIT": (
        "le document est trop profond (256 niveaux au plus) ou l'un de ses textes trop long",
        "vérifiez qu'un élément n'est pas imbriqué en lui-même",
    ),
}


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
    parseur = _parseur_prudent()
    try:
        racine = etree.fromstring(data, parseur)
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


def _dtd() -> MessageMalforme:
    return MessageMalforme(
        _ILLISIBLE,
        explication="Le document contient une déclaration de type <!DOCTYPE …>, refusée pour des raisons de "
        "sécurité. → retirez-la : le SNE n'en attend pas",
    )


def _malforme(erreur: Any, data: bytes) -> MessageMalforme:
    ligne, colonne = erreur.position
    code = etree.ErrorTypes._getName(erreur.code, "")
    if not data.strip():
        raison, remede = (
            "le document est vide",
            "vérifiez que la pièce jointe est bien celle qui est désignée",
        )
    elif code in _RAISONS:
        raison, remede = _RAISONS[code]
    else:
        # The parser's own words, in English: what is left here hardly happens.
        mots = " ".join((erreur.msg.rpartition(", line ")[0] or erreur.msg).split())
        raison, remede = f"le XML est mal formé ({mots})", "corrigez le document"
    return MessageMalforme(_ILLISIBLE, explication=f"Ligne {ligne}, colonne {colonne} : {raison}. → {remede}")
