"""`/console/<base>/`: the first page: a call that works, what goes on in the base, where to go, by role."""

import shlex
from dataclasses import replace
from typing import Any, Final

from flask import g, make_response, render_template, request
from werkzeug.wrappers import Response as Reponse

from sne_console.cadre.equivalents import curl
from sne_console.cadre.outillage_des_sections import champ_ecrit, compter, contrat_servi
from sne_console.messages import brouillon
from sne_console.messages.envoi_et_rejeu import emballer
from sne_console.messages.verdicts_et_refus import grouper
from sne_console.vues.echanges_immontrables import essayer
from sne_console.vues.interface_montree import par_service
from sne_sandbox.pki.authority import Autorite
from sne_sandbox.web.acces import adresse_d_ici
from sne_sandbox.web.configuration_et_services import services

#: Who one is, as the page says it. The first is who has not said.
ROLES: Final = {"developpe": "Je développe", "certifie": "Je certifie", "forme": "Je forme"}
#: Seconds that a browser remembers it: a year.
_GARDE: Final = 31_536_000
#: Exchanges that are looked at for the refusals, and refusals that are told.
EXAMINES: Final = 200
_TUS: Final = 5
#: It reads, and is accepted by any base: the call that one tries first.
_PREMIER_APPEL: Final = "listerTypesEvenementsNationaux"
#: Judgements that the page tells.
_JUGEMENTS: Final = 5


def page(base: str) -> Reponse:
    """The home of a base, for the role that was chosen."""
    voulu = champ_ecrit("role") or request.cookies.get("sne_role", "")
    role = voulu if voulu in ROLES else next(iter(ROLES))
    with services().magasin.lire(base) as registre:
        demandes = compter(registre)
    gardes, _ = services().magasin.journal.compter(base)
    examines = services().magasin.journal.chercher(base, limite=EXAMINES, sans_nuits=True)
    contrat = contrat_servi()
    guichets = services().configuration.home / "pki" / "guichets"
    certificats = sorted(f.stem for f in guichets.glob("*.pem")) if guichets.is_dir() else []
    reponse = make_response(
        render_template(
            "accueil/page.html",
            roles=ROLES,
            role=role,
            demandes=demandes,
            gardes=gardes,
            refus=grouper(examines)[:_TUS],
            examines=len(examines),
            par_service=par_service(contrat),
            appel=essayer(_premier_appel, lambda _: ""),
            autorite=Autorite(services().configuration.home / "pki").ca,
            guichets=guichets,
            certificats=certificats,
            jugements=_jugements() if role == "certifie" else [],
            scenes=_scenes() if role == "forme" else [],
        )
    )
    if champ_ecrit("role") in ROLES:
        reponse.set_cookie("sne_role", role, max_age=_GARDE, samesite="Lax", httponly=True)
    return reponse


# What opens a base first is asked neither for judgements nor for scenes, nor imports what reads them.


def _jugements() -> list[Any]:
    """The last judgements that the visitor may see."""
    from sne_console.vues import objet_de_l_adresse

    return objet_de_l_adresse.jugements()[:_JUGEMENTS]


def _scenes() -> tuple[Any, ...]:
    """All the scenes."""
    from sne_console.formation import scenes

    return scenes.scenes()


def _premier_appel() -> str:
    """A command line that calls the base that is shown, and is accepted: it asks for the types of events."""
    essai = replace(brouillon.nouveau(g.base, _PREMIER_APPEL, ""), emballage="simple")
    champs = {**essai.champs(), "certificat": b""}
    requete = emballer(contrat_servi(), g.base.nom, _PREMIER_APPEL, champs, "simple")
    ligne = [*curl(), "-H", f"Content-Type: {dict(requete.en_tetes)['Content-Type']}"]
    return shlex.join([*ligne, "--data-binary", requete.corps_montre, adresse_d_ici() + requete.adresse])
