"""`sne-sandbox clock`: reads, freezes and moves on a base's clock; the nights in between are lived."""

from collections.abc import Iterator

import click

from sne_interface.domain.base import BASE_PAR_DEFAUT, lire_instant
from sne_interface.domain.dates import date_francaise
from sne_interface.errors import UsageError
from sne_sandbox.bases import apercu_et_retour_d_horloge, horloge
from sne_sandbox.bases.apercu_et_retour_d_horloge import Annulation, Apercu, prevoir
from sne_sandbox.bases.faits_des_nuits import bref
from sne_sandbox.bases.horloge import Deplacement, DeplacementVoulu, HeureLue
from sne_sandbox.cli.options import Poste, barre, rendu, sur_une_base

#: Facts that a trial shows.
ESSAI_MAX = 40
#: Modes that a reader is told in other words than the API's.
_MODES = {"real": "heure réelle"}


def _lignes(valeur: HeureLue | Annulation | Apercu | Deplacement) -> Iterator[str]:
    if isinstance(valeur, HeureLue):
        attente = f" ; {valeur.nuits_en_attente} nuits en attente" if valeur.nuits_en_attente else ""
        mode = _MODES.get(valeur.mode, valeur.mode)
        yield f"Base [{valeur.base}] : {valeur.maintenant:%d/%m/%Y %H:%M:%S} ({mode}){attente}"
        return
    if isinstance(valeur, Apercu):
        yield from _essai(valeur)
        return
    yield valeur.phrase
    if isinstance(valeur, Deplacement):
        base = valeur.horloge.base
        yield from _lignes(valeur.horloge)
        if valeur.annulable and any(valeur.faits.values()):
            sur = "" if base == BASE_PAR_DEFAUT else f" --base {base}"
            yield f"Pour revenir, tant que rien d'autre n'est venu : « sne-sandbox clock annuler{sur} »"


def _essai(prevu: Apercu) -> Iterator[str]:
    """The facts of each night of a trial, in lines; the last says how the base would be kept."""
    yield f"{prevu.mouvement[0].upper()}{prevu.mouvement[1:]} ferait : {prevu.phrase}"
    for p in prevu.previsions:
        yield f"  {date_francaise(p.jour)}  {p.numero}  {bref(p.fait, 1)}"
    if prevu.total > len(prevu.previsions):
        yield f"  … et {prevu.total - len(prevu.previsions)} de plus : --format json les compte"
    if prevu.sauvegarde:
        yield "La base serait d'abord sauvegardée : « clock annuler » la ramènerait."
    yield "Rien n'a été fait."


@click.command("clock")
@click.argument(
    "geste", type=click.Choice(["read", "freeze", "advance", "real", "nuits", "annuler"]), default="read"
)
@click.argument("vers", required=False)
@click.option(
    "--essai",
    "--dry-run",
    is_flag=True,
    help="Dit ce que le déplacement ferait, sans le faire : rien n'est écrit.",
)
@sur_une_base
@rendu(_lignes)
def commande(
    poste: Poste, geste: str, vers: str | None, *, essai: bool, base: str
) -> HeureLue | Annulation | Apercu | Deplacement:
    """L'horloge d'une base : lue (read), figée (freeze), avancée (advance), rendue à l'heure réelle (real).

    Avec --essai, ce qu'un déplacement ferait est dit, demande par demande, et rien n'est fait. « annuler »
    défait le dernier déplacement, demandes comprises, tant que rien d'autre n'est venu.

    Quand l'horloge de la machine saute, et que plus de 40 nuits sont dues d'un coup, elles attendent : nuits
    les fait passer.

    VERS dit où : un instant ISO pour freeze (par défaut, l'heure qu'il est dans la base) ; pour advance, une
    durée ISO 8601 (P1D, P1M, P13M, P2Y), une date ou un instant ISO.

    Ce que les nuits traversées auraient fait est fait, dans l'ordre, et journalisé : préavis un mois avant
    l'échéance, radiation faute de renouvellement à 13 mois, effacement un an après la radiation.

    Exemples :
      sne-sandbox clock
      sne-sandbox clock freeze 2018-03-15T09:00:00
      sne-sandbox clock advance P13M
      sne-sandbox clock advance 2019-04-15 --base essai-42
      sne-sandbox clock real --format json
      sne-sandbox clock nuits
      sne-sandbox clock advance P13M --essai
      sne-sandbox clock annuler
    """
    if geste == "advance" and vers is None:
        raise UsageError("clock advance : jusqu'où ?", remede="par exemple « sne-sandbox clock advance P1M »")
    if geste in ("read", "real", "nuits", "annuler") and vers is not None:
        raise UsageError(
            f"clock {geste} ne prend pas d'instant : [{vers}].", remede="« clock freeze INSTANT »"
        )
    if essai and geste in ("read", "annuler"):
        raise UsageError(
            f"clock {geste} n'a rien à essayer.",
            remede="par exemple « sne-sandbox clock advance P13M --essai »",
        )
    if geste == "read":
        return horloge.lire(poste.magasin, base)
    if geste == "annuler":
        return apercu_et_retour_d_horloge.annuler(poste.magasin, base)
    magasin, mouvement = poste.magasin, _mouvement(geste, vers)
    if essai:
        return prevoir(magasin, base, mouvement, limite=ESSAI_MAX)
    with barre("Les nuits passent") as progres:
        return horloge.deplacer(magasin, base, mouvement, progres=progres)


def _mouvement(geste: str, vers: str | None) -> DeplacementVoulu:
    if geste == "freeze":
        return DeplacementVoulu("gel", instant=lire_instant(vers) if vers is not None else None)
    if geste == "advance":
        return DeplacementVoulu("avance", vers or "")
    return DeplacementVoulu("retour" if geste == "real" else "nuits")
