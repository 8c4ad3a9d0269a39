"""`sne-sandbox atelier`: a room of trainees, each with a base and a link: made, watched, closed."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sne_console.formation import ateliers
from sne_console.formation.ateliers import DepartAtelier
from sne_interface.domain.publication import en_json
from sne_interface.errors import UsageError
from sne_interface.raisons import raison_systeme
from sne_sandbox.bases import jetons
from sne_sandbox.cli.depart import ADRESSE_D_ORIGINE, adresse_publique
from sne_sandbox.cli.options import (
    COMMUNES,
    GroupeCommandes,
    ouvrir,
    ouvrir_magasin,
    reglages,
    taille_de_semence,
    une_forme,
)

_EXEMPLES = """
\b
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

_rang = click.option(
    "--rang",
    type=click.IntRange(1, ateliers.STAGIAIRES_MAX),
    help="Numéro du stagiaire (par défaut, tous).",
)
_expire = click.option(
    "--expire", default="", metavar="DUREE|JOUR", help="Fin des liens : P2D, un jour (par défaut, ce soir)."
)


@click.group("atelier", cls=GroupeCommandes, epilog=_EXEMPLES)
def commande() -> None:
    """Fait une salle : une base par stagiaire, et un lien qui n'ouvre qu'elle ; dit où chacun en est.

    L'atelier « lundi » a les bases lundi-01, lundi-02… Serveur arrêté ou en marche.
    """


@commande.command("creer")
@click.argument("nom")
@reglages(*COMMUNES, "database")
@click.option(
    "--stagiaires",
    "combien",
    type=click.IntRange(1, ateliers.STAGIAIRES_MAX),
    help="Combien (par défaut, autant que de noms).",
)
@click.option(
    "--noms", type=click.Path(path_type=Path), metavar="FICHIER", help="Noms des stagiaires, un par ligne."
)
@click.option("--seed-base", "semence", default="vide", show_default=True, help="Jeu de départ.")
@click.option("--seed", type=int, default=0, show_default=True, help="Graine des tirages.")
@taille_de_semence
@click.option("--clock", "horloge", default="real", show_default=True, help="real, ou un instant ISO.")
@click.option("--scene", "scenes", multiple=True, help="Scène proposée, à répéter (par défaut, toutes).")
@_expire
def creer(nom: str, noms: Path | None, scenes: tuple[str, ...], **options: Any) -> None:
    """Fait l'atelier NOM : ses bases, leurs liens ; tout, ou rien."""
    depart = DepartAtelier(
        nom=nom,
        noms=_lire_noms(noms),
        scenes=scenes,
        profil=options["profile"],
        **{cle: options[cle] for cle in ("combien", "semence", "seed", "taille", "horloge", "expire")},
    )
    contrats, magasin = ouvrir(options)
    with magasin:
        fait = ateliers.creer(magasin, contrats, options["home"], depart)
    click.echo(
        f"Atelier [{nom}] fait, {len(fait.stagiaires)} base(s) ; liens : « sne-sandbox atelier fiches {nom} »"
    )


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


@commande.command("lister")
@reglages(*COMMUNES, "database")
@une_forme
def lister(forme: str, **options: Any) -> None:
    """Liste les ateliers : nom, stagiaires, jeu de départ, fin des liens."""
    with ouvrir_magasin(options) as magasin:
        tenus = ateliers.lister(magasin)
    if forme == "json":
        click.echo(json.dumps(en_json(tenus), ensure_ascii=False))
        return
    if not tenus:
        click.echo("Aucun atelier : « atelier creer NOM » en fait un.", err=True)
    for tenu in tenus:
        click.echo("\t".join((tenu.nom, str(len(tenu.stagiaires)), tenu.semence, _date(tenu.expire_le))))


