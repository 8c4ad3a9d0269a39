"""`/console/<base>/demandes?premiere=62498&au=2018-03-15`: the demandes behind a number of the statistics."""

from flask import render_template, request

from sne_console.cadre.sections import PAR_PAGE, contrat_servi
from sne_console.pages.page_demandes import adresse_de_la_page, ligne_trouvee
from sne_console.vues.demandes_cherchees import repere_lu
from sne_sandbox.store.demandes_recentes import Recentes
from sne_sandbox.web.configuration import services
from sne_statistiques.comptes import demandes_comptees
from sne_statistiques.vues import selections


def repondre(base: str) -> str | None:
    """The page, which tells the selection again; None for an address that asks for none."""
    if not selections.demandee(request.args):
        return None
    apres = repere_lu(request.args.get("apres", ""))
    trouvees, combien = Recentes([]), 0
    with services().magasin.lire(base) as registre:
        choix = selections.lire(request.args, registre, contrat_servi())
        if not choix.fautes:
            combien = demandes_comptees.compter(registre, choix.selection)
            trouvees = demandes_comptees.lister(registre, choix.selection, PAR_PAGE, apres)
    territoires = contrat_servi().territoires
    return render_template(
        "demandes/selection.html",
        choix=choix,
        combien=combien,
        lignes=[ligne_trouvee(stockee, territoires) for stockee in trouvees.demandes],
        premiere=adresse_de_la_page(base, choix.champs) if apres is not None else None,
        suivante=None
        if trouvees.suite is None
        else adresse_de_la_page(base, choix.champs, str(trouvees.suite)),
    )
