"""Getting a right: the login page, the read-only link, and leaving."""

from typing import Final

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sne_sandbox.domain.base import BASE_PAR_DEFAUT
from sne_sandbox.web.acces import Acces, Droit

blueprint: Final = Blueprint("connexion", __name__)


def _acces() -> Acces:
    donnes: Acces = current_app.extensions["acces"]
    return donnes


@blueprint.get("/connexion")
def page() -> str:
    """Asks for a token."""
    return render_template("connexion.html", suite=_suite(request.args.get("suite")), refuse=False)


@blueprint.post("/connexion")
def entrer() -> Response | tuple[str, int]:
    """Takes a token, gives a cookie."""
    suite = _suite(request.form.get("suite"))
    droit = _acces().du_jeton(request.form.get("jeton", "").strip())
    if droit is None:
        return render_template("connexion.html", suite=suite, refuse=True), 403
    _ouvrir(droit)
    return redirect(suite, 303)


@blueprint.get("/lecture/<jeton>")
def lecture(jeton: str) -> str:
    """The link for trainees: from here on this browser reads, and changes nothing.

    A page and no redirection: a browser that comes from another site would not send its new cookie along.
    """
    if _acces().du_jeton(jeton) is not Droit.LECTURE:
        raise NotFound("Ce lien de lecture n'est pas, ou n'est plus, celui de ce bac à sable.")
    _ouvrir(Droit.LECTURE)
    return render_template("lecture.html", base_par_defaut=BASE_PAR_DEFAUT)


@blueprint.post("/deconnexion")
def sortir() -> Response:
    """Forgets the cookie."""
    session.clear()
    ouverte = _acces().jeton is None
    return redirect(url_for("accueil") if ouverte else url_for("connexion.page"), 303)


def _ouvrir(droit: Droit) -> None:
    session.clear()
    session.permanent = True
    session["droit"] = str(droit)


def _suite(voulue: str | None) -> str:
    """Where to go next: a path of ours, never another site."""
    if not voulue or not voulue.startswith("/") or voulue.startswith(("//", "/\\")) or "\\" in voulue:
        return "/"
    return voulue if voulue.isprintable() else "/"
