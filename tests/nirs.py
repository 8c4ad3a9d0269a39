"""Ways to write a NIR in what is sent, drawn by Hypothesis; and what somebody who decodes all he can reads of
what he is given.

`parties` are contents that can be opened, `corps_mal_faits` whole bodies that cannot, `phrases` free texts.
"""

import binascii
import gzip
import html
import io
import json
import quopri
import re
import unicodedata
import zipfile
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from hypothesis import strategies as st

from sne_interface.domain.nir import cle

#: Women and men, Corsica, overseas, an unknown month: without their keys.
CORPS: Final = (
    "2850662999017", "1551275111823", "102012A111295", "276092B033456", "1630897411387", "3790120999214",
)  # fmt: skip
#: What must never be read of each.
RESTES: Final = tuple(corps[3:] for corps in CORPS)
_ENTRE: Final = (
    " ", "  ", "\u00a0", "\u202f", "\u2009", "\u200b", "\u2060", "\ufeff", "\t", "\n", "\r\n", "\n      ",
    ".", ",", ", ", "-", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212", "/", " / ", "_", " - ", "\u00b7",
    ";",
)  # fmt: skip
_ZEROS: Final = ("0", "\uff10", "\u0660", "\u06f0", "\u0966", "\U0001d7ce")
_CANONIQUE: Final = (1, 2, 2, 2, 3, 3, 2)


@st.composite
def phrases(draw: st.DrawFn, blancs: tuple[str, ...] = _ENTRE, chiffres: tuple[str, ...] = _ZEROS) -> str:
    """A free text that holds a NIR, with its key or not, cut in any way, in digits of any script."""
    corps = draw(st.sampled_from(CORPS))
    nir = corps + cle(corps) if draw(st.booleans()) else corps
    coupe = draw(st.sampled_from(("entier", "canonique", "autre")))
    if coupe == "canonique":
        tailles: list[int] = list(_CANONIQUE)
    elif coupe == "autre":
        tailles = draw(st.lists(st.integers(1, 7), min_size=15, max_size=15))
    else:
        tailles = [15]
    groupes, reste = [], nir
    for taille in tailles:
        # The letter of Corsica stays beside its digit.
        if reste[taille : taille + 1] in ("A", "B"):
            taille += 1
        groupes.append(reste[:taille])
        reste = reste[taille:]
    un = draw(st.sampled_from(blancs))
    ecrit = groupes[0]
    for groupe in filter(None, groupes[1:]):
        ecrit += (un if draw(st.booleans()) else draw(st.sampled_from(blancs))) + groupe
    zero = draw(st.sampled_from(chiffres))
    ecrit = "".join(chr(ord(zero) + int(c)) if c.isascii() and c.isdigit() else c for c in ecrit)
    avant, apres = (
        draw(st.sampled_from(("", "NIR", "n° ", "voir (", "Mme Martin, "))),
        draw(st.sampled_from(("", ".", ") ok", " merci", "\n"))),
    )
    return avant + ecrit + apres


def _xml(texte: str) -> str:
    return texte.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


