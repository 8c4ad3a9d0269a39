"""The settings of a base, those that the table gives to bases."""

from dataclasses import asdict
from typing import Final

from flask import g, render_template, request, url_for
from werkzeug.wrappers import Response as Redirection

from sne_sandbox.operations import bases
from sne_sandbox.settings import SETTINGS
from sne_sandbox.web.console.controle.geste import faire
from sne_sandbox.web.console.equivalents import appel, commande, deux
from sne_sandbox.web.console.page import services

DE_BASE: Final = tuple(setting for setting in SETTINGS if setting.portee == "base")


def page(base: str) -> str:
    """The form."""
    actuels = asdict(g.base.reglages)
    ecrits = [f"{nom}={valeur}" for nom, valeur in actuels.items()]
    return render_template(
        "controle/reglages.html",
        reglages=DE_BASE,
        actuels=actuels,
        equivalents=deux(
            commande("bases", "set", base, *ecrits, de_la_base=False),
            [appel("GET", "/settings"), appel("PATCH", "/settings", actuels)],
        ),
    )


def regler(base: str) -> Redirection:
    """Takes what was written; what was not stays."""
    ecrits = {s.nom: request.form[s.nom].strip() for s in DE_BASE if s.nom in request.form}

    def geste() -> str:
        avant = asdict(g.base.reglages)
        apres = asdict(bases.regler(services().magasin, base, ecrits).reglages)
        changes = [f"{nom} = {valeur}" for nom, valeur in apres.items() if valeur != avant[nom]]
        return f"Réglages changés : {', '.join(changes)}." if changes else "Rien n'a changé."

    return faire(url_for("controle.reglages"), geste)
