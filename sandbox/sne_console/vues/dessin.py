"""A picture: its shapes as a tree of SVG, and the table that says the same.

In a page, classes give the colours (`statistiques.css`), which follow the scheme of the page. A file that is
downloaded has them in itself, and no link.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree
from markupsafe import Markup

from sne_interface.domain.texte import ecrire_csv

SVG: Final = "http://www.w3.org/2000/svg"
_POLICE: Final = "system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"
#: The colours of a file: those of the light scheme of `statistiques.css`. Sequential: cividis, which reads
#: alike whatever one's sight; categories: Okabe and Ito, darkened.
_STYLE: Final = f"""
text {{ font-family: {_POLICE}; fill: #1e2a2a; }}
.fond {{ fill: #fff; }} .n0 {{ fill: #f6f4ee; stroke: #8b8a7d; stroke-width: .6; }}
.n1 {{ fill: #fdea45; }} .n2 {{ fill: #cbba69; }} .n3 {{ fill: #958f78; }}
.n4 {{ fill: #575d6d; }} .n5 {{ fill: #00224e; }}
path.n1, path.n2, path.n3 {{ stroke: #1e2a2a; stroke-width: 1; }}
path.n4, path.n5 {{ stroke: #fff; stroke-width: 1; }} .sur4, .sur5 {{ fill: #fff; }}
.s1 {{ fill: #0072b2; stroke: #0072b2; }} .s2 {{ fill: #00805f; stroke: #00805f; }}
.s3 {{ fill: #c04f00; stroke: #c04f00; }} .s4 {{ fill: #a8487f; stroke: #a8487f; }}
.trait {{ fill: none; stroke-width: 2.5; }} .t2 {{ stroke-dasharray: 9 4; }} .t3 {{ stroke-dasharray: 3 3; }}
.t4 {{ stroke-dasharray: 12 3 3 3; }} .guide {{ stroke: #ddd8cb; }}
.seuil {{ stroke: #1e2a2a; stroke-width: 2; }}
.gras {{ font-weight: 650; }} .touche {{ fill: none; }}
"""


@dataclass(frozen=True)
class Figure:
    """A picture; `lignes` are the table that says the same, under `entetes`, when there is one."""

    titre: str
    svg: Any
    entetes: Sequence[str] = ()
    lignes: Sequence[Sequence[Any]] = ()

    @property
    def fichier(self) -> bytes:
        """The file: with its colours, without links."""
        racine = copy.deepcopy(self.svg)
        for lien in racine.iter(f"{{{SVG}}}a"):
            lien.tag = f"{{{SVG}}}g"
            etree.strip_attributes(lien, "href", "aria-label")
        titre, style, fond = (etree.Element(f"{{{SVG}}}{nom}") for nom in ("title", "style", "rect"))
        titre.text, style.text = self.titre, _STYLE
        _, _, large, haut = racine.get("viewBox").split()
        poser(fond, class_="fond", width=large, height=haut)
        racine[:0] = [titre, style, fond]
        poser(racine, width=large, height=haut, role="img")
        octets: bytes = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
        return octets

    @property
    def csv(self) -> str:
        """The table as CSV, its decimals to the hundredth."""
        return ecrire_csv(self.entetes, (map(_au_centieme, ligne) for ligne in self.lignes))


def en_page(svg: Any) -> Markup:
    """A tree of SVG, to be written in a page: lxml has escaped what had to be."""
    return Markup(etree.tostring(svg, encoding="unicode"))  # noqa: S704 - a tree, written by lxml


def image(largeur: float, hauteur: float, titre: str, classe: str) -> Any:
    """The root of a picture, a group of links of that name."""
    racine = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG})
    poser(racine, viewBox=f"0 0 {largeur:g} {hauteur:g}", role="group", class_=classe, aria_label=titre)
    return racine


def poser(element: Any, **attributs: Any) -> None:
    """Sets attributes: « class_ » is class, « text_anchor » is text-anchor."""
    for nom, valeur in attributs.items():
        dite = f"{valeur:.1f}".rstrip("0").rstrip(".") if isinstance(valeur, float) else str(valeur)
        element.set(nom.rstrip("_").replace("_", "-"), dite)


def ajouter(parent: Any, nom: str, texte: str | None = None, **attributs: Any) -> Any:
    """A new element, last of `parent`."""
    element = etree.SubElement(parent, f"{{{SVG}}}{nom}")
    element.text = texte
    poser(element, **attributs)
    return element


def lien(parent: Any, adresse: str | None, nom: str) -> Any:
    """A link of that name, or, without an address, a group; what it holds is seen with a bubble."""
    ici = ajouter(parent, "g" if adresse is None else "a")
    if adresse is not None:
        poser(ici, href=adresse, aria_label=nom)
    ajouter(ici, "title", nom)
    return ici


def _au_centieme(valeur: Any) -> Any:
    return round(valeur, 2) if isinstance(valeur, float) else valeur
