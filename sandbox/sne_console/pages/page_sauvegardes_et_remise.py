"""`/console/<base>/controle/sauvegardes`: the snapshots of a base, and its return to its start.

The console asks twice before a loss: a GET shows what would be lost, a POST does it.
"""

from collections.abc import Mapping
from typing import Final, cast

from flask import g, render_template, url_for
from werkzeug.exceptions import NotFound

from sne_console.cadre.equivalents import Equivalents, equivalents
from sne_console.cadre.outillage_des_sections import champ_ecrit, compter, contrat_servi, geste, nom_libre
from sne_console.vues import objet_de_l_adresse
from sne_console.vues.filtres_jinja import accorde, en_jour
from sne_interface.domain.base import Horloge, Portee
from sne_interface.domain.demande import EtatDemande
from sne_interface.resources import table
from sne_sandbox.bases import bases as gestion
from sne_sandbox.bases import pannes as armement
from sne_sandbox.bases import sauvegardes
from sne_sandbox.bases.sauvegardes import MAINTENANT, SauvegardeLue
from sne_sandbox.web.configuration_et_services import services

#: The page that asks again before a deed; `conseil`: it advises to save the base first.
_CONFIRMATION: Final = "controle/confirmation.html"

#: Fields of a comparison that hold a code: where its words are.
_LISTES: Final = {"motif de radiation": "ListeMotifsRadiation", "statut DALO": "ListeStatutDalo"}
_ETATS: Final[Mapping[str, str]] = {EtatDemande.ACTIVE: "active", EtatDemande.RADIEE: "radiée"}


def page(base: str) -> str:
    """The snapshots of the base, and the form that makes one."""
    faites = objet_de_l_adresse.sauvegardes().lister(base)
    libre = nom_libre("essai", (s.nom for s in faites))
    return render_template(
        "controle/sauvegardes.html",
        sauvegardes=faites,
        maintenant_dit=MAINTENANT,
        gestes=[
            equivalents("lister_sauvegardes"),
            equivalents("sauvegarder", nom=libre),
        ],
    )


def comparer(base: str) -> str:
    """Shows what changed between two snapshots, or between one and the present."""
    avant, apres = champ_ecrit("avant"), champ_ecrit("apres")
    avec = None if apres in ("", MAINTENANT) else apres
    for nom in filter(None, (avant, avec)):
        objet_de_l_adresse.sauvegarde(base, nom)
    return render_template(
        "controle/comparaison.html",
        comparaison=sauvegardes.depuis(objet_de_l_adresse.sauvegardes(), base, avant, avec),
        dire=_dire,
        sauvegardes=objet_de_l_adresse.sauvegardes().lister(base),
        maintenant_dit=MAINTENANT,
        gestes=[equivalents("comparer_sauvegardes", nom=avant, avec=avec)],
    )


def _dire(champ: str, valeur: str) -> str:
    """Says in words what a field of a comparison holds: codes are for programs, which read the API."""
    if champ == "état":
        return _ETATS.get(valeur, valeur)
    if champ in _LISTES:
        libelle = contrat_servi().nomenclatures.libelle(_LISTES[champ], valeur)
        return f"{valeur} : {libelle}" if libelle else valeur
    return en_jour(valeur)


@geste("sauvegardes.page")
def sauvegarder(base: str) -> str:
    """Saves the base under the name of the form."""
    faite = objet_de_l_adresse.sauvegardes().faire(base, champ_ecrit("nom"))
    return f"Base sauvegardée sous « {faite.nom} » : {_compte(faite)}."


def restaurer(base: str, nom: str) -> str:
    """Asks again, and says what the snapshot holds."""
    sauvegarde = objet_de_l_adresse.sauvegarde(base, nom)
    return render_template(
        _CONFIRMATION,
        titre=f"Restaurer « {nom} »",
        phrase="La base redevient ce qu'elle était : demandes, événements, boîtes, horloge, réglages, "
        "pannes. Ce qui s'y est fait depuis est perdu ; le journal continue.",
        perdus=[sauvegarde.illisible or f"la sauvegarde contient {sauvegarde.demandes} demandes"],
        bouton="Restaurer",
        retour=url_for("sauvegardes.page"),
        conseil=True,
        gestes=[equivalents("restaurer", nom=nom)],
    )


