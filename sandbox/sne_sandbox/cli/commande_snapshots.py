"""`sne-sandbox snapshots`: the state of a base kept under a name, restored, compared."""

from collections.abc import Iterator

import click

from sne_interface.domain.dates import PARIS
from sne_interface.domain.texte import accorde
from sne_sandbox.bases import sauvegardes
from sne_sandbox.bases.sauvegardes import ComparaisonLue, SauvegardeLue, Sauvegardes
from sne_sandbox.cli.options import GroupeQuiListe, Poste, rendu, sur_une_base


@click.group("snapshots", cls=GroupeQuiListe)
def commande() -> None:
    """Sauvegardes d'une base sous un nom : état, horloge, réglages et pannes ; le journal n'en est pas.

    Exemples :
      sne-sandbox snapshots save avant
      sne-sandbox snapshots list --base essai-42
      sne-sandbox snapshots compare avant
      sne-sandbox snapshots compare avant apres --format json
      sne-sandbox snapshots restore avant
      sne-sandbox snapshots delete avant
    """


def _lignes(faites: list[SauvegardeLue]) -> Iterator[str]:
    for s in faites:
        faite_le = s.faite_le.astimezone(PARIS).isoformat(timespec="seconds")
        yield f"{s.nom}\t{faite_le}\t{_demandes(s)}\t{s.octets} octets"
    if not faites:
        yield f"Base [{click.get_current_context().params['base']}] : aucune sauvegarde."


@commande.command("list")
@sur_une_base
@rendu(_lignes)
def lister(poste: Poste, base: str) -> list[SauvegardeLue]:
    """Liste les sauvegardes d'une base, de la plus récente à la plus ancienne."""
    return _sauvegardes(poste).lister(base)


@commande.command("save")
@click.argument("nom")
@sur_une_base
@click.option("--replace", "remplacer", is_flag=True, help="Remplace la sauvegarde de ce nom.")
def faire(poste: Poste, nom: str, base: str, remplacer: bool) -> None:
    """Sauvegarde une base telle qu'elle est, sous le nom NOM."""
    sauvegarde = _sauvegardes(poste).faire(base, nom, remplacer=remplacer)
    click.echo(f"Base [{base}] sauvegardée sous [{nom}] : {_demandes(sauvegarde)}.")


@commande.command("restore")
@click.argument("nom")
@sur_une_base
def restaurer(poste: Poste, nom: str, base: str) -> None:
    """Remet une base telle qu'elle était ; son journal continue."""
    sauvegarde = _sauvegardes(poste).restaurer(base, nom, poste.contrats)
    click.echo(f"Base [{base}] telle que sauvegardée sous [{nom}] : {_demandes(sauvegarde)}.")


@commande.command("delete")
@click.argument("nom")
@sur_une_base
def supprimer(poste: Poste, nom: str, base: str) -> None:
    """Supprime la sauvegarde NOM."""
    _sauvegardes(poste).supprimer(base, nom)
    click.echo(f"Sauvegarde [{nom}] de la base [{base}] supprimée.")


def _ecarts(comparaison: ComparaisonLue) -> Iterator[str]:
    yield f"De [{comparaison.avant}] à [{comparaison.apres}]. {comparaison.phrase()}"
    for ecart in comparaison.ecarts:
        yield f"{ecart.numero}\t{ecart.genre}"
        for champ in ecart.champs:
            yield f"\t{champ.nom} : {champ.avant or '—'} → {champ.apres or '—'}"


@commande.command("compare")
@click.argument("nom", metavar="AVANT")
@click.argument("avec", metavar="[APRES]", required=False)
@sur_une_base
@rendu(_ecarts, retrait=2)
def comparer(poste: Poste, nom: str, avec: str | None, base: str) -> ComparaisonLue:
    """Compare la sauvegarde AVANT à la sauvegarde APRES, ou à la base telle qu'elle est."""
    return sauvegardes.depuis(_sauvegardes(poste), base, nom, avec)


def _sauvegardes(poste: Poste) -> Sauvegardes:
    return Sauvegardes(poste.magasin)


def _demandes(sauvegarde: SauvegardeLue) -> str:
    nombre = sauvegarde.demandes
    return "illisible" if nombre is None else accorde(nombre, "demande")
