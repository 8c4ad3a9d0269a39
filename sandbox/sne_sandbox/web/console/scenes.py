"""`/console/<base>/scenes`: the scenes for trainers, each on a base of its own, step by step."""

import socket
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Reponse

from sne_sandbox.errors import UsageError
from sne_sandbox.operations import scenes as donnees
from sne_sandbox.settings import est_boucle_locale
from sne_sandbox.web import representation
from sne_sandbox.web.acces import acces_d_ici, est_locale
from sne_sandbox.web.console.filtres import accorde
from sne_sandbox.web.console.page import apres_action, section
from sne_sandbox.web.partage import expediteur, services

blueprint: Final = section("scenes", __name__)

#: Where the pages that a step leads to are.
_PAGES: Final = {"quotas": "statistiques.quotas", "statistiques": "statistiques.page"}
#: Seconds after which the page of who follows is loaded again.
SUIVRE: Final = 5


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
    """Where it stands. Once begun it is shown with its own base, whose clock is then at the top."""
    etat = representation.lire(services(), _trouver(scene))
    suivre = "suivre" in request.args
    if etat.commencee and base != etat.scene.base:
        return redirect(_adresse(etat.scene, suivre=1 if suivre else None))
    reponse: Response = make_response(
        render_template(
            "scenes/scene.html",
            etat=etat,
            scene=etat.scene,
            suivre=suivre,
            projeter=_projeter(),
            pages={nom: (libelle, _PAGES[nom]) for nom, libelle in donnees.PAGES.items()},
        )
    )
    if suivre:
        reponse.headers["Refresh"] = str(SUIVRE)
    return reponse


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
    """Plays its next step, and shows what came of it."""
    voulue = _trouver(scene)
    representation.jouer(services(), voulue, rang, expediteur())
    return redirect(_adresse(voulue, _anchor=f"pas-{rang}"), 303)


def _adresse(scene: donnees.Scene, **suite: Any) -> str:
    """Its page, with its own base."""
    return url_for("scenes.scene", base=scene.base, scene=scene.identifiant, projeter=_projeter(), **suite)


def _projeter() -> int | None:
    """1 when the page is for a projector: no menu, and the step that was played and the next alone."""
    return 1 if "projeter" in request.args else None


def _trouver(identifiant: str) -> donnees.Scene:
    trouvee = donnees.trouver(identifiant)
    if trouvee is None:
        raise NotFound(f"La scène [{identifiant[:40]}] n'existe pas : la liste est à /console/ecole/scenes.")
    return trouvee
