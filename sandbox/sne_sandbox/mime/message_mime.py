"""A message out of its packaging, and into it: its Content-Type as it is really written, its parts, their
transfer encodings both ways (RFC 2045, 6), and the MTOM packaging that we write."""

import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import md5
from typing import Final
from urllib.parse import unquote

from sne_sandbox.mime.tolerances import Tolerance

# An unquoted value runs to the next semicolon: boundaries with « = » and « / » come unquoted, which the
# readers of email and of Werkzeug cut short.
_PARAMETRE: Final = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))')
_ECHAPPE: Final = re.compile(r"\\(.)")

#: A longer header is not read. The widest seen in the field has 260 characters.
LONGUEUR_MAX: Final = 2048


@dataclass(frozen=True, slots=True, eq=False)
class ContentType:
    """A Content-Type, compared by identity. `media` is `type/subtype` in lower case, "" when absent;
    `parametres` by lower-case name, unescaped; `nus` the names of those written without quotes."""

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
    return ContentType(media.strip().lower(), parametres, frozenset(nus))


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
        par_identifiant = {partie.content_id: partie for partie in self.parties}
        return par_identifiant.get(voulu) or par_identifiant.get(unquote(voulu))


# --- a message put into MTOM packaging, in the one form every stack in the field reads ------------------

CRLF: Final = b"\r\n"
RACINE: Final = "root.message@sne-sandbox"
#: What would end the quotes or the angle brackets that a value stands between.
_RESERVES: Final = frozenset('"\\<>')


def boundary(graine: str | int) -> str:
    """A boundary, the same for the same seed. 20 characters, none that needs escaping."""
    return f"sne-{md5(str(graine).encode(), usedforsecurity=False).hexdigest()[:16]}"


def pack(
    racine: bytes,
    parties: Sequence[Part],
    *,
    boundary: str,
    root_id: str = RACINE,
    action: str | None = None,
) -> tuple[str, bytes]:
    """The Content-Type header and the body of a multipart/related message.

    Parts travel as binary whatever their `encodage`, and need a `content_id`. `boundary` is lengthened when
    a part contains it. Raises ValueError for a value that would break a header.
    """
    limite = libre(boundary, (racine, *(p.contenu for p in parties)))
    suffixe = f'; action="{_sain(action)}"' if action else ""
    morceaux = [
        _entetes(
            f'application/xop+xml; charset=UTF-8; type="application/soap+xml"{suffixe}', "binary", root_id
        ),
        racine,
    ]
    separateur = f"\r\n--{limite}\r\n".encode("ascii")
    for partie in parties:
        if partie.content_id is None:
            raise ValueError("une partie sans Content-ID ne peut pas être désignée")
        morceaux += [separateur, _entetes(partie.content_type, "binary", partie.content_id), partie.contenu]
    corps = b"".join((separateur[2:], *morceaux, f"\r\n--{limite}--\r\n".encode("ascii")))
    entete = (
        f'multipart/related; type="application/xop+xml"; start="<{_sain(root_id)}>"; '
        f'start-info="application/soap+xml"; boundary="{limite}"{suffixe}'
    )
    return entete, corps


def libre(boundary: str, contenus: Sequence[bytes]) -> str:
    """`boundary`, lengthened until no content holds it. Raises ValueError when it is no boundary."""
    if not boundary or not boundary.isascii() or len(_sain(boundary)) > 60 or boundary.endswith(" "):
        raise ValueError(f"[{boundary}] n'est pas un boundary de 1 à 60 caractères ASCII")
    rang, candidat = 0, boundary
    octets = candidat.encode("ascii")
    while [contenu for contenu in contenus if octets in contenu]:
        rang += 1
        candidat = f"{boundary}{rang:x}"
        octets = candidat.encode("ascii")
    return candidat


@lru_cache(maxsize=128)
def _entetes(content_type: str, encodage: str, content_id: str) -> bytes:
    if not content_type.isprintable():
        raise ValueError(f"le type [{content_type!r}] ne tient pas dans un en-tête")
    return (
        f"Content-Type: {content_type}\r\n"
        f"Content-Transfer-Encoding: {encodage}\r\n"
        f"Content-ID: <{_sain(content_id)}>\r\n\r\n"
    ).encode()


def _sain(valeur: str) -> str:
    """`valeur`, when it can stand between quotes or angle brackets."""
    if not valeur or not valeur.isprintable() or not _RESERVES.isdisjoint(valeur):
        raise ValueError(f"[{valeur!r}] ne tient pas dans un en-tête MIME")
    return valeur
