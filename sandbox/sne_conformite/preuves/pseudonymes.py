"""An exchange whose NIRs are replaced so that it can be judged again: same length, same form, same verdict.

A made-up NIR keeps what the rules look at, which the document says elsewhere too: sex, year and month of
birth; and the département of Corsica, whose letter changes the key. The rest (place, rank) gives way to the
département 99 and the count of the NIRs met; the key stays right if it was, and wrong if it was. The same NIR
gets the same stand-in throughout a journal.
"""

import io
import re
import zipfile
from binascii import b2a_base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final
from unicodedata import decimal
from xml.sax.saxutils import escape

from sne_interface.domain.echange import SECRETS, Echange
from sne_interface.domain.nir import (
    cache_un_nir,
    cle,
    deplier,
    en_ascii,
    est_nom_de_nir,
    forme_valide,
    masquer_ecrits,
    masquer_mots_de_passe,
    masquer_nirs,
)
from sne_sandbox.mime.masquage import (
    LIAISON,
    DejaLus,
    Masqueur,
    compacter,
    est_comprime,
    est_un_zip,
    lectures,
    remplacer_les_contenus,
)

#: What a digit stands in by chance, and is compared to the bit: a digest, an attestation.
_EMPREINTE: Final = re.compile(r"[0-9a-f]{64}")
#: What ends headers, and what begins the line that ends a part: of the alphabet of addresses.
_VIDE: Final = re.compile(r"(\n(?:\r?\n|--(?!>)))")
#: The line between two parts.
_LIMITE: Final = re.compile(rb"(\r\n--[^\r\n]+\r\n)")
#: The signs that bind the lines of base64, kept, or one of its characters.
_LIES: Final = re.compile(f"{LIAISON.pattern}|(?P<signe>[^=])", re.DOTALL)
#: Text in UTF-16 within another, read byte by byte: a zero beside each character.
_UTF16_MIN: Final = 8
_UTF16: Final = re.compile(
    f"(?:[\t-\xff\udc80-\udcff]\0){{{_UTF16_MIN},}}|(?:\0[\t-\xff\udc80-\udcff]){{{_UTF16_MIN},}}"
)
_ZIP: Final = b"PK\x03\x04"
_ZIP_MAX: Final = 50_000_000
#: The fields of an exchange that are noted beside its bytes, and may cite them.
_VALEURS: Final = ("anomalies", "fault", "tolerances", "a_venir", "parties", "trace")
_TETE: Final = 5  # sex, year, month


