"""`sne-sandbox db`: the tables: made up to date, filled, saved, emptied."""

from pathlib import Path
from typing import Any

import click

from sne_interface.domain.base import lire_horloge
from sne_interface.errors import UsageError
from sne_interface.settings import Reglages
from sne_sandbox.bases import bases
from sne_sandbox.bases.sauvegardes import restaurer_fichier
from sne_sandbox.cli.options import (
    GroupeCommandes,
    Poste,
    barre,
    depart_de_base,
    ouvrir_magasin,
    sur_le_poste,
    sur_une_base,
)
from sne_sandbox.cli.preparatifs_d_ecoute import options_de_base_donnees, signaler_ignorees
from sne_sandbox.store import fichier_de_sauvegarde


@click.group("db", cls=GroupeCommandes)
def commande() -> None:
    """La base de données : tables, départ, sauvegardes.

    Exemples :
      sne-sandbox db upgrade
      sne-sandbox db seed --seed-base dalo --base essai --clock 2018-03-15T09:00:00
      sne-sandbox db seed --base grande --seed-size 200000
      sne-sandbox db snapshot ecole.zip
      sne-sandbox db restore ecole.zip
      sne-sandbox db secret nouveau.txt --database postgresql://… --secret-file actuel.txt
      sne-sandbox db reset --portee journal
      sne-sandbox db reset --base essai --clock 2018-03-15T09:00:00
    """


@commande.command("upgrade")
@sur_le_poste()
def mettre_a_jour(poste: Poste) -> None:
    """Met les tables à la dernière version."""
    with ouvrir_magasin(poste.options):
        click.echo("Tables à jour.")


@commande.command("seed")
@sur_le_poste()
@click.option("--base", default="ecole", show_default=True, help="Base à créer si elle n'existe pas.")
@depart_de_base("ecole")
def semer(poste: Poste, base: str, horloge: str, **depart: Any) -> None:
    """Crée une base à partir d'un jeu de départ ; celle qui existe reste comme elle est."""
    contrats, magasin = poste.ouvrir()
    with barre("Les ménages arrivent") as progres:
        existe = signaler_ignorees(magasin, base, options_de_base_donnees())
        heure, reglages = lire_horloge(horloge), Reglages(profile=poste.options["profile"])
        bases.assurer(
            magasin, contrats.defaut, base, horloge=heure, reglages=reglages, progres=progres, **depart
        )
        with magasin.lire(base) as registre:
            nombre = registre.compter()
    click.echo(f"Base [{base}] {'inchangée' if existe else 'prête'} : {nombre} demandes.")


@commande.command("snapshot")
@click.argument("fichier", type=click.Path(path_type=Path, dir_okay=False))
@sur_une_base
def sauvegarder(poste: Poste, fichier: Path, base: str) -> None:
    """Sauvegarde une base dans FICHIER (zip)."""
    fichier_de_sauvegarde.sauvegarder(poste.magasin, base, fichier)
    click.echo(str(fichier))


@commande.command("restore")
@click.argument("fichier", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@sur_une_base
def restaurer(poste: Poste, fichier: Path, base: str) -> None:
    """Remet une base telle qu'elle est dans FICHIER ; rien n'est touché s'il est incorrect."""
    try:
        restaurer_fichier(poste.magasin, poste.contrats, base, fichier)
    except fichier_de_sauvegarde.SauvegardeInutilisable as erreur:  # given by hand: another is to be given
        raise UsageError(str(erreur), remede=erreur.remede) from None
    click.echo(f"Base [{base}] restaurée.")


@commande.command("secret")
@click.argument("nouveau", type=click.Path(path_type=Path, dir_okay=False))
@sur_le_poste("secret_file")
def changer_secret(poste: Poste, nouveau: Path) -> None:
    """Chiffre par le secret du fichier NOUVEAU les clés que des serveurs partagent dans PostgreSQL.

    Les serveurs en marche continuent ; donnez-leur NOUVEAU (--secret-file) avant leur prochain démarrage.
    """
    from sne_sandbox.store.plusieurs_serveurs.coffre import Coffre, lire_secret

    secret = lire_secret(nouveau)
    if not Coffre(poste.magasin).ferme_a_cle:
        raise UsageError(
            "Aucun serveur n'a encore partagé de clés dans cette base de données.",
            remede="démarrez-en un avec --secret-file",
        )
    actuel = poste.options["secret_file"]
    if actuel is None:
        raise UsageError("Il faut aussi le secret actuel.", remede="donnez son fichier par --secret-file")
    combien = Coffre(poste.magasin, lire_secret(actuel)).changer_secret(secret)
    click.echo(f"Clés chiffrées par le nouveau secret : {combien}.")


@commande.command("reset")
@sur_une_base
@click.option(
    "--portee",
    type=click.Choice(["journal", "etat", "pannes", "tout"]),
    default="tout",
    show_default=True,
    help="Ce qui est vidé.",
)
@click.option("--clock", "horloge", help="Remet aussi l'horloge : real, ou un instant ISO.")
def vider(poste: Poste, base: str, portee: Any, horloge: str | None) -> None:
    """Vide une base ; l'état d'une base semée revient de son jeu de départ, au nombre de ménages d'alors.

    Les réglages restent (« bases set » les change), et l'horloge, sauf si --clock la remet : c'est par là
    qu'une base semée, menée dans l'avenir, en revient.
    """
    contrats, magasin = poste.ouvrir()
    contrat = contrats.de(magasin.bases.lire(base))
    bases.remettre(magasin, contrat, base, portee, lire_horloge(horloge) if horloge else None)
    quoi = {"journal": "le journal", "etat": "l'état", "pannes": "les pannes", "tout": "tout"}[portee]
    click.echo(f"Base [{base}] : {quoi}, comme au départ.")
