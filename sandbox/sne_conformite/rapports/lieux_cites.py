"""Where in a text a path of a document leads: the line and the column of the element that it names.

Written without a parser: what is cited has MIME parts around it, masked values, and may be cut short.
"""

import re
from dataclasses import dataclass
from typing import Final

#: What is no element is passed over; an opening tag says its name, and whether it is empty.
_BALISE: Final = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[?!][^>]*>|<(?P<fin>/)?(?:[\w.-]+:)?(?P<nom>[\w.-]+)(?P<reste>[^<>]*)>",
    re.DOTALL,
)
_PAS: Final = re.compile(r"(?:[\w.-]+:)?([\w.-]+)(?:\[(\d+)\])?")
#: No document is deeper.
_PROFONDEUR_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Emplacement:
    """A place in a file, by the URI reference of that one; line and column count from 1, 0 where unknown."""

    fichier: str = ""
    ligne: int = 0
    colonne: int = 0


def situer(texte: str, chemin: str) -> tuple[int, int]:
    """(line, column) of the tag that `chemin` leads to (« demande/personne[2]/nom »), wherever the path
    begins; of what should hold it when it is not there; (0, 0) when nothing of the path is."""
    voulus = _voulus(chemin)
    meilleur, debut = 0, -1
    pile: list[tuple[str, int]] = []
    vus: list[dict[str, int]] = [{}]
    for balise in _BALISE.finditer(texte) if voulus else ():
        nom = balise["nom"]
        if nom is None or len(pile) > _PROFONDEUR_MAX:
            continue
        if balise["fin"]:
            if pile:
                pile.pop()
                vus.pop()
            continue
        rang = vus[-1][nom] = vus[-1].get(nom, 0) + 1
        pile.append((nom, rang))
        vus.append({})
        atteint = _atteint(pile, voulus, meilleur)
        if atteint:
            meilleur, debut = atteint, balise.start()
            if meilleur == len(voulus):
                break
        if balise["reste"].endswith("/"):
            pile.pop()
            vus.pop()
    if debut < 0:
        return 0, 0
    return texte.count("\n", 0, debut) + 1, debut - texte.rfind("\n", 0, debut)


def _voulus(chemin: str) -> list[tuple[str, int]]:
    """(name, rank) of each step; 0 is any rank. An attribute is in the tag of its element."""
    trouves = [_PAS.fullmatch(pas) for pas in chemin.split("/") if pas and not pas.startswith("@")]
    return [(t[1], int(t[2] or 0)) for t in trouves if t]


def _atteint(pile: list[tuple[str, int]], voulus: list[tuple[str, int]], meilleur: int) -> int:
    """How many of the first steps wanted the innermost elements are, when more than `meilleur`; else 0."""
    for combien in range(min(len(pile), len(voulus)), meilleur, -1):
        if all(
            nom == voulu and attendu in (0, rang)
            for (nom, rang), (voulu, attendu) in zip(pile[-combien:], voulus, strict=False)
        ):
            return combien
    return 0