class Pseudonymes:
    """The stand-ins of one journal; `nombre` NIRs were replaced."""

    def __init__(self) -> None:
        self._remplacants: dict[str, str] = {}
        self._connus: set[str] = set()
        #: Those of the exchange under way: what is noted of it may cite them.
        self._vus: dict[str, str] = {}
        self._codes, self._contenus = DejaLus(), DejaLus()

    @property
    def nombre(self) -> int:
        """How many different NIRs were met."""
        return len(self._remplacants)

    def echange(self, echange: Echange) -> Echange:
        """A copy of an exchange that holds no NIR, nor the secrets of its headers."""
        self._vus.clear()
        return replace(
            echange,
            requete=self.corps(echange.requete),
            reponse=self.corps(echange.reponse),
            chemin=self._texte(echange.chemin),
            en_tetes=self._en_tetes(echange.en_tetes),
            en_tetes_reponse=self._en_tetes(echange.en_tetes_reponse),
            **{
                nom: _partout(getattr(echange, nom), lambda v, _: self._texte(v) if isinstance(v, str) else v)
                for nom in _VALEURS
            },
        )

    def corps(self, donnees: bytes) -> bytes:
        """Replaces the NIRs of a body. `octets` leaves some in it, behind a transfer encoding, an entity or a
        child of its element: they are replaced as it is opened, and that part of it is then written anew. A
        compressed part gives way to a sentence, but for a ZIP alone."""
        masqueur = Masqueur(self._contenu, lambda o: est_un_zip(o) and self._zip(o) == o, self._contenus)
        return masqueur.octets(self.octets(donnees, comprimees=False))

    def octets(self, donnees: bytes, *, comprimees: bool = True) -> bytes:
        """The bytes of a message: NIRs in clear, in base64, in a ZIP, and in `comprimees` parts. Their length
        does not change, but for that of a ZIP that held one."""
        lu = (_ZIP in donnees and self._zip(donnees)) or donnees
        masquer, comment = self._codes.masquer, f"partie {comprimees}"
        parties = _LIMITE.split(lu)
        return b"".join(masquer(p, lambda o: self._partie(o, comprimees), comment) for p in parties)

    def _partie(self, octets: bytes, comprimees: bool) -> bytes:
        if not comprimees and _ZIP not in octets and est_comprime(octets):
            return octets  # a sentence takes its place as the body is opened
        codec = "utf-8", "surrogateescape"  # to be written back whatever it is
        ouvert = self._ouvrir(octets.decode(*codec))
        return _entre_vides(ouvert, lambda m: masquer_ecrits(m, self._contenu)).encode(*codec)

    def _ouvrir(self, texte: str) -> str:
        """A text, what it holds in base64, in elements and in attributes replaced."""
        if any("\0" * _UTF16_MIN in texte[rang::2] for rang in range(2)):
            texte = _UTF16.sub(lambda trouve: self._utf16(trouve[0]), texte)
        texte = _entre_vides(texte, lambda m: self._codes.masquer_base64(m, self._base64))
        return remplacer_les_contenus(texte, self._si_nir)

    def _si_nir(self, trouve: re.Match[str]) -> str:
        if not cache_un_nir(trouve["nom"]):
            return trouve[0]
        return trouve["avant"] + self._contenu(trouve["contenu"])

    def _utf16(self, texte: str) -> str:
        change = masquer_ecrits(self._ouvrir(texte.replace("\0", "")), self._contenu)
        return "".join(f"\0{c}" if texte[0] == "\0" else f"{c}\0" for c in change)

    def _contenu(self, contenu: str) -> str:
        """Replaces the letters and digits of a content that holds a NIR, where they stand; a content that has
        references loses them."""
        lu = deplier(contenu)
        places = [rang for rang, signe in enumerate(lu) if signe.isalnum() and en_ascii(signe).isascii()]
        nir = "".join(en_ascii(lu[rang]) for rang in places)
        if nir in self._connus or not any(signe.isdigit() for signe in nir):
            return contenu
        signes = list(lu)
        for rang, signe in zip(places, self._remplacant(nir), strict=True):
            signes[rang] = _ecrit(signe, lu[rang])
        return "".join(signes) if lu == contenu else escape("".join(signes))

    def _remplacant(self, nir: str) -> str:
        remplacant = self._remplacants.get(nir)
        if remplacant is None:
            remplacant = self._remplacants[nir] = _invente(nir, len(self._remplacants) + 1)
            self._connus.add(remplacant)
        self._vus[nir] = remplacant
        return remplacant

    def _base64(self, texte: str) -> str:
        """Replaces a run of base64 in its layout."""
        compact = compacter(texte)
        if not compact:
            return texte
        for saut, lu in enumerate(lectures(compact)):
            change = self.octets(lu)
            if change == lu:
                continue
            ecrit = b2a_base64(change, newline=False).decode("ascii")
            if len(change) != len(lu):  # a ZIP: the lines fall elsewhere
                return compact[:saut] + ecrit
            suite = compact[:saut] + ecrit.rstrip("=")
            return _reecrit(texte, iter(suite + compact[len(suite) :]))
        return texte

    def _zip(self, donnees: bytes) -> bytes | None:
        """Bytes with the ZIP that they hold, its files without their NIRs; None when none can be read."""
        debut, fin = donnees.find(_ZIP), donnees.rfind(b"PK\x05\x06") + 22
        sortie = io.BytesIO()
        try:
            with zipfile.ZipFile(io.BytesIO(donnees[debut:fin])) as lu, zipfile.ZipFile(sortie, "w") as ecrit:
                infos = lu.infolist()
                if sum(info.file_size for info in infos) > _ZIP_MAX:
                    return None
                change = len(infos) != donnees.count(_ZIP)  # what it does not list is left out
                for info in infos:
                    contenu = lu.read(info)
                    propre = self.corps(contenu)
                    change |= propre != contenu
                    ecrit.writestr(info, propre)
        except Exception:  # noqa: BLE001 - a ZIP cut or broken fails in many ways (zlib.error is of no family)
            return None
        return donnees[:debut] + sortie.getvalue() + donnees[fin:] if change else donnees

    def _en_tetes(self, en_tetes: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [
            (self._texte(nom), "(non conservé)" if nom.lower() in SECRETS else self._texte(valeur))
            for nom, valeur in en_tetes
        ]

    def _texte(self, texte: str) -> str:
        for nir, remplacant in self._vus.items():
            if len(nir) > _TETE:
                texte = texte.replace(nir, remplacant)
        return masquer_nirs(self._ouvrir(texte), self._contenu)

    def valeur(self, valeur: Any, nom: str = "") -> Any:
        """A JSON value: what the key of a NIR holds, and what reads like a NIR elsewhere, as in the bytes of
        a message; no password of an address either."""
        return _partout(valeur, self._dit, nom)

    def _dit(self, valeur: Any, nom: str) -> Any:
        if type(valeur) is int and est_nom_de_nir(nom):
            return int(self._dit(str(valeur), nom))
        if not isinstance(valeur, str) or _EMPREINTE.fullmatch(valeur):
            return valeur
        change = (
            self._contenu(valeur)
            if est_nom_de_nir(nom)
            else masquer_nirs(self._ouvrir(valeur), self._contenu)
        )
        return masquer_mots_de_passe(change)


def _partout(valeur: Any, masquer: Callable[[Any, str], Any], nom: str = "") -> Any:
    """A JSON value, all that it holds masked; `masquer` is told the key of each."""
    if isinstance(valeur, dict):
        return {cle: _partout(v, masquer, cle) for cle, v in valeur.items()}
    return [_partout(v, masquer, nom) for v in valeur] if isinstance(valeur, list) else masquer(valeur, nom)


def _entre_vides(texte: str, masquer: Callable[[str], str]) -> str:
    """A text masked piece by piece: a blank line, after which comes base64 most often, ends every number and
    every word."""
    morceaux = _VIDE.split(texte)
    morceaux[::2] = map(masquer, morceaux[::2])
    return "".join(morceaux)


def _reecrit(texte: str, signes: Iterator[str]) -> str:
    """A run of base64 in its layout, made of other characters."""
    return _LIES.sub(lambda trouve: next(signes) if trouve["signe"] else trouve[0], texte)


def _ecrit(signe: str, original: str) -> str:
    """`signe` in the script of the one that it replaces."""
    chiffre = decimal(original, None)
    return signe if chiffre is None or not signe.isdigit() else chr(ord(original) - chiffre + int(signe))


def _invente(nir: str, rang: int) -> str:
    """The stand-in of the `rang`th NIR met."""
    numero = f"99{rang % 1_000_000:06d}"
    if forme_valide(nir):
        corps = nir[:_TETE] + numero if nir.isdigit() else nir[: _TETE + 2] + numero[2:]
        juste = int(cle(corps))
        # A key that was wrong stays wrong: keys run from 1 to 97.
        return f"{corps}{juste if nir[13:] == cle(nir[:13]) else juste % 97 + 1:02d}"
    chiffres = iter(numero * (len(nir) // len(numero) + 1))
    return nir[:_TETE] + "".join(next(chiffres) if c.isdigit() else c for c in nir[_TETE:])