@st.composite
def _semes(draw: st.DrawFn, texte: str) -> str:
    """A text of XML, some of its characters by their numbers, cut by comments, instructions or CDATA."""
    facon = draw(st.sampled_from(("nu", "nu", "numéros", "cdata", "commentaire", "instruction")))
    if facon == "nu":
        return _xml(texte)
    if facon == "numéros":
        return "".join(
            draw(st.sampled_from((f"&#{ord(c)};", f"&#x{ord(c):x};", f"&#{ord(c):05};", _xml(c))))
            for c in texte
        )
    ou = draw(st.integers(0, len(texte)))
    un, deux = texte[:ou], texte[ou:]
    if facon == "cdata":
        return f"<![CDATA[{un}]]><![CDATA[{deux}]]>"
    milieu = "<!-- et -->" if facon == "commentaire" else "<?et puis?>"
    return _xml(un) + milieu + _xml(deux)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A document that holds a NIR: in its element, in another, in an attribute, beside elements, aside."""
    ou = draw(st.sampled_from(("nir", "nir", "autre", "attribut", "commentaire", "instruction", "entre")))
    texte = draw(phrases(("",)) if ou == "nir" and draw(st.booleans()) else phrases())
    if ou == "attribut":
        nom = draw(st.sampled_from(("nir", "code", "ns1:nir")))
        dedans = f'<b {nom}="{_xml(texte)}"/>'
    elif ou in ("commentaire", "instruction"):
        sur = texte.replace("--", "-").replace("?>", "")
        dedans = f"<!-- {sur} -->" if ou == "commentaire" else f"<?x {sur}?>"
    elif ou == "entre":
        dedans = f"<b>x</b>{draw(_semes(texte))}<b/>"
    else:
        nom = (
            draw(st.sampled_from(("nir", "ns1:nir", "numeroSecuriteSociale", "NIR")))
            if ou == "nir"
            else "ns1:mot"
        )
        dedans = f"<{nom}>{draw(_semes(texte))}</{nom}>"
    encodage = draw(st.sampled_from(("utf-8", "utf-8", "utf-16", "utf-8-sig", "iso-8859-1")))
    declaration = f'<?xml version="1.0" encoding="{encodage.removesuffix("-sig")}"?>\n'
    if encodage.startswith("utf-8") and draw(st.booleans()):
        declaration = ""
    ecrit = (
        f'{declaration}<ns1:a xmlns:ns1="http://nuu.application.i2/"><ns1:nom>Zoé</ns1:nom>{dedans}</ns1:a>'
    )
    if encodage == "iso-8859-1":
        try:
            return ecrit.encode(encodage)
        except UnicodeEncodeError:
            return ecrit.replace(encodage, "utf-8").encode()
    return ecrit.encode(encodage)


@st.composite
def _en_base64(draw: st.DrawFn, octets: bytes) -> str:
    """Base64 in some layout, as the text of an element."""
    facon = draw(st.sampled_from((b64encode, b64encode, urlsafe_b64encode)))
    ecrit = facon(octets).decode()
    if draw(st.booleans()):
        ecrit = ecrit.rstrip("=")
    largeur = draw(st.sampled_from((10_000, 76, 64, 60, 30, 19, 7, 4)))
    fin = draw(
        st.sampled_from(("\n", "\r\n", "\n    ", "\r\n\t", " ", "&#13;\n", "&#10;", "\n\n", "<!-- x -->"))
    )
    marge = draw(st.sampled_from(("", "\n  ")))
    return marge + fin.join(ecrit[i : i + largeur] for i in range(0, len(ecrit), largeur)) + marge


@st.composite
def contenus(draw: st.DrawFn) -> bytes:
    """A document, as it is, compressed, in base64 within another, in a text."""
    octets = draw(documents())
    for _ in range(draw(st.integers(0, 2))):
        octets = (
            draw(st.sampled_from((_gzip, _zlib, _zip)))(octets) if draw(st.integers(0, 3)) == 0 else octets
        )
        facon = draw(st.sampled_from(("non", "élément", "élément", "cdata", "échappé")))
        if facon == "élément":
            octets = f"<e><f>{draw(_en_base64(octets))}</f></e>".encode()
        elif facon == "cdata":
            octets = f"<e><f><![CDATA[{b64encode(octets).decode()}]]></f></e>".encode()
        elif facon == "échappé" and octets.startswith(b"<ns1"):
            octets = f"<e><f>{html.escape(octets.decode())}</f></e>".encode()
    return octets


def _gzip(octets: bytes) -> bytes:
    return gzip.compress(octets, mtime=0)


def _zlib(octets: bytes) -> bytes:
    return zlib.compress(octets)


def _zip(octets: bytes) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", octets)
    return tampon.getvalue()


@dataclass(frozen=True)
class Partie:
    """A part of MIME as it travels, its blank line within."""

    octets: bytes


@st.composite
def parties(draw: st.DrawFn) -> Partie:
    """A content as a part, in some transfer encoding, perhaps within another multipart or a whole message."""
    contenu = draw(contenus())
    encodage = draw(st.sampled_from(("binary", "8bit", "base64", "base64", "quoted-printable")))
    if encodage == "base64":
        largeur = draw(st.sampled_from((76, 60, 30, 1000)))
        ecrit = b64encode(contenu)
        contenu = b"\r\n".join(ecrit[i : i + largeur] for i in range(0, len(ecrit), largeur))
    elif encodage == "quoted-printable":
        if draw(st.booleans()):
            contenu = b"=\r\n".join(
                b"".join(b"=%02X" % o for o in contenu[i : i + 20]) for i in range(0, len(contenu), 20)
            )
        else:
            contenu = binascii.b2a_qp(contenu, istext=False).replace(b"=\n", b"=\r\n")
    genre = draw(st.sampled_from(("application/xml", "text/plain", "application/octet-stream", "text/xml")))
    tete = f"Content-Type: {genre}\r\nContent-Transfer-Encoding: {encodage}\r\n"
    if draw(st.integers(0, 4)) == 0:
        dit = draw(phrases((" ", "-", ".", ""), ("0",))).replace("\n", " ").replace("\r", " ")
        tete += f"X-Note: {dit.encode('ascii', 'replace').decode()}\r\n"
    octets = tete.encode() + b"\r\n" + contenu
    match draw(st.integers(0, 6)):
        case 0:
            octets = (
                b"Content-Type: multipart/mixed; boundary=dedans\r\n\r\n--dedans\r\n"
                + octets
                + b"\r\n--dedans--"
            )
        case 1:
            octets = b"Content-Type: message/rfc822\r\n\r\n" + octets
    return Partie(octets)


def message(lot: list[Partie]) -> bytes:
    """A body in parts, boundary `dehors`, its envelope first."""
    enveloppe = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>'
    debut = b"--dehors\r\nContent-Type: application/xop+xml\r\n\r\n" + enveloppe
    return debut + b"".join(b"\r\n--dehors\r\n" + p.octets for p in lot) + b"\r\n--dehors--\r\n"


#: Its header.
MULTIPART: Final = 'multipart/related; type="application/xop+xml"; boundary="dehors"'


@st.composite
def corps_mal_faits(draw: st.DrawFn) -> tuple[str, bytes]:
    """(Content-Type, body) of what cannot be read, and still holds a NIR."""
    if draw(st.booleans()):
        corps = message([draw(parties())])
        coupe = draw(st.sampled_from(("fin", "base64", "en-tête", "limite")))
        if coupe == "fin":
            corps = corps.removesuffix(b"\r\n--dehors--\r\n")
        elif coupe == "base64":
            corps = corps.replace(b"Transfer-Encoding: 8bit", b"Transfer-Encoding: base64")
        elif coupe == "en-tête":
            corps = corps.replace(b"Content-Transfer", b"Content Transfer;", 1)
        else:
            corps = corps.replace(b"--dehors", b"--dedans")
        return MULTIPART, corps
    octets = draw(contenus().filter(lambda c: c[:1] in (b"<", b"\xef", b"\xff")))
    casse = draw(st.sampled_from(("fin", "balise", "entité", "doctype", "accent", "double")))
    codec = "utf-16" if octets.startswith(b"\xff\xfe") else "latin-1"
    texte = octets.decode(codec)
    if casse == "fin":
        texte = texte[: texte.rindex("</")]
    elif casse == "balise":
        texte = texte.replace("</", "<b></", 1)
    elif casse == "entité":
        texte = texte.replace("</", "&inconnue;</", 1)
    elif casse == "doctype":
        texte = '<!DOCTYPE a [<!ENTITY x "y">]>' + re.sub(r"<\?xml.*?\?>", "", texte)
    elif casse == "accent":
        texte = texte.replace("</", "\x01</", 1)
    else:
        texte += texte
    return draw(st.sampled_from(("text/xml; charset=utf-8", "application/soap+xml", ""))), texte.encode(codec)


# --- what is read -------------------------------------------------------------------------------------------

_SUITES: Final = re.compile(
    r"[A-Za-z0-9+/_-]{4,}(?:(?:\s|&#\w+;|\\[rnt]|=\r?\n|<!--.{0,9}?-->|\]\]>|<!\[CDATA\[)+[A-Za-z0-9+/_-]+)*",
    re.DOTALL,
)
_BALISES: Final = re.compile(r"<!--|-->|<\?\w*|\?>|<!\[CDATA\[|\]\]>| et | ?puis|</?[^<>]{0,200}>")


@lru_cache(1 << 15)
def fuites(octets: bytes, *, restes: tuple[str, ...] = RESTES, profondeur: int = 0) -> list[str]:
    """The NIRs (what is hidden of them) that can be read in what was given, however: [] for none."""
    nus = {_nu(texte) for texte in _textes(octets)}
    trouves = [reste for reste in restes if any(reste in nu for nu in nus)]
    for dedans in dict.fromkeys(_dedans(octets)) if profondeur < 6 else ():
        trouves += fuites(dedans, restes=restes, profondeur=profondeur + 1)
    return sorted(set(trouves))


class _Nus(dict[int, str]):
    """Of each character met: the digit that it is in its script, itself, or nothing."""

    def __missing__(self, point: int) -> str:
        signe = chr(point)
        nu = str(unicodedata.digit(signe, signe))
        self[point] = nu = "" if re.fullmatch(r"[\W_]", nu) else nu
        return nu


_NUS: Final = _Nus()


def _nu(texte: str) -> str:
    """Digits of every script, and letters, those of Corsica among them; nothing else."""
    return texte.translate(_NUS)


def _textes(octets: bytes) -> Iterator[str]:
    if b"\0" in octets or b"\xff" in octets:
        for encodage in ("utf-16-le", "utf-16-be"):
            for debut in (0, 1):
                texte = html.unescape(octets[debut:].decode(encodage, "replace"))
                yield texte
                yield _BALISES.sub("", texte)
    for lu in dict.fromkeys((octets, octets.replace(b"\0", b""))):
        for encodage in ("utf-8", "latin-1"):
            texte = lu.decode(encodage, "replace")
            yield texte
            yield _BALISES.sub("", texte)
            yield _BALISES.sub("", html.unescape(html.unescape(texte)))
            yield _BALISES.sub("", quopri.decodestring(lu).decode(encodage, "replace"))
            if b"%" in lu:
                yield unquote_to_bytes(lu).decode(encodage, "replace")
            if b"\\" in lu:
                yield re.sub(
                    r"\\u([0-9a-f]{4})|\\[rnt]", lambda t: chr(int(t[1], 16)) if t[1] else " ", texte
                )


def _dedans(octets: bytes) -> Iterator[bytes]:
    """What is compressed or in base64 in it."""
    if octets[:1] in (b"{", b"["):
        with suppress(ValueError):
            yield from _valeurs(json.loads(octets))
    decode = quopri.decodestring(octets)
    if decode != octets and re.search(rb"=[0-9A-F]{2}", octets):
        yield decode
    for magie, mots in ((b"\x1f\x8b\x08", 31), (b"\x78\x9c", 15)):
        debut = octets.find(magie)
        while debut >= 0:
            with suppress(zlib.error):
                yield zlib.decompressobj(mots).decompress(octets[debut:], 5_000_000)
            debut = octets.find(magie, debut + 1)
    if b"PK\x03\x04" in octets:
        try:
            with zipfile.ZipFile(io.BytesIO(octets[octets.index(b"PK\x03\x04") :])) as archive:
                for nom in archive.namelist():
                    yield nom.encode()
                    yield archive.read(nom)
        except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError):
            pass
    texte = html.unescape(octets.replace(b"\0", b"").decode("latin-1"))
    for trouve in _SUITES.finditer(texte):
        compact = re.sub(
            r"&#\w+;|\\[rnt]|<!--.*?-->|<!\[CDATA\[|[^A-Za-z0-9+/_-]", "", trouve[0], flags=re.DOTALL
        )
        if len(compact) < 18:
            continue
        compact = compact.replace("-", "+").replace("_", "/")
        for saut in range(4):
            suite = compact[saut:]
            suite = suite[: len(suite) - (len(suite) % 4 == 1)]
            yield binascii.a2b_base64(suite + "=" * (-len(suite) % 4))


def _valeurs(valeur: Any) -> Iterator[bytes]:
    if isinstance(valeur, str):
        yield valeur.encode("utf-8", "replace")
    elif isinstance(valeur, dict):
        for cle_, v in valeur.items():
            yield cle_.encode()
            yield from _valeurs(v)
    elif isinstance(valeur, list):
        for v in valeur:
            yield from _valeurs(v)
