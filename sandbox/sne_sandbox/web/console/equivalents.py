"""« La même chose » without the console: command lines and calls of the API, as text to copy. A test runs
every one that the pages show."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from flask import g, request

from sne_sandbox.domain.base import BASE_PAR_DEFAUT
from sne_sandbox.pki.authority import Autorite
from sne_sandbox.settings import PAR_NOM
from sne_sandbox.web.console.page import services

#: Read by every command; what it holds may have a password.
_DATABASE: Final = f'--database "${PAR_NOM["database"].variable}"'
_JETON: Final = f'-H "Authorization: Bearer ${PAR_NOM["admin_token"].variable}"'


@dataclass(frozen=True, slots=True)
class Equivalents:
    """Text of both: one line a command, one line a call."""

    commandes: str
    appels: str


def deux(commandes: str | list[str], appels: str | list[str]) -> Equivalents:
    """From one or several of each."""
    return Equivalents(*("\n".join([un] if isinstance(un, str) else un) for un in (commandes, appels)))


def commande(*mots: str, base: str = "", de_la_base: bool = True, du_depot: bool = True) -> str:
    """A command line of ours, on the home of this server and by its contract; `de_la_base`: on `base`
    (default: the one that is shown); `du_depot`: one that opens the store."""
    configuration = services().configuration
    ligne = ["sne-sandbox", *mots]
    if de_la_base and (base := base or g.base.nom) != BASE_PAR_DEFAUT:
        ligne += ["--base", base]
    for nom in ("home", "contract", "contracts"):
        choisi = getattr(configuration, nom)
        if choisi != PAR_NOM[nom].defaut:
            ligne += [PAR_NOM[nom].option, str(choisi)]
    return shlex.join(ligne) + (f" {_DATABASE}" if du_depot and configuration.database else "")


def appel(
    methode: str,
    chemin: str,
    corps: Mapping[str, Any] | None = None,
    *,
    base: str = "",
    de_la_base: bool = True,
    question: Mapping[str, Any] | None = None,
    options: Sequence[str] = (),
) -> str:
    """A call of the API; `chemin` is below `base` (default: the one that is shown), or below `/api/v1`;
    `options` are curl's own."""
    adresse = request.host_url.rstrip("/") + "/api/v1"
    adresse += f"/bases/{base or g.base.nom}{chemin}" if de_la_base else chemin
    if posee := {nom: valeur for nom, valeur in (question or {}).items() if valeur is not None}:
        adresse += f"?{urlencode(posee)}"
    ligne = curl()
    if methode != "GET":
        ligne += ["-X", methode]
    if corps is not None:
        ligne += ["-H", "Content-Type: application/json", "-d", json.dumps(corps, ensure_ascii=False)]
    texte = shlex.join([*ligne, *options, adresse])
    return f"{texte} {_JETON}" if services().configuration.jeton is not None else texte


def curl() -> list[str]:
    """The first words of a call to this server: what it takes to trust it."""
    if request.is_secure:
        return ["curl", "--cacert", str(Autorite(services().configuration.home / "pki").ca)]
    return ["curl"]
