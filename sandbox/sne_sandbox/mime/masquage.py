"""Messages and documents as they may be shown: XML, texts and headers, their NIRs masked, and nothing else.

In XML, the content of an element or an attribute that bears the name of a NIR is hidden (`cache_un_nir`);
every other text, comment or instruction is searched for text that reads like a NIR (`masquer_nirs`). A part
is decoded, masked and encoded again. A sentence replaces all that is neither XML nor a text (compressed, an
archive, a PDF, a picture), and base64 that holds a NIR or compressed bytes. Content with nothing to hide
comes back unchanged to the byte.

Malformed XML or MIME is masked as a text. A text can hide more than a document, so `Masque.ouvert` tells it:
a reader who may not see it raw is shown nothing of it.
"""

import binascii
import quopri
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, AnyStr, Final, NamedTuple

from lxml import etree

from sne_interface.domain.nir import cache_un_nir, deplier, masquer_nir, masquer_nirs
from sne_interface.domain.texte import nombre
from sne_interface.errors import ExchangeError
from sne_sandbox.mime.message_deballe import Morceau, decouper, limite_du_corps
from sne_sandbox.mime.message_mime import decoder_transfert, encoder_transfert, lire_content_type

#: Contents within contents.
_PROFONDEUR_MAX: Final = 8
_DEJA_LUS_MAX: Final = 50_000
_COURT: Final = 100
#: Bytes that the base64 of one body may unfold to.
_DEPLIE_MAX: Final = 200_000_000
_PARTIES_MAX: Final = 10_000
_NIR_MIN: Final = 13
#: Tags and attributes of a document that is parsed; the services refuse one of 100,000.
_NOEUDS_MAX: Final = 250_000
#: Above, libxml2 wants to be told that a text may be so long.
_TEXTE_LONG: Final = 9_000_000
#: Characters of a text that is no document, and comments in it, above which it is not looked through.
_TEXTE_MAX: Final = 2_000_000
_PARENTHESES_MAX: Final = 5_000
_ENTITE: Final = re.compile(r"<!ENTITY", re.IGNORECASE)
_BOM: Final = b"\xef\xbb\xbf"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_DECLARATION: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\?>\s*")
#: What a document begins with, or what meant to be one.
_MARQUE: Final = re.compile(rb"[\xef\xbb\xbf\s]*<[A-Za-z_!?]")
#: Controls that no text has.
_BINAIRE: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
#: How what is compressed begins: ZIP, gzip, bzip2, xz, 7z, rar, zstd; zlib, in two bytes only.
_COMPRIME: Final = re.compile(
    rb"PK\x03\x04|\x1f\x8b\x08|BZh[1-9]1AY|\xfd7zXZ\0|7z\xbc\xaf|Rar!\x1a|\x28\xb5\x2f\xfd"
    rb"|x(?P<zlib>[\x01\x5e\x9c\xda])"
)
_ZLIB_LU: Final = 4_096
#: Of bytes read as a text, what may be one.
_LISIBLE: Final = re.compile(r"[^\x00-\x08\x0e-\x1f\ufffd]{13,}")
_PDF: Final = b"%PDF-"
#: How a text is read: as its header says, when it is one of these, else as it should be, with other bytes
#: among it, then with the digits of Latin-1 (« ² »).
_CHARSETS: Final = ("iso-8859-1", "iso-8859-15", "windows-1252", "cp1252")
_ENCODAGES: Final = (("utf-8", "strict"), ("utf-8", "surrogateescape"), ("latin-1", "strict"))
#: Of a tree: comments and instructions, the elements that they cut, the texts that may hold a NIR.
_PARENTHESES: Final = etree.XPath("//comment() | //processing-instruction()")
_COUPES: Final = etree.XPath("//*[comment() or processing-instruction()]")
_TEXTES: Final = etree.XPath("//text()[string-length() > 12]")
_ATTRIBUTS: Final = etree.XPath("//@*")

