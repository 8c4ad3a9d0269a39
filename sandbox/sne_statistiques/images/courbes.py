"""Curves over periods: a line for each series, told apart by its dash, its mark and its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sne_console.vues.dessin import ajouter, image, lien
from sne_interface.domain.texte import nombre

_HAUTEUR: Final = 300
_POLICE: Final = 15
_LETTRE: Final = 8.2
_RAYON: Final = 5


@dataclass(frozen=True, slots=True)
class Serie:
    """A line: `nom`, what a number of it is (`unite`), and for each period its number and its address (None:
    it leads nowhere)."""

    nom: str
    unite: str
    points: Sequence[tuple[int, str | None]]


def dessiner(titre: str, periodes: Sequence[str], series: Sequence[Serie], *, etroit: bool = False) -> Any:
    """The curves; `etroit`, as a telephone shows them."""
    largeur = 400 if etroit else 960
    plus_grand = max((n for serie in series for n, _ in serie.points), default=0)
    pas = _pas(plus_grand)
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
        _ecrire(racine, nombre(cran * pas), gauche - 8, la + 5, "end")
    saut = max(1, -(-len(periodes) * 60 // int(droite - gauche)))
    for rang, periode in enumerate(periodes):
        if (len(periodes) - 1 - rang) % saut == 0:
            _ecrire(racine, periode, x(rang), bas + 24, "middle")
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
    for puissance in range(12):
        for debut in (1, 2, 5):
            if debut * 10**puissance * 4 >= plus_grand:
                return int(debut * 10**puissance)
    raise AssertionError(plus_grand)


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
            _ecrire(racine, serie.nom, 34.0, la + 5, "start", "gras")
        return
    plancher = float("-inf")
    for fin, numero in sorted((fin, numero) for numero, fin in enumerate(fins)):
        la = max(fin, plancher + _POLICE + 4)
        plancher = la
        _ecrire(racine, series[numero].nom, droite + 14, la + 5, "start", "gras")


def _ecrire(parent: Any, texte: str, x: float, y: float, ancre: str, classe: str = "") -> None:
    place = {"x": x, "y": y, "text_anchor": ancre, "font_size": _POLICE}
    ajouter(parent, "text", texte, class_=classe or "mot", aria_hidden="true", **place)
