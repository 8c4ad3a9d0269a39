"""`/console/<base>/scenes`: the scenes for trainers, each on a base of its own, step by step."""

import socket
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from flask import Response, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Reponse

from sne_sandbox.domain.texte import entier_de
from sne_sandbox.errors import UsageError
from sne_sandbox.operations import scenes as donnees
from sne_sandbox.settings import est_boucle_locale
from sne_sandbox.web import representation
from sne_sandbox.web.acces import acces_d_ici, est_locale, joue_les_scenes
from sne_sandbox.web.console.filtres import accorde
from sne_sandbox.web.console.page import apres_action, contrat_servi, section
from sne_sandbox.web.console.salle import essentiel, regarder
from sne_sandbox.web.partage import expediteur, services

blueprint: Final = section("scenes", __name__)

#: Where the pages that a step leads to are.
_PAGES: Final = {"quotas": "statistiques.quotas", "statistiques": "statistiques.page"}
_HEURE: Final = 60


@blueprint.get("/scenes")
def page(base: str) -> str:
    """The scenes, where each stands, and the link for the room."""
    connues = {connue.nom for connue in services().magasin.bases.lister()}
    liste = donnees.scenes()
    return render_template(
        "scenes/page.html",
        scenes=[(s, representation.lire(services(), s) if s.base in connues else None) for s in liste],
        lecture=_pour_la_salle() + url_for("connexion.lecture", jeton=acces_d_ici().lecture),
        partagee=_partagee(),
    )


def _partagee() -> bool:
    """Whether other machines reach this server."""
    noms = services().configuration.noms
    return bool(noms) and not est_boucle_locale(noms[-1])


def _pour_la_salle() -> str:
    """The address of this server for the other machines of the room. Opened as localhost, which would lead
    each of them to itself, it is given by a name of this machine."""
    if (publique := acces_d_ici().publique) is not None:
        return publique
    adresse = urlsplit(request.host_url.rstrip("/"))
    if not _partagee() or not est_locale(request.host):
        return adresse.geturl()
    *donnes, _ = services().configuration.noms
    port = f":{adresse.port}" if adresse.port else ""
    return f"{adresse.scheme}://{donnes[0] if donnes else socket.gethostname()}{port}"


@blueprint.get("/scenes/<scene>")
def scene(base: str, scene: str) -> Reponse:
    """The trainer's window; who only reads is led to the room's, without the notes. Once begun it is shown
    with its own base, whose clock is then at the top."""
    etat = representation.lire(services(), _trouver(scene))
    if not joue_les_scenes() or "projeter" in request.args or "suivre" in request.args:
        return redirect(url_for("scenes.salle", base=_lieu(etat, base), scene=scene))
    if etat.commencee and base != etat.scene.base:
        return redirect(_adresse(etat.scene))
    return Response(
        render_template(
            "scenes/scene.html",
            etat=etat,
            scene=etat.scene,
            ecoule=_ecoule(etat),
            pages={nom: (libelle, _PAGES[nom]) for nom, libelle in donnees.PAGES.items()},
        )
    )


@blueprint.get("/scenes/<scene>/salle")
def salle(base: str, scene: str) -> Reponse:
    """The room's window: the step that was played, or that of rank `pas`; never the trainer's notes."""
    etat = representation.lire(services(), _trouver(scene))
    if etat.commencee and base != etat.scene.base:
        return redirect(url_for("scenes.salle", base=etat.scene.base, scene=scene))
    rang = entier_de(request.args.get("pas"))
    vue = regarder(services(), etat, rang if rang in range(1, len(etat.joues)) else None)
    return Response(render_template("scenes/salle.html", etat=etat, scene=etat.scene, salle=vue))


@blueprint.get("/scenes/<scene>/fiche")
def fiche(base: str, scene: str) -> str:
    """The sheet of the trainees, to print: questions, room to answer, the rules that are met."""
    return _feuille(_trouver(scene), corrige=False)


@blueprint.get("/scenes/<scene>/corrige")
def corrige(base: str, scene: str) -> str:
    """The same with the answers, for the trainer."""
    return _feuille(_trouver(scene), corrige=True)


def _feuille(scene: donnees.Scene, *, corrige: bool) -> str:
    contrat = contrat_servi()
    attendus = [attendu for pas in scene.pas for attendu in (pas.attendu, *(c.attendu for c in pas.choix))]
    codes = dict.fromkeys(code for attendu in attendus for code in attendu.regles)
    return render_template(
        "scenes/fiche.html",
        scene=scene,
        corrige=corrige,
        messages=[essentiel(pas) for pas in scene.pas],
        regles=[contrat.regles[code] for code in codes if code in contrat.regles],
    )


def _ecoule(etat: representation.Representation) -> str:
    """Since when the scene is played, by the machine's clock: « 12 min », « 1 h 05 »."""
    if etat.debut is None:
        return ""
    minutes = max(0, int((datetime.now(UTC) - etat.debut).total_seconds() // 60))
    return f"{minutes} min" if minutes < _HEURE else f"{minutes // _HEURE} h {minutes % _HEURE:02d}"


def _lieu(etat: representation.Representation, base: str) -> str:
    return etat.scene.base if etat.commencee else base


@blueprint.post("/scenes/<scene>/commencer")
def commencer(base: str, scene: str) -> Reponse:
    """Puts it at its start. A base of its name that it did not make is emptied only by who says so."""
    voulue = _trouver(scene)
    etat = representation.lire(services(), voulue)
    if etat.etrangere and request.form.get("vider") != "oui":
        raise UsageError(
            f"La base [{voulue.base}] contient {accorde(etat.etrangere, 'demande', 'demandes')} que cette "
            f"scène n'a pas faite{'s' if etat.etrangere > 1 else ''}.",
            remede="cochez « vider cette base » pour commencer quand même",
        )
    representation.commencer(services(), voulue)
    phrase = f"La scène « {voulue.titre} » est au début."
    return apres_action(_adresse(voulue), phrase)


@blueprint.post("/scenes/<scene>/pas/<int:rang>")
def jouer(base: str, scene: str, rang: int) -> Reponse:
    """Plays its next step, as the room chose it when it is asked, and shows what came of it."""
    voulue = _trouver(scene)
    choix = entier_de(request.form.get("choix"))
    representation.jouer(services(), voulue, rang, expediteur(), choix)
    # Without a fragment: the button of the next step, which has `autofocus`, then has the focus.
    return redirect(_adresse(voulue), 303)


def _adresse(scene: donnees.Scene) -> str:
    """Its page, with its own base."""
    return url_for("scenes.scene", base=scene.base, scene=scene.identifiant)


def _trouver(identifiant: str) -> donnees.Scene:
    trouvee = donnees.trouver(identifiant)
    if trouvee is None:
        raise NotFound(f"La scène [{identifiant[:40]}] n'existe pas : la liste est à /console/ecole/scenes.")
    return trouvee
