"""`sne-sandbox quotas`: the shares of attributions that L. 441-1 sets, of a base and a year."""

import json
from datetime import UTC, datetime
from typing import Any

import click

from sne_interface.domain.base import ANNEES
from sne_interface.domain.publication import en_json
from sne_sandbox.cli.options import COMMUNES, ouvrir, reglages, une_base
from sne_statistiques.comptes import quotas
from sne_statistiques.comptes.quotas import LigneQuota

_EXEMPLES = """
\b
Exemples :
  sne-sandbox quotas
  sne-sandbox quotas --annee 2018 --format csv > quotas-2018.csv
"""


@click.command("quotas", epilog=_EXEMPLES)
@reglages(*COMMUNES, "database", "quartiles")
@une_base
@click.option(
    "--annee",
    type=click.IntRange(ANNEES[0], ANNEES[-1]),
    help="Année de signature des baux ; par défaut, celle de la base.",
)
@click.option(
    "--format", "forme", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True,
    help="Forme de la réponse.",
)  # fmt: skip
def commande(base: str, annee: int | None, forme: str, **options: Any) -> None:
    """Les quotas d'attribution de l'article L. 441-1, par bailleur et EPCI.

    Parmi les attributions suivies d'un bail signé dans l'année : 25 % au premier quartile hors quartiers
    prioritaires, 25 % aux ménages DALO et prioritaires, 50 % à d'autres que le premier quartile en quartier
    prioritaire. Ce qui n'est pas dit est inconnu, jamais compté comme un oui.
    """
    contrats, magasin = ouvrir(options)
    with magasin, magasin.lire(base) as registre:
        annee = annee or registre.base.horloge.maintenant(datetime.now(UTC)).year
        comptes = quotas.compter(registre, contrats.de(registre.base), annee)
    if forme == "json":
        click.echo(json.dumps(en_json(comptes), ensure_ascii=False, indent=2))
    elif forme == "csv":
        click.echo(quotas.en_csv(comptes), nl=False)
    else:
        click.echo(f"Attributions suivies d'un bail signé en {annee}")
        for ligne in (comptes.ensemble, *comptes.lignes):
            _en_texte(ligne)
        click.echo(f"\n{comptes.note}")


def _en_texte(ligne: LigneQuota) -> None:
    click.echo(f"\n{ligne.nom_bailleur}, {ligne.nom_epci} : {ligne.baux}")
    for part in ligne.parts:
        dit = (
            "" if part.taux is None else f"{part.compte} sur {part.sur}, {part.taux:.1f} % ".replace(".", ",")
        )
        inconnus = f", {part.inconnus} inconnu{'s' * (part.inconnus > 1)}" if part.inconnus else ""
        click.echo(f"  {part.libelle} (au moins {part.objectif} %) : {dit}[{part.etat}{inconnus}]")
