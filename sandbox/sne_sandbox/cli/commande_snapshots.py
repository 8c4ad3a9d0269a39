"""`sne-sandbox snapshots`: the state of a base kept under a name, restored, compared."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from sne_interface.domain.dates import PARIS
from sne_interface.domain.publication import en_json
from sne_interface.domain.texte import accorde
from sne_sandbox.bases import ecarts_de_sauvegardes
from sne_sandbox.bases.ecarts_de_sauvegardes import ComparaisonBases
from sne_sandbox.bases.sauvegardes import Sauvegarde, Sauvegardes
from sne_sandbox.cli.options import (
    COMMUNES,
    GroupeQuiListe,
    ouvrir_contrats,
    ouvrir_magasin,
    reglages,
    une_base,
    une_forme,
)

_EXEMPLES = """
\b
Exemples :
  sne-sandbox snapshots save avant
  sne-sandbox snapshots list --base essai-42
  sne-sandbox snapshots compare avant
  sne-sandbox snapshots compare avant apres --format json
  sne-sandbox snapshots restore avant
  sne-sandbox snapshots delete avant
"""


@click.group("snapshots", cls=GroupeQuiListe, epilog=_EXEMPLES)
def commande() -> None:
    """Sauvegardes d'une base sous un nom : état, horloge, réglages et pannes ; le journal n'en est pas."""


@commande.command("list")
@reglages(*COMMUNES, "database")
@une_base
@une_forme
def lister(base: str, forme: str, **options: Any) -> None:
    """Liste les sauvegardes d'une base, de la plus récente à la plus ancienne."""
    with _ouvrir(options) as sauvegardes:
        trouvees = sauvegardes.lister(base)
    if forme == "json":
        click.echo(json.dumps(en_json(trouvees), ensure_ascii=False))
        return
    for s in trouvees:
        faite_le = s.faite_le.astimezone(PARIS).isoformat(timespec="seconds")
        click.echo(f"{s.nom}\t{faite_le}\t{_demandes(s)}\t{s.octets} octets")
    if not trouvees:
        click.echo(f"Base [{base}] : aucune sauvegarde.")


@commande.command("save")
@click.argument("nom")
@reglages(*COMMUNES, "database")
@une_base
@click.option("--replace", "remplacer", is_flag=True, help="Remplace la sauvegarde de ce nom.")
def faire(nom: str, base: str, remplacer: bool, **options: Any) -> None:
    """Sauvegarde une base telle qu'elle est, sous le nom NOM."""
    with _ouvrir(options) as sauvegardes:
        sauvegarde = sauvegardes.faire(base, nom, remplacer=remplacer)
    click.echo(f"Base [{base}] sauvegardée sous [{nom}] : {_demandes(sauvegarde)}.")


@commande.command("restore")
@click.argument("nom")
@reglages(*COMMUNES, "database")
@une_base
def restaurer(nom: str, base: str, **options: Any) -> None:
    """Remet une base telle qu'elle était ; son journal continue."""
    with _ouvrir(options) as sauvegardes:
        sauvegarde = sauvegardes.restaurer(base, nom, ouvrir_contrats(options))
    click.echo(f"Base [{base}] telle que sauvegardée sous [{nom}] : {_demandes(sauvegarde)}.")


@commande.command("delete")
@click.argument("nom")
@reglages(*COMMUNES, "database")
@une_base
def supprimer(nom: str, base: str, **options: Any) -> None:
    """Supprime la sauvegarde NOM."""
    with _ouvrir(options) as sauvegardes:
        sauvegardes.supprimer(base, nom)
    click.echo(f"Sauvegarde [{nom}] de la base [{base}] supprimée.")


@commande.command("compare")
@click.argument("avant")
@click.argument("apres", required=False)
@reglages(*COMMUNES, "database")
@une_base
@une_forme
def comparer(avant: str, apres: str | None, base: str, forme: str, **options: Any) -> None:
    """Compare la sauvegarde AVANT à la sauvegarde APRES, ou à la base telle qu'elle est."""
    with _ouvrir(options) as sauvegardes:
        comparaison = ecarts_de_sauvegardes.depuis(sauvegardes, base, avant, apres)
    if forme == "json":
        click.echo(json.dumps(en_json(comparaison), ensure_ascii=False, indent=2))
    else:
        _en_texte(comparaison)


def _demandes(sauvegarde: Sauvegarde) -> str:
    nombre = sauvegarde.demandes
    return "illisible" if nombre is None else accorde(nombre, "demande", "demandes")


def _en_texte(comparaison: ComparaisonBases) -> None:
    click.echo(f"De [{comparaison.avant}] à [{comparaison.apres}]. {comparaison.phrase()}")
    for ecart in comparaison.ecarts:
        click.echo(f"{ecart.numero}\t{ecart.genre}")
        for champ in ecart.champs:
            click.echo(f"\t{champ.nom} : {champ.avant or '—'} → {champ.apres or '—'}")


@contextmanager
def _ouvrir(options: dict[str, Any]) -> Iterator[Sauvegardes]:
    with ouvrir_magasin(options) as magasin:
        yield Sauvegardes(magasin, options["home"])
