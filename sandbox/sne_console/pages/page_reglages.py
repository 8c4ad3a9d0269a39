"""`/console/<base>/controle/reglages`: the settings that a base has of its own."""

from dataclasses import asdict
from typing import Final

from flask import g, render_template, request

from sne_console.cadre.equivalents import equivalents
from sne_console.cadre.outillage_des_sections import geste
from sne_interface.settings import SETTINGS
from sne_sandbox.bases import bases as gestion
from sne_sandbox.web.configuration_et_services import services

_DE_BASE: Final = tuple(setting for setting in SETTINGS if setting.portee == "base")


def page(base: str) -> str:
    """The form of the settings that a base has of its own."""
    actuels = asdict(g.base.reglages)
    a_regler = {s.nom: actuels[s.nom] for s in _DE_BASE if not s.fixe}
    return render_template(
        "controle/reglages.html",
        reglages=_DE_BASE,
        actuels=actuels,
        contrats=services().contrats.noms,
        gestes=[equivalents("lire_reglages"), equivalents("regler", reglages=a_regler, corps=a_regler)],
    )


@geste("reglages.page")
def regler(base: str) -> str:
    """Takes what was written; what was not stays."""
    ecrits = {s.nom: request.form[s.nom].strip() for s in _DE_BASE if s.nom in request.form}
    avant = asdict(g.base.reglages)
    apres = asdict(gestion.regler(services().magasin, services().contrats, base, ecrits).reglages)
    changes = [f"{nom} = {valeur}" for nom, valeur in apres.items() if valeur != avant[nom]]
    return f"Réglages changés : {', '.join(changes)}." if changes else "Rien n'a changé."