#: Base64 in a text: between its lines blanks, or what a program writes in their place.
_LIAISON: Final = (
    r"(?:\s++|&#(?:x[0-9A-Fa-f]+|\d+);|=\r?\n|\\[rnt]|%0[9AaDd]"
    r"|<!--.{0,2000}?-->|<!\[CDATA\[|\]\]>|<\?.{0,2000}?\?>)++"
)
LIAISON: Final = re.compile(_LIAISON, re.DOTALL)
#: 13 characters of a NIR make 18 of base64, 26 of hexadecimal.
_BASE64_MIN: Final = 18
#: A short word that nothing binds to another is passed over: bytes that are no text are full of them.
_CODE: Final = "[A-Za-z0-9+/_-]"
_BASE64: Final = re.compile(
    rf"(?<!{_CODE}){_CODE}(?:{_CODE}{{15,}}+(?:{_LIAISON}{_CODE}++)*+|{_CODE}*+(?:{_LIAISON}{_CODE}++)++)={{0,2}}",
    re.DOTALL,
)
_HEXA: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){13,}")
#: Base64 without what binds it; what ends before its end, or is cut within what binds it, is none.
_COMPACT: Final = re.compile(r"[A-Za-z0-9+/]*")
_URL: Final = str.maketrans("-_", "+/")
_BASE64_TU: Final = "[base64 : non montré, il porte un NIR]"
#: Quoted-printable, and what is more than an accent here and there.
_QP: Final = re.compile(r"=(?:[0-9A-F]{2}|\r?\n)")
_QP_MIN: Final = 8
#: An element without children, with its content, comments and CDATA included, in a text that does not parse.
_ELEMENT: Final = re.compile(
    r"(?P<avant><(?:[\w.-]+:)?(?P<nom>[\w.-]+)(?:\s[^<>]*)?(?<!/)>)"
    r"(?P<contenu>(?:[^<]++|<!\[CDATA\[.{0,9000}?\]\]>|<!--.{0,2000}?-->|<\?.{0,2000}?\?>)++)",
    re.DOTALL,
)
#: The value of an attribute, or of a field in JSON or a form.
_ATTRIBUT: Final = re.compile(
    r"(?P<avant>[\s{,&?\"'](?=[\w.-])(?:[\w.-]++:)?(?P<nom>[\w.-]++)[\"']?\s*[=:]\s*[\"'])(?P<contenu>[^\"'<>]++)(?=[\"'])"
)
#: In a text that has attributes; most of those that are long have none.
_A_DES_ATTRIBUTS: Final = re.compile(r"[=:]\s*[\"']")


class Masque(NamedTuple):
    """The content that may be shown. `ouvert` is False when something in it was malformed, and masked as a
    text."""

    octets: bytes
    ouvert: bool


def masquer_corps(octets: bytes, content_type: str = "") -> Masque:
    """A body, or a document, as it may be shown; `content_type` is its header, "" when it has none."""
    masqueur = Masqueur()
    return Masque(masqueur.octets(octets, content_type), masqueur.ouvert)


class DejaLus:
    """The last texts that a masking left as they were, short ones and digests of others: a journal repeats
    most of what it holds."""

    def __init__(self) -> None:
        self._vus: dict[Any, bool] = {}

    def masquer(self, lu: AnyStr, masquer: Callable[[AnyStr], AnyStr], comment: str) -> AnyStr:
        """`lu` masked, once if nothing in it is; `comment` tells a masking from another."""
        cle: Any = comment, lu
        if len(lu) > _COURT:
            octets = lu if isinstance(lu, bytes) else lu.encode("utf-8", "surrogatepass")
            cle = sha256(f"{comment}\0".encode() + octets).digest()
        masque = lu if self._vus.pop(cle, False) else masquer(lu)
        if masque == lu:
            self._vus[cle] = True
            if len(self._vus) > _DEJA_LUS_MAX:
                del self._vus[next(iter(self._vus))]
        return masque

    def masquer_base64(self, texte: str, masquer: Callable[[str], str]) -> str:
        """`texte`, each run of base64 in it masked if a NIR has room there."""
        return _BASE64.sub(
            lambda t: t[0] if len(t[0]) < _BASE64_MIN else self.masquer(t[0], masquer, "base64"), texte
        )


def compacter(texte: str) -> str:
    """A run of base64 without blanks or padding; "" for what is none, or is too short for a NIR."""
    compact = LIAISON.sub("", texte).rstrip("=").translate(_URL)
    return compact if len(compact) >= _BASE64_MIN and _COMPACT.fullmatch(compact) else ""


def lectures(compact: str) -> Iterator[bytes]:
    """Decodes base64 without blanks or padding, and leaves out a last character that stands for nothing. The
    text before it may shift its groups of four: each shift is read, but not those of a whole ZIP, where what
    is compressed is noise that may begin as zlib does."""
    for saut in range(4):
        decale = compact[saut : len(compact) - ((len(compact) - saut) % 4 == 1)]
        lu = binascii.a2b_base64(decale + "=" * (-len(decale) % 4))
        yield lu
        if est_un_zip(lu):
            break


