"""The maps: each commune in the shade of its number, which is written on it; its outline is laid flat
(`fixtures/territoires/`)."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any, Final

from sne_console.vues.dessin import ajouter, image, lien
from sne_interface.domain.texte import nombre
from sne_interface.resources import fixtures_dir
from sne_statistiques.comptes.comptes_a_dessiner import LieuCompte
from sne_statistiques.comptes.statistiques import LIBELLES

#: Width of a frame, in its own units; a margin around it.
LARGEUR: Final = 640
_MARGE: Final = 4
#: Heights of a shape that are tried for its number, and one more.
_HAUTEURS: Final = 13
Point = tuple[float, float]
CLASSES: Final = 5
_POLICE: Final = 19
#: Width of a digit, and height of a line, for that size.
_CHIFFRE: Final = 10.5
_LIGNE: Final = 17


@dataclass(frozen=True)
class Contour:
    """A commune: its path, where its number may stand, and how wide and high it is there."""

    nom: str
    trace: str
    x: float
    y: float
    large: float
    haut: float


@dataclass(frozen=True)
class Cadre:
    """The places that a map shows together, by INSEE code."""

    nom: str
    titre: str
    hauteur: float
    communes: Mapping[str, Contour]


@dataclass(frozen=True)
class MesureDeCarte:
    """The measure that a map may show of a commune, one of its `champ`; `unite` is what it counts."""

    code: str
    titre: str
    unite: str
    champ: str


MESURES: Final = {code: MesureDeCarte(code, **dite) for code, dite in LIBELLES["mesures"].items()}


def ecrire(valeur: float) -> str:
    """A number of a map: « 1 234 », « 3,4 »."""
    return nombre(valeur) if isinstance(valeur, int) else f"{valeur:.1f}".replace(".", ",")


def bornes(valeurs: Sequence[float]) -> list[float]:
    """The lowest value of each class: as many communes in each, when they differ enough."""
    tries = sorted(valeur for valeur in valeurs if valeur)
    return sorted({tries[len(tries) * rang // CLASSES] for rang in range(CLASSES)}) if tries else []


def classe_de(valeur: float, limites: Sequence[float]) -> int:
    """From 1, the palest, to `CLASSES`: fewer classes are spread over all shades."""
    rang = sum(valeur >= limite for limite in limites)
    return CLASSES if len(limites) == 1 else 1 + round((rang - 1) * (CLASSES - 1) / (len(limites) - 1))


@dataclass(frozen=True)
class Carte:
    """The maps of a measure: a drawing for each frame that has something to show. `absentes`: communes with a
    number and without an outline; `legende`: class, from, to."""

    dessins: list[tuple[Cadre, Any]]
    absentes: list[LieuCompte]
    legende: list[tuple[int, str]]


def dessiner(
    lieux: Sequence[LieuCompte], mesure: MesureDeCarte, adresse: Callable[[LieuCompte], str]
) -> Carte:
    """The maps of these communes; `adresse` is where one finds the demandes of one."""
    dites = {lieu.code: (lieu, valeur) for lieu in lieux if (valeur := getattr(lieu, mesure.champ))}
    limites = bornes([valeur for _, valeur in dites.values()])
    vues: set[str] = set()
    dessins = []
    for cadre in cadres():
        ici = {code: dites[code] for code in cadre.communes if code in dites}
        vues |= ici.keys()
        if not ici:
            continue
        racine = image(LARGEUR, cadre.hauteur, f"Carte : {cadre.titre}", "carte")
        fond = "".join(contour.trace for code, contour in cadre.communes.items() if code not in ici)
        ajouter(racine, "path", class_="n0", d=fond, aria_hidden="true")
        # The most numerous first: it is also the order of the table, and that of the keyboard.
        for code, (lieu, valeur) in sorted(ici.items(), key=lambda dite: -dite[1][1]):
            contour, classe = cadre.communes[code], classe_de(valeur, limites)
            ecrit = ecrire(valeur)
            forme = lien(racine, adresse(lieu), f"{lieu.nom} : {ecrit} {mesure.unite}")
            ajouter(forme, "path", class_=f"n{classe}", d=contour.trace)
            if contour.large >= _CHIFFRE * len(ecrit) + 4 and contour.haut >= _LIGNE:
                place = {"x": contour.x, "y": contour.y + 7, "text_anchor": "middle", "font_size": _POLICE}
                ajouter(forme, "text", ecrit, class_=f"gras sur{classe}", aria_hidden="true", **place)
        dessins.append((cadre, racine))
    # Where most is to be seen first.
    dessins.sort(key=lambda dessin: -sum(dites[code][1] for code in dessin[0].communes if code in dites))
    absentes = [lieu for code, (lieu, _) in dites.items() if code not in vues]
    return Carte(dessins, absentes, _legende([valeur for _, valeur in dites.values()], limites))


def _legende(valeurs: Sequence[float], limites: Sequence[float]) -> list[tuple[int, str]]:
    legende = []
    for bas, apres in zip_longest(limites, limites[1:], fillvalue=math.inf):
        haut = max(valeur for valeur in valeurs if bas <= valeur < apres)
        dit = ecrire(bas) if haut == bas else f"{ecrire(bas)} à {ecrire(haut)}"
        legende.append((classe_de(bas, limites), dit))
    return legende


# --- the outlines -------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def cadres() -> tuple[Cadre, ...]:
    """The frames, those of most communes first. Raises OperatorError when the folder is missing."""
    lus = [_lire(fichier) for fichier in sorted((fixtures_dir() / "territoires").glob("*.geojson"))]
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
    grand = max(anneaux, key=lambda un: abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(un))))
    # Where one writes: of some heights of the shape, the middle of the widest passage that is high too.
    haut, bas = (f(y for _, y in grand) for f in (min, max))
    places = [
        (x, y, large, _passage(grand, x, y, axe=1)[1])
        for y in (haut + (bas - haut) * rang / _HAUTEURS for rang in range(1, _HAUTEURS))
        for x, large in [_passage(grand, y)]
    ]
    return Contour(nom, trace, *max(places, key=lambda place: min(place[2], 2 * place[3])))


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
