"""« La même chose » without the console: the command line and the API call of a deed, as text to copy. A test
runs every one that the pages show."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import g, request

from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_interface.settings import PAR_NOM
from sne_sandbox.gestes import GESTES, Geste
from sne_sandbox.pki.authority import Autorite
from sne_sandbox.web.acces import adresse_d_ici
from sne_sandbox.web.configuration import services

#: Read by every command; what it holds may have a password.
_DATABASE: Final = f'--database "${PAR_NOM["database"].variable}"'
#: A token that was given is read from where it was.
_DONNE: Final = f"${PAR_NOM['admin_token'].variable}"


@dataclass(frozen=True, slots=True)
class Equivalents:
    """A line of both; "" where a deed has none."""

    commande: str
    appel: str


def equivalents(nom: str, /, **valeurs: Any) -> Equivalents:
    """The deed of that name, with values for the places of its row (`gestes.GESTES`); on the base that is
    shown, unless `base` names another."""
    geste, valeurs = GESTES[nom], {"base": g.base.nom} | valeurs
    if "base" in geste.question.split() and not g.base.reglages.contrat:
        del valeurs["base"]  # the server's contract: what is answered without it
    return Equivalents(
        _commande(geste, valeurs) if geste.commande else "", _appel(geste, valeurs) if geste.appel else ""
    )


def _commande(geste: Geste, valeurs: Mapping[str, Any]) -> str:
    """A command line of ours, on the home of this server and by its contract; by that of the base that is
    shown, where the command is about a contract, and no base."""
    configuration: Any = services().configuration
    ligne, options = ["sne-sandbox", *geste.mots(valeurs)], geste.options.split()
    if "base" in options and valeurs["base"] != BASE_PAR_DEFAUT:
        ligne += ["--base", valeurs["base"]]
    propres = services().contrats.options(g.base) if options == ["home"] else {}
    communes = ("home", "contract", "contracts") if "home" in options else ()
    for nom in (*communes, *(("quartiles",) if "quartiles" in options else ())):
        choisi = propres.get(nom, getattr(configuration, nom))
        if choisi != PAR_NOM[nom].defaut:
            ligne += [PAR_NOM[nom].option, str(choisi)]
    depot = "database" in options and configuration.database
    return shlex.join(ligne) + (f" {_DATABASE}" if depot else "")


def _appel(geste: Geste, valeurs: Mapping[str, Any]) -> str:
    """A call of the API of this server, by curl."""
    ligne = curl()
    if geste.methode != "GET":
        ligne += ["-X", geste.methode]
    envoi = geste.envoi(valeurs)
    if envoi is not None:
        ligne += ["-H", "Content-Type: application/json", "-d", json.dumps(envoi, ensure_ascii=False)]
    adresse = f"{adresse_d_ici()}/api/v1{geste.adresse(valeurs)}"
    return shlex.join([*ligne, *geste.curl, adresse]) + en_tete_du_jeton()


def en_tete_du_jeton() -> str:
    """What curl sends to be let in, never the token itself: it is read where it is; "" where none is asked
    for."""
    configuration = services().configuration
    if configuration.ouvert:
        return ""
    fichier = configuration.jeton_fichier
    jeton = _DONNE if fichier is None else f"$(cat {shlex.quote(str(fichier))})"
    return f' -H "Authorization: Bearer {jeton}"'


def curl() -> list[str]:
    """The first words of a call to this server: what it takes to trust it."""
    if request.is_secure:
        return ["curl", "--cacert", str(Autorite(services().configuration.home / "pki").ca)]
    return ["curl"]