@geste("sauvegardes.page")
def faire_restaurer(base: str, nom: str) -> str:
    """Puts the base back as it was."""
    faite = objet_de_l_adresse.sauvegardes().restaurer(base, nom, services().contrats)
    return f"Base telle que sauvegardée sous « {faite.nom} » : {_compte(faite)}."


def oublier(base: str, nom: str) -> str:
    """Asks again before a snapshot is deleted."""
    objet_de_l_adresse.sauvegarde(base, nom)
    return render_template(
        _CONFIRMATION,
        titre=f"Supprimer la sauvegarde « {nom} »",
        phrase="La base elle-même ne change pas.",
        bouton="Supprimer",
        retour=url_for("sauvegardes.page"),
        gestes=[equivalents("oublier", nom=nom)],
    )


@geste("sauvegardes.page")
def faire_oublier(base: str, nom: str) -> str:
    """Deletes a snapshot; the base stays as it is."""
    objet_de_l_adresse.sauvegardes().supprimer(base, nom)
    return f"Sauvegarde « {nom} » supprimée."


def _compte(faite: SauvegardeLue) -> str:
    return accorde(faite.demandes or 0, "demande")


# --- back to the start --------------------------------------------------------------------------------------


#: What may be put back (`page_sauvegardes_et_remise.csv`): its name, what becomes of it, how far that goes.
#: « reel » gives the clock its time.
PORTEES: Final = {
    ligne["nom"]: (ligne["titre"], ligne["effet"], cast(Portee, ligne["portee"])) for ligne in table(__file__)
}


def remise(base: str) -> str:
    """Shows what may be put back, and how much of it there is."""
    return render_template(
        "controle/remise.html",
        portees=PORTEES,
        comptes=_comptes(base),
        gestes=[_remettre_ailleurs(portee) for portee in PORTEES],
    )


def remettre(base: str, portee: str) -> str:
    """Asks again, and says how much is lost."""
    titre, effet, etendue = _portee(portee)
    comptes = _comptes(base)
    comptes["etat"] += f" (elles reviennent du jeu « {g.base.semence} »)"
    return render_template(
        _CONFIRMATION,
        titre=f"Remettre au départ : {titre[0].lower()}{titre[1:]}",
        phrase=effet,
        perdus=comptes.values() if etendue == "tout" else [comptes[etendue]],
        bouton="Remettre au départ",
        retour=url_for("sauvegardes.remise"),
        conseil=etendue in ("etat", "tout"),
        gestes=[_remettre_ailleurs(portee)],
    )


@geste("sauvegardes.remise")
def faire_remettre(base: str, portee: str) -> str:
    """Puts that part of the base back to its start."""
    titre, _, etendue = _portee(portee)
    heure = Horloge() if portee == "reel" else None
    gestion.remettre(services().magasin, contrat_servi(), base, etendue, heure)
    return f"{titre} : comme au départ."


def _portee(nom: str) -> tuple[str, str, Portee]:
    if nom not in PORTEES:
        raise NotFound("Rien de tel ne se remet au départ.")
    return PORTEES[nom]


def _remettre_ailleurs(portee: str) -> Equivalents:
    horloge = "real" if portee == "reel" else None
    return equivalents("remettre", portee=PORTEES[portee][2], horloge=horloge)


def _comptes(base: str) -> dict[str, str]:
    """Says what each part holds, in words."""
    magasin = services().magasin
    with magasin.lire(base) as registre:
        demandes = compter(registre)
    return {
        "journal": accorde(magasin.journal.compter(base)[0], "échange"),
        "etat": demandes,
        "pannes": accorde(len(armement.lister(magasin, base)), "panne", "pannes"),
    }
