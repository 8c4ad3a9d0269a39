"""Snapshots of a base: saved, put back, deleted, compared."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from flask import Response, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirection

from sne_sandbox.domain.demande import EtatDemande
from sne_sandbox.operations import ecarts
from sne_sandbox.operations.sauvegardes import MAINTENANT, Sauvegarde, Sauvegardes
from sne_sandbox.web.acces import reserver
from sne_sandbox.web.console.controle.geste import faire
from sne_sandbox.web.console.equivalents import appel, commande, deux
from sne_sandbox.web.console.filtres import accorde
from sne_sandbox.web.console.page import services
from sne_sandbox.web.telechargement import telechargement

#: Fields of a comparison that hold a code: where its words are.
_LISTES: Final = {
    "motif de radiation": "ListeMotifsRadiation",
    "statut DALO": "ListeStatutDalo",
}
_ETATS: Final[Mapping[str, str]] = {EtatDemande.ACTIVE: "active", EtatDemande.RADIEE: "radiée"}


def page(base: str) -> str:
    """The list."""
    sauvegardes = _toutes().lister(base)
    return render_template(
        "controle/sauvegardes.html",
        sauvegardes=sauvegardes,
        maintenant_dit=MAINTENANT,
        equivalents=deux(
            [commande("snapshots", "list"), commande("snapshots", "save", _nouveau(sauvegardes))],
            [appel("GET", "/snapshots"), appel("POST", "/snapshots", {"nom": _nouveau(sauvegardes)})],
        ),
    )


def comparer(base: str) -> str:
    """Two of them, or one and the present."""
    avant, apres = request.args.get("avant", ""), request.args.get("apres", "")
    present = apres in ("", MAINTENANT)
    for nom in (avant, *([] if present else [apres])):
        _trouver(base, nom)
    comparaison = ecarts.depuis(_toutes(), base, avant, None if present else apres)
    return render_template(
        "controle/comparaison.html",
        comparaison=comparaison,
        dire=_dire,
        sauvegardes=_toutes().lister(base),
        maintenant_dit=MAINTENANT,
        equivalents=deux(
            commande("snapshots", "compare", avant, *([] if present else [apres])),
            appel("GET", f"/snapshots/{avant}/compare" + ("" if present else f"?avec={apres}")),
        ),
    )


def _dire(champ: str, valeur: str) -> str:
    """What a field of a comparison holds, in words: codes are for programs, which read the API."""
    if champ == "état":
        return _ETATS.get(valeur, valeur)
    if champ in _LISTES:
        libelle = services().contrat.nomenclatures.libelle(_LISTES[champ], valeur)
        return f"{valeur} : {libelle}" if libelle else valeur
    try:
        return datetime.strptime(valeur, "%Y-%m-%d").strftime("%d/%m/%Y")
    except ValueError:
        return valeur


def fichier(base: str, nom: str) -> Response:
    """Its file, for who may do everything: NIR are in clear in it."""
    reserver("Une sauvegarde")
    return telechargement(_trouver(base, nom).fichier, f"{base}-{nom}.zip", "application/zip")


def sauvegarder(base: str) -> Redirection:
    """Saves it."""
    nom = request.form.get("nom", "").strip()

    def geste() -> str:
        faite = _toutes().faire(base, nom)
        return f"Base sauvegardée sous « {faite.nom} » : {_compte(faite)}."

    return faire(url_for("controle.sauvegardes"), geste)


def confirmer_restauration(base: str, nom: str) -> str:
    """Asks again."""
    sauvegarde = _trouver(base, nom)
    return render_template(
        "controle/confirmation.html",
        titre=f"Restaurer « {nom} »",
        phrase="La base redevient ce qu'elle était : demandes, événements, boîtes, horloge, réglages, "
        "pannes. Ce qui s'y est fait depuis est perdu ; le journal continue.",
        perdus=[sauvegarde.illisible or f"la sauvegarde contient {sauvegarde.demandes} demandes"],
        adresse=url_for("controle.faire_restaurer", nom=nom),
        bouton="Restaurer",
        retour=url_for("controle.sauvegardes"),
        conseil=True,
        equivalents=deux(commande("snapshots", "restore", nom), appel("POST", f"/snapshots/{nom}/restore")),
    )


def restaurer(base: str, nom: str) -> Redirection:
    """Puts it back."""

    def geste() -> str:
        faite = _toutes().restaurer(base, nom)
        return f"Base telle que sauvegardée sous « {faite.nom} » : {_compte(faite)}."

    return faire(url_for("controle.sauvegardes"), geste)


def confirmer_suppression(base: str, nom: str) -> str:
    """Asks again."""
    _trouver(base, nom)
    return render_template(
        "controle/confirmation.html",
        titre=f"Supprimer la sauvegarde « {nom} »",
        phrase="La base elle-même ne change pas.",
        perdus=[],
        adresse=url_for("controle.faire_oublier", nom=nom),
        bouton="Supprimer",
        retour=url_for("controle.sauvegardes"),
        conseil=False,
        equivalents=deux(commande("snapshots", "delete", nom), appel("DELETE", f"/snapshots/{nom}")),
    )


def supprimer(base: str, nom: str) -> Redirection:
    """Deletes it."""

    def geste() -> str:
        _toutes().supprimer(base, nom)
        return f"Sauvegarde « {nom} » supprimée."

    return faire(url_for("controle.sauvegardes"), geste)


def _toutes() -> Sauvegardes:
    return Sauvegardes(services().magasin, services().configuration.home)


def _trouver(base: str, nom: str) -> Sauvegarde:
    if not _toutes().existe(base, nom):
        raise NotFound(f"La base [{base}] n'a pas de sauvegarde [{nom[:40]}].")
    return _toutes().lire(base, nom)


def _nouveau(sauvegardes: list[Sauvegarde]) -> str:
    """A name that none has yet, for the example."""
    pris = {s.nom for s in sauvegardes}
    return next(nom for rang in range(1, len(pris) + 2) if (nom := f"essai-{rang}") not in pris)


def _compte(faite: Sauvegarde) -> str:
    return accorde(faite.demandes or 0, "demande", "demandes")
