"""`sne-sandbox stats`: the statistical tables of a base."""

import json
from datetime import UTC, date, datetime
from typing import Any, Final

import click

from sne_sandbox.cli.options import COMMUNES, ouvrir, reglages, une_base
from sne_sandbox.domain.publication import en_json
from sne_sandbox.operations import statistiques
from sne_sandbox.operations.statistiques import Tableau

#: Columns that a reader sees otherwise than scripts do, which find them by these names.
_COLONNES: Final = {"renouvelees": "renouvelées", "radiees": "radiées"}
_EXEMPLES = """
\b
Exemples :
  sne-sandbox stats
  sne-sandbox stats --at 2018-12-31 --table TAB02
  sne-sandbox stats --table TAB01 --territoire 062
  sne-sandbox stats --base grande --format csv > tableaux.csv
"""


@click.command("stats", epilog=_EXEMPLES)
@reglages(*COMMUNES, "database")
@une_base
@click.option("--at", "jour", metavar="DATE", help="Jour (ISO) ; par défaut, celui de la base.")
@click.option(
    "--territoire", metavar="CODE", help="Territoire des numéros uniques, par exemple 062 ; par défaut, tous."
)
@click.option(
    "--table",
    "tables",
    type=click.Choice(["TAB01", "TAB02", "TAB03"]),
    multiple=True,
    help="Tableau voulu, à répéter (par défaut, tous).",
)
@click.option(
    "--format", "forme", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True,
    help="Forme de la réponse.",
)  # fmt: skip
def commande(
    base: str, jour: str | None, territoire: str | None, tables: tuple[str, ...], forme: str, **options: Any
) -> None:
    """Les tableaux statistiques d'une base, à une date.

    TAB01 : stock des demandes. TAB02 : flux sur 12 mois, 4 trimestres et 3 ans. TAB03 : les demandes actives
    par ancienneté, âge, nationalité, taille et composition du ménage, activité, situation, ressources, et au
    regard du premier quartile.
    """
    le = _lire_jour(jour) if jour is not None else None
    contrats, magasin = ouvrir(options)
    with magasin, magasin.lire(base) as registre:
        contrat = contrats.de(registre.base)
        if territoire is not None:
            statistiques.verifier_territoire(territoire, contrat)
        le = le or registre.base.horloge.maintenant(datetime.now(UTC)).date()
        voulus = [
            statistiques.tableau(code, registre, contrat, le, territoire)
            for code in statistiques.CODES
            if not tables or code in tables
        ]
    if forme == "json":
        montre = {"base": base, "date": le.isoformat(), "tableaux": en_json([t.lu for t in voulus])}
        click.echo(json.dumps(montre, ensure_ascii=False, indent=2))
    elif forme == "csv":
        click.echo(statistiques.en_csv(voulus, le), nl=False)
    else:
        for tableau in voulus:
            _en_texte(tableau)


def _lire_jour(texte: str) -> date:
    try:
        return date.fromisoformat(texte)
    except ValueError:
        raise click.BadParameter(f"[{texte}] n'est pas une date, par exemple 2018-12-31") from None


def _en_texte(tableau: Tableau) -> None:
    click.echo(f"{tableau.code}  {tableau.titre}")
    colonnes = [_COLONNES.get(colonne, colonne) for colonne in tableau.colonnes]
    largeurs = [max(9, len(colonne)) for colonne in colonnes]
    en_tete = "  ".join(c.rjust(n) for c, n in zip(colonnes, largeurs, strict=True))
    rubrique = None
    for section, libelle, nombres in tableau.lignes:
        if section != rubrique:
            rubrique = section
            click.echo(f"\n  {section:<50}{en_tete}")
        comptes = "  ".join(f"{n:{large}d}" for n, large in zip(nombres, largeurs, strict=True))
        click.echo(f"    {libelle:<48}{comptes}")
    click.echo(f"\n  {tableau.note}\n" if tableau.note else "")
