"""Messages and documents as they may be shown: opened, masked by what their elements are, and written again.

A body is taken apart as its reader would take it: parts of MIME (within each other too), transfer
encodings, gzip, ZIP, XML, base64 in any layout inside a text. In XML, whatever an element or an attribute of
the name of a NIR holds is hidden (`cache_un_nir`); every other text, comment or instruction is looked through
for what reads like one (`domain.nir.chercher_nirs`). What has nothing to hide comes back to the byte.

What cannot be opened is looked through as a text, and is said to be so (`Masque.ouvert`), for those who may
not see it raw to be shown nothing of it.
"""

import binascii
import gzip
import io
import quopri
import re
import zipfile
import zlib
from base64 import a85decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from sne_interface.domain.nir import deplier
from sne_interface.domain.texte import cache_un_nir, masquer_nir, masquer_nirs, masquer_qp, nombre
from sne_interface.errors import ExchangeError
from sne_sandbox.mime.message_deballe import (
    TELS_QUELS,
    decoder_transfert,
    encoder_transfert,
    lire_content_type,
)
from sne_sandbox.mime.motifs import (
    ATTRIBUT,
    BASE64,
    BASE64_MIN,
    COMPACT,
    ELEMENT,
    LIAISON,
    URL,
    UTF16,
    VIDE,
)
from sne_sandbox.mime.octets_lus import MELANGE, decoder_compact, encodages, est_un_texte, lire_xml
from sne_sandbox.mime.unpack import Morceau, decouper, limite_du_corps, lire_entetes

#: Contents within contents, and bytes that all of them together may unfold to: a body of 18 MB opens to 55.
_PROFONDEUR_MAX: Final = 8
_DEPLIE_MAX: Final = 200_000_000
#: Bytes that one archive or gzip may unfold to.
_ARCHIVE_MAX: Final = 20_000_000
_PARTIES_MAX: Final = 10_000
_NIR_MIN: Final = 13

_ZIP: Final = b"PK\x03\x04"
_FIN_DE_ZIP: Final = b"PK\x05\x06"
_TAILLE_FIN: Final = 22
_GZIP: Final = b"\x1f\x8b\x08"
_ZLIB: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
#: What is compressed in a way that is not opened: bzip2, xz, zstd, 7z, rar, an archive without files.
_FERMES: Final = (b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"Rar!", b"PK")
_PDF: Final = b"%PDF-"
_BOM: Final = b"\xef\xbb\xbf"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_DECLARATION: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\?>\s*")
_BOUNDARY: Final = re.compile(rb"boundary\s*=\s*\"?([^\"\r\n;]{1,70})", re.IGNORECASE)
_LIGNE: Final = re.compile(rb"\r?\n")

