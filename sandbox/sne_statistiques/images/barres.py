"""Bars and pyramids as files: in a page they are the rows of a table (`statistiques/_figures.html`)."""

from collections.abc import Sequence
from typing import Any, Final

from sne_console.vues.dessin import ajouter, image

_LARGEUR: Final = 760
_RANG: Final = 30
_POLICE: Final = 15
_LETTRE: Final = 8.2


def dessiner(
    titre: str,
    lignes: Sequence[tuple[str, float, str]],
    *,
    seuil: tuple[float, str] | None = None,
) -> Any:
    """Horizontal bars: label, value, what is written after it; `seuil` is a value to be reached, in words."""
    gauche = 20 + _LETTRE * max((len(libelle) for libelle, _, _ in lignes), default=0)
    fin = _LARGEUR - 20 - _LETTRE * max((len(ecrit) for _, _, ecrit in lignes), default=0)
    plus_grand = max([*(valeur for _, valeur, _ in lignes), seuil[0] if seuil else 0]) or 1
    haut = 30.0 if seuil else 10.0
    racine = image(_LARGEUR, haut + _RANG * len(lignes) + 10, titre, "barres")
    for rang, (libelle, valeur, ecrit) in enumerate(lignes):
        la = haut + rang * _RANG
        large = (fin - gauche) * valeur / plus_grand
        _ecrire(racine, libelle, gauche - 10, la + 20, "end")
        ajouter(racine, "rect", class_="s1", x=gauche, y=la + 5, width=large, height=_RANG - 10)
        _ecrire(racine, ecrit, gauche + large + 8, la + 20, "start")
    if seuil:
        la = gauche + (fin - gauche) * seuil[0] / plus_grand
        bas = haut + _RANG * len(lignes)
        ajouter(racine, "line", class_="seuil", x1=la, x2=la, y1=haut - 4, y2=bas)
        _ecrire(racine, seuil[1], la, haut - 10, "middle")
    return racine


def pyramide(titre: str, cotes: tuple[str, str], lignes: Sequence[tuple[str, int, int, str]]) -> Any:
    """Bars to the left and to the right of their labels, the last line on top; a word after some labels."""
    plus_grand = max((n for _, a, b, _ in lignes for n in (a, b)), default=0) or 1
    milieu, demi = _LARGEUR / 2, 110.0
    place = milieu - demi - 60
    racine = image(_LARGEUR, 40 + _RANG * len(lignes) + 10, titre, "pyramide")
    _ecrire(racine, cotes[0], milieu - demi, 22, "end", "gras")
    _ecrire(racine, cotes[1], milieu + demi, 22, "start", "gras")
    for rang, (libelle, gauche, droite, mot) in enumerate(reversed(lignes)):
        la = 36 + rang * _RANG
        a, b = place * gauche / plus_grand, place * droite / plus_grand
        ajouter(racine, "rect", class_="s3", x=milieu - demi - a, y=la + 5, width=a, height=_RANG - 10)
        ajouter(racine, "rect", class_="s1", x=milieu + demi, y=la + 5, width=b, height=_RANG - 10)
        _ecrire(racine, str(gauche), milieu - demi - a - 8, la + 20, "end")
        _ecrire(racine, str(droite), milieu + demi + b + 8, la + 20, "start")
        _ecrire(racine, f"{libelle}{' ◂' if mot else ''}", milieu, la + 20, "middle")
    return racine


def _ecrire(parent: Any, texte: str, x: float, y: float, ancre: str, classe: str = "mot") -> None:
    place = {"x": x, "y": y, "text_anchor": ancre, "font_size": _POLICE}
    ajouter(parent, "text", texte, class_=classe, **place)
