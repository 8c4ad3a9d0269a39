"""An exchange whose NIRs are replaced so that it can be judged again: same length, same form, same verdict.

A made-up NIR keeps what the rules look at, which the document says elsewhere too: sex, year and month of
birth. The rest (place, rank) gives way to the département 99 and the count of the NIRs met; the key stays
right if it was, and wrong if it was. The same NIR gets the same stand-in throughout a journal.
"""

import io
import re
import zipfile
from binascii import Error as ErreurBase64
from binascii import a2b_base64, b2a_base64
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from sne_sandbox.domain.echange import SECRETS, Echange
from sne_sandbox.domain.nir import cle, forme_valide
from sne_sandbox.domain.texte import est_nom_de_nir, masquer_mots_de_passe, noms_nir

#: What may stand among the characters of an element: a comment, an instruction.
_PARENTHESE: Final = rb"<!--.{0,200}?-->|<\?.{0,200}?\?>"
#: A letter or a digit of a content, as itself or by its number.
_SIGNE: Final = re.compile(
    _PARENTHESE + rb"|&#x0*(?P<hexa>[3-7][0-9A-Fa-f]);|&#0*(?P<deci>[1-9]\d{1,2});|(?P<nu>[0-9A-Za-z])",
    re.DOTALL,
)
#: Between its groups, what people write (blanks that are not ASCII are two or three bytes).
_ENTRE: Final = rb"(?:[ .\-/_]|\xc2\xa0|\xe2\x80\xaf)?"
#: What reads like a NIR elsewhere (a comment, a path, a header). What precedes is looked at after the first
#: digit, which is looked for first: four times as fast on a large message.
_EN_CLAIR: Final = re.compile(
    rb"[1-478](?<!\d.)"
    + _ENTRE.join((b"", rb"\d\d", rb"\d\d", rb"\d[0-9AB]", rb"\d{3}", rb"\d{3}", rb"\d\d"))
    + rb"(?!\d)",
    re.DOTALL,
)
#: What a digit stands in by chance, and is compared to the bit: a digest, an attestation.
_EMPREINTE: Final = re.compile(r"[0-9a-f]{64}")
_PDF: Final = re.compile(rb"(%PDF-.*?%%EOF)", re.DOTALL)
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]{40,}(?:\r?\n[A-Za-z0-9+/]+)*={0,2}")
_ZIP: Final = b"PK\x03\x04"
_FIN_DE_ZIP: Final = b"PK\x05\x06"
_TAILLE_FIN: Final = 22
_ZIP_MAX: Final = 50_000_000
_TETE: Final = 5  # sex, year, month


@lru_cache(maxsize=8)
def _element(noms: frozenset[str]) -> re.Pattern[bytes]:
    """Start tag of an element that holds a NIR, then its content. A message in UTF-16 has a zero beside each
    character."""
    un = b"|".join(b"\\0?".join(re.escape(c.encode()) for c in nom) for nom in sorted(noms))
    debut = rb"(<\0?(?:[\w.\-\0]+:\0?)?(?:" + un + rb")\0?(?:\s[^<>]*)?>)"
    return re.compile(debut + rb"((?:[^<]|" + _PARENTHESE + rb")+)", re.DOTALL)


