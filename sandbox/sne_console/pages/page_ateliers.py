"""`/console/<base>/ateliers`: a room of trainees: made, handed out on paper, watched live, helped, closed.

All of it is the admin's, but for the stream that brings a trainee the words of the trainer.
"""

import time
from collections.abc import Iterator
from typing import Any, Final

from flask import Response, render_template, request, url_for
from lxml import etree
from markupsafe import Markup
from werkzeug.wrappers import Response as Redirection

from sne_console.cadre.equivalents import equivalents
from sne_console.cadre.outillage_des_sections import (
    apres_action,
    avec_remede,
    champ_ecrit,
    entier_saisi,
    evenement,
    horloge_saisie,
    nom_libre,
    veiller,
)
from sne_console.cadre.outillage_des_sections import flux as page_flux
from sne_console.formation import ateliers as gestion
from sne_console.formation import scenes
from sne_console.formation.ateliers import FicheDeStagiaire
from sne_console.pages.page_scenes import partagee, pour_la_salle
from sne_console.vues.dessin import en_page
from sne_console.vues.filtres_jinja import accorde
from sne_interface.errors import BaseInconnue, UsageError
from sne_interface.settings import PAR_NOM
from sne_sandbox.bases import bases
from sne_sandbox.store.ateliers_en_base import VERROU
from sne_sandbox.web.acces import est_locale
from sne_sandbox.web.configuration_et_services import services

_CONFIRMATION: Final = "controle/confirmation.html"


# --- the list, a new one ------------------------------------------------------------------------------------


def page(base: str) -> str:
    """The ateliers, and the form of a new one."""
    return _montrer({})


def creer(base: str) -> str | tuple[str, int] | Redirection:
    """Makes one, and goes to its board; what cannot be is said above the form, which keeps what was typed."""
    champs = request.form
    try:
        fait = gestion.creer(
            services().magasin,
            services().contrats,
            services().configuration.home,
            champ_ecrit("nom"),
            combien=entier_saisi("combien", "Stagiaires"),
            noms=champ_ecrit("noms").splitlines(),
            semence=champ_ecrit("semence") or bases.VIDE,
            taille=entier_saisi("taille", "Ménages par base"),
            profil=champ_ecrit("profil") or "ecole",
            horloge=horloge_saisie().en_texte(),
            scenes=champs.getlist("scenes"),
            expire=champ_ecrit("expire"),
        )
    except UsageError as erreur:
        return _montrer(champs, avec_remede(erreur)), 422
    phrase = f"L'atelier « {fait.nom} » est fait : {accorde(len(fait.stagiaires), 'base')}, un lien chacune."
    return apres_action(url_for("ateliers.tableau", atelier=fait.nom), phrase)


def _montrer(saisi: Any, refus: str = "") -> str:
    tenus = gestion.lister(services().magasin)
    nom = nom_libre("atelier", (atelier.nom for atelier in tenus))
    return render_template(
        "ateliers/page.html",
        ateliers=tenus,
        refus=refus,
        saisi=saisi,
        nom=saisi.get("nom") or nom,
        choisies=saisi.getlist("scenes") if saisi else [],
        scenes=scenes.scenes(),
        semences=bases.semences(),
        vide=bases.VIDE,
        profils=PAR_NOM["profile"].choix,
        stagiaires_max=gestion.STAGIAIRES_MAX,
        taille_max=gestion.TAILLE_MAX,
        gestes=[equivalents("lister_ateliers"), equivalents("creer_atelier", nom=nom, combien=20)],
    )


# --- the board ----------------------------------------------------------------------------------------------


def tableau(base: str, atelier: str) -> str:
    """Shows the place of each trainee, and what failed."""
    lu = gestion.lire(services().magasin, atelier)
    return render_template(
        "ateliers/tableau.html",
        atelier=lu,
        places=list(gestion.places(services().magasin, lu)),
        gestes=[equivalents("fiches_atelier", atelier=lu.nom), equivalents("clore_atelier", atelier=lu.nom)],
    )


def flux(base: str, atelier: str) -> Response:
    """The rows of the board that change, as Server-Sent Events, for half a minute; all of them first."""

    magasin, connus = services().magasin, dict[int, object]()
    gestion.lire(magasin, atelier)  # one that is not is said at once

    def regarder() -> Iterator[str]:
        """One look is a few rows for the whole room."""
        try:
            lu = gestion.lire(magasin, atelier)
        except UsageError:  # it was closed
            return
        etats = gestion.etats(magasin, lu)
        neufs = [rang for rang, etat in etats.items() if connus.get(rang) != etat]
        connus.update(etats)
        if neufs:
            toutes = list(gestion.places(magasin, lu))
            places = [place for place in toutes if place.qui.rang in neufs]
            rendu = render_template("ateliers/_lignes.html", atelier=lu, places=places, toutes=toutes)
            yield evenement(int(time.time() * 1000), rendu, "etat")

    return page_flux(veiller(regarder))


# --- what is handed out -------------------------------------------------------------------------------------


def fiches(base: str, atelier: str) -> str:
    """A card for each trainee, to be printed: the address of the server as the room calls it."""
    lu, adresse = gestion.lire(services().magasin, atelier), pour_la_salle()
    rendues = gestion.fiches(services().magasin, services().configuration.home, lu.nom, adresse)
    return render_template(
        "ateliers/fiches.html",
        atelier=lu,
        adresse=adresse,
        fiches=[(fiche, _code_qr(fiche) if fiche.lien else None) for fiche in rendues],
        locale=est_locale(adresse.partition("://")[2].partition("/")[0]),
        partagee=partagee(),
        gestes=[equivalents("fiches_atelier", atelier=lu.nom)],
    )