#: Base64, whole: blanks anywhere, both alphabets. 13 characters of a NIR make 18.
_TOUT_BASE64: Final = re.compile(r"[A-Za-z0-9+/_\-\s]{18,}+={0,2}\s*")
_HEXA: Final = re.compile(r"(?:[0-9A-F]+|[0-9a-f]+)")
#: Quoted-printable, and what is more than an accent here and there.
_QP: Final = re.compile(r"=(?:[0-9A-F]{2}|\r?\n)")
_QP_MIN: Final = 8
#: Bytes that base64 stands for, below which it is nearly always a word; what begins otherwise.
_COURT: Final = 200
#: Characters of a base64 above which a look at its middle tells what it holds.
_LONG: Final = 100_000
_MARQUES: Final = (b"\xff\xfe", b"\xfe\xff", b"PK", b"\x1f\x8b", b"x", b"%PDF", b"<")
_BASE64_TU: Final = "[base64 : non montré, il porte un NIR]"
#: Characters of a text that is no document, and comments in it, above which it is not looked through.
_TEXTE_MAX: Final = 2_000_000
_PARENTHESES_MAX: Final = 5_000
_ENTITE: Final = re.compile(r"<!ENTITY", re.IGNORECASE)
#: What a document begins with, or what meant to be one.
_MARQUE: Final = re.compile(rb"[\xef\xbb\xbf\xff\xfe\0 \t\r\n]*<\0{0,3}[A-Za-z_!?]")
_BALISE: Final = re.compile(r"<!--.{0,2000}?-->|<\?.{0,2000}?\?>|<!\[CDATA\[|\]\]>", re.DOTALL)
#: Of a tree: comments and instructions, the elements that they cut, the texts that may hold a NIR.
_PARENTHESES: Final = etree.XPath("//comment() | //processing-instruction()")
_COUPES: Final = etree.XPath("//*[comment() or processing-instruction()]")
_TEXTES: Final = etree.XPath("//text()[string-length() > 12]")
_ATTRIBUTS: Final = etree.XPath("//@*")
#: A stream of a PDF (ISO 32000, 7.3.8).
_FLUX: Final = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
#: What says that its texts are not written in letters (7.3.4, 7.4, 7.6, 9.6.6, 9.10): by the numbers that a
#: font gives to its drawings, in hexadecimal, ciphered, or in a filter that is not undone.
_PDF_CODE: Final = re.compile(
    rb"/ToUnicode|/Identity-[HV]|/Differences|/Encrypt|/LZWDecode|/ASCIIHexDecode"
    rb"|<\s*(?i:FEFF)[0-9A-Fa-f\s]*>|<[0-9A-Fa-f\s]+>[^\[\]<>()]*\]?\s*T[jJ]"
)
#: What a picture begins with, whose bytes are no text: PNG, JPEG, GIF, TIFF, BMP.
_IMAGES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
#: Controls that no text has, in any encoding of one byte a character.
_BINAIRE: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Masque:
    """What may be shown. `ouvert` is False when something in it could not be opened as what it says it is:
    badly made XML, MIME or base64, an archive that is damaged or unfolds to too much."""

    octets: bytes
    ouvert: bool


def masquer_corps(octets: bytes, content_type: str = "") -> Masque:
    """A body, or a document, as it may be shown; `content_type` is its header, "" when it has none."""
    masqueur = _Masqueur()
    return Masque(masqueur.octets(octets, content_type), masqueur.ouvert)


def masquer_octets(octets: bytes, content_type: str = "") -> bytes:
    """As `masquer_corps`, for whoever may see what could not be opened, masked as a text."""
    return masquer_corps(octets, content_type).octets


def masquer_message(texte: str) -> str:
    """A text that may hold messages, whole, cut or badly made, as it may be shown: NIRs masked in elements
    and attributes of that name, in base64, behind references, and wherever one can be read. A ZIP is named,
    not shown."""
    return _Masqueur().texte(texte)


def masquer_arbre(racine: Any) -> bool:
    """Masks a tree (lxml) in place. Whether it had something to mask."""
    return _Masqueur().arbre(racine)


def remplacer_nirs(octets: bytes, cacher: Callable[[str], str]) -> bytes:
    """A body of any kind, each of its NIRs replaced by what `cacher` says."""
    return _Masqueur(cacher).octets(octets)


def _illisible(quoi: str, taille: int) -> bytes:
    return f"[{quoi} de {nombre(taille)} octets : non montré, ses NIR ne peuvent pas être cherchés]".encode()


