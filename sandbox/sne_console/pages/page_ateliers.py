"""`/console/<base>/ateliers`: a room of trainees: made, handed out on paper, watched live, helped, closed.

All of it is the admin's, but for the stream that brings a trainee the words of the trainer.
"""

import time
from collections.abc import Iterator
from typing import Any, Final

from flask import Response, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirection

from sne_console.cadre.equivalents import equivalents
from sne_console.cadre.sections import apres_action, avec_remede, evenement, horloge_saisie, section
from sne_console.cadre.sections import flux as page_flux
from sne_console.formation import ateliers as gestion
from sne_console.formation import scenes
from sne_console.formation.ateliers import AtelierTenu, DepartAtelier
from sne_console.formation.qr import dessiner
from sne_console.pages.page_scenes import partagee, pour_la_salle
from sne_console.vues.filtres_jinja import accorde
from sne_interface.errors import BaseInconnue, UsageError
from sne_interface.settings import PAR_NOM
from sne_sandbox.bases import bases
from sne_sandbox.store.ateliers_en_base import VERROU
from sne_sandbox.web.acces import est_locale
from sne_sandbox.web.configuration import services

blueprint: Final = section("ateliers", __name__)

#: Seconds that a stream lasts, between two looks, between two signs of life.
FLUX_DUREE: Final = 30.0
FLUX_PAS: Final = 0.3
FLUX_SIGNE: Final = 10.0
_CONFIRMATION: Final = "controle/confirmation.html"


# --- the list, a new one ------------------------------------------------------------------------------------


@blueprint.get("/ateliers")
def page(base: str) -> str:
    """The ateliers, and the form of a new one."""
    return _montrer({})


@blueprint.post("/ateliers")
def creer(base: str) -> str | tuple[str, int] | Redirection:
    """Makes one, and goes to its board; what cannot be is said above the form, which keeps what was typed."""
    champs = request.form
    try:
        depart = DepartAtelier(
            nom=champs.get("nom", "").strip(),
            combien=_entier(champs.get("combien", ""), "stagiaires"),
            noms=champs.get("noms", "").splitlines(),
            semence=champs.get("semence", bases.VIDE),
            taille=_entier(champs.get("taille", ""), "ménages"),
            profil=champs.get("profil", "ecole"),
            horloge=horloge_saisie(champs).en_texte(),
            scenes=champs.getlist("scenes"),
            expire=champs.get("expire", "").strip(),
        )
        fait = gestion.creer(services().magasin, services().contrats, services().configuration.home, depart)
    except UsageError as erreur:
        return _montrer(champs, avec_remede(erreur)), 422
    combien = accorde(len(fait.stagiaires), "base", "bases")
    phrase = f"L'atelier « {fait.nom} » est fait : {combien}, un lien chacune."
    return apres_action(url_for("ateliers.tableau", atelier=fait.nom), phrase)


def _montrer(saisi: Any, refus: str = "") -> str:
    magasin = services().magasin
    tenus = gestion.lister(magasin)
    pris = {atelier.nom for atelier in tenus}
    nom = next(f"atelier-{rang}" for rang in range(1, len(pris) + 2) if f"atelier-{rang}" not in pris)
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


def _entier(ecrit: str, quoi: str) -> int | None:
    if not ecrit.strip():
        return None
    if not ecrit.strip().isdecimal() or len(ecrit) > 9:
        raise UsageError(f"[{ecrit[:20]}] n'est pas un nombre.", remede=f"corrigez le champ {quoi}")
    return int(ecrit)


# --- the board ----------------------------------------------------------------------------------------------


@blueprint.get("/ateliers/<atelier>")
def tableau(base: str, atelier: str) -> str:
    """Who is where, and what failed."""
    lu = _trouver(atelier)
    places = gestion.places(services().magasin, lu)
    return render_template(
        "ateliers/tableau.html",
        atelier=lu,
        places=places,
        titres=_titres(),
        gestes=[
            equivalents("lire_atelier", atelier=lu.nom),
            equivalents("fiches_atelier", atelier=lu.nom),
            equivalents("aider_stagiaire", atelier=lu.nom, rang=1, mot="Regardez la date."),
            equivalents("remettre_stagiaire", atelier=lu.nom, rang=1),
            equivalents("clore_atelier", atelier=lu.nom),
        ],
    )