def _code_qr(fiche: FicheDeStagiaire) -> Markup:
    """The code of its link; a sixth of it may be unreadable (level M): paper gets creased."""
    import segno

    code = segno.make_qr(fiche.lien, error="m", boost_error=False)
    svg = etree.fromstring(code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass="encre"))
    svg.set("role", "img")
    svg.set("aria-label", f"Code QR du lien de {fiche.nom or fiche.base}")
    return en_page(svg)


def renouveler(base: str, atelier: str) -> Redirection:
    """New links for all."""
    fait = gestion.renouveler(
        services().magasin, services().configuration.home, atelier, champ_ecrit("expire")
    )
    phrase = "Les liens sont refaits : ceux d'avant n'ouvrent plus rien. Imprimez de nouvelles fiches."
    return apres_action(url_for("ateliers.fiches", atelier=fait.nom), phrase)


# --- help, start again, close -------------------------------------------------------------------------------


def aider(base: str, atelier: str) -> Redirection:
    """Tells a trainee, or all, a word."""
    rang = _rang()
    gestion.dire(services().magasin, atelier, champ_ecrit("mot"), rang)
    quoi = "Le mot est affiché" if champ_ecrit("mot") else "Le mot est ôté"
    return _revenir(atelier, f"{quoi} {'chez tous' if rang is None else f'chez le stagiaire {rang}'}.", rang)


def noter(base: str, atelier: str) -> Redirection:
    """Notes that a trainee is done, or is not."""
    rang = _rang()
    if rang is None:
        raise UsageError("Qui a fini ?", remede="revenez au tableau de l'atelier")
    fini = champ_ecrit("fini") == "oui"
    gestion.noter_fini(services().magasin, atelier, rang, fini=fini)
    return _revenir(atelier, f"Le stagiaire {rang} {'a fini' if fini else 'continue'}.", rang)


def remise(base: str, atelier: str) -> str:
    """Asks again, and says what is lost."""
    lu, rang = gestion.lire(services().magasin, atelier), _rang()
    voulus = lu.voulus(rang)
    qui = "toutes les bases de l'atelier" if rang is None else f"la base « {voulus[0].base} »"
    return render_template(
        _CONFIRMATION,
        titre=f"Remettre {qui}",
        phrase="Chaque base revient à ce qu'elle était quand l'atelier a été fait. Les liens restent bons.",
        perdus=[_perdu(s.base) for s in voulus],
        bouton="Remettre au départ",
        retour=url_for("ateliers.tableau", atelier=lu.nom),
    )


def _perdu(base: str) -> str:
    try:
        combien = services().magasin.journal.compter(services().magasin.bases.lire(base).nom)[0]
    except BaseInconnue:
        return f"{base} : supprimée"
    return f"{base} : {accorde(combien, 'ligne de journal', 'lignes de journal')}, et ses demandes"


def remettre(base: str, atelier: str) -> Redirection:
    """Puts the base of one, or of all, back to its start."""
    rang = _rang()
    faites = gestion.remettre(services().magasin, services().contrats, atelier, rang)
    return _revenir(atelier, f"{accorde(len(faites), 'base remise', 'bases remises')} au départ.", rang)


def fin(base: str, atelier: str) -> str:
    """Asks again, and says what is lost."""
    lu = gestion.lire(services().magasin, atelier)
    return render_template(
        "ateliers/clore.html",
        atelier=lu,
        places=list(gestion.places(services().magasin, lu)),
        gestes=[equivalents("clore_atelier", atelier=lu.nom)],
    )


def clore(base: str, atelier: str) -> Redirection:
    """Closes it: the links, and the bases if asked."""
    supprimer = champ_ecrit("bases") == "supprimer"
    home = services().configuration.home
    lu = gestion.clore(services().magasin, home, atelier, supprimer_bases=supprimer)
    suite = "ses bases sont supprimées" if supprimer else "ses bases restent"
    retour = base if base not in {s.base for s in lu.stagiaires} else None
    adresse = url_for("ateliers.page", base=retour or "ecole")
    return apres_action(adresse, f"L'atelier « {lu.nom} » est clos : ses liens n'ouvrent plus rien, {suite}.")


def _revenir(nom: str, phrase: str, rang: int | None) -> Redirection:
    ancre = None if rang is None else f"s-{rang}"
    return apres_action(url_for("ateliers.tableau", atelier=nom, _anchor=ancre), phrase)


def _rang() -> int | None:
    return entier_saisi("rang", "rang", 1)


# --- what a trainee is told ---------------------------------------------------------------------------------


def mots(base: str) -> Response:
    """The word of the trainer, each time that it changes, as Server-Sent Events, for half a minute."""

    magasin, connu = services().magasin, None

    def regarder() -> Iterator[str]:
        nonlocal connu
        mot = gestion.mot_pour(magasin, base) or ""
        if mot != connu:
            connu = mot
            yield evenement(int(time.time() * 1000), render_template("ateliers/_mot.html", mot=mot), "etat")

    return page_flux(veiller(regarder, attendre=magasin.veille(VERROU)))
