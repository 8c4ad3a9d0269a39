"""The tables of statistics as charts: SVG made by pygal, without script nor foreign font."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sne_sandbox.domain.texte import nombre
from sne_sandbox.operations.statistiques import Tableau

#: Colours of the series, of the console's own palette; they differ in lightness too.
_COULEURS: Final = ("#1f4b4a", "#b46a00", "#9a1f2d", "#7fb0aa", "#593681", "#5f6a63")
_ENCRE: Final = "#1e2a2a"
_POLICE: Final = "system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"
#: What the flows show, of the columns of TAB02.
FLUX: Final[Mapping[str, str]] = {
    "nouvelles": "Nouvelles",
    "renouvelees": "Renouvelées",
    "radiees": "Radiées",
    "attributions": "dont attributions",
}
#: A chart of its own: the reasons of the radiations of twelve months.
MOTIFS: Final = "Motifs"
_LIBELLE_MAX: Final = 34
_LIBELLE_ETROIT: Final = 26
#: Room that a horizontal bar leaves for the number that follows it, and how the number is put there: pygal
#: would write it across the end of the bar.
_PLACE: Final = 1.25
_CSS: Final = ["file://style.css", "file://graph.css"]
_VALEURS: Final = ".text-overlay .value { text-anchor: start; transform: translateX(8px); }"


def rubriques(tableau: Tableau) -> list[str]:
    """The sections of a table, in order: each has its chart."""
    return list(dict.fromkeys(section for section, _, _ in tableau.lignes))


def dessinees(tableau: Tableau) -> list[str]:
    """Those that have a chart: the reasons of the radiations too."""
    return [*rubriques(tableau), *([MOTIFS] if tableau.code == "TAB02" else [])]


def lignes_de(tableau: Tableau, rubrique: str) -> list[tuple[str, tuple[int, ...]]]:
    """Label and counts of the lines of a section."""
    return [(libelle, nombres) for section, libelle, nombres in tableau.lignes if section == rubrique]


def motifs(tableau: Tableau) -> list[tuple[str, int]]:
    """Radiations of the last twelve months by reason (code), those that came to pass."""
    mois = [nombres for _, nombres in lignes_de(tableau, "Mois")]
    codes = [c for c in tableau.colonnes if c not in FLUX]
    comptes = {c: sum(nombres[tableau.colonnes.index(c)] for nombres in mois) for c in codes}
    return sorted(((c, n) for c, n in comptes.items() if n), key=lambda paire: -paire[1])


def dessiner(tableau: Tableau, rubrique: str, *, etroit: bool = False) -> bytes:
    """The chart of a section; `etroit`, as a telephone shows it. Raises KeyError for a section that the table
    has not."""
    if tableau.code == "TAB02":
        if rubrique == MOTIFS:
            return _barres(motifs(tableau), etroit=etroit)
        return _flux(tableau, lignes_de(tableau, rubrique) or _absente(rubrique), etroit=etroit)
    lignes = lignes_de(tableau, rubrique) or _absente(rubrique)
    comptes = [(libelle, nombres[0]) for libelle, nombres in lignes if libelle != "Total"]
    return _barres(comptes, etroit=etroit)


def _absente(rubrique: str) -> list[tuple[str, tuple[int, ...]]]:
    raise KeyError(rubrique)


def _barres(lignes: Sequence[tuple[str, int]], *, etroit: bool) -> bytes:
    import pygal

    plus_grand = max((compte for _, compte in lignes), default=0)
    longueur = _LIBELLE_ETROIT if etroit else _LIBELLE_MAX
    graphique = pygal.HorizontalBar(
        **_reglages(largeur=400 if etroit else 600, hauteur=30 + 40 * max(1, len(lignes))),
        show_legend=False,
        # The numbers stand beside the bars: no scale is needed.
        show_x_labels=False,
        show_y_guides=False,
        range=(0, plus_grand * _PLACE or 1),
    )
    graphique.css = [*_CSS, f"inline:{_VALEURS}"]
    # Drawn from below: the first line of the table is the highest bar.
    graphique.x_labels = [_court(libelle, longueur) for libelle, _ in reversed(lignes)]
    graphique.add("demandes", [compte for _, compte in reversed(lignes)])
    return _rendre(graphique)


def _flux(tableau: Tableau, lignes: Sequence[tuple[str, tuple[int, ...]]], *, etroit: bool) -> bytes:
    import pygal

    mensuel = len(lignes) > 4
    graphique = pygal.Bar(
        **_reglages(largeur=400 if etroit else 1000, hauteur=420, valeurs=not mensuel),
        legend_at_bottom=True,
        legend_at_bottom_columns=2 if etroit else len(FLUX),
        x_label_rotation=-90 if etroit and mensuel else 0,
    )
    graphique.x_labels = [f"{libelle[:3]}{libelle[-2:]}" if mensuel else libelle for libelle, _ in lignes]
    for colonne, titre in FLUX.items():
        rang = tableau.colonnes.index(colonne)
        graphique.add(titre, [nombres[rang] for _, nombres in lignes])
    return _rendre(graphique)


def _reglages(*, largeur: int, hauteur: int, valeurs: bool = True) -> dict[str, Any]:
    from pygal.style import Style

    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground=_ENCRE,
        foreground_strong=_ENCRE,
        foreground_subtle="#8b8a7d",
        guide_stroke_color="#d3cdbd",
        major_guide_stroke_color="#d3cdbd",
        opacity="1",
        opacity_hover="1",
        transition="0s",
        colors=_COULEURS,
        value_colors=(_ENCRE,) * len(_COULEURS),
        font_family=_POLICE,
        label_font_size=17,
        major_label_font_size=17,
        value_font_size=17 if largeur < 900 else 14,
        legend_font_size=17,
        no_data_font_size=22,
    )
    return {
        "style": style,
        "css": _CSS,
        "js": [],
        "width": largeur,
        "height": hauteur,
        "margin": 10,
        "spacing": 10,
        "print_values": valeurs,
        "print_values_position": "top",
        "value_formatter": lambda valeur: nombre(round(valeur or 0)),
        "min_scale": 3,
        "max_scale": 5,
        "no_data_text": "Aucune demande",
        "truncate_label": -1,
        "truncate_legend": -1,
        "rounded_bars": 2,
        "show_x_guides": False,
    }


def _rendre(graphique: Any) -> bytes:
    graphique.add_xml_filter(_sans_script)
    octets: bytes = graphique.render()
    return octets


def _sans_script(racine: Any) -> Any:
    """pygal always writes its own configuration as a script, and bubbles for it: an image needs neither."""
    for element in list(racine.iter("{*}script", "{*}desc")):
        element.getparent().remove(element)
    return racine


def _court(libelle: str, longueur: int) -> str:
    return libelle if len(libelle) <= longueur else libelle[: longueur - 1].rstrip() + "…"


def dire(lignes: Iterable[tuple[str, int]]) -> str:
    """What a chart shows, in a sentence: the most numerous, of how many."""
    lues = [(libelle, compte) for libelle, compte in lignes if libelle != "Total"]
    total = sum(compte for _, compte in lues)
    if not total:
        return "Aucune demande."
    libelle, compte = max(lues, key=lambda ligne: ligne[1])
    return f"{libelle} : {nombre(compte)} sur {nombre(total)}, le plus grand nombre."
