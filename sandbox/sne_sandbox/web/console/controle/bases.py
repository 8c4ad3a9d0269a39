"""All bases: a new one, and one that is deleted."""

from typing import Final

from flask import g, render_template, request, url_for
from werkzeug.wrappers import Response as Redirection

from sne_sandbox.domain.base import BASE_PAR_DEFAUT, lire_horloge
from sne_sandbox.errors import UsageError
from sne_sandbox.operations import bases
from sne_sandbox.operations.sauvegardes import Sauvegardes
from sne_sandbox.settings import PAR_NOM, Reglages
from sne_sandbox.web.console.controle.geste import faire
from sne_sandbox.web.console.equivalents import appel, commande, deux
from sne_sandbox.web.console.filtres import accorde
from sne_sandbox.web.console.page import apres_action, services

#: Households of a base that a page makes; more take longer than one waits for a page.
TAILLE_MAX: Final = 20_000


def page(base: str) -> str:
    """The list, and the form."""
    toutes = services().magasin.bases.lister()
    connues = {une.nom for une in toutes}
    nom = next(f"essai-{rang}" for rang in range(1, len(connues) + 2) if f"essai-{rang}" not in connues)
    corps = {"nom": nom, "semence": bases.VIDE, "seed": 7, "horloge": "2018-03-15T12:00:00"}
    options = ("--seed-base", bases.VIDE, "--seed", "7", "--clock", "2018-03-15T12:00:00")
    return render_template(
        "controle/bases.html",
        bases=toutes,
        nom=nom,
        semences=bases.semences(),
        vide=bases.VIDE,
        profils=PAR_NOM["profile"].choix,
        taille_max=TAILLE_MAX,
        effacable=base != BASE_PAR_DEFAUT,
        equivalents=deux(
            [
                commande("bases", "list", de_la_base=False),
                commande("bases", "create", nom, *options, de_la_base=False),
            ],
            [appel("GET", "/bases", de_la_base=False), appel("POST", "/bases", corps, de_la_base=False)],
        ),
    )


def creer(base: str) -> Redirection:
    """Makes one, and goes there."""
    champs = {nom: valeur.strip() for nom, valeur in request.form.items()}
    nom = champs.get("nom", "")

    def geste() -> str:
        taille = _entier(champs.get("taille", ""), "taille")
        if taille is not None and taille < 0:
            raise UsageError(
                f"Une base ne compte pas {taille} ménages.", remede="0 ou plus, ou rien : le nombre du jeu"
            )
        if taille is not None and taille > TAILLE_MAX:
            raise UsageError(
                f"Une page ne crée pas {taille} ménages.",
                remede=f"au plus {TAILLE_MAX} ; ou « sne-sandbox bases create {nom} --seed-size {taille} »",
            )
        bases.creer(
            services().magasin,
            services().contrat,
            nom,
            semence=champs.get("semence", bases.VIDE),
            seed=_entier(champs.get("seed", ""), "graine") or 0,
            taille=taille,
            horloge=lire_horloge(champs.get("horloge") or "real"),
            reglages=Reglages.de({"profile": champs.get("profil", "ecole")}),
        )
        return f"La base « {nom} » est créée, servie sous /bases/{nom}/services/. Vous y êtes."

    return faire(url_for("controle.bases"), geste, url_for("controle.page", base=nom) if nom else None)


def confirmer_suppression(base: str) -> str:
    """Asks again."""
    bases.verifier_supprimable(base)
    with services().magasin.lire(base) as registre:
        demandes = registre.compter()
    sauvegardes = len(_sauvegardes().lister(base))
    return render_template(
        "controle/confirmation.html",
        titre=f"Supprimer la base « {base} »",
        phrase="Elle disparaît avec tout ce qu'elle contient ; son adresse ne répond plus.",
        perdus=[
            accorde(demandes, "demande", "demandes"),
            accorde(services().magasin.journal.compter(base)[0], "échange", "échanges"),
            accorde(sauvegardes, "sauvegarde", "sauvegardes"),
        ],
        adresse=url_for("controle.faire_supprimer_base"),
        bouton="Supprimer la base",
        retour=url_for("controle.bases"),
        conseil=False,
        equivalents=deux(commande("bases", "delete", base, de_la_base=False), appel("DELETE", "")),
    )


def supprimer(base: str) -> Redirection:
    """Deletes it."""
    bases.supprimer(services().magasin, services().configuration.home, base)
    g.base = services().magasin.bases.lire(BASE_PAR_DEFAUT)
    return apres_action(url_for("controle.bases", base=BASE_PAR_DEFAUT), f"La base « {base} » est supprimée.")


def _sauvegardes() -> Sauvegardes:
    return Sauvegardes(services().magasin, services().configuration.home)


def _entier(ecrit: str, nom: str) -> int | None:
    if not ecrit:
        return None
    try:
        entier = int(ecrit)
    except ValueError:
        raise UsageError(f"[{ecrit[:40]}] n'est pas un entier.", remede=f"corrigez le champ {nom}") from None
    if not -(2**63) <= entier < 2**63:
        raise UsageError(f"[{ecrit[:40]}] est trop grand.", remede=f"corrigez le champ {nom}")
    return entier
