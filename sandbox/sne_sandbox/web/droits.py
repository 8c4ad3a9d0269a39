"""Which right each address wants: the table of all pages and calls, and the one decision.

The row of a deed says who may ask for it (`gestes.csv`); what is no deed is below. An address that is in
neither is the admin's alone: whoever adds one has to say who may open it.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from flask import Request
from werkzeug.exceptions import Forbidden

from sne_interface.resources import table
from sne_sandbox.bases.jetons import Droit, Entree
from sne_sandbox.table_des_gestes import GESTES

LECTURES: Final = ("GET", "HEAD", "OPTIONS")
LECTURE_SEULE: Final = (
    "Vous êtes en lecture seule : tout se lit, rien ne se change. Demandez au formateur, ou connectez-vous "
    "avec le jeton d'administration."
)
PAS_A_LUI: Final = "Votre jeton ouvre la base [{}], et rien d'autre de ce serveur."


class NiveauRequis(StrEnum):
    """The people who may open an address."""

    #: Anybody: one comes there to get a right.
    LIBRE = "libre"
    #: Whoever has a right: it shows nothing of any base, but of the one that is asked for.
    COMMUN = "commun"
    #: Whoever has a right: who has one on a base is shown, and may change, what is of that base. The view
    #: sees to it (`acces.voit`).
    SIENS = "siens"
    #: Whoever has a right on the base of its path.
    BASE = "base"
    #: It shows, or changes, several bases: to be read by `lecture`, and by `tout`.
    SERVEUR = "serveur"
    #: `tout` alone.
    ADMIN = "admin"


#: What is no deed: views of the console by name (`droits.csv`); calls by their path.
_PAGES: Final = {
    vue: NiveauRequis(ligne["niveau"]) for ligne in table(__file__) for vue in ligne["vues"].split()
}
_APPELS: Final[Mapping[tuple[str, str], NiveauRequis]] = {
    ("GET", "/api/v1/openapi.json"): NiveauRequis.COMMUN,
    ("GET", "/metrics"): NiveauRequis.SERVEUR,
}
#: From the most open to the least: of a view that does several deeds, the least decides.
_ORDRE: Final = tuple(NiveauRequis)
_PLACE: Final = re.compile(r"<(?:[^<>]+:)?(\w+)>")


def _des_gestes() -> tuple[Mapping[str, NiveauRequis], Mapping[tuple[str, str], NiveauRequis]]:
    vues, appels = dict(_PAGES), dict(_APPELS)
    for geste in GESTES.values():
        niveau = NiveauRequis(geste.niveau)
        for vue in geste.vues.split():
            vues[vue] = max(vues.get(vue, niveau), niveau, key=_ORDRE.index)
        if geste.appel:
            cle = (geste.methode, f"/api/v1{geste.chemin}")
            appels[cle] = max(appels.get(cle, niveau), niveau, key=_ORDRE.index)
    return vues, appels


VUES, APPELS = _des_gestes()


def niveau_de(requete: Request) -> NiveauRequis | None:
    """The level of the address that was asked for; None for one that leads nowhere."""
    if requete.url_rule is None:
        return None
    methode = "GET" if requete.method in LECTURES else requete.method
    appel = (methode, _PLACE.sub(r"{\1}", requete.url_rule.rule))
    return APPELS.get(appel) or VUES.get(requete.endpoint or "", NiveauRequis.ADMIN)


def permet(entree: Entree, niveau: NiveauRequis | None, *, ecrit: bool, bases: Iterable[str]) -> bool:
    """True when this entry may open an address of this level, which names `bases`; `ecrit`: to change it.

    A POST that writes nothing counts: a message checked or shown tells whether a NIR that was guessed is
    there, or holds those of the base.
    """
    if entree.droit is Droit.TOUT or niveau is NiveauRequis.LIBRE:
        return True
    if entree.droit is Droit.LECTURE:
        return not ecrit and niveau is not NiveauRequis.ADMIN
    nommees = set(bases)
    if niveau is NiveauRequis.BASE:
        return nommees == {entree.base}
    if niveau is NiveauRequis.SIENS:
        return nommees <= {entree.base}
    return niveau in (None, NiveauRequis.COMMUN) and not ecrit and nommees <= {entree.base}


def verifier(entree: Entree, requete: Request) -> None:
    """Raises Forbidden when the right of who enters is not enough for what is asked."""
    bases = [(requete.view_args or {}).get("base"), requete.args.get("base")]
    ecrit = requete.method not in LECTURES
    if permet(entree, niveau_de(requete), ecrit=ecrit, bases=filter(None, bases)):
        return
    if entree.droit is Droit.BASE:
        raise Forbidden(PAS_A_LUI.format(entree.base))
    raise Forbidden(
        LECTURE_SEULE if ecrit else "Cette page est à qui peut tout : il faut le jeton d'administration."
    )
