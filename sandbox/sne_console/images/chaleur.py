"""A heat map as a file: a square for each element, under the name of what holds it, with its sign."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sne_console.images.dessin import ajouter, image

_LARGEUR: Final = 900
_CASE: Final = 22
_GAUCHE: Final = 330
_POLICE: Final = 13
_EN_LIGNE: Final = (_LARGEUR - _GAUCHE - 20) // _CASE
#: Sign and class of each state, and that of its sign.
_FORMES: Final[Mapping[str, tuple[str, str, str]]] = {
    "jamais": ("·", "n0", "mot"),
    "accepté": ("✓", "s1", "sur5"),
    "les deux": ("±", "n3", "mot"),
    "refusé": ("✕", "s3", "sur5"),
    "reçu": ("↓", "n0", "mot"),
}


def dessiner(titre: str, blocs: Sequence[tuple[str, Sequence[str]]]) -> Any:
    """The blocks, one below another: its name, then the state of each of its elements, in order."""
    lignes = [-(-len(etats) // _EN_LIGNE) for _, etats in blocs]
    racine = image(_LARGEUR, sum(lignes) * (_CASE + 4) + 60, titre, "chaleur")
    haut = 10
    for (nom, etats), hauteur in zip(blocs, lignes, strict=True):
        place = {"x": _GAUCHE - 10, "y": haut + 16, "text_anchor": "end", "font_size": _POLICE}
        ajouter(racine, "text", nom if len(nom) < 44 else f"…{nom[-43:]}", class_="mot", **place)
        for rang, etat in enumerate(etats):
            x = _GAUCHE + rang % _EN_LIGNE * _CASE
            _case(racine, etat, x, haut + rang // _EN_LIGNE * (_CASE + 4))
        haut += hauteur * (_CASE + 4)
    for rang, etat in enumerate(_FORMES):
        _case(racine, etat, 20 + rang * 170, haut + 18)
        ajouter(racine, "text", etat, class_="mot", x=50 + rang * 170, y=haut + 34, font_size=_POLICE)
    return racine


def _case(racine: Any, etat: str, x: int, y: int) -> None:
    signe, classe, sur = _FORMES[etat]
    ajouter(racine, "rect", class_=classe, x=x, y=y, width=_CASE - 3, height=_CASE - 3)
    place = {"x": x + (_CASE - 3) / 2, "y": y + 14, "text_anchor": "middle", "font_size": _POLICE}
    ajouter(racine, "text", signe, class_=sur, **place)
