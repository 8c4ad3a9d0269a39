"""A message taken out of its packaging: its Content-Type as it is really written, the transfer encodings of
its parts both ways (RFC 2045, 6), its parts."""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

from sne_sandbox.mime.tolerances import Tolerance

# An unquoted value runs to the next semicolon: boundaries with « = » and « / » come unquoted, which the
# readers of email and of Werkzeug cut short.
_PARAMETRE: Final = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))')
_ECHAPPE: Final = re.compile(r"\\(.)")

#: A longer header is not read. The widest seen in the field has 260 characters.
LONGUEUR_MAX: Final = 2048


@dataclass(frozen=True, slots=True)
class ContentType:
    """`media` is `type/subtype` in lower case, "" when absent; `parametres` by lower-case name, unescaped;
    `nus` the names of those written without quotes."""

    media: str
    parametres: Mapping[str, str]
    nus: frozenset[str]

    def get(self, nom: str) -> str | None:
        """A parameter, None when absent or empty."""
        return self.parametres.get(nom) or None


@lru_cache(maxsize=256)
def lire_content_type(valeur: str) -> ContentType:
    """Read a Content-Type of at most LONGUEUR_MAX characters. The first of two equal names wins.

    Raises ValueError when it is longer.
    """
    if len(valeur) > LONGUEUR_MAX:
        raise ValueError(f"Content-Type de {len(valeur)} caractères")
    media, separateur, reste = valeur.partition(";")
    parametres: dict[str, str] = {}
    nus = set()
    for nom, cite, nu in _PARAMETRE.findall(separateur + reste):
        cle = nom.lower()
        if cle in parametres:
            continue
        parametres[cle] = _ECHAPPE.sub(r"\1", cite) if cite else nu.strip()
        if nu:
            nus.add(cle)
    return ContentType(media.strip().lower(), MappingProxyType(parametres), frozenset(nus))


#: Encodings that leave the bytes as they are.
TELS_QUELS: Final = frozenset({"binary", "8bit", "7bit"})

_BLANCS: Final = b" \t\r\n"
_EGAL_PERDU: Final = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*(?:\r?\n|\Z))")


def decoder_transfert(contenu: bytes, encodage: str) -> bytes:
    """Decode `contenu`; `encodage` in lower case. Empty content is legal whatever the encoding.

    Raises ValueError, in French, for bytes that the encoding does not produce or an unknown encoding.
    """
    if encodage in TELS_QUELS:
        return contenu
    if encodage == "base64":
        try:
            return binascii.a2b_base64(contenu.translate(None, _BLANCS), strict_mode=True)
        except binascii.Error:
            raise ValueError("le contenu n'est pas du base64") from None
    if encodage == "quoted-printable":
        perdu = _EGAL_PERDU.search(contenu)
        if perdu is not None:
            raise ValueError(
                f"le contenu n'est pas du quoted-printable (« = » isolé à l'octet {perdu.start()})"
            )
        return binascii.a2b_qp(contenu)
    raise ValueError(f"l'encodage [{encodage[:40]}] est inconnu")


def encoder_transfert(contenu: bytes, encodage: str) -> bytes:
    """Encode `contenu`, lines at most 76 wide and CRLF between them; `encodage` in lower case.

    Raises ValueError for an unknown encoding.
    """
    if encodage in TELS_QUELS:
        return contenu
    if encodage == "base64":
        # 57 bytes make a line of 76 characters.
        lignes = (contenu[i : i + 57] for i in range(0, len(contenu), 57))
        return b"\r\n".join(binascii.b2a_base64(ligne, newline=False) for ligne in lignes)
    if encodage == "quoted-printable":
        # istext=False: the line ends of the content are content, so they are escaped.
        return binascii.b2a_qp(contenu, istext=False).replace(b"=\n", b"=\r\n")
    raise ValueError(f"l'encodage [{encodage}] est inconnu")


class Packaging(StrEnum):
    """How a message travels; an answer takes that of its question (convention)."""

    MTOM = "mtom"
    SIMPLE = "simple"


@dataclass(frozen=True, slots=True)
class Part:
    """A part beside the root. `content_id` is without `<>`, None when the part has none; `encodage` is the
    transfer encoding in lower case, `contenu` the decoded bytes; `en_tetes` are (name, value) as received,
    in order, and are not written back."""

    content_id: str | None
    content_type: str
    encodage: str
    contenu: bytes
    en_tetes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """`racine` is the envelope, undecoded unless its header alone tells its charset (then in UTF-8);
    `type_racine` its Content-Type, parameters included; `action` the first of the outer action, the root
    part's, the one inside start-info; `parties` the others, in order; `tolerances` in the order of their
    codes, each once."""

    packaging: Packaging
    racine: bytes
    type_racine: str
    action: str | None
    parties: tuple[Part, ...]
    tolerances: tuple[Tolerance, ...]

    def partie(self, cid_href: str) -> Part | None:
        """The part that `cid:…` names (RFC 2392: the href is percent-encoded, the Content-ID is not).

        None when the link is no `cid:` or names no part.
        """
        if cid_href[:4].lower() != "cid:":
            return None
        voulu = cid_href[4:]
        # As written first: some stacks write the same percent sequences in the Content-ID itself.
        for identifiant in dict.fromkeys((voulu, unquote(voulu))):
            for partie in self.parties:
                if partie.content_id == identifiant:
                    return partie
        return None
