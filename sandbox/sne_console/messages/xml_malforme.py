"""Where a message that is no XML goes wrong: the line that was named when it was refused, among others."""

import re
from dataclasses import dataclass
from typing import Final

from sne_conformite.observation.observation import Observation
from sne_console.messages import echange_montre
from sne_console.messages.documents_masques import lire, montrer_octets

#: Lines shown before and after the one at fault; characters of a line.
AUTOUR: Final = 3
LIGNE_MAX: Final = 300
#: How a refusal says where a text ceases to be XML.
_LIEU: Final = re.compile(r"Ligne (\d+), colonne (\d+) : ")


@dataclass(frozen=True, slots=True)
class LigneMontree:
    """A line as it is shown, NIR masked; `fautive`: the one that was named."""

    rang: int
    texte: str
    fautive: bool


@dataclass(frozen=True, slots=True)
class LieuMalforme:
    """Where a text ceases to be XML: a line, a column, what stands around. `quoi` is what was read."""

    quoi: str
    ligne: int
    colonne: int
    lignes: tuple[LigneMontree, ...]


def lieu_malforme(observation: Observation) -> LieuMalforme | None:
    """Of the request of an exchange, None when it was refused for another reason."""
    trouve = _LIEU.match(observation.fault("explication"))
    if trouve is None:
        return None
    octets, quoi = echange_montre.document(observation, "requete"), "le document"
    if not octets or lire(octets) is not None:
        octets, quoi = (b"" if observation.message is None else observation.message.racine), "l'enveloppe"
    ligne, colonne = int(trouve[1]), int(trouve[2])
    return LieuMalforme(quoi, ligne, colonne, autour(octets, ligne, colonne)) if octets else None


def autour(octets: bytes, ligne: int, colonne: int) -> tuple[LigneMontree, ...]:
    """A line of a text, from 1, and those around it; of a long one, what is near the column. None of what may
    hold a NIR that could not be masked, for who may not see it."""
    # Masked as a whole: half a NIR is still one.
    montre = montrer_octets(octets)
    if montre.count(b"\n") != octets.count(b"\n"):
        return ()
    lignes = echange_montre.imprimable(montre.decode("utf-8", "replace")).split("\n")
    debut = max(1, ligne - AUTOUR)
    return tuple(
        LigneMontree(rang, _fenetre(texte.rstrip("\r"), colonne if rang == ligne else 0), rang == ligne)
        for rang, texte in enumerate(lignes[debut - 1 : ligne + AUTOUR], debut)
    )


def _fenetre(texte: str, colonne: int) -> str:
    debut = max(0, min(colonne - LIGNE_MAX // 2, len(texte) - LIGNE_MAX))
    vu = texte[debut : debut + LIGNE_MAX]
    return ("… " if debut else "") + vu + (" …" if debut + LIGNE_MAX < len(texte) else "")