@commande.command("lire")
@click.argument("nom")
@reglages(*COMMUNES, "database")
@une_forme
def lire(nom: str, forme: str, **options: Any) -> None:
    """Dit où en est chaque stagiaire : base, nom, scène et pas, refus, dernier verdict, vu le, raison."""
    with ouvrir_magasin(options) as magasin:
        places = ateliers.places(magasin, ateliers.lire(magasin, nom))
    if forme == "json":
        click.echo(json.dumps(en_json(places), ensure_ascii=False))
        return
    for place in places:
        scene = f"{place.scene} {place.pas}/{place.pas_en_tout}" if place.scene else ""
        comptes = f"{place.refus}/{place.echanges}"
        dits = (place.base, place.nom, scene, comptes, place.verdict or "", _date(place.vu_le), place.raison)
        click.echo("\t".join(dits))


@commande.command("fiches")
@click.argument("nom")
@reglages(*COMMUNES, "database")
@click.option(
    "--url", default=ADRESSE_D_ORIGINE, show_default=True, help="Adresse du serveur, pour la salle."
)
@une_forme
def fiches(nom: str, url: str, forme: str, **options: Any) -> None:
    """Donne les liens de l'atelier NOM : base, nom, lien, adresse SOAP. Chaque lien ouvre une base."""
    adresse = adresse_publique(url, "--url") or ADRESSE_D_ORIGINE
    home: Path = options["home"]
    if not jetons.a_servi(home):  # a key made now would be none that made the links
        raise UsageError(
            f"Le dossier [{home}] n'a fait aucun lien.", remede="donnez par --home le dossier du serveur"
        )
    with ouvrir_magasin(options) as magasin:
        rendues = ateliers.fiches(magasin, home, nom, adresse)
    if forme == "json":
        click.echo(json.dumps(en_json(rendues), ensure_ascii=False))
        return
    for fiche in rendues:
        click.echo("\t".join((fiche.base, fiche.nom, fiche.lien or "révoqué", fiche.services)))


@commande.command("liens")
@click.argument("nom")
@reglages(*COMMUNES, "database")
@_expire
def liens(nom: str, expire: str, **options: Any) -> None:
    """Refait les liens de l'atelier NOM : ceux d'avant n'ouvrent plus rien."""
    with ouvrir_magasin(options) as magasin:
        fait = ateliers.renouveler(magasin, options["home"], nom, expire)
    click.echo(f"Liens de l'atelier [{nom}] refaits, bons jusqu'au {_date(fait.expire_le)}.")


@commande.command("mot")
@click.argument("nom")
@click.argument("mot")
@reglages(*COMMUNES, "database")
@_rang
def dire(nom: str, mot: str, rang: int | None, **options: Any) -> None:
    """Affiche MOT sur les pages d'un stagiaire, ou de tous ; un mot vide l'ôte."""
    with ouvrir_magasin(options) as magasin:
        ateliers.dire(magasin, nom, mot, rang)
    click.echo(f"Mot {'affiché' if mot.strip() else 'ôté'} : {f'stagiaire {rang}' if rang else 'tous'}.")


@commande.command("remettre")
@click.argument("nom")
@reglages(*COMMUNES, "database")
@_rang
def remettre(nom: str, rang: int | None, **options: Any) -> None:
    """Remet la base d'un stagiaire, ou de tous, comme l'atelier l'a faite : tout ce qu'elle contient part."""
    contrats, magasin = ouvrir(options)
    with magasin:
        faites = ateliers.remettre(magasin, contrats, nom, rang)
    click.echo(f"Remises au départ : {', '.join(faites) or 'aucune'}.")


@commande.command("clore")
@click.argument("nom")
@reglages(*COMMUNES, "database")
@click.option(
    "--bases",
    "sort",
    type=click.Choice(["garder", "supprimer"]),
    default="garder",
    show_default=True,
    help="Ce que deviennent les bases, et tout ce qu'elles contiennent.",
)
def clore(nom: str, sort: str, **options: Any) -> None:
    """Clôt l'atelier NOM : ses liens n'ouvrent plus rien."""
    with ouvrir_magasin(options) as magasin:
        ateliers.clore(magasin, options["home"], nom, supprimer_bases=sort == "supprimer")
    click.echo(f"Atelier [{nom}] clos ; bases {'supprimées' if sort == 'supprimer' else 'gardées'}.")


def _date(instant: datetime | None) -> str:
    return "jamais" if instant is None else instant.isoformat(timespec="seconds")