def est_un_zip(octets: bytes) -> bool:
    """True for a ZIP with nothing before it, after it or in its comment."""
    return octets.startswith(b"PK\x03\x04") and octets[-22:-18] == b"PK\x05\x06" and octets.endswith(b"\0\0")


def remplacer_les_contenus(texte: str, remplacer: Callable[[re.Match[str]], str]) -> str:
    """`texte`, its elements and its attributes (`avant`, `nom`, `contenu`) replaced."""
    texte = _ELEMENT.sub(remplacer, texte)
    return _ATTRIBUT.sub(remplacer, texte) if _A_DES_ATTRIBUTS.search(texte) else texte


@dataclass
class Masqueur:
    """The masking of one body. `ouvert` as in `Masque`; `cacher` says what stands for a NIR. Without
    `garder`, what is neither XML nor a text is not shown; with it, it stays when no NIR is read in it, if it
    is not compressed or `garder` says so."""

    cacher: Callable[[str], str] = masquer_nir
    garder: Callable[[bytes], bool] | None = None
    deja: DejaLus = field(default_factory=DejaLus)
    ouvert: bool = True
    _profondeur: int = 0
    _reste: int = _DEPLIE_MAX

    # --- bytes

    def octets(self, donnees: bytes, content_type: str = "") -> bytes:
        """Bytes of any kind. Never raises."""
        if self._profondeur >= _PROFONDEUR_MAX:
            return _illisible("contenu", len(donnees))
        self._profondeur += 1
        try:
            entete = lire_content_type(content_type)
        except ValueError:
            entete = lire_content_type("")
        boundary = entete.get("boundary") if entete.media.startswith("multipart/") else None
        boundary = boundary or limite_du_corps(donnees.removeprefix(_BOM)[:100_000])
        if boundary:
            rendu = self._multipart(donnees, boundary.rstrip().encode("latin-1", "replace"))
        else:
            charset = (entete.get("charset") or "").lower()
            rendu = self._contenu(donnees, charset if charset in _CHARSETS else "")
        self._profondeur -= 1
        return rendu

    def _multipart(self, corps: bytes, boundary: bytes) -> bytes:
        try:
            morceaux = decouper(corps, boundary, parties_max=_PARTIES_MAX).morceaux
        except ExchangeError:
            self.ouvert = False
            return self._contenu(corps)
        rendu, fait = [], 0
        for morceau in morceaux:
            if morceau.contenu:
                rendu += [
                    self._contenu(corps[fait : morceau.debut]),
                    self._contenu(corps[morceau.debut : morceau.place]),
                    self._partie(morceau),
                ]
                fait = morceau.place + len(morceau.contenu)
        return b"".join((*rendu, self._contenu(corps[fait:])))

    def _partie(self, morceau: Morceau) -> bytes:
        """The content of a part, as it travels."""
        entetes = {nom.lower(): valeur for nom, valeur in reversed(morceau.entetes)}
        genre = entetes.get("content-type", "")
        encodage = entetes.get("content-transfer-encoding", "").partition(";")[0].strip().lower() or "binary"
        try:
            lu = decoder_transfert(morceau.contenu, encodage)
        except ValueError:
            self.ouvert = False
            return self.octets(morceau.contenu, genre)
        masque = self.octets(lu, genre)
        return morceau.contenu if masque == lu else encoder_transfert(masque, encodage)

    def _contenu(self, donnees: bytes, charset: str = "") -> bytes:
        return self.deja.masquer(donnees, lambda lu: self._lu(lu, charset), charset)

    def _lu(self, donnees: bytes, charset: str) -> bytes:
        """A document or a text, in UTF-8 or as `charset` says."""
        racine = lire_xml(donnees)
        if racine is not None:
            return self._document(racine, donnees)
        if est_comprime(donnees) or donnees.startswith(_PDF) or _BINAIRE.search(donnees):
            garde = self.garder is not None and not self._porte(donnees)
            return donnees if garde else _illisible("contenu", len(donnees))
        annonce = (charset, "strict")
        for encodage, erreurs in (annonce, *_ENCODAGES):
            try:
                texte = donnees.decode(encodage, erreurs)
            except (LookupError, UnicodeError):
                continue
            racine = lire_xml(_DECLARATION.sub(b"", texte.encode("utf-8", "replace"))) if charset else None
            if racine is not None:
                return self._document(racine, donnees, encodage)
            if _MARQUE.match(donnees) or (encodage, erreurs) not in (annonce, _ENCODAGES[0]):
                self.ouvert = False
            masque = self.texte(texte)
            if masque != texte:
                donnees = masque.encode(encodage, "replace" if erreurs == "strict" else erreurs)
            if erreurs == "strict":
                break
        return donnees

    def _porte(self, octets: bytes) -> bool:
        """True when bytes that a text encodes are compressed, or hold a NIR, in UTF-8 or UTF-16."""
        if est_comprime(octets):
            return self.garder is None or not self.garder(octets)
        racine = lire_xml(octets)
        if racine is not None:
            return self._document(racine, octets) != octets
        textes = [octets.decode("utf-8", "replace").replace("\0", "")]
        if octets.count(0) * 10 > len(octets):
            textes += [octets[debut:].decode("utf-16-le", "replace") for debut in (0, 1)]
        for texte in textes:
            passages = _LISIBLE.findall(texte)
            # A text of one passage is searched for NIRs as a passage, unless it is XML.
            entier = passages == [texte] and "</" not in texte
            if not entier and masquer_nirs(texte, self.cacher) != texte:
                return True
            if any(self.texte(passage) != passage for passage in passages):
                return True
        return False

    # --- documents

    def _document(self, racine: Any, donnees: bytes, charset: str = "") -> bytes:
        """A document as it was written, or with its declaration and what is masked in it."""
        change, arbre = self.arbre(racine), racine.getroottree()
        ecrit = str(etree.tostring(arbre, encoding="unicode"))
        if masquer_nirs(ecrit, self.cacher) != ecrit:  # what is called by one cannot be called otherwise
            return _illisible("document", len(donnees))
        if not change:
            return donnees
        if charset:
            return ecrit.encode(charset, "xmlcharrefreplace")
        par_numeros = donnees.isascii() and b"&#" in donnees
        encodage = "ASCII" if par_numeros else arbre.docinfo.encoding or "UTF-8"
        if donnees.startswith(_UTF_16):
            return bytes(etree.tostring(arbre, encoding=encodage, xml_declaration=True))
        declaration = _DECLARATION.match(donnees)
        tete = declaration[0] if declaration else _BOM if donnees.startswith(_BOM) else b""
        return tete + bytes(etree.tostring(arbre, encoding=encodage, xml_declaration=False))

    def arbre(self, racine: Any) -> bool:
        """Masks a tree (lxml) in place, and the nodes around its root. Tells whether it had something to
        mask."""
        change = False
        for noeud in _COUPES(racine):
            ecrit = "".join(noeud.xpath("text()"))
            if len(ecrit) >= _NIR_MIN and self.texte(ecrit) != ecrit:
                etree.strip_tags(noeud, etree.Comment, etree.ProcessingInstruction)
                change = True
                for n, ou in ((noeud, "text"), *((enfant, "tail") for enfant in noeud)):
                    self._poser(n, ou)
        secrets = [tag for tag in {n.tag for n in racine.iter(etree.Element)} if _dit_un_nir(tag)]
        for noeud in racine.iter(*secrets) if secrets else ():
            change |= self._cacher_dedans(noeud)
        autour = (*racine.itersiblings(preceding=True), *racine.itersiblings())
        for noeud in (*autour, *_PARENTHESES(racine)):
            change |= self._poser(noeud, "text")
        # libxml2 finds at once the few that may hold one, of all that a document has.
        for lu in _TEXTES(racine):
            change |= self._poser(lu.getparent(), "text" if lu.is_text else "tail")
        for lu in _ATTRIBUTS(racine):
            masque = self.cacher(str(lu)) if _dit_un_nir(lu.attrname) else self.texte(str(lu))
            if masque != lu:
                lu.getparent().set(lu.attrname, masque)
                change = True
        return change

    def _poser(self, noeud: Any, ou: str) -> bool:
        texte = getattr(noeud, ou)
        masque = self.texte(texte) if texte and len(texte) >= _NIR_MIN else texte
        if masque != texte:
            setattr(noeud, ou, masque)
        return bool(masque != texte)

    def _cacher_dedans(self, noeud: Any) -> bool:
        """Hides all that an element of the name of a NIR holds; the schema's own attributes stay."""
        etree.strip_tags(noeud, etree.Comment, etree.ProcessingInstruction)
        change, cacher = False, (lambda lu: "*" * len(lu.strip())) if len(noeud) else self.cacher
        for n in noeud.iter():
            for ou in ("text",) if n is noeud else ("text", "tail"):
                texte = getattr(n, ou) or ""
                if texte.strip() and (masque := cacher(texte)) != texte:
                    setattr(n, ou, masque)
                    change = True
            for nom, valeur in n.attrib.items():
                if nom[:1] != "{" and any(c.isdigit() for c in valeur) and cacher(valeur) != valeur:
                    n.set(nom, cacher(valeur))
                    change = True
        return change

    # --- texts

    def texte(self, texte: str) -> str:
        """A text of any kind, that of an element or a whole message that could not be parsed."""
        trop = (
            len(texte) > _TEXTE_MAX
            or sum(map(texte.count, ("<!--", "<?", "<![CDATA["))) > _PARENTHESES_MAX
            or _ENTITE.search(texte)
        )
        if self._profondeur >= _PROFONDEUR_MAX or (trop and self.garder is None):
            return _illisible("texte", len(texte)).decode()
        self._profondeur += 1
        racine = lire_xml(texte.encode("utf-8", "surrogatepass")) if "</" in texte else None
        rendu = self._phrase(texte) if racine is None else texte
        if racine is not None and self.arbre(racine):
            rendu = str(etree.tostring(racine.getroottree(), encoding="unicode"))
        self._profondeur -= 1
        return rendu

    def _phrase(self, texte: str) -> str:
        masque = self.deja.masquer_base64(texte, self._base64)
        masque = masquer_nirs(remplacer_les_contenus(masque, self._cacher_si), self.cacher)
        return _illisible("texte", len(texte)).decode() if self._en_qp(masque) else masque

    def _cacher_si(self, trouve: re.Match[str]) -> str:
        """Masks the content of a name of a NIR, as its reader would read it; leaves the content of another
        name as it is."""
        lu = deplier(trouve["contenu"]) if cache_un_nir(trouve["nom"]) else ""
        return trouve[0] if self.cacher(lu) == lu else trouve["avant"] + self.cacher(lu)

    def _base64(self, texte: str) -> str:
        """Hides a run of base64, or of hexadecimal (`xs:hexBinary`), that holds a NIR."""
        compact = compacter(texte)
        if not compact:
            return texte
        self._reste -= 4 * len(compact)
        lus = [*lectures(compact)]
        if _HEXA.fullmatch(compact):
            lus.append(bytes.fromhex(compact))
        return _BASE64_TU if self._reste < 0 or any(map(self._porte, lus)) else texte

    def _en_qp(self, texte: str) -> bool:
        """True when a text with a part in quoted-printable holds, once decoded, a NIR or something that is no
        text."""
        if _QP.search(texte) is None:
            return False
        octets = quopri.decodestring(texte.encode("utf-8", "replace"))
        binaire = b"\0" in octets or "\ufffd" in octets.decode("utf-8", "replace")
        return (binaire and len(_QP.findall(texte)) >= _QP_MIN) or self._porte(octets)


