"""« La même chose » without the console: the command line and the API call of a deed, as text to copy. A test
runs every one that the pages show."""

import json
import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import click
from flask import g, request

from sne_interface.settings import PAR_NOM
from sne_sandbox.cli.main import trouver
from sne_sandbox.pki.authority import Autorite
from sne_sandbox.table_des_gestes import GESTES, Geste
from sne_sandbox.web.acces import adresse_d_ici
from sne_sandbox.web.configuration_et_services import services

#: Read by every command; what it holds may have a password.
_DATABASE: Final = f'--database "${PAR_NOM["database"].variable}"'
#: A token that was given is read from where it was.
_DONNE: Final = f"${PAR_NOM['admin_token'].variable}"


#: What curl needs beside the fields of a call: a file that is sent, a file that is kept.
_CURL: Final = {
    "deposer": ("--data-binary", "@demande.xml", "-H", "Content-Type: text/xml"),
    "emporter_attestation": ("-o", "attestation.pdf"),
}
#: A place, in the path of a call; and a piece of a command line, which may hold one.
_PLACE: Final = re.compile(r"\{(\w+)\}")
_MORCEAU: Final = re.compile(r"--\S+ \{\w+\}|\S+")


@dataclass(frozen=True)
class Equivalents:
    """A line of both; "" where a deed has none."""

    commande: str
    appel: str


def equivalents(nom: str, /, *, corps: Any = None, **valeurs: Any) -> Equivalents:
    """The deed of that name, with values for the parameters of its command and for the fields of its call; on
    the base that is shown, unless `base` names another. `corps` is the whole body, where a page has it.
    Raises ValueError for a value that neither takes."""
    geste, valeurs = GESTES[nom], {"base": g.base.nom} | valeurs
    prises = {"base", *_PLACE.findall(geste.commande), *_PLACE.findall(geste.chemin)}
    commande = appel = ""
    if geste.commande:
        parametres, commande = _commande(geste, valeurs)
        prises |= parametres
    if geste.appel:
        prises |= {*geste.question.split(), *geste.corps.split()}
        appel = _appel(geste, valeurs, corps)
    if valeurs.keys() - prises:
        raise ValueError(f"{nom}: {', '.join(valeurs.keys() - prises)}")
    return Equivalents(commande, appel)


def _commande(geste: Geste, valeurs: Mapping[str, Any]) -> tuple[set[str], str]:
    """The parameters of a command of ours, and its line with these values and with what it takes of this
    server."""
    mots = _mots(geste.commande, valeurs)
    commande, suite = trouver(mots)
    parametres = {p.name or "": p for p in commande.params if not set(p.opts) & set(suite)}
    montrees = set(geste.options.split()) if geste.options else parametres.keys()
    ecrites = {nom: valeur for nom, valeur in valeurs.items() if nom in parametres and nom != "base"}
    base = parametres.get("base")
    if isinstance(base, click.Argument) or (base and "base" in montrees and valeurs["base"] != base.default):
        ecrites["base"] = valeurs["base"]
    ecrites |= _du_serveur(montrees)
    arguments = [nom for nom, p in parametres.items() if isinstance(p, click.Argument)]
    mots += [mot for nom in arguments for mot in _ecrits(ecrites.pop(nom, None))]
    for nom, valeur in ecrites.items():
        mots += [mot for ecrit in _ecrits(valeur) for mot in (parametres[nom].opts[0], ecrit)]
    ligne = shlex.join(["sne-sandbox", *mots])
    if "database" in montrees and services().configuration.database:
        ligne += f" {_DATABASE}"
    return set(parametres), ligne


def _du_serveur(montrees: Collection[str]) -> dict[str, Any]:
    """The values of these options by which a command works on the home of this server, by its contract; by
    that of the base that is shown, when the command is about a contract, and no base."""
    configuration = services().configuration
    propres = {} if {"base", "database"} & set(montrees) else services().contrats.options(g.base)
    communes = ("home", "contract", "contracts") if "home" in montrees else ()
    quartiles = ("quartiles",) if "quartiles" in montrees else ()
    choisies = {nom: propres.get(nom, getattr(configuration, nom)) for nom in (*communes, *quartiles)}
    return {nom: choisie for nom, choisie in choisies.items() if choisie != PAR_NOM[nom].defaut}


def _mots(morceaux: str, valeurs: Mapping[str, Any]) -> list[str]:
    """The words of a row, its places filled; without those that have no value."""
    mots = []
    for morceau in _MORCEAU.findall(morceaux):
        if all(valeurs.get(place) is not None for place in _PLACE.findall(morceau)):
            mots += [mot.format_map(valeurs) for mot in morceau.split()]
    return mots


def _ecrits(valeur: Any) -> list[str]:
    """A value as a command line takes it: one word, or one for each item of a mapping."""
    if isinstance(valeur, Mapping):
        return [f"{nom}={v}" for nom, v in valeur.items()]
    return [] if valeur is None else [str(valeur)]


def _appel(geste: Geste, valeurs: Mapping[str, Any], corps: Any) -> str:
    """A call of the API of this server, by curl."""
    ligne = curl()
    if geste.methode != "GET":
        ligne += ["-X", geste.methode]
    posees = {nom: valeurs[nom] for nom in valeurs if valeurs[nom] is not None}
    if geste.corps:
        envoi = corps or {nom: posees[nom] for nom in posees if nom in geste.corps.split()}
        ligne += ["-H", "Content-Type: application/json", "-d", json.dumps(envoi, ensure_ascii=False)]
    adresse = f"{adresse_d_ici()}/api/v1{geste.chemin.format_map(posees)}"
    question = {nom: posees[nom] for nom in posees if nom in geste.question.split()}
    if "base" in question and not g.base.reglages.contrat:
        del question["base"]  # the server's contract: what is answered without it
    if question:
        adresse += f"?{urlencode(question)}"
    return shlex.join([*ligne, *_CURL.get(geste.nom, ()), adresse]) + en_tete_du_jeton()


def en_tete_du_jeton() -> str:
    """The header that lets curl in, never the token itself: it is read where it is; "" where none is asked
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
