"""`sne-sandbox quotas`: the shares of attributions that L. 441-1 sets, of a base and a year."""

from collections.abc import Iterator

import click

from sne_interface.domain.base import ANNEES
from sne_interface.domain.texte import accorde
from sne_sandbox.cli.options import Poste, rendu, sur_le_poste, une_base
from sne_statistiques.comptes import quotas
from sne_statistiques.comptes.quotas import LigneQuota, Quotas


def _lignes(comptes: Quotas) -> Iterator[str]:
    yield f"Baux signés et attributions, suivies ou non d'un bail, en {comptes.annee}"
    for ligne in (comptes.ensemble, *comptes.lignes):
        yield from _ligne(ligne)
    yield "\nCe que compte chaque part, et qui le dit ainsi"
    for part in comptes.ensemble.parts:
        yield f"  {part.libelle} : {part.denominateur} [{part.article}, {part.fidelite} ; {part.source}]"
    yield f"\n{comptes.note}"


def _ligne(ligne: LigneQuota) -> Iterator[str]:
    baux, attributions = accorde(ligne.baux, "bail", "baux"), accorde(ligne.attributions, "attribution")
    yield f"\n{ligne.nom_bailleur}, {ligne.nom_epci} : {baux}, {attributions}"
    for part in ligne.parts:
        taux = "part inconnue" if part.taux is None else f"{part.taux:.1f} %".replace(".", ",")
        dit = f"{part.compte} sur {part.sur}, {taux} " if part.sur else ""
        inconnus = f", {accorde(part.inconnus, 'inconnu')}" if part.inconnus else ""
        yield f"  {part.libelle} (au moins {part.objectif} %) : {dit}[{part.etat}{inconnus}]"


@click.command("quotas")
@sur_le_poste("quartiles")
@une_base
@click.option(
    "--annee",
    type=click.IntRange(ANNEES[0], ANNEES[-1]),
    help="Année des baux et des attributions ; par défaut, celle de la base.",
)
@rendu(_lignes, feuille=quotas.en_csv, retrait=2)
def commande(poste: Poste, base: str, annee: int | None) -> Quotas:
    """Les quotas d'attribution de l'article L. 441-1, par bailleur et EPCI.

    Des baux signés dans l'année : 25 % au premier quartile hors quartiers prioritaires, 50 % à d'autres en
    quartier prioritaire. Des attributions de l'année, suivies ou non d'un bail : 25 % aux ménages DALO et
    prioritaires, un contingent après l'autre (le bailleur, Action Logement, les collectivités, l'État). À
    part, tous contingents, une vue d'ensemble de ce bac à sable. Chaque part dit parmi quoi elle se compte,
    et qui le dit ainsi ; ce qui n'est pas dit est inconnu, jamais compté comme un oui.

    Exemples :
      sne-sandbox quotas
      sne-sandbox quotas --annee 2018 --format csv > quotas-2018.csv
    """
    contrats, magasin = poste.ouvrir()
    with magasin.lire(base) as registre:
        annee = annee or registre.base.horloge.maintenant().year
        return quotas.compter(registre, contrats.de(registre.base), annee)
