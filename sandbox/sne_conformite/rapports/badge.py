"""A report as a badge: the contract, then what was attained, in an SVG of one line."""

from html import escape
from typing import Final

from sne_conformite.rapports import synthese
from sne_conformite.rapports.rapport import Rapport
from sne_conformite.rapports.rapport_masque import masquer
from sne_interface.domain.texte import abrege, visible

_COULEURS: Final = {"bien": "#1d6239", "conseil": "#7d4a00", "mal": "#9a1f2d", "neutre": "#4f5f5e"}
_A_GAUCHE: Final = "#1f4b4a"
#: Of a letter and of what is beside the text, in units of the drawing.
_LETTRE, _MARGE, _HAUT = 6.6, 9, 22
_GAUCHE_MAX, _DROITE_MAX = 32, 72


def octets(rapport: Rapport) -> bytes:
    """The drawing, in UTF-8. Its title says it to who does not see it."""
    rapport = masquer(rapport)
    tete = synthese.tete(rapport)
    gauche = f"SNE {abrege(visible(rapport.entete.contrat), _GAUCHE_MAX)}"
    droite = abrege(visible(synthese.bref(rapport)), _DROITE_MAX)
    large, autre = (round(len(texte) * _LETTRE) + 2 * _MARGE for texte in (gauche, droite))
    titre = escape(f"{gauche} : {droite}")
    lignes = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{large + autre}" height="{_HAUT}" role="img" '
        f'aria-label="{titre}">',
        f"<title>{titre}</title>",
        f'<rect width="{large + autre}" height="{_HAUT}" rx="4" fill="{_COULEURS[tete.classe]}"/>',
        f'<path d="M4 0h{large - 4}v{_HAUT}H4a4 4 0 0 1-4-4V4a4 4 0 0 1 4-4z" fill="{_A_GAUCHE}"/>',
        '<g fill="#ffffff" font-family="DejaVu Sans,Verdana,sans-serif" font-size="11">',
        f'<text x="{_MARGE}" y="15" textLength="{large - 2 * _MARGE}">{escape(gauche)}</text>',
        f'<text x="{large + _MARGE}" y="15" textLength="{autre - 2 * _MARGE}">{escape(droite)}</text>',
        "</g></svg>\n",
    )
    return "\n".join(lignes).encode("utf-8", "replace")
