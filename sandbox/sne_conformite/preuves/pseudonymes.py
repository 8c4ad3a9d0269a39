"""An exchange whose NIRs are replaced so that it can be judged again: same length, same form, same verdict.

A made-up NIR keeps what the rules look at, which the document says elsewhere too: sex, year and month of
birth. The rest (place, rank) gives way to the département 99 and the count of the NIRs met; the key stays
right if it was, and wrong if it was. The same NIR gets the same stand-in throughout a journal.
"""

import io
import re
import zipfile
import zlib
from binascii import a2b_base64, b2a_base64
from dataclasses import replace
from typing import Any, Final
from unicodedata import decimal

from sne_interface.domain.echange import SECRETS, Echange
from sne_interface.domain.nir import chercher_nirs, cle, deplier, en_ascii, forme_valide
from sne_interface.domain.texte import cache_un_nir, est_nom_de_nir, masquer_mots_de_passe
from sne_sandbox.mime.masquage import masquer_octets, remplacer_nirs
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

#: What may stand among the characters of an element, and is none of them.
_PARENTHESE: Final = r"<!--.{0,2000}?-->|<\?.{0,2000}?\?>|<!\[CDATA\[|\]\]>"
#: A letter or a digit of a content, as itself or by its number (XML, JSON, an address, quoted-printable).
_SIGNE: Final = re.compile(
    _PARENTHESE + r"|&#x0*(?P<hexa>[3-7][0-9A-Fa-f]);|&#0*(?P<deci>[1-9]\d{1,2});|&[a-z]+;|\\[nrt]"
    r"|(?:%|\\x|\\u00)(?P<code>[3-7][0-9A-Fa-f])|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|(?P<nu>[^\W_])",
    re.DOTALL,
)
_SIGNE_QP: Final = re.compile(r"=(?P<code>[3-7][0-9A-Fa-f])|=[0-9A-Fa-f]{2}|(?P<nu>[^\W_])")
#: What a digit stands in by chance, and is compared to the bit: a digest, an attestation.
_EMPREINTE: Final = re.compile(r"[0-9a-f]{64}")
_PDF: Final = re.compile(rb"(%PDF-.*?%%EOF)", re.DOTALL)
_ZIP: Final = b"PK\x03\x04"
_FIN_DE_ZIP: Final = b"PK\x05\x06"
_TAILLE_FIN: Final = 22
_ZIP_MAX: Final = 50_000_000
#: How gzip and zlib begin, and the `wbits` that open and write them (zlib).
_COMPRESSES: Final = (
    (b"\x1f\x8b\x08", 31),
    (b"\x78\x01", 15),
    (b"\x78\x5e", 15),
    (b"\x78\x9c", 15),
    (b"\x78\xda", 15),
)
_TETE: Final = 5  # sex, year, month


#: The same, what binds kept.
_LIES: Final = re.compile(f"({LIAISON.pattern})", re.DOTALL)


