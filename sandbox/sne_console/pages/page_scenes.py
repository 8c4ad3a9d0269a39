"""`/console/<base>/scenes`: the scenes for trainers, step by step.

A scene plays on a base of its own, which bears its name; in the base of the address when that base is
somebody's: of who has a right on it alone, or of a trainee of an atelier.
"""

import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from flask import Response, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Reponse

from sne_console.cadre.outillage_des_sections import (
    FLUX_DUREE,
    apres_action,
    avec_remede,
    champ_ecrit,
    contrat_servi,
    evenement,
    reprise,
    veiller,
)
from sne_console.cadre.outillage_des_sections import flux as page_flux
from sne_console.formation import ateliers, kit, scene_jouee
from sne_console.formation import scenes as donnees
from sne_console.formation.salle import essentiel, regarder
from sne_interface.domain.texte import entier_de
from sne_interface.errors import UsageError
from sne_interface.settings import est_boucle_locale
from sne_sandbox.bases.jetons import Droit
from sne_sandbox.store.journal import Journal
from sne_sandbox.web.acces import acces_d_ici, est_locale, joue_les_scenes, qui_est_la, voit_en_clair
from sne_sandbox.web.configuration_et_services import expediteur, services

#: Where the pages that a step leads to are.
_PAGES: Final = {"quotas": "statistiques.territoires", "statistiques": "statistiques.page"}
_HEURE: Final = 60
#: Seconds between two looks at a scene that is followed, and for which the lines of one step are gathered: a
#: step opens its line before it has done anything.
_PAS: Final = 0.2
_REPOS: Final = 0.05


def page(base: str) -> str:
    """The scenes, where each stands, and the link for the room. A trainee is shown those of the atelier."""
    atelier = ateliers.de_la_base(services().magasin, base)
    choisies = atelier.scenes if atelier is not None else ()
    liste = [_placer(base, s) for s in donnees.scenes() if not choisies or s.identifiant in choisies]
    lecture = url_for("connexion.lecture", jeton=acces_d_ici().lecture) if voit_en_clair() else ""
    return render_template(
        "scenes/page.html",
        scenes=[(s, scene_jouee.lire(services(), s)) for s in liste],
        lecture=lecture and pour_la_salle() + lecture,
        kit=[(piece, kit.textes()[piece]["nom"]) for piece in kit.PIECES],
        partagee=partagee(),
    )


def partagee() -> bool:
    """True when other machines reach this server."""
    noms = services().configuration.noms
    return bool(noms) and not est_boucle_locale(noms[-1])


def pour_la_salle() -> str:
    """The address of this server for the other machines of the room. Opened as localhost, which would lead
    each of them to itself, it is given by a name of this machine."""
    if (publique := acces_d_ici().publique) is not None:
        return publique
    adresse = urlsplit(request.host_url.rstrip("/"))
    if not partagee() or not est_locale(request.host):
        return adresse.geturl()
    *donnes, _ = services().configuration.noms
    port = f":{adresse.port}" if adresse.port else ""
    return f"{adresse.scheme}://{donnes[0] if donnes else socket.gethostname()}{port}"


def scene(base: str, scene: str) -> Reponse:
    """The trainer's window; who only reads is led to the room's, without the notes. Once begun it is shown
    with its own base, whose clock is then at the top."""
    etat = scene_jouee.lire(services(), _placee(base, scene))
    if not joue_les_scenes() or "projeter" in request.args or "suivre" in request.args:
        return redirect(
            url_for("scenes.salle", base=etat.scene.base if etat.commencee else base, scene=scene)
        )
    if etat.commencee and base != etat.scene.base:
        return redirect(_adresse(etat.scene))
    return Response(
        render_template(
            "scenes/scene.html",
            etat=etat,
            scene=etat.scene,
            seul=_chez_quelqu_un(base),
            ecoule=_ecoule(etat),
            pages={nom: (libelle, _PAGES[nom]) for nom, libelle in donnees.PAGES.items()},
        )
    )


def salle(base: str, scene: str) -> Reponse:
    """The room's window: the step that was played, or that of rank `pas`; never the trainer's notes."""
    etat = scene_jouee.lire(services(), _placee(base, scene))
    if etat.commencee and base != etat.scene.base:
        return redirect(url_for("scenes.salle", base=etat.scene.base, scene=scene))
    rang = entier_de(champ_ecrit("pas"))
    vue = regarder(services(), etat, rang if rang in range(1, len(etat.joues)) else None)
    return Response(render_template("scenes/salle.html", etat=etat, scene=etat.scene, salle=vue))


def fiche(base: str, scene: str) -> str:
    """The sheet of the trainees, to print: questions, room to answer, the rules that are met."""
    return _feuille(_placee(base, scene), corrige=False)


