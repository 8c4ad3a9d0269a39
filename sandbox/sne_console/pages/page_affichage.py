"""`/affichage`: how this browser shows the console: light or dark, with keys of one letter or without."""

from dataclasses import dataclass
from typing import Final, Self

from flask import Blueprint, Request, render_template, request
from werkzeug.wrappers import Response as Redirection

from sne_console.cadre.sections import apres_action, chemin_sur

blueprint: Final = Blueprint("affichage", __name__)

#: What is chosen, and how the page says it. The first is what one has who chose nothing.
THEMES: Final = {"systeme": "Comme le système", "clair": "Clair", "sombre": "Sombre"}
RACCOURCIS: Final = {"oui": "Actifs", "non": "Éteints"}
#: Seconds that a browser keeps what was chosen: a year.
_GARDE: Final = 31_536_000


@dataclass(frozen=True, slots=True)
class Affichage:
    """What this browser chose: keys of THEMES and RACCOURCIS."""

    theme: str = "systeme"
    raccourcis: str = "oui"

    @classmethod
    def lu(cls, requete: Request) -> Self:
        """What its cookies say; the defaults for what they do not."""
        theme, raccourcis = (requete.cookies.get(f"sne_{nom}", "") for nom in ("theme", "raccourcis"))
        return cls(theme if theme in THEMES else "systeme", raccourcis if raccourcis in RACCOURCIS else "oui")


@blueprint.get("/affichage")
def page() -> str:
    """The choices, and the keys that there are."""
    return render_template("affichage/page.html", themes=THEMES, raccourcis=RACCOURCIS)


@blueprint.post("/affichage")
def choisir() -> Redirection:
    """Keeps them in this browser, which shows everything so from now on."""
    choisi = Affichage(request.form.get("theme", ""), request.form.get("raccourcis", ""))
    suite = request.form.get("suite")
    reponse = apres_action(chemin_sur(suite) if suite else "/affichage", "C'est noté, pour ce navigateur.")
    for nom, valeur, admises in (
        ("sne_theme", choisi.theme, THEMES),
        ("sne_raccourcis", choisi.raccourcis, RACCOURCIS),
    ):
        if valeur in admises:
            reponse.set_cookie(nom, valeur, max_age=_GARDE, samesite="Lax", httponly=True)
    return reponse