def lire_xml(donnees: bytes) -> Any:
    """Root (lxml) of a document with its comments; None for what is no XML, or has a DTD."""
    tete = donnees[:200].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if tete[:1] != b"<" or donnees.count(b"<") + donnees.count(b"=") > _NOEUDS_MAX:
        return None
    parseur = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=len(donnees) > _TEXTE_LONG)
    try:
        racine = etree.fromstring(donnees.lstrip() if tete[:1] == donnees.lstrip()[:1] else donnees, parseur)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return None if racine.getroottree().docinfo.doctype else racine


def est_comprime(octets: bytes) -> bool:
    """True when bytes hold something compressed, the streams of a PDF included."""
    return (_PDF in octets and b"/Filter" in octets) or any(
        trouve["zlib"] is None or _se_decomprime(octets[trouve.start() : trouve.start() + _ZLIB_LU])
        for trouve in _COMPRIME.finditer(octets)
    )


def _se_decomprime(octets: bytes) -> bool:
    """True when bytes that begin as zlib's decompress to enough for a NIR."""
    try:
        return len(zlib.decompressobj().decompress(octets, _NIR_MIN)) == _NIR_MIN
    except zlib.error:
        return False


def _dit_un_nir(nom: str) -> bool:
    return cache_un_nir(nom.rpartition("}")[2])


def _illisible(quoi: str, taille: int) -> bytes:
    return f"[{quoi} de {nombre(taille)} octets : non montré, ses NIR ne peuvent pas être cherchés]".encode()
