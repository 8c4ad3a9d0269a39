"""`sne-sandbox clock`: reads, freezes and moves on a base's clock; the nights in between are lived."""

import json
from typing import Any

import click

from sne_sandbox.cli.options import COMMUNES, Progres, barre, ouvrir_magasin, reglages, une_base, une_forme
from sne_sandbox.domain.base import lire_instant
from sne_sandbox.domain.publication import en_json
from sne_sandbox.errors import UsageError
from sne_sandbox.operations import horloge
from sne_sandbox.operations.horloge import Deplacement, Heure
from sne_sandbox.store.session import Magasin

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
"""


@click.command("clock", epilog=_EXEMPLES)
@click.argument("geste", type=click.Choice(["read", "freeze", "advance", "real", "nuits"]), default="read")
@click.argument("vers", required=False)
@reglages(*COMMUNES, "database")
@une_base
@une_forme
def commande(geste: str, vers: str | None, base: str, forme: str, **options: Any) -> None:
    """L'horloge d'une base : lue (read), figée (freeze), avancée (advance), rendue à l'heure réelle (real).

    Quand l'horloge de la machine saute, et que plus de 40 nuits sont dues d'un coup, elles attendent : nuits
    les fait passer.

    VERS dit où : un instant ISO pour freeze (par défaut, l'heure qu'il est dans la base) ; pour advance, une
    durée ISO 8601 (P1D, P1M, P13M, P2Y), une date ou un instant ISO.

    Ce que les nuits traversées auraient fait est fait, dans l'ordre, et journalisé : préavis un mois avant
    l'échéance, radiation faute de renouvellement à 13 mois, effacement un an après la radiation.
    """
    if geste == "advance" and vers is None:
        raise UsageError("clock advance : jusqu'où ?", remede="par exemple « sne-sandbox clock advance P1M »")
    if geste in ("read", "real", "nuits") and vers is not None:
        raise UsageError(
            f"clock {geste} ne prend pas d'instant : [{vers}].", remede="« clock freeze INSTANT »"
        )
    with ouvrir_magasin(options) as magasin:
        if geste == "read":
            heure = horloge.lire(magasin, base)
            click.echo(json.dumps(en_json(heure), ensure_ascii=False) if forme == "json" else _phrase(heure))
            return
        with barre("Les nuits passent") as progres:
            deplacement = _deplacer(magasin, base, geste, vers, progres)
    if forme == "json":
        click.echo(json.dumps(en_json(deplacement), ensure_ascii=False))
    else:
        click.echo(deplacement.phrase)
        click.echo(_phrase(deplacement.horloge))


def _deplacer(magasin: Magasin, base: str, geste: str, vers: str | None, progres: Progres) -> Deplacement:
    if geste == "real":
        return horloge.rendre_reelle(magasin, base, progres=progres)
    if geste == "nuits":
        return horloge.passer_les_nuits(magasin, base, progres=progres)
    if geste == "freeze":
        instant = lire_instant(vers) if vers is not None else None
        return horloge.figer(magasin, base, instant, progres=progres)
    assert vers is not None
    return horloge.avancer(magasin, base, vers, progres=progres)


def _phrase(heure: Heure) -> str:
    attente = f" ; {heure.nuits_en_attente} nuits en attente" if heure.nuits_en_attente else ""
    mode = _MODES.get(heure.mode, heure.mode)
    return f"Base [{heure.base}] : {heure.maintenant:%d/%m/%Y %H:%M:%S} ({mode}){attente}"