def corrige(base: str, scene: str) -> str:
    """The same with the answers, for the trainer."""
    return _feuille(_placee(base, scene), corrige=True)


def _feuille(scene: donnees.Scene, *, corrige: bool) -> str:
    contrat = contrat_servi()
    attendus = [attendu for pas in scene.pas for attendu in (pas.attendu, *(c.attendu for c in pas.choix))]
    codes = dict.fromkeys(code for attendu in attendus for code in attendu.regles)
    return render_template(
        "scenes/fiche.html",
        scene=scene,
        corrige=corrige,
        envois=[essentiel(pas) for pas in scene.pas],
        regles=[contrat.regles[code] for code in codes if code in contrat.regles],
    )


def imprimer(base: str, piece: str, extension: str) -> Response:
    """A piece of the kit, with the name and the address of the base."""
    if piece not in kit.PIECES or extension not in kit.FORMATS:
        raise NotFound("Le kit n'a pas cette pièce : la liste est en bas de la page des scènes.")
    ici = f"Base « {base} » : {pour_la_salle()}{url_for('accueil.page', base=base)}"
    return Response(kit.octets(piece, extension, ici), mimetype=kit.FORMATS[extension])


def _ecoule(etat: scene_jouee.Representation) -> str:
    """Since when the scene is played, by the machine's clock: « 12 min », « 1 h 05 »."""
    if etat.debut is None:
        return ""
    minutes = max(0, int((datetime.now(UTC) - etat.debut).total_seconds() // 60))
    return f"{minutes} min" if minutes < _HEURE else f"{minutes // _HEURE} h {minutes % _HEURE:02d}"


def flux(base: str, scene: str) -> Response:
    """Tells who follows that the scene has moved, as Server-Sent Events, for half a minute: the page is then
    asked for again."""
    voulue = _placee(base, scene)
    magasin, depuis = services().magasin, reprise(voulue.base)
    attendre = magasin.veille(voulue.base)
    dits = mouvements(magasin.journal, voulue.base, depuis, duree=FLUX_DUREE, attendre=attendre)
    return page_flux(None if vu is None else evenement(vu, str(vu), "pas") for vu in dits)


def mouvements(
    journal: Journal, base: str, depuis: int, *, duree: float, attendre: Callable[[float], None] = time.sleep
) -> Iterator[int | None]:
    """The last line of a journal each time that it is no longer `depuis` (less, when it was emptied), for
    `duree` seconds; None now and then."""
    connu = depuis

    def regarder() -> Iterator[int]:
        nonlocal connu
        dernier = journal.dernier(base)
        if dernier == connu:
            return
        while dernier != connu:
            connu = dernier
            time.sleep(_REPOS)
            dernier = journal.dernier(base)
        yield dernier

    return veiller(regarder, duree=duree, pas=_PAS, attendre=attendre)


def commencer(base: str, scene: str) -> Reponse:
    """Puts it at its start. A base of its name that it did not make is emptied only by who says so."""
    voulue = _placee(base, scene)
    scene_jouee.commencer(services(), voulue, vider=champ_ecrit("vider") == "oui")
    return apres_action(_adresse(voulue), f"La scène « {voulue.titre} » est au début.")


def jouer(base: str, scene: str, rang: int) -> Reponse:
    """Plays its next step, as the room chose it when it is asked, and shows what came of it."""
    voulue = _placee(base, scene)
    choix = entier_de(champ_ecrit("choix"))
    try:
        scene_jouee.jouer(services(), voulue, rang, expediteur(), choix)
    except UsageError as erreur:  # the page was old: another window, or the trainer, has moved the scene
        return apres_action(_adresse(voulue), avec_remede(erreur), reussie=False)
    # Without a fragment: the button of the next step, which has `autofocus`, then has the focus.
    return redirect(_adresse(voulue), 303)


def _adresse(scene: donnees.Scene) -> str:
    """Its page, with its own base."""
    return url_for("scenes.scene", base=scene.base, scene=scene.identifiant)


def _placee(base: str, identifiant: str) -> donnees.Scene:
    """The scene of that name, where it plays when it is asked for in a base."""
    trouvee = donnees.trouver(identifiant)
    if trouvee is None:
        raise NotFound(f"La scène [{identifiant[:40]}] n'existe pas : la liste est à /console/{base}/scenes.")
    return _placer(base, trouvee)


def _placer(base: str, scene: donnees.Scene) -> donnees.Scene:
    return scene.sur(base) if _chez_quelqu_un(base) else scene


def _chez_quelqu_un(base: str) -> bool:
    """True when a base belongs to one person, who plays there alone."""
    entree = qui_est_la()
    a_soi = entree is not None and entree.droit is Droit.BASE
    return a_soi or ateliers.de_la_base(services().magasin, base) is not None
