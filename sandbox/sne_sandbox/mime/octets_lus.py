"""Bytes of any kind, read as a text, as base64 or as a document, by who masks what they hold."""

import binascii
from typing import Any, Final

from lxml import etree

#: Tags and attributes of a document that is parsed; the services refuse one of 100,000.
_NOEUDS_MAX: Final = 250_000
#: Above, libxml2 wants to be told that a text may be so long.
_TEXTE_LONG: Final = 9_000_000
#: UTF-8 with other bytes among it, which are kept.
MELANGE: Final = "utf_8"


def encodages(donnees: bytes, charset: str) -> tuple[str, ...]:
    """The encodings to read bytes in, the likeliest first; the last one reads any."""
    if donnees.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-32" if donnees[2:4] == b"\0\0" else "utf-16", "latin-1")
    nuls = donnees[:64].count(0) * 3
    if nuls >= 2 * len(donnees[:64]) > 0:
        return ("utf-32-be" if donnees[:1] == b"\0" else "utf-32-le", "latin-1")
    if nuls > len(donnees[:64]):
        return ("utf-16-be" if donnees[:1] == b"\0" else "utf-16-le", "latin-1")
    return (*((charset,) if charset else ()), "utf-8", MELANGE, "latin-1")


def lire_xml(donnees: bytes) -> Any:
    """Root (lxml) of a document with its comments; None for what is no XML, or has a DTD."""
    tete = donnees[:200].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if tete[:1] != b"<" or donnees.count(b"<") + donnees.count(b"=") > _NOEUDS_MAX:
        return None
    parseur = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=len(donnees) > _TEXTE_LONG,
    )  # fmt: skip
    try:
        racine = etree.fromstring(donnees.lstrip() if tete[:1] == donnees.lstrip()[:1] else donnees, parseur)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return None if racine.getroottree().docinfo.doctype else racine


def decoder_compact(compact: str) -> bytes:
    """What base64 without blanks nor padding stands for, but for a last character that stands for nothing."""
    compact = compact[: len(compact) - (len(compact) % 4 == 1)]
    return binascii.a2b_base64(compact + "=" * (-len(compact) % 4))


def est_un_texte(octets: bytes) -> bool:
    """Whether bytes are UTF-8, without a zero."""
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in octets
