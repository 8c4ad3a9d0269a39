"""`sne-sandbox bases`."""

from typing import Any

import click

from sandbox.cli.options import COMMUNES, reglages, taille_de_semence

_EXEMPLES = """
\b
Exemples :
  sne-sandbox bases list
  sne-sandbox bases create essai-42 --seed 7 --clock 2018-03-15T09:00:00
  sne-sandbox bases delete essai-42
"""


@click.group("bases", epilog=_EXEMPLES)
def commande() -> None:
    """Liste, crée ou supprime des bases. Chacune a son état, son horloge et son journal."""


@commande.command("list")
@reglages(*COMMUNES, "database")
def lister(**options: Any) -> None:
    """Liste les bases : nom, profil, horloge."""
    from sandbox.cli.contexte import ouvrir

    _, magasin = ouvrir(options["home"], options["contract"], options["contracts"], options["database"])
    with magasin:
        for base in magasin.bases.lister():
            figee = base.horloge.fige_a
            horloge = figee.isoformat() if figee else ("real" if base.horloge.reelle else "décalée")
            click.echo(f"{base.nom}\t{base.semence}\t{base.reglages.profile}\t{horloge}")


@commande.command("create")
@click.argument("nom")
@reglages(*COMMUNES, "database", "avertissements", "emballage", "localisations_max", "recherche_max",
          "doublons_association", "dispatching")  # fmt: skip
@click.option("--seed-base", "semence", default="vide", show_default=True, help="Jeu de départ.")
@click.option("--seed", type=int, default=0, show_default=True, help="Graine des tirages.")
@taille_de_semence
@click.option("--clock", "horloge", default="real", show_default=True, help="real, ou un instant ISO.")
def creer(nom: str, semence: str, seed: int, taille: int | None, horloge: str, **options: Any) -> None:
    """Crée la base NOM, servie sous /bases/NOM/services/."""
    from sandbox.cli.contexte import ouvrir
    from sandbox.operations import bases
    from sandbox.settings import PAR_NOM, Reglages

    contrat, magasin = ouvrir(options["home"], options["contract"], options["contracts"], options["database"])
    valeurs = {cle: str(v) for cle, v in options.items() if PAR_NOM[cle].portee == "base"}
    with magasin:
        bases.creer(
            magasin,
            contrat,
            nom,
            semence=semence,
            seed=seed,
            taille=taille,
            horloge=bases.lire_horloge(horloge),
            reglages=Reglages.de(valeurs),
        )
    click.echo(f"Base [{nom}] créée : /bases/{nom}/services/")


@commande.command("delete")
@click.argument("nom")
@reglages(*COMMUNES, "database")
def supprimer(nom: str, **options: Any) -> None:
    """Supprime la base NOM et tout ce qu'elle contient."""
    from sandbox.cli.contexte import ouvrir

    _, magasin = ouvrir(options["home"], options["contract"], options["contracts"], options["database"])
    with magasin:
        magasin.bases.supprimer(nom)
    click.echo(f"Base [{nom}] supprimée.")
