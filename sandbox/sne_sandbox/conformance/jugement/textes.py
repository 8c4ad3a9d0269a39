"""Texts that were damaged on their way, as free traffic shows them: without knowing what was entered.

Only what no name, no address and no sentence in French holds is looked for: bytes in one encoding read in
another, characters escaped twice, a letter that became « ? ». A test may send such a thing on purpose, or its
own data may be damaged: one text says nothing yet (it is told as a blind spot), a second one, another, does.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sne_sandbox.conformance.jugement.juge import Dire
from sne_sandbox.conformance.observation import Observation
from sne_sandbox.reports.model import AngleMort, Constat

EXIGENCE: Final = "FID-10"
#: Different texts of one sort that make a finding.
ABIMES_MIN: Final = 2
#: What is never read by a person: an identifier of the application's own may hold anything.
_OPAQUES: Final = frozenset({"refInterne", "mel"})
#: Elements that hold a name or a line of an address; in other texts, « ? » may well stand between two words.
_NOMS: Final = frozenset(
    {
        "nom", "prenom", "nomPatronymique", "nomHebergeant", "nomEmployeurPrincipal", "voie", "lieuDit",
        "compAdresse", "compNomCentre", "compNomStructure", "compNomOrgBailleur", "nomOrganismeCollecteur",
        "quartier", "communeEtranger", "pays",
    }
)  # fmt: skip
#: UTF-8 read as Windows-1252 or Latin-1. Of the letters that begin a pair (Â, Ã, Å, â), Portuguese ends words
#: with Ã, and a capital may stand before a quotation mark: those pairs count inside a word only.
_MAL_LU: Final = re.compile(
    "â€|â‚¬|ï¿½|[Nn]Â°|Â[²³´]|[\x80-\x84\x86-\x9f]|Å¸|Å[“’](?=\\w)|(?<!\\w)Ã(?=[ \xa0])"
    "|Ã[¡-ª¬-º¼-¿€‚ƒ„†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ]|Ã[«»…‘’“”–—](?=\\w)"
)
#: A reference to a character, or to one by its name, that nobody read back; a quote or a letter escaped.
_ECHAPPE: Final = re.compile(
    r"&(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[A-Za-z]{2,8}\d{0,2});|\\u00[89a-fA-F][\da-fA-F]|\w\\'\w"
)
_LETTRE_PERDUE: Final = re.compile(r"[^\W\d_]\?[^\W\d_]")
_PERDU: Final = "\ufffd"
_PHRASES: Final = {
    "texte_mal_decode": "Un texte est abîmé : écrit dans un encodage, lu dans un autre.",
    "texte_echappe_deux_fois": "Un texte est abîmé : ses caractères ont été échappés deux fois.",
    "lettre_en_point_d_interrogation": "Un nom est abîmé : un « ? » y tient lieu d'une lettre.",
}


@dataclass(slots=True)
class TextesAbimes:
    """FID-10, of free traffic: what breaks it. That a text is whole, nothing shows here."""

    _vus: dict[str, dict[str, Constat]] = field(default_factory=dict)
    """By sort, the first findings by text, as long as they are too few to count."""

    def voir(self, vue: Observation) -> Iterator[Constat]:
        """The findings that count from this exchange on."""
        for chemin, element in vue.noeuds:
            texte = element.texte
            # Most texts are digits or plain words: they have none of what is looked for.
            if len(texte) < 2 or element.nom in _OPAQUES or (texte.isascii() and texte.isalnum()):
                continue
            sorte = abime(texte, nom=element.nom in _NOMS)
            if sorte:
                dire = Dire(EXIGENCE, vue.echange.identifiant)
                attendu = reparer(texte, sorte) or "la lettre saisie"
                constat = dire.rompue(sorte, _PHRASES[sorte], attendu, texte, chemin=chemin)
                yield from self._compter(sorte, texte, constat)

    def _compter(self, sorte: str, texte: str, constat: Constat) -> Iterator[Constat]:
        vus = self._vus.setdefault(sorte, {})
        if len(vus) >= ABIMES_MIN:
            yield constat
        elif texte not in vus:
            vus[texte] = constat
            if len(vus) == ABIMES_MIN:
                yield from vus.values()

    def angles(self) -> Iterator[AngleMort]:
        """What was seen once, and proves nothing yet."""
        for sorte, vus in self._vus.items():
            if len(vus) < ABIMES_MIN:
                (constat,) = vus.values()
                yield AngleMort(
                    sorte,
                    f"{_PHRASES[sorte]} Une seule fois ({constat.observe}, échange {constat.echange}) : "
                    "est-ce une donnée de vos tests ? Envoyez d'autres textes accentués.",
                    "sne-sandbox generate --kind CRE --count 20 --out exemples",
                )


def abime(texte: str, *, nom: bool) -> str:
    """How a text was damaged: a key of the sentences, "" when nothing shows it; `nom` says that it is a name
    or an address."""
    if _PERDU in texte or _MAL_LU.search(texte):
        return "texte_mal_decode"
    # « A&B; » names no character.
    if any("\\" in e[0] or html.unescape(e[0]) != e[0] for e in _ECHAPPE.finditer(texte)):
        return "texte_echappe_deux_fois"
    if nom and _LETTRE_PERDUE.search(texte):
        return "lettre_en_point_d_interrogation"
    return ""


def reparer(texte: str, sorte: str) -> str:
    """What was meant, where it can be told; "" where it cannot."""
    if sorte == "texte_echappe_deux_fois":
        return html.unescape(texte)
    for encodage in ("cp1252", "latin-1") if sorte == "texte_mal_decode" else ():
        try:
            return texte.encode(encodage).decode("utf-8")
        except UnicodeError:
            continue
    return ""
