"""`/affichage`: how this browser shows the console: light or dark, with keys of one letter or without."""

from typing import Final

from flask import render_template
from werkzeug.wrappers import Response as Redirection

from sne_console.cadre.outillage_des_sections import AFFICHAGE, apres_action, champ_ecrit, chemin_sur

#: Seconds that a browser keeps what was chosen: a year.
_GARDE: Final = 31_536_000


def page() -> str:
    """The choices, and the keys that there are."""
    return render_template("affichage/page.html", choix=AFFICHAGE)


def choisir() -> Redirection:
    """Keeps them in this browser, which shows everything so from now on."""
    suite = champ_ecrit("suite")
    reponse = apres_action(chemin_sur(suite) if suite else "/affichage", "C'est noté, pour ce navigateur.")
    for nom, admis in AFFICHAGE.items():
        if champ_ecrit(nom) in admis:
            reponse.set_cookie(f"sne_{nom}", champ_ecrit(nom), max_age=_GARDE, samesite="Lax", httponly=True)
    return reponse