@lru_cache(maxsize=8)
def _attribut(noms: frozenset[str]) -> re.Pattern[bytes]:
    """An attribute that holds a NIR, up to its value; then its value."""
    un = b"|".join(re.escape(nom.encode()) for nom in sorted(noms))
    return re.compile(rb"((?<=\s)(?:[\w.-]+:)?(?:" + un + rb")\s*=\s*[\"'])([^\"'<>]+)")


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
        requete, reponse = self.octets(echange.requete), self.octets(echange.reponse)
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

    def octets(self, donnees: bytes) -> bytes:
        """The bytes of a message: NIRs in clear, in base64, in a ZIP. Their length does not change, but for a
        ZIP that held one."""
        if _ZIP in donnees:
            donnees = self._avec_zip(donnees)
        if b"%PDF-" in donnees:
            morceaux = _PDF.split(donnees)
            return b"".join(m if rang % 2 else self._message(m) for rang, m in enumerate(morceaux))
        return self._message(donnees)

    def _message(self, donnees: bytes) -> bytes:
        donnees = _BASE64.sub(lambda trouve: self._base64(trouve[0]), donnees)
        for motif in (_element(noms_nir()), _attribut(noms_nir())):
            donnees = motif.sub(lambda trouve: trouve[1] + self._contenu(trouve[2]), donnees)
        return _EN_CLAIR.sub(lambda trouve: self._contenu(trouve[0]), donnees)

    def _contenu(self, contenu: bytes) -> bytes:
        signes = [(trouve, lu) for trouve in _SIGNE.finditer(contenu) if (lu := _lu(trouve))]
        nir = "".join(lu for _, lu in signes)
        if not any(c.isdigit() for c in nir):
            return contenu
        copie = bytearray(contenu)
        for (trouve, _), signe in zip(signes, self._remplacant(nir), strict=True):
            debut, fin = trouve.span(trouve.lastgroup or 0)
            copie[debut:fin] = _ecrit(signe, trouve.lastgroup, fin - debut)
        return bytes(copie)

    def _remplacant(self, nir: str) -> str:
        if nir in self._connus:  # a stand-in, read once as an element and once as a text
            return nir
        remplacant = self._remplacants.get(nir)
        if remplacant is None:
            remplacant = self._remplacants[nir] = _invente(nir, len(self._remplacants) + 1)
            self._connus.add(remplacant)
        self._vus[nir] = remplacant
        return remplacant

    def _base64(self, texte: bytes) -> bytes:
        compact = texte.translate(None, b"\r\n=")
        if len(compact) % 4 == 1:
            return texte
        try:
            lu = a2b_base64(compact + b"=" * (-len(compact) % 4))
        except ErreurBase64:
            return texte
        change = self.octets(lu)
        if change == lu:
            return texte
        ecrit = b2a_base64(change, newline=False)
        if len(change) != len(lu):  # a ZIP: the lines fall elsewhere
            return ecrit
        caracteres = iter(ecrit.rstrip(b"="))
        return bytes(octet if octet in b"\r\n=" else next(caracteres) for octet in texte)

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
            (nom, "(non conservé)" if nom.lower() in SECRETS else self._texte(valeur))
            for nom, valeur in en_tetes
        ]

    def _texte(self, texte: str) -> str:
        for nir, remplacant in self._vus.items():
            if len(nir) > _TETE:
                texte = texte.replace(nir, remplacant)
        return self.octets(texte.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

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
        octets = valeur.encode("utf-8", "surrogatepass")
        change = self._contenu(octets) if est_nom_de_nir(nom) else self.octets(octets)
        return masquer_mots_de_passe(change.decode("utf-8", "surrogatepass"))

    def _valeur(self, valeur: Any) -> Any:
        if isinstance(valeur, str):
            return self._texte(valeur)
        if isinstance(valeur, dict):
            return {nom: self._valeur(v) for nom, v in valeur.items()}
        return [self._valeur(v) for v in valeur] if isinstance(valeur, list) else valeur


def _lu(trouve: re.Match[bytes]) -> str:
    """The letter or digit of a `_SIGNE`, "" for what is none."""
    if trouve.lastgroup is None:
        return ""
    ecrit = trouve[trouve.lastgroup].decode("ascii")
    signe = ecrit if trouve.lastgroup == "nu" else chr(int(ecrit, 16 if trouve.lastgroup == "hexa" else 10))
    return signe if signe.isascii() and signe.isalnum() else ""


def _ecrit(signe: str, comment: str | None, longueur: int) -> bytes:
    """`signe` as the one that it replaces was written."""
    if comment == "nu":
        return signe.encode("ascii")
    return format(ord(signe), f"0{longueur}{'x' if comment == 'hexa' else 'd'}").encode("ascii")


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
