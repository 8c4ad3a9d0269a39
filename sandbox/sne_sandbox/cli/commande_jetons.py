"""`sne-sandbox jetons`: who may enter the console and the API; tokens made, listed, revoked, and links."""

from collections.abc import Iterator

import click

from sne_interface.errors import UsageError
from sne_sandbox.bases import jetons
from sne_sandbox.bases.jetons import Droit, JetonsTenus
from sne_sandbox.cli.options import GroupeCommandes, Poste, rendu, sur_le_poste
from sne_sandbox.cli.preparatifs_d_ecoute import ADRESSE_D_ORIGINE, adresse_publique


@click.group("jetons", cls=GroupeCommandes)
def commande() -> None:
    """Fait, liste ou révoque les jetons qui ouvrent la console et l'API, serveur arrêté ou en marche.

    La base de données n'en garde que l'empreinte. Le jeton du serveur lui-même n'y est pas : il est dans le
    fichier « jeton » de --home, ou lui est donné.

    Exemples :
      sne-sandbox jetons lister
      sne-sandbox jetons nouveau lecteur --droit lecture
      sne-sandbox jetons nouveau ci-nuit --droit base --base essai-42 --expire P30D
      sne-sandbox jetons revoquer ci-nuit
      sne-sandbox jetons revoquer lien-de-lecture
      sne-sandbox jetons lien
      sne-sandbox jetons lien --lecture --url http://poste-12:8080
    """


def _lignes(tenus: JetonsTenus) -> Iterator[str]:
    if not tenus.jetons:
        click.echo("Aucun jeton : « jetons nouveau NOM » en fait un.", err=True)
    for jeton in tenus.jetons:
        dites = (
            date.isoformat(timespec="seconds") if date else "jamais"
            for date in (jeton.cree_le, jeton.vu_le, jeton.expire_le)
        )
        yield "\t".join((jeton.nom, jeton.droit, jeton.base or "", *dites))
    if tenus.refus:
        click.echo(f"Jetons faux reçus : {tenus.refus}", err=True)


@commande.command("lister")
@sur_le_poste()
@rendu(_lignes)
def lister(poste: Poste) -> JetonsTenus:
    """Liste les jetons : nom, droit, base, fait le, dernier usage, expire le."""
    return jetons.tenir(poste.magasin)


@commande.command("nouveau")
@click.argument("nom")
@sur_le_poste()
@click.option("--droit", type=click.Choice([str(d) for d in Droit]), default=str(Droit.LECTURE),
              show_default=True, help="Ce qu'il ouvre.")  # fmt: skip
@click.option("--base", help="La base du droit « base ».")
@click.option("--expire", default="", metavar="DUREE|JOUR", help="P30D, ou 2027-01-31 (par défaut, jamais).")
def nouveau(poste: Poste, nom: str, droit: str, base: str | None, expire: str) -> None:
    """Fait le jeton NOM, et l'écrit seul sur la sortie standard : cette fois seulement."""
    click.echo(jetons.nouveau(poste.magasin, nom, Droit(droit), base, expire).jeton)


@commande.command("revoquer")
@click.argument("nom")
@sur_le_poste()
def revoquer(poste: Poste, nom: str) -> None:
    """Révoque le jeton NOM, et les cookies qu'il a donnés ; lien-de-lecture : ce lien est refait."""
    jetons.revoquer(poste.magasin, nom)
    click.echo("Lien de lecture refait." if nom == jetons.LIEN_DE_LECTURE else f"Jeton [{nom}] révoqué.")


@commande.command("lien")
@sur_le_poste()
@click.option("--url", default=ADRESSE_D_ORIGINE, show_default=True, help="Adresse du serveur.")
@click.option("--lecture", is_flag=True, help="Celui qui ne fait que lire : il reste bon.")
def lien(poste: Poste, url: str, lecture: bool) -> None:
    """Fait un lien qui ouvre la console du serveur de --home, une fois, dans les dix minutes."""
    adresse = adresse_publique(url, "--url")
    if not jetons.a_servi(poste.home):  # a key made now would sign what no server opens
        raise UsageError(
            f"Aucun serveur n'a encore démarré dans le dossier [{poste.home}] : ce lien n'ouvrirait rien.",
            remede="donnez par --home le dossier du serveur, sur sa machine",
        )
    if lecture:
        click.echo(f"{adresse}/lecture/{jetons.jeton_de_lecture(poste.magasin)}")
    else:
        click.echo(f"{adresse}/connexion?code={jetons.code_de_lien(poste.home)}")
