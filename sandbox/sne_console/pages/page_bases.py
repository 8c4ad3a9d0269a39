"""`/console/<base>/controle/bases`: the bases of the server, made and deleted."""

from typing import Final

from flask import g, render_template, url_for
from werkzeug.wrappers import Response as Redirection

from sne_console.cadre.equivalents import equivalents
from sne_console.cadre.outillage_des_sections import (
    apres_action,
    champ_ecrit,
    compter,
    entier_saisi,
    geste,
    horloge_saisie,
    nom_libre,
)
from sne_console.vues import objet_de_l_adresse
from sne_console.vues.filtres_jinja import accorde
from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_interface.settings import PAR_NOM, Reglages
from sne_sandbox.bases import bases as gestion
from sne_sandbox.web.configuration_et_services import services

#: Households of a base that a page makes; more take longer than one waits for a page.
TAILLE_MAX: Final = 20_000


def page(base: str) -> str:
    """The list, and the form of a new one."""
    toutes = services().magasin.bases.lister()
    nom = nom_libre("essai", (une.nom for une in toutes))
    exemple = {"semence": gestion.VIDE, "seed": 7, "horloge": "2018-03-15T12:00:00"}
    return render_template(
        "controle/bases.html",
        bases=toutes,
        nom=nom,
        semences=gestion.semences(),
        vide=gestion.VIDE,
        profils=PAR_NOM["profile"].choix,
        contrat_de=services().contrats.nom_de,
        contrats=services().contrats.noms,
        taille_max=TAILLE_MAX,
        effacable=base != BASE_PAR_DEFAUT,
        gestes=[equivalents("lister_bases"), equivalents("creer_base", nom=nom, **exemple)],
    )


@geste("bases.page")
def creer(base: str) -> Redirection:
    """Makes one, and goes there."""
    nom = champ_ecrit("nom")
    reglages = Reglages.de({"profile": champ_ecrit("profil") or "ecole", "contrat": champ_ecrit("contrat")})
    gestion.creer(
        services().magasin,
        services().contrats.verifier(reglages),
        nom,
        semence=champ_ecrit("semence") or gestion.VIDE,
        seed=entier_saisi("seed", "Graine") or 0,
        taille=entier_saisi("taille", "Ménages", 0, TAILLE_MAX),
        horloge=horloge_saisie(),
        reglages=reglages,
    )
    return apres_action(
        url_for("temps.page", base=nom),
        f"La base « {nom} » est créée, servie sous /bases/{nom}/services/. Vous y êtes.",
    )


def supprimer(base: str) -> str:
    """Asks again, and says what goes with the base."""
    gestion.verifier_supprimable(base)
    with services().magasin.lire(base) as registre:
        demandes = compter(registre)
    return render_template(
        "controle/confirmation.html",
        titre=f"Supprimer la base « {base} »",
        phrase="Elle disparaît avec tout ce qu'elle contient ; son adresse ne répond plus.",
        perdus=[
            demandes,
            accorde(services().magasin.journal.compter(base)[0], "échange"),
            accorde(len(objet_de_l_adresse.sauvegardes().lister(base)), "sauvegarde", "sauvegardes"),
        ],
        bouton="Supprimer la base",
        retour=url_for("bases.page"),
        gestes=[equivalents("supprimer_base")],
    )


def faire_supprimer(base: str) -> Redirection:
    """Deletes the base, and goes to the default one."""
    gestion.supprimer(services().magasin, base)
    g.base = services().magasin.bases.lire(BASE_PAR_DEFAUT)
    return apres_action(url_for("bases.page", base=BASE_PAR_DEFAUT), f"La base « {base} » est supprimée.")
