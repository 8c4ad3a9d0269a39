"""`sne-sandbox atelier`: a room of trainees, each with a base and a link: made, handed out, closed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from sne_console.formation import ateliers
from sne_console.formation.ateliers import AtelierTenu, FicheDeStagiaire
from sne_interface.errors import UsageError, raison_systeme
from sne_sandbox.bases import jetons
from sne_sandbox.cli.options import GroupeCommandes, Poste, depart_de_base, rendu, sur_le_poste
from sne_sandbox.cli.preparatifs_d_ecoute import ADRESSE_D_ORIGINE, adresse_publique

_nom = click.argument("atelier", metavar="NOM")
_expire = click.option(
    "--expire", default="", metavar="DUREE|JOUR", help="Fin des liens : P2D, un jour (par défaut, ce soir)."
)


@click.group("atelier", cls=GroupeCommandes)
def commande() -> None:
    """Fait une salle : une base par stagiaire, et un lien qui n'ouvre qu'elle.

    L'atelier « lundi » a les bases lundi-01, lundi-02… Serveur arrêté ou en marche.

    Exemples :
      sne-sandbox atelier creer lundi --stagiaires 20
      sne-sandbox atelier creer mardi --noms noms.txt --scene doublon --expire P2D
      sne-sandbox atelier fiches lundi --url http://poste-12:8080
      sne-sandbox atelier lister
      sne-sandbox atelier liens lundi --expire P2D
      sne-sandbox atelier clore lundi --bases supprimer
    """


@commande.command("creer")
@click.argument("nom")
@sur_le_poste()
@click.option(
    "--stagiaires",
    "combien",
    type=click.IntRange(1, ateliers.STAGIAIRES_MAX),
    help="Combien (par défaut, autant que de noms).",
)
@click.option(
    "--noms",
    type=click.Path(path_type=Path),
    metavar="FICHIER",
    help="Noms des stagiaires, un par ligne, en UTF-8.",
)
@depart_de_base("vide")
@click.option("--scene", "scenes", multiple=True, help="Scène proposée, à répéter (par défaut, toutes).")
@_expire
def creer(poste: Poste, noms: Path | None, **autres: Any) -> None:
    """Fait l'atelier NOM : ses bases, leurs liens ; tout, ou rien."""
    autres |= {"noms": _lire_noms(noms), "profil": poste.options["profile"]}
    contrats, magasin = poste.ouvrir()
    fait = ateliers.creer(magasin, contrats, poste.home, **autres)
    combien, nom = len(fait.stagiaires), fait.nom
    click.echo(f"Atelier [{nom}] fait, {combien} base(s) ; liens : « sne-sandbox atelier fiches {nom} »")


def _lire_noms(fichier: Path | None) -> list[str]:
    if fichier is None:
        return []
    try:
        return fichier.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as erreur:
        raison = raison_systeme(erreur) if isinstance(erreur, OSError) else "il n'est pas en UTF-8"
        raise UsageError(
            f"Le fichier [{fichier}] ne se lit pas : {raison}.", remede="un nom par ligne, en UTF-8"
        ) from erreur


def _lignes(tenus: list[AtelierTenu]) -> Iterator[str]:
    if not tenus:
        click.echo("Aucun atelier : « atelier creer NOM » en fait un.", err=True)
    for tenu in tenus:
        yield "\t".join(
            (tenu.nom, str(len(tenu.stagiaires)), tenu.semence, tenu.expire_le.isoformat(timespec="seconds"))
        )


@commande.command("lister")
@sur_le_poste()
@rendu(_lignes)
def lister(poste: Poste) -> list[AtelierTenu]:
    """Liste les ateliers : nom, stagiaires, jeu de départ, fin des liens."""
    return ateliers.lister(poste.magasin)


def _fiches(rendues: list[FicheDeStagiaire]) -> Iterator[str]:
    for fiche in rendues:
        yield "\t".join((fiche.base, fiche.nom, fiche.lien or "révoqué", fiche.services))


@commande.command("fiches")
@_nom
@sur_le_poste()
@click.option(
    "--url", default=ADRESSE_D_ORIGINE, show_default=True, help="Adresse du serveur, pour la salle."
)
@rendu(_fiches)
def fiches(poste: Poste, atelier: str, url: str) -> list[FicheDeStagiaire]:
    """Donne les liens de l'atelier NOM : base, nom, lien, adresse SOAP. Chaque lien ouvre une base."""
    adresse = adresse_publique(url, "--url") or ADRESSE_D_ORIGINE
    if not jetons.a_servi(poste.home):  # a key made now would be none that made the links
        raise UsageError(
            f"Le dossier [{poste.home}] n'a fait aucun lien.",
            remede="donnez par --home le dossier du serveur",
        )
    return ateliers.fiches(poste.magasin, poste.home, atelier, adresse)


@commande.command("liens")
@_nom
@sur_le_poste()
@_expire
def liens(poste: Poste, atelier: str, expire: str) -> None:
    """Refait les liens de l'atelier NOM : ceux d'avant n'ouvrent plus rien."""
    fait = ateliers.renouveler(poste.magasin, poste.home, atelier, expire)
    fin = fait.expire_le.isoformat(timespec="seconds")
    click.echo(f"Liens de l'atelier [{atelier}] refaits, bons jusqu'au {fin}.")


@commande.command("clore")
@_nom
@sur_le_poste()
@click.option(
    "--bases",
    type=click.Choice(["garder", "supprimer"]),
    default="garder",
    show_default=True,
    help="Ce que deviennent les bases, et tout ce qu'elles contiennent.",
)
def clore(poste: Poste, atelier: str, bases: str) -> None:
    """Clôt l'atelier NOM : ses liens n'ouvrent plus rien."""
    ateliers.clore(poste.magasin, poste.home, atelier, supprimer_bases=bases == "supprimer")
    click.echo(f"Atelier [{atelier}] clos ; bases {'supprimées' if bases == 'supprimer' else 'gardées'}.")