class Pseudonymes:
    """The stand-ins of one journal; `nombre` NIRs were replaced."""

    def __init__(self) -> None:
        self._remplacants: dict[str, str] = {}
        self._connus: set[str] = set()
        #: Those of the exchange under way: what is noted of it may cite them.
        self._vus: dict[str, str] = {}

    @property
    def nombre(self) -> int:
        """How many different NIRs were met."""
        return len(self._remplacants)

    def echange(self, echange: Echange) -> Echange:
        """A copy of an exchange that holds no NIR, nor the secrets of its headers."""
        self._vus.clear()
        requete, reponse = (self.corps(octets) for octets in (echange.requete, echange.reponse))
        return replace(
            echange,
            requete=requete,
            reponse=reponse,
            chemin=self._texte(echange.chemin),
            en_tetes=self._en_tetes(echange.en_tetes),
            en_tetes_reponse=self._en_tetes(echange.en_tetes_reponse),
            anomalies=self._valeur(echange.anomalies),
            fault=self._valeur(echange.fault),
            tolerances=self._valeur(echange.tolerances),
            a_venir=self._valeur(echange.a_venir),
            parties=self._valeur(echange.parties),
            trace=None if echange.trace is None else self._texte(echange.trace),
        )

    def corps(self, donnees: bytes) -> bytes:
        """A body: what `octets` leaves in it, for being behind a transfer encoding, an entity or a child of
        its element, is replaced as it is opened; that part of it is then written anew."""
        return remplacer_nirs(self.octets(donnees), self._contenu)

    def octets(self, donnees: bytes) -> bytes:
        """The bytes of a message: NIRs in clear, in base64, in a ZIP, in gzip. Their length does not change,
        but for what is compressed and held one; a PDF that holds one gives way to a sentence."""
        if _ZIP in donnees:
            donnees = self._avec_zip(donnees)
        for magie, mots in _COMPRESSES:
            if magie in donnees:
                donnees = self._avec_compresses(donnees, magie, mots)
        if b"%PDF-" in donnees:
            morceaux = _PDF.split(donnees)
            return b"".join(masquer_octets(m) if r % 2 else self._message(m) for r, m in enumerate(morceaux))
        return self._message(donnees)

    def _message(self, donnees: bytes) -> bytes:
        codec = "utf-8", "surrogateescape"  # to be written back whatever it is
        # What follows a blank line, base64 most often, does not end a number of its headers.
        morceaux = VIDE.split(self._ouvrir(donnees.decode(*codec)))
        texte = "".join(m if rang % 2 else self._chercher(m) for rang, m in enumerate(morceaux))
        return texte.encode(*codec)

    def _phrase(self, texte: str) -> str:
        return self._chercher(self._ouvrir(texte))

    def _ouvrir(self, texte: str) -> str:
        """A text, what it holds in base64, in elements and in attributes replaced."""
        if "\0" in texte:
            texte = UTF16.sub(lambda trouve: self._utf16(trouve[0]), texte)
        texte = BASE64.sub(lambda trouve: self._base64(trouve[0]), texte)
        for motif in (ELEMENT, ATTRIBUT):
            texte = motif.sub(self._si_nir, texte)
        return texte

    def _chercher(self, texte: str) -> str:
        """A text, what reads like a NIR in it replaced."""
        for deplie, qp in ((None, False), (deplier(texte), False), (deplier(texte, qp=True), True)):
            lu = deplie.texte if deplie is not None else texte if not qp else ""
            # From the end: what is replaced may be written in another length.
            for debut, fin in reversed(list(chercher_nirs(lu))):
                la, ici = (debut, fin) if deplie is None else deplie.ecrit(debut, fin)
                change = self._contenu(texte[la:ici], qp=qp)
                nir = "".join(en_ascii(c) for c in lu[debut:fin] if c.isalnum())
                if change == texte[la:ici] and nir not in self._connus:  # digits of several bytes, escaped
                    change = self._remplacant(nir)
                texte = texte[:la] + change + texte[ici:]
        return texte

    def _si_nir(self, trouve: re.Match[str]) -> str:
        if not cache_un_nir(trouve["nom"]):
            return trouve[0]
        return trouve["avant"] + self._contenu(trouve["contenu"])

    def _utf16(self, texte: str) -> str:
        change = self._phrase(texte.replace("\0", ""))
        return "".join(f"\0{c}" if texte[0] == "\0" else f"{c}\0" for c in change)

    def _contenu(self, contenu: str, *, qp: bool = False) -> str:
        signes = [(t, lu) for t in (_SIGNE_QP if qp else _SIGNE).finditer(contenu) if (lu := _lu(t))]
        nir = "".join(lu for _, lu in signes)
        if not any(c.isdigit() for c in nir):
            return contenu
        morceaux, fait = [], 0
        for (trouve, _), signe in zip(signes, self._remplacant(nir), strict=True):
            debut, fin = trouve.span(trouve.lastgroup or 0)
            morceaux += [contenu[fait:debut], _ecrit(signe, trouve.lastgroup, contenu[debut:fin])]
            fait = fin
        return "".join((*morceaux, contenu[fait:]))

    def _remplacant(self, nir: str) -> str:
        if nir in self._connus:  # a stand-in, read once as an element and once as a text
            return nir
        remplacant = self._remplacants.get(nir)
        if remplacant is None:
            remplacant = self._remplacants[nir] = _invente(nir, len(self._remplacants) + 1)
            self._connus.add(remplacant)
        self._vus[nir] = remplacant
        return remplacant

    def _base64(self, texte: str) -> str:
        """A run of base64 in its layout. What stands before may move its four beats: each is tried."""
        morceaux = VIDE.split(texte)
        if len(morceaux) > 1:  # the last word of a header, and what follows it
            texte = "".join(m if rang % 2 else self._base64(m) for rang, m in enumerate(morceaux))
        compact = LIAISON.sub("", texte).rstrip("=").translate(URL)
        if not COMPACT.fullmatch(compact):
            return texte
        for saut in range(4 if len(compact) >= BASE64_MIN else 0):
            suite = compact[saut : len(compact) - ((len(compact) - saut) % 4 == 1)]
            lu = a2b_base64(suite + "=" * (-len(suite) % 4))
            change = self.octets(lu)
            if change == lu:
                continue
            ecrit = b2a_base64(change, newline=False).decode("ascii")
            if len(change) != len(lu):  # a ZIP: the lines fall elsewhere
                return compact[:saut] + ecrit
            caracteres = iter(compact[:saut] + ecrit.rstrip("=") + compact[saut + len(suite) :])
            morceaux = _LIES.split(texte)
            return "".join(
                m if rang % 2 else "".join("=" if c == "=" else next(caracteres) for c in m)
                for rang, m in enumerate(morceaux)
            )
        return texte

    def _avec_compresses(self, donnees: bytes, magie: bytes, mots: int) -> bytes:
        """What is compressed in a message, written again where it held a NIR."""
        rendu, reste = [], donnees
        while (debut := reste.find(magie)) >= 0:
            try:
                flux = zlib.decompressobj(mots)
                lu = flux.decompress(reste[debut:], _ZIP_MAX)
                change = self.octets(lu) if flux.eof else lu
            except zlib.error:
                change = lu = b""
            if change == lu:
                rendu.append(reste[: debut + len(magie)])
                reste = reste[debut + len(magie) :]
                continue
            ecrit = zlib.compressobj(wbits=mots)
            rendu.append(reste[:debut] + ecrit.compress(change) + ecrit.flush())
            reste = flux.unused_data
        return b"".join((*rendu, reste))

    def _avec_zip(self, donnees: bytes) -> bytes:
        debut, fin = donnees.index(_ZIP), donnees.rfind(_FIN_DE_ZIP)
        if fin < debut:
            return donnees
        fin += _TAILLE_FIN
        change = self._zip(donnees[debut:fin])
        return donnees if change is None else donnees[:debut] + change + donnees[fin:]

    def _zip(self, octets: bytes) -> bytes | None:
        """The ZIP without its NIRs, None when it has none or cannot be read."""
        change, sortie = False, io.BytesIO()
        try:
            with zipfile.ZipFile(io.BytesIO(octets)) as lu, zipfile.ZipFile(sortie, "w") as ecrit:
                if sum(info.file_size for info in lu.infolist()) > _ZIP_MAX:
                    return None
                for info in lu.infolist():
                    contenu = lu.read(info)
                    propre = self.octets(contenu)
                    change = change or propre != contenu
                    ecrit.writestr(info, propre)
        except Exception:  # noqa: BLE001 - a ZIP cut or broken fails in many ways (zlib.error is of no family)
            return None
        return sortie.getvalue() if change else None

    def _en_tetes(self, en_tetes: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [
            (self._texte(nom), "(non conservé)" if nom.lower() in SECRETS else self._texte(valeur))
            for nom, valeur in en_tetes
        ]

    def _texte(self, texte: str) -> str:
        for nir, remplacant in self._vus.items():
            if len(nir) > _TETE:
                texte = texte.replace(nir, remplacant)
        return self._phrase(texte)

    def valeur(self, valeur: Any, nom: str = "") -> Any:
        """A JSON value: what the key of a NIR holds, and what reads like a NIR elsewhere, as in the bytes of
        a message; no password of an address either."""
        if isinstance(valeur, dict):
            return {cle: self.valeur(v, cle) for cle, v in valeur.items()}
        if isinstance(valeur, list):
            return [self.valeur(v, nom) for v in valeur]
        if isinstance(valeur, int) and est_nom_de_nir(nom) and not isinstance(valeur, bool):
            return int(self.valeur(str(valeur), nom))
        if not isinstance(valeur, str) or _EMPREINTE.fullmatch(valeur):
            return valeur
        change = self._contenu(valeur) if est_nom_de_nir(nom) else self._phrase(valeur)
        return masquer_mots_de_passe(change)

    def _valeur(self, valeur: Any) -> Any:
        if isinstance(valeur, str):
            return self._texte(valeur)
        if isinstance(valeur, dict):
            return {nom: self._valeur(v) for nom, v in valeur.items()}
        return [self._valeur(v) for v in valeur] if isinstance(valeur, list) else valeur


def _lu(trouve: re.Match[str]) -> str:
    """The letter or digit of a `_SIGNE`, in ASCII; "" for what is none."""
    if trouve.lastgroup is None:
        return ""
    ecrit = trouve[trouve.lastgroup]
    base = {"hexa": 16, "code": 16, "deci": 10}.get(trouve.lastgroup)
    signe = en_ascii(ecrit if base is None else chr(int(ecrit, base)))
    return signe if signe.isascii() and signe.isalnum() else ""


def _ecrit(signe: str, comment: str | None, original: str) -> str:
    """`signe` as the one that it replaces was written."""
    if comment != "nu":
        return format(ord(signe), f"0{len(original)}{'d' if comment == 'deci' else 'x'}")
    chiffre = decimal(original, None)
    if chiffre is None or not signe.isdigit():
        return signe
    return chr(ord(original) - chiffre + int(signe))  # of the same script


def _invente(nir: str, rang: int) -> str:
    """The stand-in of the `rang`th NIR met."""
    numero = f"99{rang % 1_000_000:06d}"
    if forme_valide(nir):
        corps = nir[:_TETE] + numero
        juste = int(cle(corps))
        # A key that was wrong stays wrong: keys run from 1 to 97.
        return f"{corps}{juste if nir[13:] == cle(nir[:13]) else juste % 97 + 1:02d}"
    chiffres = iter(numero * (len(nir) // len(numero) + 1))
    return nir[:_TETE] + "".join(next(chiffres) if c.isdigit() else c for c in nir[_TETE:])
