"""The outlines of the communes that the maps draw (`fixtures/territoires/`), laid flat."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from sne_interface.resources import fixtures_dir

#: Width of a frame, in its own units; a margin around it.
LARGEUR: Final = 640
_MARGE: Final = 4
#: Heights of a shape that are tried for its number, and one more.
_HAUTEURS: Final = 13
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Contour:
    """A commune: its path, where its number may stand, and how wide and high it is there."""

    nom: str
    trace: str
    x: float
    y: float
    large: float
    haut: float


@dataclass(frozen=True, slots=True)
class Cadre:
    """The places that a map shows together, by INSEE code."""

    nom: str
    titre: str
    hauteur: float
    communes: Mapping[str, Contour]


@lru_cache(maxsize=1)
def cadres() -> tuple[Cadre, ...]:
    """The frames, those of most communes first. Raises OperatorError when the folder is missing."""
    fichiers = sorted((fixtures_dir() / "territoires").glob("*.geojson"))
    lus = [_lire(fichier) for fichier in fichiers]
    return tuple(sorted(lus, key=lambda cadre: -len(cadre.communes)))


def _lire(fichier: Path) -> Cadre:
    lu = json.loads(fichier.read_text(encoding="utf-8"))
    traits = lu["features"]
    points = [p for trait in traits for anneau in _anneaux(trait) for p in anneau]
    # So small a place is flat: a degree of longitude is shorter by the cosine of the latitude.
    echelle = math.cos(math.radians(sum(y for _, y in points) / len(points)))
    gauche, droite = (f(x for x, _ in points) * echelle for f in (min, max))
    bas, haut = (f(y for _, y in points) for f in (min, max))
    taille = (LARGEUR - 2 * _MARGE) / (droite - gauche)

    def poser(point: Sequence[float]) -> Point:
        return (point[0] * echelle - gauche) * taille + _MARGE, (haut - point[1]) * taille + _MARGE

    communes = {
        trait["properties"]["code"]: _contour(
            trait["properties"]["nom"], [[poser(p) for p in anneau] for anneau in _anneaux(trait)]
        )
        for trait in traits
    }
    return Cadre(fichier.stem, lu["title"], round((haut - bas) * taille + 2 * _MARGE), communes)


def _anneaux(trait: Any) -> list[list[list[float]]]:
    return [anneau for polygone in trait["geometry"]["coordinates"] for anneau in polygone]


def _contour(nom: str, anneaux: list[list[Point]]) -> Contour:
    trace = "".join("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in anneau[:-1]) + "Z" for anneau in anneaux)
    grand = max(anneaux, key=_aire)
    # Where one writes: of some heights of the shape, the middle of the widest passage that is high too.
    haut, bas = (f(y for _, y in grand) for f in (min, max))
    places = [
        (x, y, large, _passage(grand, x, y, axe=1)[1])
        for y in (haut + (bas - haut) * rang / _HAUTEURS for rang in range(1, _HAUTEURS))
        for x, large in [_passage(grand, y)]
    ]
    return Contour(nom, trace, *max(places, key=lambda place: min(place[2], 2 * place[3])))


def _aire(anneau: list[Point]) -> float:
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(anneau)))


def _passage(anneau: list[Point], place: float, autour: float | None = None, *, axe: int = 0) -> Point:
    """The middle and the length of the widest way through a ring along an axis, at a place of the other one;
    or of the one around a point."""
    croisees = sorted(
        a[axe] + (b[axe] - a[axe]) * (place - a[1 - axe]) / (b[1 - axe] - a[1 - axe])
        for a, b in pairwise(anneau)
        if (a[1 - axe] <= place) != (b[1 - axe] <= place)
    )
    passages = [
        ((debut + fin) / 2, fin - debut)
        for debut, fin in zip(croisees[::2], croisees[1::2], strict=True)
        if autour is None or debut <= autour <= fin
    ]
    return max(passages, key=lambda passage: passage[1], default=(0.0, 0.0))
