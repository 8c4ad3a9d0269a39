"""`sne-sandbox atelier`: a room of trainees, each with a base and a link: made, watched, closed."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sne_console.formation import ateliers
from sne_console.formation.ateliers import AtelierTenu, DepartAtelier, FicheDeStagiaire, PlaceDeStagiaire
from sne_interface.errors import UsageError
from sne_interface.raisons import raison_systeme
from sne_sandbox.bases import jetons
from sne_sandbox.cli.depart import ADRESSE_D_ORIGINE, adresse_publique
from sne_sandbox.cli.options import GroupeCommandes, Poste, depart_de_base, rendu, sur_le_poste

_nom = click.argument("atelier", metavar="NOM")
_rang = click.option(
    "--rang",
    type=click.IntRange(1, ateliers.STAGIAIRES_MAX),
    help="Numéro du stagiaire (par défaut, tous).",
)
_expire = click.option(
    "--expire", default="", metavar="DUREE|JOUR", help="Fin des liens : P2D, un jour (par défaut, ce soir)."
)


@click.group("atelier", cls=GroupeCommandes)
def commande() -> None:
    """Fait une salle : une base par stagiaire, et un lien qui n'ouvre qu'elle ; dit où chacun en est.

    L'atelier « lundi » a les bases lundi-01, lundi-02… Serveur arrêté ou en marche.

    Exemples :
      sne-sandbox atelier creer lundi --stagiaires 20
      sne-sandbox atelier creer mardi --noms noms.txt --scene doublon --expire P2D
      sne-sandbox atelier fiches lundi --url http://poste-12:8080
      sne-sandbox atelier lister
      sne-sandbox atelier lire lundi
      sne-sandbox atelier mot lundi "Regardez la date." --rang 7
      sne-sandbox atelier remettre lundi --rang 7
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
    "--noms", type=click.Path(path_type=Path), metavar="FICHIER", help="Noms des stagiaires, un par ligne."
)
@depart_de_base("vide")
@click.option("--scene", "scenes", multiple=True, help="Scène proposée, à répéter (par défaut, toutes).")
@_expire
def creer(poste: Poste, noms: Path | None, **autres: Any) -> None:
    """Fait l'atelier NOM : ses bases, leurs liens ; tout, ou rien."""
    depart = DepartAtelier(noms=_lire_noms(noms), profil=poste.options["profile"], **autres)
    contrats, magasin = poste.ouvrir()
    fait = ateliers.creer(magasin, contrats, poste.home, depart)
    combien, nom = len(fait.stagiaires), depart.nom
    click.echo(f"Atelier [{nom}] fait, {combien} base(s) ; liens : « sne-sandbox atelier fiches {nom} »")


def _lire_noms(fichier: Path | None) -> list[str]:
    if fichier is None:
        return []
    try:
        return fichier.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as erreur:
        raison = raison_systeme(erreur) if isinstance(erreur, OSError) else "ce n'est pas de l'UTF-8"
        raise UsageError(
            f"Le fichier [{fichier}] ne se lit pas : {raison}.", remede="un nom par ligne, en UTF-8"
        ) from erreur


def _lignes(tenus: list[AtelierTenu]) -> Iterator[str]:
    if not tenus:
        click.echo("Aucun atelier : « atelier creer NOM » en fait un.", err=True)
    for tenu in tenus:
        yield "\t".join((tenu.nom, str(len(tenu.stagiaires)), tenu.semence, _date(tenu.expire_le)))


@commande.command("lister")
@sur_le_poste()
@rendu(_lignes)
def lister(poste: Poste) -> list[AtelierTenu]:
    """Liste les ateliers : nom, stagiaires, jeu de départ, fin des liens."""
    return ateliers.lister(poste.magasin)


def _places(places: list[PlaceDeStagiaire]) -> Iterator[str]:
    for place in places:
        scene = f"{place.scene} {place.pas}/{place.pas_en_tout}" if place.scene else ""
        comptes = f"{place.refus}/{place.echanges}"
        dits = (place.base, place.nom, scene, comptes, place.verdict or "", _date(place.vu_le), place.raison)
        yield "\t".join(dits)


@commande.command("lire")
@_nom
@sur_le_poste()
@rendu(_places)
def lire(poste: Poste, atelier: str) -> list[PlaceDeStagiaire]:
    """Dit où en est chaque stagiaire : base, nom, scène et pas, refus, dernier verdict, vu le, raison."""
    return ateliers.places(poste.magasin, ateliers.lire(poste.magasin, atelier))


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
    click.echo(f"Liens de l'atelier [{atelier}] refaits, bons jusqu'au {_date(fait.expire_le)}.")


@commande.command("mot")
@_nom
@click.argument("mot")
@sur_le_poste()
@_rang
def dire(poste: Poste, atelier: str, mot: str, rang: int | None) -> None:
    """Affiche MOT sur les pages d'un stagiaire, ou de tous ; un mot vide l'ôte."""
    ateliers.dire(poste.magasin, atelier, mot, rang)
    click.echo(f"Mot {'affiché' if mot.strip() else 'ôté'} : {f'stagiaire {rang}' if rang else 'tous'}.")


@commande.command("remettre")
@_nom
@sur_le_poste()
@_rang
def remettre(poste: Poste, atelier: str, rang: int | None) -> None:
    """Remet la base d'un stagiaire, ou de tous, comme l'atelier l'a faite : tout ce qu'elle contient part."""
    contrats, magasin = poste.ouvrir()
    faites = ateliers.remettre(magasin, contrats, atelier, rang)
    click.echo(f"Remises au départ : {', '.join(faites) or 'aucune'}.")


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


def _date(instant: datetime | None) -> str:
    return "jamais" if instant is None else instant.isoformat(timespec="seconds")
