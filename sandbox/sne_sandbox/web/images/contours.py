"""The outlines of the communes that the maps draw (`fixtures/territoires/`), laid flat."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from sne_sandbox.resources import fixtures_dir

#: Width of a frame, in its own units; a margin around it.
LARGEUR: Final = 640
_MARGE: Final = 4
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Contour:
    """A commune: its path, where its number stands, and how wide and high it is there."""

    nom: str
    trace: str
    x: float
    y: float
    large: float
    haut: float


@dataclass(frozen=True, slots=True)
class Cadre:
    """What a map shows together, by INSEE code."""

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
    grand = max(anneaux, key=lambda anneau: abs(_moments(anneau)[0]))
    aire, mx, my = _moments(grand)
    x, y = (mx / aire, my / aire) if aire else grand[0]
    return Contour(nom, trace, x, y, _etendue(grand, x, y, 0), _etendue(grand, x, y, 1))


def _moments(anneau: list[Point]) -> tuple[float, float, float]:
    """Area and first moments of a ring."""
    aire = mx = my = 0.0
    for (ax, ay), (bx, by) in pairwise(anneau):
        croix = ax * by - bx * ay
        aire, mx, my = aire + croix / 2, mx + (ax + bx) * croix / 6, my + (ay + by) * croix / 6
    return aire, mx, my


def _etendue(anneau: list[Point], x: float, y: float, axe: int) -> float:
    """How far one may write around a point, on each side of it, along an axis."""
    ici = (x, y)
    croisees = []
    for a, b in pairwise(anneau):
        avant, apres = a[1 - axe] - ici[1 - axe], b[1 - axe] - ici[1 - axe]
        if (avant < 0) != (apres < 0):
            croisees.append(a[axe] + (b[axe] - a[axe]) * avant / (avant - apres) - ici[axe])
    devant = min((c for c in croisees if c >= 0), default=0.0)
    derriere = min((-c for c in croisees if c < 0), default=0.0)
    return 2 * min(devant, derriere)
