"""`sne-sandbox clock`: reads, freezes and moves on a base's clock; the nights in between are lived."""

import json
from typing import Any

import click

from sne_interface.domain.base import BASE_PAR_DEFAUT, lire_instant
from sne_interface.domain.dates import date_francaise
from sne_interface.domain.publication import en_json
from sne_interface.errors import UsageError
from sne_sandbox.bases import horloge, retour_d_horloge
from sne_sandbox.bases.apercu_du_temps import Apercu, prevoir
from sne_sandbox.bases.faits_des_nuits import bref
from sne_sandbox.bases.horloge import DeplacementVoulu, Heure
from sne_sandbox.cli.options import COMMUNES, barre, ouvrir_magasin, reglages, une_base, une_forme

#: Facts that a trial shows.
ESSAI_MAX = 40
#: Modes that a reader is told in other words than the API's.
_MODES = {"real": "heure réelle"}

_EXEMPLES = """
\b
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


@click.command("clock", epilog=_EXEMPLES)
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
@reglages(*COMMUNES, "database")
@une_base
@une_forme
def commande(geste: str, vers: str | None, *, essai: bool, base: str, forme: str, **options: Any) -> None:
    """L'horloge d'une base : lue (read), figée (freeze), avancée (advance), rendue à l'heure réelle (real).

    Avec --essai, ce qu'un déplacement ferait est dit, demande par demande, et rien n'est fait. « annuler »
    défait le dernier déplacement, demandes comprises, tant que rien d'autre n'est venu.

    Quand l'horloge de la machine saute, et que plus de 40 nuits sont dues d'un coup, elles attendent : nuits
    les fait passer.

    VERS dit où : un instant ISO pour freeze (par défaut, l'heure qu'il est dans la base) ; pour advance, une
    durée ISO 8601 (P1D, P1M, P13M, P2Y), une date ou un instant ISO.

    Ce que les nuits traversées auraient fait est fait, dans l'ordre, et journalisé : préavis un mois avant
    l'échéance, radiation faute de renouvellement à 13 mois, effacement un an après la radiation.
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
    with ouvrir_magasin(options) as magasin:
        if geste == "read":
            heure = horloge.lire(magasin, base)
            click.echo(json.dumps(en_json(heure), ensure_ascii=False) if forme == "json" else _phrase(heure))
            return
        if geste == "annuler":
            annulation = retour_d_horloge.annuler(magasin, base)
            click.echo(
                json.dumps(en_json(annulation), ensure_ascii=False) if forme == "json" else annulation.phrase
            )
            return
        if essai:
            prevu = prevoir(magasin, base, _mouvement(geste, vers), limite=ESSAI_MAX)
            click.echo(json.dumps(en_json(prevu), ensure_ascii=False) if forme == "json" else _essai(prevu))
            return
        with barre("Les nuits passent") as progres:
            deplacement = horloge.deplacer(magasin, base, _mouvement(geste, vers), progres=progres)
    if forme == "json":
        click.echo(json.dumps(en_json(deplacement), ensure_ascii=False))
    else:
        click.echo(deplacement.phrase)
        click.echo(_phrase(deplacement.horloge))
        if deplacement.annulable and any(deplacement.faits.values()):
            click.echo(
                f"Pour revenir, tant que rien d'autre n'est venu : « sne-sandbox clock annuler{_sur(base)} »"
            )


def _mouvement(geste: str, vers: str | None) -> DeplacementVoulu:
    if geste == "freeze":
        return DeplacementVoulu("gel", instant=lire_instant(vers) if vers is not None else None)
    if geste == "advance":
        return DeplacementVoulu("avance", vers or "")
    return DeplacementVoulu("retour" if geste == "real" else "nuits")


def _sur(base: str) -> str:
    return "" if base == BASE_PAR_DEFAUT else f" --base {base}"


def _essai(prevu: Apercu) -> str:
    """What would be done, night after night; the last line says how the base would be kept."""
    lignes = [f"{prevu.mouvement[0].upper()}{prevu.mouvement[1:]} ferait : {prevu.phrase}"]
    lignes += [f"  {date_francaise(p.jour)}  {p.numero}  {bref(p.fait, 1)}" for p in prevu.previsions]
    if prevu.total > len(prevu.previsions):
        lignes.append(f"  … et {prevu.total - len(prevu.previsions)} de plus : --format json les compte")
    if prevu.sauvegarde:
        lignes.append("La base serait d'abord sauvegardée : « clock annuler » la ramènerait.")
    return "\n".join([*lignes, "Rien n'a été fait."])


def _phrase(heure: Heure) -> str:
    attente = f" ; {heure.nuits_en_attente} nuits en attente" if heure.nuits_en_attente else ""
    mode = _MODES.get(heure.mode, heure.mode)
    return f"Base [{heure.base}] : {heure.maintenant:%d/%m/%Y %H:%M:%S} ({mode}){attente}"
