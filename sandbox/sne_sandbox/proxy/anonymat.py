"""Documents of real people made into those of invented ones: names, telephones, mails, streets, free texts.

The same name gets the same stand-in throughout a recording, so that what compares names still does. What the
controls weigh stays: dates of birth, communes, resources, and the numéro unique. `anonymat.toml` says which
is which: each element of text of the schemas is in `_INVENTES`, `_PHRASES` or `GARDES`, a test holds them to
that.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

from lxml import etree

from sne_sandbox.contract import codec
from sne_sandbox.domain.texte import plier
from sne_sandbox.errors import ExchangeError

_LU: Final[Mapping[str, Mapping[str, list[str]]]] = tomllib.loads(
    Path(__file__).with_name("anonymat.toml").read_text("utf-8")
)
_TELEPHONE: Final = re.compile(r"0\d{9}")
_MOT: Final = re.compile(r"\w+")
#: Shorter originals are not looked for in sentences, nor numbers that may be any other.
_CHERCHE_MIN: Final = 3
_NOMBRE: Final = re.compile(r"\d{1,5}")
#: Elements whose sentence may cite what was sent.
_PHRASES: Final = frozenset({"message", "complement", "Text", "faultstring", "explication"})

Inventer = Callable[[int, str], str]


def _tire(table: Sequence[str]) -> Inventer:
    def inventer(rang: int, original: str) -> str:
        tour, reste = divmod(rang, len(table))
        suite = "" if not tour else "-" + "".join(chr(ord("A") + int(c)) for c in str(tour))
        return table[reste] + suite

    return inventer


def _telephone(rang: int, original: str) -> str:
    """One of the numbers that the numbering plan keeps for fiction; what is no number keeps its form."""
    if _TELEPHONE.fullmatch(original) is None:
        return re.sub(r"\d", "0", original)
    tete = "063998" if original[1] in "67" else "019900"
    return f"{tete}{rang % 10_000:04d}"


def _mel(rang: int, original: str) -> str:
    return f"personne{rang}@example.org" if "@" in original else f"personne{rang}"


def _dit(mot: str) -> Inventer:
    return lambda rang, _: f"{mot} {rang}"


#: How each kind of text is invented.
_FACONS: Final[Mapping[str, Inventer]] = {
    "nom": _tire(_LU["tires"]["noms"]),
    "prenom": _tire(_LU["tires"]["prenoms"]),
    "telephone": _telephone,
    "mel": _mel,
    "voie": _dit("RUE DES EXEMPLES"),
    "texte": _dit("Texte"),
    "organisme": _dit("ORGANISME"),
    "quartier": _dit("QUARTIER"),
    "metier": _dit("METIER"),
    "numero": lambda rang, _: str(rang % 9_999 + 1),
    "rpls": lambda rang, _: f"{rang:010d}",
}
#: Local name of an element → how its text is invented.
_INVENTES: Final = {nom: _FACONS[facon] for facon, noms in _LU["inventes"].items() for nom in noms}
#: Elements of text that stay as they were written.
GARDES: Final = frozenset(_LU["gardes"]["elements"])


class Anonymat:
    """The stand-ins of one recording."""

    def __init__(self) -> None:
        self._donnes: dict[tuple[Inventer, str], str] = {}
        self._rangs: dict[Inventer, count[int]] = {}
        #: What sentences may cite: by first word, the words of each original and its stand-in.
        self._cites: dict[str, dict[tuple[str, ...], str]] = {}

    def document(self, octets: bytes) -> bytes | None:
        """The document without its people, written again in UTF-8; None when it is no XML."""
        try:
            racine = codec.parse(octets, limit=max(len(octets), 1))
        except ExchangeError:
            return None
        etree.strip_tags(racine, etree.Comment, etree.ProcessingInstruction)
        phrases: list[Any] = []
        for element in racine.iter(etree.Element):
            nom = etree.QName(element).localname
            if nom in _PHRASES:
                phrases.append(element)
            elif nom in _INVENTES and not len(element) and (element.text or "").strip():
                element.text = self._remplacant(_INVENTES[nom], element.text.strip())
        for element in phrases:
            element.text = self._sans_citation(element.text or "")
        ecrit: bytes = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
        return ecrit

    def _remplacant(self, inventer: Inventer, original: str) -> str:
        cle = inventer, plier(original)
        remplacant = self._donnes.get(cle)
        if remplacant is None:
            rang = next(self._rangs.setdefault(inventer, count()))
            remplacant = self._donnes[cle] = inventer(rang, original)
        mots = tuple(plier(mot) for mot in _MOT.findall(original))
        if mots and len(original) >= _CHERCHE_MIN and _NOMBRE.fullmatch(original) is None:
            self._cites.setdefault(mots[0], {})[mots] = remplacant
        return remplacant

    def _sans_citation(self, phrase: str) -> str:
        """The sentence without what it cites: whole words, the longest original first, however they are
        accented or cased."""
        vus = list(_MOT.finditer(phrase))
        mots = [plier(vu[0]) for vu in vus]
        morceaux, fini, rang = [], 0, 0
        while rang < len(mots):
            connus = self._cites.get(mots[rang], {})
            cites = [c for c in connus if tuple(mots[rang : rang + len(c)]) == c]
            if not cites:
                rang += 1
                continue
            cite = max(cites, key=len)
            morceaux += [phrase[fini : vus[rang].start()], connus[cite]]
            rang += len(cite)
            fini = vus[rang - 1].end()
        return "".join((*morceaux, phrase[fini:]))