@blueprint.get("/ateliers/<atelier>/flux")
def flux(base: str, atelier: str) -> Response:
    """The rows of the board that change, as Server-Sent Events, for half a minute; all of them first."""
    nom = _trouver(atelier).nom

    def evenements() -> Iterator[str]:
        for lu, rangs in _changements(nom):
            if lu is None:
                yield ": rien de neuf\n\n"
                continue
            titres = _titres()
            lignes = gestion.places(services().magasin, lu, rangs)
            toutes = gestion.places(services().magasin, lu)
            rendu = render_template(
                "ateliers/_lignes.html", atelier=lu, places=lignes, toutes=toutes, titres=titres
            )
            yield evenement(int(time.time() * 1000), rendu, "etat")

    return page_flux(evenements())


def _changements(nom: str) -> Iterator[tuple[AtelierTenu | None, list[int]]]:
    """The atelier, and the ranks of those whose base, token or record has changed, as they do; (None, []) now
    and then. One look is a few rows for the whole room."""
    magasin, connus = services().magasin, dict[int, Any]()
    fin, signe = time.monotonic() + FLUX_DUREE, time.monotonic() + FLUX_SIGNE
    while True:
        try:
            atelier = gestion.lire(magasin, nom)
        except UsageError:  # it was closed
            return
        etats = gestion.etats(magasin, atelier)
        neufs = [rang for rang, etat in etats.items() if connus.get(rang) != etat]
        if neufs:
            yield atelier, neufs
            connus = etats
            signe = time.monotonic() + FLUX_SIGNE
        elif time.monotonic() > signe:
            yield None, []
            signe = time.monotonic() + FLUX_SIGNE
        if time.monotonic() + FLUX_PAS > fin:
            return
        time.sleep(FLUX_PAS)


def _titres() -> dict[str, str]:
    return {scene.identifiant: scene.titre for scene in scenes.scenes()}


def _trouver(nom: str) -> AtelierTenu:
    try:
        return gestion.lire(services().magasin, nom)
    except UsageError as erreur:
        raise NotFound(avec_remede(erreur)) from erreur


# --- what is handed out -------------------------------------------------------------------------------------


@blueprint.get("/ateliers/<atelier>/fiches")
def fiches(base: str, atelier: str) -> str:
    """A card for each trainee, to be printed: the address of the server as the room calls it."""
    lu, adresse = _trouver(atelier), pour_la_salle()
    rendues = gestion.fiches(services().magasin, services().configuration.home, lu.nom, adresse)
    return render_template(
        "ateliers/fiches.html",
        atelier=lu,
        adresse=adresse,
        fiches=[(fiche, dessiner(fiche.lien) if fiche.lien else None) for fiche in rendues],
        locale=est_locale(adresse.partition("://")[2].partition("/")[0]),
        partagee=partagee(),
        titres=_titres(),
        gestes=[equivalents("fiches_atelier", atelier=lu.nom)],
    )


@blueprint.post("/ateliers/<atelier>/liens")
def renouveler(base: str, atelier: str) -> Redirection:
    """New links for all."""
    home = services().configuration.home
    fait = gestion.renouveler(services().magasin, home, _trouver(atelier).nom, _champ("expire"))
    phrase = "Les liens sont refaits : ceux d'avant n'ouvrent plus rien. Imprimez de nouvelles fiches."
    return apres_action(url_for("ateliers.fiches", atelier=fait.nom), phrase)


# --- help, start again, close -------------------------------------------------------------------------------


@blueprint.post("/ateliers/<atelier>/mot")
def aider(base: str, atelier: str) -> Redirection:
    """Tells a trainee, or all, a word."""
    nom, rang = _trouver(atelier).nom, _rang()
    gestion.dire(services().magasin, nom, _champ("mot"), rang)
    quoi = "Le mot est affiché" if _champ("mot") else "Le mot est ôté"
    return _revenir(nom, f"{quoi} {'chez tous' if rang is None else f'chez le stagiaire {rang}'}.", rang)


@blueprint.post("/ateliers/<atelier>/fini")
def noter(base: str, atelier: str) -> Redirection:
    """Notes that a trainee is done, or is not."""
    nom, rang = _trouver(atelier).nom, _rang()
    if rang is None:
        raise UsageError("Qui a fini ?", remede="revenez au tableau de l'atelier")
    fini = _champ("fini") == "oui"
    gestion.noter_fini(services().magasin, nom, rang, fini=fini)
    return _revenir(nom, f"Le stagiaire {rang} {'a fini' if fini else 'continue'}.", rang)


