"""Texts that were damaged on their way, as free traffic shows them: without knowing what was entered.

The judge looks only for damage that no name, no address and no sentence in French contains: bytes in one
encoding read in another, characters escaped twice, a letter that became « ? ». A test may send such a thing
on purpose, or its own data may be damaged: one text says nothing yet (it is told as a blind spot), a second,
different one does.

« &amp; » may have been typed, or copied from a page. An application that escapes twice spares no character of
its kind: one that arrives as it is, at the same place of a message of that kind, acquits its own escapes, and
no other's. Nobody types « &amp;amp; ». The same words, « Untel &amp; Fils », in several texts count as one.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sne_conformite.juges.juge import CONSTATS, Constats, Dire
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import AngleMort, Constat

EXIGENCE: Final = "FID-10"
#: Different texts of one sort that make a finding; and those where nothing is escaped but what people type
#: and copy with its escape.
ABIMES_MIN: Final = 2
COPIES_MIN: Final = 3
_COPIES: Final = frozenset('&<>"\xa0')
#: What old data hold as well with its escape, for one place only of a message.
_TAPES: Final = _COPIES | {"'"}
#: Elements that hold a name or a line of an address; in other texts, « ? » may well stand between two words.
_NOMS: Final = frozenset(CONSTATS["noms"]["elements"])
#: UTF-8 read as Windows-1252 or Latin-1. Of the letters that begin a pair (Â, Ã, Å, â), Portuguese ends words
#: with Ã, and a capital may stand before a quotation mark: those pairs count inside a word only.
_MAL_LU: Final = re.compile(
    "â€|â‚¬|ï¿½|[Nn]Â°|Â[²³´]|[\x80-\x84\x86-\x9f]|Å¸|Å[“’](?=\\w)|(?<!\\w)Ã(?=[ \xa0])"
    "|Ã[¡-ª¬-º¼-¿€‚ƒ„†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ]|Ã[«»…‘’“”–—](?=\\w)"
)
#: A reference to a character, or to one by its name, that nobody read back, escaped once more or not; a quote
#: or a letter escaped.
_ECHAPPE: Final = re.compile(
    r"&(?:amp;)*(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[A-Za-z]{2,8}\d{0,2});|\\u00[89a-fA-F][\da-fA-F]|\w\\'\w"
)
_AUTOUR: Final = re.compile(rf"[\w'’.-]*\s?(?:{_ECHAPPE.pattern})\s?[\w'’.-]*")
_LETTRE_PERDUE: Final = re.compile(r"[^\W\d_]\?[^\W\d_]")
ECHAPPE: Final = "texte_echappe_deux_fois"


@dataclass(frozen=True, slots=True)
class _Echappe:
    """A text that shows characters escaped: which, of which kind of message and which element."""

    constat: Constat
    caracteres: frozenset[str]
    genre: str
    nom: str


@dataclass
class TextesAbimes:
    """FID-10, of free traffic: what breaks it. That a text is whole, nothing shows here."""

    #: By sort, the first findings by text, as long as they are too few to count.
    _vus: dict[str, dict[str, Constat]] = field(default_factory=dict)
    #: By the words around the first escape: what else arrives tells, at the end, whether they count.
    _echappes: dict[str, list[_Echappe]] = field(default_factory=dict)
    #: By kind of message and element, the characters that arrived as they are.
    _nus: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def voir(self, vue: Observation) -> Constats:
        """The findings that count from this exchange on."""
        genre = f"{vue.operation}/{vue.type_fichier[:3]}"
        for chemin, element in vue.noeuds:
            texte, nom = element.texte, element.nom
            # Most texts are digits or plain words: they have none of what is looked for.
            # No person reads what an identifier holds.
            if len(texte) < 2 or nom in ("refInterne", "mel") or (texte.isascii() and texte.isalnum()):
                continue
            sorte = abime(texte, nom=nom in _NOMS)
            nus = self._nus.setdefault((genre, nom), set())
            nus.update(_ECHAPPE.sub(lambda e: "" if _lire(e[0]) else e[0], texte))
            if sorte:
                dire = Dire(EXIGENCE, vue.identifiant)
                attendu = reparer(texte, sorte) or "la lettre saisie"
                constat = dire.rompue(sorte, attendu, texte, chemin=chemin)
                if sorte == ECHAPPE:
                    lus = frozenset(filter(None, (_lire(e[0]) for e in _ECHAPPE.finditer(texte))))
                    vu = _Echappe(constat, lus, genre, nom)
                    self._echappes.setdefault(_AUTOUR.search(texte)[0], []).append(vu)  # type: ignore[index]
                else:
                    yield from self._compter(sorte, texte, constat)

    def _compter(self, sorte: str, texte: str, constat: Constat) -> Constats:
        vus = self._vus.setdefault(sorte, {})
        if len(vus) >= ABIMES_MIN:
            yield constat
        elif texte not in vus:
            vus[texte] = constat
            if len(vus) == ABIMES_MIN:
                yield from vus.values()

    def finir(self) -> Constats:
        """The findings that all the traffic was needed for."""
        restent = {mots: [vu for vu in vus if self._restes(vu)] for mots, vus in self._echappes.items()}
        comptent = [vus for vus in restent.values() if vus]
        jamais_tapes = any(self._restes(vu) - _COPIES for vus in comptent for vu in vus)
        if len(comptent) >= (ABIMES_MIN if jamais_tapes else COPIES_MIN):
            self._echappes.clear()
            yield from (vu.constat for vus in comptent for vu in vus)

    def _restes(self, vu: _Echappe) -> frozenset[str]:
        """The characters of a text that did not arrive elsewhere as they are: at the same place; in any text
        of such a message, those whose escape people may have typed."""
        nus = set(self._nus[vu.genre, vu.nom])
        nus.update(*(n & _TAPES for (genre, _), n in self._nus.items() if genre == vu.genre))
        return vu.caracteres - nus

    def angles(self) -> Iterator[AngleMort]:
        """Lists the damages that were seen too few times, or beside their contrary, and prove nothing yet."""
        vus = [next(iter(v.values())) for v in self._vus.values() if len(v) < ABIMES_MIN]
        for constat in [*vus, *(v[0].constat for v in list(self._echappes.values())[:1])]:
            yield AngleMort(
                constat.sorte,
                f"{constat.phrase} Trop peu pour en juger ({constat.observe}, échange "
                f"{constat.echange}) : est-ce une donnée de vos tests ? Envoyez d'autres textes accentués.",
                "sne-sandbox generate --kind CRE --count 20 --out exemples",
            )


def _lire(echappe: str) -> str:
    """Returns the character that an escape stands for, "" when it stands for nothing; of a character whose
    escape people may have typed, and that was escaped once more, that escape."""
    if echappe.startswith("\\u"):
        return chr(int(echappe[2:], 16))
    lu = "'" if "\\" in echappe else html.unescape(echappe)
    entier = _sans_echappes(lu)
    if entier != lu:
        return lu if entier in _TAPES else entier
    return lu[0] if lu != echappe else ""


def _sans_echappes(texte: str) -> str:
    """A text, however many times it was escaped."""
    while (lu := html.unescape(texte)) != texte:
        texte = lu
    return texte


def abime(texte: str, *, nom: bool) -> str:
    """How a text was damaged: its `sorte`, "" when nothing shows it; `nom` says that it is a name
    or an address."""
    if "\ufffd" in texte or _MAL_LU.search(texte):
        return "texte_mal_decode"
    if any(_lire(e[0]) for e in _ECHAPPE.finditer(texte)):  # « A&B; » names no character
        return ECHAPPE
    if nom and _LETTRE_PERDUE.search(texte):
        return "lettre_en_point_d_interrogation"
    return ""


def reparer(texte: str, sorte: str) -> str:
    """Returns the text that was meant, where it can be told; "" where it cannot."""
    if sorte == ECHAPPE:
        return _sans_echappes(texte)
    for encodage in ("cp1252", "latin-1") if sorte == "texte_mal_decode" else ():
        try:
            return texte.encode(encodage).decode("utf-8")
        except UnicodeError:
            continue
    return ""
