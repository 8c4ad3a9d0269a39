"""`sne-sandbox jetons`: who may enter the console and the API; tokens made, listed, revoked, and links."""

import json
from pathlib import Path
from typing import Any

import click

from sne_interface.domain.publication import en_json
from sne_interface.errors import UsageError
from sne_sandbox.bases import jetons
from sne_sandbox.bases.jetons import Droit
from sne_sandbox.cli.depart import ADRESSE_D_ORIGINE, adresse_publique
from sne_sandbox.cli.options import COMMUNES, GroupeCommandes, ouvrir_magasin, reglages, une_forme

_EXEMPLES = """
\b
Exemples :
  sne-sandbox jetons lister
  sne-sandbox jetons nouveau lecteur --droit lecture
  sne-sandbox jetons nouveau ci-nuit --droit base --base essai-42 --expire P30D
  sne-sandbox jetons revoquer ci-nuit
  sne-sandbox jetons revoquer lien-de-lecture
  sne-sandbox jetons lien
  sne-sandbox jetons lien --lecture --url http://poste-12:8080
"""


@click.group("jetons", cls=GroupeCommandes, epilog=_EXEMPLES)
def commande() -> None:
    """Fait, liste ou révoque les jetons qui ouvrent la console et l'API, serveur arrêté ou en marche.

    La base de données n'en garde que l'empreinte. Le jeton du serveur lui-même n'y est pas : il est dans le
    fichier « jeton » de --home, ou lui est donné.
    """


@commande.command("lister")
@reglages(*COMMUNES, "database")
@une_forme
def lister(forme: str, **options: Any) -> None:
    """Liste les jetons : nom, droit, base, fait le, dernier usage, expire le."""
    with ouvrir_magasin(options) as magasin:
        tenus = jetons.tenir(magasin)
    if forme == "json":
        click.echo(json.dumps(en_json(tenus), ensure_ascii=False))
        return
    if not tenus.jetons:
        click.echo("Aucun jeton : « jetons nouveau NOM » en fait un.", err=True)
    for jeton in tenus.jetons:
        dates = (jeton.cree_le, jeton.vu_le, jeton.expire_le)
        dites = (date.isoformat(timespec="seconds") if date else "jamais" for date in dates)
        click.echo("\t".join((jeton.nom, jeton.droit, jeton.base or "", *dites)))
    if tenus.refus:
        click.echo(f"Jetons faux reçus : {tenus.refus}", err=True)


@commande.command("nouveau")
@click.argument("nom")
@reglages(*COMMUNES, "database")
@click.option("--droit", type=click.Choice([str(d) for d in Droit]), default=str(Droit.LECTURE),
              show_default=True, help="Ce qu'il ouvre.")  # fmt: skip
@click.option("--base", help="La base du droit « base ».")
@click.option("--expire", default="", metavar="DUREE|JOUR", help="P30D, ou 2027-01-31 (par défaut, jamais).")
def nouveau(nom: str, droit: str, base: str | None, expire: str, **options: Any) -> None:
    """Fait le jeton NOM, et l'écrit seul sur la sortie standard : cette fois seulement."""
    with ouvrir_magasin(options) as magasin:
        fait = jetons.nouveau(magasin, nom, Droit(droit), base, expire)
    click.echo(fait.jeton)


@commande.command("revoquer")
@click.argument("nom")
@reglages(*COMMUNES, "database")
def revoquer(nom: str, **options: Any) -> None:
    """Révoque le jeton NOM, et les cookies qu'il a donnés ; lien-de-lecture : ce lien est refait."""
    with ouvrir_magasin(options) as magasin:
        jetons.revoquer(magasin, nom)
    click.echo("Lien de lecture refait." if nom == jetons.LIEN_DE_LECTURE else f"Jeton [{nom}] révoqué.")


@commande.command("lien")
@reglages(*COMMUNES, "database")
@click.option("--url", default=ADRESSE_D_ORIGINE, show_default=True, help="Adresse du serveur.")
@click.option("--lecture", is_flag=True, help="Celui qui ne fait que lire : il reste bon.")
def lien(url: str, lecture: bool, **options: Any) -> None:
    """Fait un lien qui ouvre la console du serveur de --home, une fois, dans les dix minutes."""
    home: Path = options["home"]
    adresse = adresse_publique(url, "--url")
    if not jetons.a_servi(home):  # a key made now would sign what no server opens
        raise UsageError(
            f"Aucun serveur n'a encore démarré dans le dossier [{home}] : ce lien n'ouvrirait rien.",
            remede="donnez par --home le dossier du serveur, sur sa machine",
        )
    if lecture:
        with ouvrir_magasin(options) as magasin:
            click.echo(f"{adresse}/lecture/{jetons.jeton_de_lecture(magasin, home)}")
    else:
        click.echo(f"{adresse}/connexion?code={jetons.code_de_lien(home)}")