@blueprint.get("/ateliers/<atelier>/remettre")
def remise(base: str, atelier: str) -> str:
    """Asks again, and says what is lost."""
    lu, rang = _trouver(atelier), _rang()
    voulus = lu.stagiaires if rang is None else (lu.stagiaire(rang),)
    qui = "toutes les bases de l'atelier" if rang is None else f"la base « {voulus[0].base} »"
    return render_template(
        _CONFIRMATION,
        titre=f"Remettre {qui}",
        phrase="Chaque base revient à ce qu'elle était quand l'atelier a été fait. Les liens restent bons.",
        perdus=[_perdu(s.base) for s in voulus],
        adresse=url_for("ateliers.remettre", atelier=lu.nom, rang=rang),
        bouton="Remettre au départ",
        retour=url_for("ateliers.tableau", atelier=lu.nom),
        gestes=[equivalents("remettre_stagiaire", atelier=lu.nom, rang=rang)],
    )


def _perdu(base: str) -> str:
    try:
        combien = services().magasin.journal.compter(services().magasin.bases.lire(base).nom)[0]
    except BaseInconnue:
        return f"{base} : supprimée"
    return f"{base} : {accorde(combien, 'ligne de journal', 'lignes de journal')}, et ses demandes"


@blueprint.post("/ateliers/<atelier>/remettre")
def remettre(base: str, atelier: str) -> Redirection:
    """Puts the base of one, or of all, back to its start."""
    nom, rang = _trouver(atelier).nom, _rang()
    faites = gestion.remettre(services().magasin, services().contrats, nom, rang)
    dites = accorde(len(faites), "base remise", "bases remises")
    return _revenir(nom, f"{dites} au départ.", rang)


@blueprint.get("/ateliers/<atelier>/clore")
def fin(base: str, atelier: str) -> str:
    """Asks again, and says what is lost."""
    lu = _trouver(atelier)
    return render_template(
        "ateliers/clore.html",
        atelier=lu,
        places=gestion.places(services().magasin, lu),
        gestes=[equivalents("clore_atelier", atelier=lu.nom)],
    )


@blueprint.post("/ateliers/<atelier>/clore")
def clore(base: str, atelier: str) -> Redirection:
    """Closes it: the links, and the bases if asked."""
    supprimer = _champ("bases") == "supprimer"
    home = services().configuration.home
    lu = gestion.clore(services().magasin, home, _trouver(atelier).nom, supprimer_bases=supprimer)
    suite = "ses bases sont supprimées" if supprimer else "ses bases restent"
    retour = base if base not in {s.base for s in lu.stagiaires} else None
    adresse = url_for("ateliers.page", base=retour or "ecole")
    return apres_action(adresse, f"L'atelier « {lu.nom} » est clos : ses liens n'ouvrent plus rien, {suite}.")


def _revenir(nom: str, phrase: str, rang: int | None) -> Redirection:
    ancre = None if rang is None else f"s-{rang}"
    return apres_action(url_for("ateliers.tableau", atelier=nom, _anchor=ancre), phrase)


def _champ(nom: str) -> str:
    return request.form.get(nom, "").strip()


def _rang() -> int | None:
    return _entier(request.values.get("rang", ""), "stagiaire")


# --- what a trainee is told ---------------------------------------------------------------------------------


@blueprint.get("/atelier/flux")
def mots(base: str) -> Response:
    """The word of the trainer, each time that it changes, as Server-Sent Events, for half a minute."""

    def evenements() -> Iterator[str]:
        magasin, connu = services().magasin, None
        attendre = magasin.veille(VERROU)
        debut = signe = time.monotonic()
        while time.monotonic() - debut < FLUX_DUREE:
            mot = gestion.mot_pour(magasin, base)
            if mot != connu:
                yield evenement(
                    int(time.time() * 1000), render_template("ateliers/_mot.html", mot=mot), "etat"
                )
                connu = mot
            elif time.monotonic() - signe > FLUX_SIGNE:
                yield ": rien de neuf\n\n"
                signe = time.monotonic()
            attendre(FLUX_PAS)

    return page_flux(evenements())
