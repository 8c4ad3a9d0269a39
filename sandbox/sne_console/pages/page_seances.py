"""`/console/<base>/seances`: the sessions of the commissions d'attribution, and one of them."""

from datetime import date
from typing import Any

from flask import render_template, request, url_for

from sne_console.cadre.outillage_des_sections import PAR_PAGE, champ_ecrit, jour_saisi
from sne_console.vues.seances_montrees import Montreur
from sne_interface.domain.base import ANNEES
from sne_sandbox.web.configuration_et_services import services


def page(base: str) -> str:
    """The sessions, the latest first, from one day to another."""
    du, au = jour_saisi("du"), jour_saisi("au")
    apres = champ_ecrit("apres")
    with services().magasin.lire(base) as registre:
        montreur = Montreur(registre)
        bornes = du or date(ANNEES[0], 1, 1), au or date(ANNEES[-1], 12, 31)
        seances, suite = montreur.page(*bornes, PAR_PAGE, apres)
    choix: dict[str, Any] = {"du": request.args.get("du"), "au": request.args.get("au")}
    return render_template(
        "seances/page.html",
        seances=seances,
        du=du,
        au=au,
        premiere=url_for("seances.page", **choix) if apres else None,
        suivante=url_for("seances.page", apres=suite, **choix) if suite else None,
    )


def seance(base: str, seance: str) -> str:
    """One session: its candidates by rank, and what followed."""
    with services().magasin.lire(base) as registre:
        lue = Montreur(registre).entiere(seance)
    return render_template("seances/seance.html", seance=lue)