class _Masqueur:
    """The masking of one body. `ouvert` as in `Masque`; `cacher` says what is shown of a NIR."""

    def __init__(self, cacher: Callable[[str], str] = masquer_nir) -> None:
        self._cacher = cacher
        self.ouvert = True
        self._reste = _DEPLIE_MAX
        self._profondeur = 0
        self._change = False

    # --- bytes

    def octets(self, donnees: bytes, content_type: str = "") -> bytes:
        """Bytes of any kind. Never raises."""
        self._reste -= len(donnees)
        if self._profondeur >= _PROFONDEUR_MAX or self._reste < 0:
            self.ouvert = False
            return _illisible("contenu", len(donnees))
        self._profondeur += 1
        try:
            return self._genre(donnees, content_type)
        finally:
            self._profondeur -= 1

    def _genre(self, donnees: bytes, content_type: str) -> bytes:
        if donnees.startswith(_ZIP):
            return self._archive(donnees)
        if donnees.startswith(_GZIP):
            return self._gzip(donnees)
        if donnees.startswith(_ZLIB) and (gonfle := self._zlib(donnees)):
            return gonfle
        if donnees.startswith(_FERMES) and not donnees[:200].isascii():
            self.ouvert = False
            return _illisible("contenu compressé", len(donnees))
        if _PDF in donnees[:1024]:
            return self._pdf(donnees)
        try:
            entete = lire_content_type(content_type)
        except ValueError:
            entete = lire_content_type("")
        boundary = self._limite(donnees, entete.get("boundary") or "", entete.media)
        if boundary:
            return self._multipart(donnees, boundary)
        if entete.media.startswith("message/"):
            return self._message(donnees)
        return self._document(donnees, entete.get("charset") or "")

    def _limite(self, donnees: bytes, dite: str, media: str) -> bytes:
        """The boundary of a body in parts, b"" of one that is not."""
        if dite and media.startswith("multipart/"):
            return dite.rstrip().encode("latin-1", "replace")
        lue = limite_du_corps(donnees[3:] if donnees.startswith(_BOM) else donnees[:100_000])
        if lue:
            return lue.rstrip().encode("latin-1")
        tete = donnees[:2048]
        if media.startswith("multipart/") or tete.lower().lstrip().startswith(
            (b"mime-version:", b"content-type:")
        ):
            trouve = _BOUNDARY.search(tete)
            return trouve[1].rstrip() if trouve else b""
        return b""

    def _multipart(self, corps: bytes, boundary: bytes) -> bytes:
        morceaux = self._morceaux(corps, boundary)
        if morceaux is None:
            # A part in binary may hold anything, and nothing says where it ends.
            return self._en_texte(corps) if est_un_texte(corps) else _illisible("message", len(corps))
        rendu, fait = [], 0
        for morceau in morceaux:
            if not morceau.contenu:
                continue
            saut = _LIGNE.match(corps, morceau.debut)
            # Read once already: it cannot fail.
            debut = saut.end() if saut else lire_entetes(corps, morceau.debut, len(corps), lieu="")[1]
            rendu += [self._autour(corps[fait : morceau.debut]), self._en_texte(corps[morceau.debut : debut])]
            rendu.append(self._partie(morceau))
            fait = debut + len(morceau.contenu)
        return b"".join((*rendu, self._autour(corps[fait:])))

    def _autour(self, octets: bytes) -> bytes:
        """What stands outside the parts, where nothing but a text may."""
        if est_un_texte(octets):
            return self._en_texte(octets)
        self.ouvert = False
        return _illisible("contenu hors des parties", len(octets))

    def _morceaux(self, corps: bytes, boundary: bytes) -> tuple[Morceau, ...] | None:
        """The parts of a body as it says, else as its own first line cuts it, or as if its end were there;
        None when it cannot be cut."""
        sien = limite_du_corps(corps[:100_000]).rstrip().encode("latin-1") or boundary
        for limite, ajout in ((boundary, b""), (sien, b""), (sien, b"\r\n--" + sien + b"--")):
            try:
                return decouper(corps + ajout, limite, parties_max=_PARTIES_MAX).morceaux
            except ExchangeError:
                self.ouvert = False
        return None

    def _message(self, donnees: bytes) -> bytes:
        """A whole message as content: its headers, then its body."""
        try:
            entetes, debut = lire_entetes(donnees, 0, len(donnees), lieu="")
        except ExchangeError:
            self.ouvert = False
            return self._en_texte(donnees)
        return self._en_texte(donnees[:debut]) + self._partie(Morceau(entetes, donnees[debut:], 0))

    def _partie(self, morceau: Morceau) -> bytes:
        """The content of a part, as it travels."""
        entetes = [(nom.lower(), valeur) for nom, valeur in morceau.entetes]
        genre = next((v for nom, v in entetes if nom == "content-type"), "")
        encodage = next((v for nom, v in entetes if nom == "content-transfer-encoding"), "binary")
        encodage = encodage.partition(";")[0].strip().lower() or "binary"
        try:
            lu = decoder_transfert(morceau.contenu, encodage)
        except ValueError:
            self.ouvert = False
            return self.octets(morceau.contenu, genre)
        masque = self.octets(lu, genre)
        if masque == lu:
            return morceau.contenu
        return masque if encodage in TELS_QUELS else encoder_transfert(masque, encodage)

    def _archive(self, octets: bytes) -> bytes:
        """A ZIP, made again with each of its files masked when one has something to mask."""
        rendue, change = io.BytesIO(), False
        try:
            with zipfile.ZipFile(io.BytesIO(octets)) as recue, zipfile.ZipFile(rendue, "w") as nouvelle:
                if sum(entree.file_size for entree in recue.infolist()) > _ARCHIVE_MAX:
                    raise ValueError
                for entree in recue.infolist():
                    lu = recue.read(entree)
                    masque, nom = self.octets(lu), masquer_nirs(entree.filename)
                    change = change or masque != lu or nom != entree.filename
                    nouvelle.writestr(nom, masque, zipfile.ZIP_DEFLATED)
                change = change or bool(recue.comment) or any(e.comment or e.extra for e in recue.infolist())
                # What it does not list, and what comes after it, are left out.
                change = change or len(recue.infolist()) != octets.count(_ZIP)
                change = change or octets.rfind(_FIN_DE_ZIP) + _TAILLE_FIN != len(octets)
        except Exception:  # noqa: BLE001 - a ZIP cut or broken fails in many ways (zlib.error is of no family)
            self.ouvert = False
            return _illisible("archive ZIP illisible", len(octets))
        return rendue.getvalue() if change else octets

    def _gzip(self, octets: bytes) -> bytes:
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(octets)) as flux:
                lu = flux.read(_ARCHIVE_MAX + 1)
            if len(lu) > _ARCHIVE_MAX:
                raise ValueError
        except (OSError, EOFError, zlib.error, ValueError):
            self.ouvert = False
            return _illisible("contenu compressé", len(octets))
        masque = self.octets(lu)
        return octets if masque == lu else gzip.compress(masque, mtime=0)

    def _zlib(self, octets: bytes) -> bytes:
        """As for gzip; b"" for what only begins so."""
        try:
            flux = zlib.decompressobj()
            lu = flux.decompress(octets, _ARCHIVE_MAX)
        except zlib.error:
            return b""
        if not flux.eof:
            self.ouvert = False
            return _illisible("contenu compressé", len(octets))
        masque, suite = self.octets(lu), self._autour(flux.unused_data)
        return (
            octets[: len(octets) - len(flux.unused_data)] if masque == lu else zlib.compress(masque)
        ) + suite

    def _pdf(self, octets: bytes) -> bytes:
        """A PDF as it is, when no NIR is read in it nor in its streams; it cannot be written again."""
        lus = [octets]
        for flux in _FLUX.finditer(octets):
            contenu = flux[1]
            if contenu.rstrip().endswith(b"~>"):
                try:
                    contenu = a85decode(contenu.strip(), adobe=True)
                except ValueError:
                    continue
            self._reste -= 10 * len(contenu)
            try:
                lus.append(zlib.decompressobj().decompress(contenu, max(self._reste, 1)))
            except zlib.error:
                continue  # pictures and fonts
        if any(self._a_un_nir(lu) for lu in lus):
            return _illisible("PDF", len(octets))
        if any(_PDF_CODE.search(lu) for lu in lus):
            self.ouvert = False
        return octets

    # --- documents

    def _document(self, donnees: bytes, charset: str) -> bytes:
        racine = lire_xml(donnees)
        if racine is not None:
            return self._ecrire(racine, donnees) if self.arbre(racine) else donnees
        if charset:
            try:
                texte = donnees.decode(charset)
                racine = lire_xml(_DECLARATION.sub(b"", texte.encode()))
            except (LookupError, UnicodeError, ValueError):
                racine = None
            if racine is not None:
                if not self.arbre(racine):
                    return donnees
                return str(etree.tostring(racine.getroottree(), encoding="unicode")).encode(
                    charset, "replace"
                )
        if _MARQUE.match(donnees):
            self.ouvert = False
        return self._en_texte(donnees, charset)

    def _ecrire(self, racine: Any, donnees: bytes) -> bytes:
        """A document again, with the declaration that it had."""
        arbre = racine.getroottree()
        encodage = "ASCII" if donnees.isascii() else arbre.docinfo.encoding or "UTF-8"
        if donnees.startswith(_UTF_16):
            ecrit: bytes = etree.tostring(arbre, encoding=encodage, xml_declaration=True)
            return ecrit
        declaration = _DECLARATION.match(donnees)
        tete = declaration[0] if declaration else _BOM if donnees.startswith(_BOM) else b""
        return tete + bytes(etree.tostring(arbre, encoding=encodage, xml_declaration=False))

    def arbre(self, racine: Any) -> bool:
        """Masks a tree (lxml) in place, what stands around its root too. Whether it had something to mask."""
        avant, self._change = self._change, False
        for autour in (*racine.itersiblings(preceding=True), *racine.itersiblings()):
            self._poser(autour, "text")
        # libxml2 finds at once the few that may hold one, of all that a document has.
        for noeud in _PARENTHESES(racine):
            self._poser(noeud, "text")
        for noeud in _COUPES(racine):
            self._recoller(noeud)
        for lu in _TEXTES(racine):
            self._poser(lu.getparent(), "text" if lu.is_text else "tail")
        noms = {noeud.tag for noeud in racine.iter(etree.Element)}
        if any(masquer_nirs(nom) != nom for nom in noms):  # what is called by one cannot be called otherwise
            self.ouvert = False
        secrets = [nom for nom in noms if cache_un_nir(nom.rpartition("}")[2])]
        for noeud in list(racine.iter(*secrets)) if secrets else ():
            self._cacher_dedans(noeud)
        for lu in _ATTRIBUTS(racine):
            parent = lu.getparent()
            if len(lu.attrname) >= _NIR_MIN and masquer_nirs(lu.attrname) != lu.attrname:
                self.ouvert = False
            # Of a NIR, any value that has a digit, but for those of the schema's own attributes.
            cache = cache_un_nir(lu.attrname.rpartition("}")[2]) or (
                parent.tag in secrets and lu.attrname[:1] != "{" and any(c.isdigit() for c in lu)
            )
            masque = self._cacher(str(lu)) if cache else self.texte(str(lu))
            if masque != lu:
                parent.set(lu.attrname, masque)
                self._change = True
        fait, self._change = self._change, avant
        return fait

    def _recoller(self, noeud: Any) -> None:
        """The texts of an element that comments or instructions cut: each read as one."""
        suites = [[(noeud, "text")]]
        for enfant in noeud:
            suites += [[(enfant, "tail")]] if isinstance(enfant.tag, str) else []
            suites[-1] += [] if isinstance(enfant.tag, str) else [(enfant, "tail")]
        for suite in suites:
            texte = "".join(getattr(n, ou) or "" for n, ou in suite)
            masque = self.texte(texte)
            if masque != texte:
                for rang, (n, ou) in enumerate(suite):
                    setattr(n, ou, None if rang else masque)
                self._change = True

    def _cacher_dedans(self, noeud: Any) -> None:
        """All that an element of the name of a NIR holds."""
        dedans = list(noeud.iterdescendants())
        if any(isinstance(n.tag, str) for n in dedans):  # not a NIR: what is called so
            for n in (noeud, *dedans):
                for ou in ("text", "tail")[: 1 if n is noeud else 2]:
                    if (getattr(n, ou) or "").strip():
                        setattr(n, ou, "*" * len(getattr(n, ou).strip()))
                        self._change = True
                for nom, valeur in n.attrib.items() if isinstance(n.tag, str) and n is not noeud else ():
                    if nom[:1] != "{" and any(c.isdigit() for c in valeur):
                        n.set(nom, "*" * len(valeur))
                        self._change = True
            return
        texte = "".join((noeud.text or "", *(n.tail or "" for n in dedans)))
        if texte.strip() and self._cacher(texte) != texte:
            del noeud[:]
            noeud.text = self._cacher(texte)
            self._change = True

    def _poser(self, noeud: Any, ou: str) -> None:
        texte = getattr(noeud, ou)
        if texte and len(texte) >= _NIR_MIN and (masque := self.texte(texte)) != texte:
            setattr(noeud, ou, masque)
            self._change = True

    # --- texts

    def texte(self, texte: str) -> str:
        """A text of any kind, that of an element or a whole message that could not be parsed."""
        if len(texte) >= BASE64_MIN and _TOUT_BASE64.fullmatch(texte):
            # A sentence reads so too, and « 2 85 06 62 999 001 76 ».
            masque = self._base64(texte, entier=True)
            return masque if masque != texte else masquer_nirs(texte, self._cacher)
        if texte.lstrip()[:1] == "<" and "</" in texte and self._profondeur < _PROFONDEUR_MAX:
            racine = lire_xml(texte.encode("utf-8", "surrogatepass"))
            if racine is not None:
                if not self.arbre(racine):
                    return texte
                return str(etree.tostring(racine.getroottree(), encoding="unicode"))
        if (
            len(texte) > _TEXTE_MAX
            or sum(map(texte.count, ("<!--", "<?", "<![CDATA["))) > _PARENTHESES_MAX
            or _ENTITE.search(texte)
        ):
            self.ouvert = False
            return _illisible("texte", len(texte)).decode()
        if "\0" in texte:
            texte = UTF16.sub(lambda trouve: self._utf16(trouve[0]), texte)
        texte = BASE64.sub(lambda trouve: self._base64(trouve[0]), texte)
        for motif in (ELEMENT, ATTRIBUT):
            texte = motif.sub(self._cacher_si, texte)
        texte = masquer_qp(masquer_nirs(texte, self._cacher), self._cacher)
        dedans, reste = deplier(texte), _PROFONDEUR_MAX
        while dedans is not None and reste:  # references to what is written by references
            if masquer_nirs(dedans.texte, self._cacher) != dedans.texte:
                return _illisible("texte", len(texte)).decode()
            dedans, reste = deplier(dedans.texte), reste - 1
        return texte if _QP.search(texte) is None else self._qp(texte)

    def _qp(self, texte: str) -> str:
        """A text with a part in quoted-printable, markup within: shown when nothing is found once decoded."""
        octets = quopri.decodestring(texte.encode("utf-8", "replace"))
        if (
            not est_un_texte(octets) and len(_QP.findall(texte)) >= _QP_MIN
        ):  # compressed, or in another encoding
            return _illisible("texte", len(texte)).decode()
        lu = octets.decode("utf-8", "replace")
        self._profondeur += 1
        try:
            cache = self._profondeur < _PROFONDEUR_MAX and self.texte(lu) == lu
        finally:
            self._profondeur -= 1
        return texte if cache else _illisible("texte", len(texte)).decode()

    def _base64(self, texte: str, *, entier: bool = False) -> str:
        """A run of base64, written again on one line when what it holds is masked. What stands before may
        move its four beats: each is tried; what is found so is not shown."""
        if len(texte) < BASE64_MIN:
            return texte
        morceaux = [] if entier else VIDE.split(texte)
        if len(morceaux) > 1:  # the last word of a header, and what follows it
            ouvert = self.ouvert
            texte = "".join(m if rang % 2 else self._base64(m) for rang, m in enumerate(morceaux))
            self.ouvert = ouvert
        compact = LIAISON.sub("", texte).rstrip("=").translate(URL)
        if not COMPACT.fullmatch(compact):
            return texte
        if len(compact) % 2 == 0 and len(compact) >= 2 * _NIR_MIN and _HEXA.fullmatch(compact):
            en_hexa = self._en_hexa(compact)
            if en_hexa:
                return en_hexa
        lu = decoder_compact(compact)
        if len(lu) < _COURT and not (est_un_texte(lu) or lu.startswith(_MARQUES) or b"\0" in lu):
            # A word, a number, nearly always.
            if not self._a_un_nir(lu):
                return texte if compact == texte or not self._decale(compact) else _BASE64_TU
        elif lu.startswith(_ZIP) and self._profondeur == 0:
            return f"[ZIP de {len(lu)} octets]"
        ouvert = self.ouvert
        masque = self.octets(lu)
        if not est_un_texte(lu):
            self.ouvert = ouvert
        if masque != lu:
            return binascii.b2a_base64(masque, newline=False).decode("ascii")
        if lu.lstrip()[:1] == b"<" or not self._decale(compact):
            return texte
        return _BASE64_TU

    def _en_hexa(self, compact: str) -> str:
        """The bytes that hexadecimal stands for (`xs:hexBinary`), masked; "" for what has nothing to hide."""
        ouvert, lu = self.ouvert, bytes.fromhex(compact)
        masque = self.octets(lu)
        self.ouvert = ouvert
        return "" if masque == lu else masque.hex()

    def _decale(self, compact: str) -> bool:
        """Whether base64 that begins within `compact` holds a NIR; or, of a long one, may."""
        if len(compact) <= _COURT:
            return any(self._a_un_nir(decoder_compact(compact[saut:])) for saut in (1, 2, 3))
        milieu = len(compact) // 8 * 4
        lus = [decoder_compact(compact[saut : _LONG + saut]) for saut in (1, 2, 3)]
        textes = [decoder_compact(compact[milieu + saut : milieu + _LONG + saut]) for saut in (1, 2, 3)]
        if self._cacher is not masquer_nir:  # what takes the place of a NIR must not hide what is around
            return any(map(self._a_un_nir, lus))
        return any(magie in lu[:_LONG] for lu in lus for magie in (_ZIP, _GZIP)) or any(
            lu.decode("utf-8", "replace").count("\ufffd") * 8 < len(lu) for lu in textes
        )

    def _cacher_si(self, trouve: re.Match[str]) -> str:
        """What a name of a NIR holds, as whoever reads it reads it, masked; what another does, as it is."""
        if not cache_un_nir(trouve["nom"]):
            return trouve[0]
        contenu = trouve["contenu"]
        deplie = deplier(contenu)
        return trouve["avant"] + self._cacher(_BALISE.sub("", contenu if deplie is None else deplie.texte))

    def _a_un_nir(self, lu: bytes) -> bool:
        """Whether bytes that are no document hold a NIR, in UTF-8 or UTF-16."""
        textes = [lu.decode("utf-8", "replace")]
        if lu.count(0) * 10 > len(lu):
            textes += [lu[debut:].decode("utf-16-le", "replace") for debut in (0, 1)]
            textes.append(textes[0].replace("\0", ""))
        return any(masquer_nirs(texte, self._cacher) != texte for texte in textes)

    def _utf16(self, texte: str) -> str:
        lettres = texte.replace("\0", "")
        masque = self.texte(lettres)
        if len(masque) != len(lettres):
            return masque
        return "".join(f"\0{c}" if texte[0] == "\0" else f"{c}\0" for c in masque)

    def _en_texte(self, donnees: bytes, charset: str = "") -> bytes:
        """Bytes that are no document, as a text in the encoding that they can be read in."""
        if len(donnees) > _TEXTE_MAX and not _MARQUE.match(donnees) and not est_un_texte(donnees):
            return _illisible("contenu", len(donnees)) if self._a_un_nir(donnees) else donnees
        for encodage in encodages(donnees, charset):
            # Digits of several bytes may stand among bytes that are no UTF-8.
            erreurs = "surrogateescape" if encodage == MELANGE else "strict"
            try:
                texte = donnees.decode(encodage, erreurs)
                if encodage == "latin-1":
                    self._juger(donnees)
                masque = self.texte(texte)
                if masque != texte:
                    donnees = masque.encode(encodage, "replace" if erreurs == "strict" else erreurs)
            except (LookupError, UnicodeError):
                continue
            if encodage != MELANGE:
                return donnees
        return _illisible("contenu", len(donnees))

    def _juger(self, donnees: bytes) -> None:
        """Whether bytes that are in no encoding of Unicode are a text, or what nobody opens: ciphered,
        compressed without saying so, in EBCDIC. Pictures are shown as they are."""
        if donnees.startswith(_IMAGES):
            return
        if _BINAIRE.search(donnees) or self._a_un_nir(donnees.decode("cp500").encode()):
            self.ouvert = False
