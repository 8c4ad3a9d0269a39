"""Bars, pyramids and curves: a picture of bars is a file; in a page they are the rows of a table
(`statistiques/_figures.html`). Curves are over periods: a line for each series, told apart by its dash, its
mark and its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sne_console.vues.dessin import ajouter, image, lien
from sne_interface.domain.texte import nombre

_LARGEUR: Final = 760
_RANG: Final = 30
_POLICE: Final = 15
_LETTRE: Final = 8.2
#: Of curves.
_HAUTEUR: Final = 300
_RAYON: Final = 5


def barres(
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
        ajouter(racine, "line", class_="seuil", x1=la, x2=la, y1=haut - 4, y2=haut + _RANG * len(lignes))
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


@dataclass(frozen=True)
class Serie:
    """A line: `nom`, what a number of it is (`unite`), and for each period its number and its address (None:
    it leads nowhere)."""

    nom: str
    unite: str
    points: Sequence[tuple[int, str | None]]


def courbes(titre: str, periodes: Sequence[str], series: Sequence[Serie], *, etroit: bool) -> Any:
    """The curves; `etroit`, as a telephone shows them."""
    largeur = 400 if etroit else 960
    pas = _pas(max((n for serie in series for n, _ in serie.points), default=0))
    gauche = 14 + _LETTRE * len(nombre(pas * 4))
    droite = largeur - (18 if etroit else 24 + _LETTRE * max(len(serie.nom) for serie in series))
    haut, bas = 14.0, float(_HAUTEUR - 34)
    racine = image(largeur, _HAUTEUR + (22 * len(series) if etroit else 0), titre, "courbes")
    racine.set("class", f"courbes {'etroites' if etroit else 'larges'}")

    def x(rang: int) -> float:
        return gauche + (droite - gauche) * rang / max(1, len(periodes) - 1)

    def y(valeur: float) -> float:
        return bas - (bas - haut) * valeur / (pas * 4)

    for cran in range(5):
        la = y(cran * pas)
        ajouter(racine, "line", class_="guide", x1=gauche, x2=droite, y1=la, y2=la)
        _ecrire(racine, nombre(cran * pas), gauche - 8, la + 5, "end", aria_hidden="true")
    saut = max(1, -(-len(periodes) * 60 // int(droite - gauche)))
    for rang, periode in enumerate(periodes):
        if (len(periodes) - 1 - rang) % saut == 0:
            _ecrire(racine, periode, x(rang), bas + 24, "middle", aria_hidden="true")
    for numero, serie in enumerate(series, 1):
        points = " ".join(f"{x(rang):.1f},{y(n):.1f}" for rang, (n, _) in enumerate(serie.points))
        ajouter(racine, "polyline", class_=f"trait s{numero} t{numero}", points=points)
    for numero, serie in enumerate(series, 1):
        for rang, (n, adresse) in enumerate(serie.points):
            point = lien(racine, adresse, f"{periodes[rang]} : {nombre(n)} {serie.unite}")
            ajouter(point, "circle", class_="touche", cx=x(rang), cy=y(n), r=12)
            _marquer(point, numero, x(rang), y(n))
    _nommer(racine, series, [y(serie.points[-1][0]) for serie in series], droite, etroit=etroit)
    return racine


def _pas(plus_grand: int) -> int:
    """A quarter of the scale, a round number."""
    ronds = (int(debut * 10**puissance) for puissance in range(12) for debut in (1, 2, 5))
    return next(rond for rond in ronds if rond * 4 >= plus_grand)


def _marquer(parent: Any, numero: int, x: float, y: float) -> None:
    r = _RAYON
    if numero == 1:
        ajouter(parent, "circle", class_="s1", cx=x, cy=y, r=r)
        return
    formes = {
        2: ((-r, -r), (r, -r), (r, r), (-r, r)),
        3: ((0, -r - 1), (r + 1, r), (-r - 1, r)),
        4: ((0, -r - 2), (r + 2, 0), (0, r + 2), (-r - 2, 0)),
    }
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in formes[numero])
    ajouter(parent, "polygon", class_=f"s{numero}", points=points)


def _nommer(
    racine: Any, series: Sequence[Serie], fins: Sequence[float], droite: float, *, etroit: bool
) -> None:
    """The names: at the end of the lines, one above another; below, on a telephone."""
    if etroit:
        for rang, serie in enumerate(series):
            la = _HAUTEUR + 22.0 * rang
            _marquer(racine, rang + 1, 20.0, la)
            _ecrire(racine, serie.nom, 34.0, la + 5, "start", "gras", aria_hidden="true")
        return
    plancher = float("-inf")
    for fin, numero in sorted((fin, numero) for numero, fin in enumerate(fins)):
        la = max(fin, plancher + _POLICE + 4)
        plancher = la
        _ecrire(racine, series[numero].nom, droite + 14, la + 5, "start", "gras", aria_hidden="true")


def _ecrire(
    parent: Any, texte: str, x: float, y: float, ancre: str, classe: str = "mot", **attributs: str
) -> None:
    place = {"x": x, "y": y, "text_anchor": ancre, "font_size": _POLICE}
    ajouter(parent, "text", texte, class_=classe, **attributs, **place)
