"""`sne-sandbox db`."""

from pathlib import Path
from typing import Any

import click

from sandbox.cli.options import COMMUNES, reglages, taille_de_semence

_EXEMPLES = """
\b
Exemples :
  sne-sandbox db upgrade
  sne-sandbox db seed --seed-base dalo --base essai --clock 2018-03-15T09:00:00
  sne-sandbox db seed --base grande --seed-size 200000
  sne-sandbox db snapshot ecole.zip
  sne-sandbox db restore ecole.zip
  sne-sandbox db reset --portee journal
"""


@click.group("db", epilog=_EXEMPLES)
def commande() -> None:
    """La base de données : tables, départ, sauvegardes."""


@commande.command("upgrade")
@reglages(*COMMUNES, "database")
def mettre_a_jour(**options: Any) -> None:
    """Met les tables à la dernière version."""
    from sandbox.store.session import Magasin

    with Magasin.ouvrir(options["database"], options["home"]) as magasin:
        magasin.migrer()
    click.echo("Tables à jour.")


@commande.command("seed")
@reglages(*COMMUNES, "database")
@click.option("--base", default="ecole", show_default=True, help="Base à créer si elle n'existe pas.")
@click.option("--seed-base", "semence", default="ecole", show_default=True, help="Jeu de départ.")
@click.option("--seed", type=int, default=0, show_default=True, help="Graine des tirages.")
@taille_de_semence
@click.option("--clock", "horloge", default="real", show_default=True, help="real, ou un instant ISO.")
def semer(base: str, semence: str, seed: int, taille: int | None, horloge: str, **options: Any) -> None:
    """Crée une base à partir d'un jeu de départ."""
    from sandbox.cli.contexte import ouvrir
    from sandbox.cli.progres import barre
    from sandbox.operations import bases
    from sandbox.settings import Reglages

    contrat, magasin = ouvrir(options["home"], options["contract"], options["contracts"], options["database"])
    with magasin, barre("Les ménages arrivent") as progres:
        bases.assurer(
            magasin,
            contrat,
            base,
            semence=semence,
            seed=seed,
            taille=taille,
            horloge=bases.lire_horloge(horloge),
            reglages=Reglages(profile=options["profile"]),
            progres=progres,
        )
        with magasin.lire(base) as registre:
            nombre = registre.compter()
    click.echo(f"Base [{base}] prête : {nombre} demandes.")


@commande.command("snapshot")
@click.argument("fichier", type=click.Path(path_type=Path, dir_okay=False))
@reglages(*COMMUNES, "database")
@click.option("--base", default="ecole", show_default=True)
def sauvegarder(fichier: Path, base: str, **options: Any) -> None:
    """Sauvegarde une base dans FICHIER (zip)."""
    from sandbox.store import snapshot
    from sandbox.store.session import Magasin

    with Magasin.ouvrir(options["database"], options["home"]) as magasin:
        snapshot.sauvegarder(magasin, base, fichier)
    click.echo(str(fichier))


@commande.command("restore")
@click.argument("fichier", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@reglages(*COMMUNES, "database")
@click.option("--base", default="ecole", show_default=True)
def restaurer(fichier: Path, base: str, **options: Any) -> None:
    """Remet une base telle qu'elle est dans FICHIER ; rien n'est touché s'il est incorrect."""
    from sandbox.store import snapshot
    from sandbox.store.session import Magasin

    with Magasin.ouvrir(options["database"], options["home"]) as magasin:
        snapshot.restaurer(magasin, base, fichier)
    click.echo(f"Base [{base}] restaurée.")


@commande.command("reset")
@reglages(*COMMUNES, "database")
@click.option("--base", default="ecole", show_default=True)
@click.option(
    "--portee",
    type=click.Choice(["journal", "etat", "pannes", "tout"]),
    default="tout",
    show_default=True,
    help="Ce qui est vidé.",
)
def vider(base: str, portee: Any, **options: Any) -> None:
    """Remet une base à son départ ; l'état d'une base semée revient de sa semence."""
    from sandbox.cli.contexte import ouvrir
    from sandbox.operations import bases

    contrat, magasin = ouvrir(options["home"], options["contract"], options["contracts"], options["database"])
    with magasin:
        bases.remettre(magasin, contrat, base, portee)
    click.echo(f"Base [{base}] : {portee} remis au départ.")
