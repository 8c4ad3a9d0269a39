"""`sne-sandbox stats`: the statistical tables of a base, or its counts by territory."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import click

from sne_interface.domain.base import a_portee
from sne_interface.domain.valeurs_en_json import TU
from sne_interface.errors import UsageError
from sne_sandbox.cli.options import Poste, rendu, sur_le_poste, une_base
from sne_statistiques.comptes import comptes_par_territoire, statistiques
from sne_statistiques.comptes.comptes_par_territoire import ComptesDeLieux, Niveau
from sne_statistiques.comptes.statistiques import FIDELITE, LIBELLES, Tableau, TableauLu


@dataclass(frozen=True)
class TableauxDUnJour:
    """The tables of a base at a date, as they are published and as they were counted."""

    base: str
    date: date
    tableaux: list[TableauLu]
    fidelite: str
    comptes: Annotated[list[Tableau], TU]


def _feuille(montre: ComptesDeLieux | TableauxDUnJour) -> str:
    if isinstance(montre, ComptesDeLieux):
        return comptes_par_territoire.en_csv(montre)
    return statistiques.en_csv(montre.comptes, montre.date)


def _lignes(montre: ComptesDeLieux | TableauxDUnJour) -> Iterator[str]:
    if isinstance(montre, ComptesDeLieux):
        yield from _par_territoire(montre)
        return
    for tableau in montre.comptes:
        yield from _en_texte(tableau)
    yield f"  {montre.fidelite}"


def _par_territoire(comptes: ComptesDeLieux) -> Iterator[str]:
    tete: tuple[str, ...] = ()
    for ligne in comptes.lignes:
        if tete[:1] != (ligne.code_territoire,):
            yield f"{ligne.territoire} {ligne.code_territoire}".rstrip()
        if tete != (ligne.code_territoire, ligne.indicateur):
            yield f"  {comptes_par_territoire.INDICATEURS[ligne.indicateur]}"
        tete = (ligne.code_territoire, ligne.indicateur)
        yield f"    {ligne.modalite[:70]:<70}{ligne.valeur:9d}"
    yield f"\n{comptes.note}"


def _en_texte(tableau: Tableau) -> Iterator[str]:
    yield f"{tableau.code}  {tableau.titre}"
    colonnes = [LIBELLES["colonnes_du_terminal"].get(colonne, colonne) for colonne in tableau.colonnes]
    largeurs = [max(9, len(colonne)) for colonne in colonnes]
    en_tete = "  ".join(c.rjust(n) for c, n in zip(colonnes, largeurs, strict=True))
    rubrique = None
    for section, libelle, nombres in tableau.lignes:
        if section != rubrique:
            rubrique = section
            yield f"\n  {section:<50}{en_tete}"
        comptes = "  ".join(f"{n:{large}d}" for n, large in zip(nombres, largeurs, strict=True))
        yield f"    {libelle:<48}{comptes}"
    yield f"\n  {tableau.note}\n" if tableau.note else ""


@click.command("stats")
@sur_le_poste("quartiles")
@une_base
@click.option("--at", "date", metavar="DATE", help="Jour (ISO) ; par défaut, celui de la base.")
@click.option(
    "--territoire", metavar="CODE", help="Territoire des numéros uniques, par exemple 062 ; par défaut, tous."
)
@click.option(
    "--table",
    "tableau",
    type=click.Choice(["TAB01", "TAB02", "TAB03"]),
    multiple=True,
    help="Tableau voulu, à répéter (par défaut, tous).",
)
@click.option(
    "--par",
    "niveau",
    type=click.Choice(list(comptes_par_territoire.NIVEAUX)),
    help="Au lieu des tableaux, les comptes de chaque territoire de ce niveau.",
)
@rendu(_lignes, feuille=_feuille, retrait=2)
def commande(
    poste: Poste,
    base: str,
    date: str | None,
    territoire: str | None,
    tableau: tuple[str, ...],
    niveau: Niveau | None,
) -> ComptesDeLieux | TableauxDUnJour:
    """Les tableaux statistiques d'une base, à une date.

    TAB01 : évolution du stock. TAB02 : demandes actives et flux sur 12 mois, 4 trimestres et 3 ans. TAB03 :
    les demandes actives, hors associations, par ancienneté, âge, nationalité, taille et composition du
    ménage, activité, situation, ressources, et au regard du premier quartile.

    Avec --par, à la façon des données publiques, une ligne par nombre : demandes actives (motif, taille
    demandée, quartile), demandes satisfaites, baux et décisions de douze mois, sous le code de chaque
    territoire.

    Exemples :
      sne-sandbox stats
      sne-sandbox stats --at 2018-12-31 --table TAB02
      sne-sandbox stats --table TAB01 --territoire 062
      sne-sandbox stats --base grande --format csv > tableaux.csv
      sne-sandbox stats --par epci --format csv > par-epci.csv
    """
    if niveau is not None and (tableau or territoire is not None):
        raise UsageError(
            "--par ne va pas avec --table ni --territoire.",
            remede="choisissez les lignes d'un territoire par la colonne code_territoire",
        )
    le = _lire_jour(date) if date is not None else None
    contrats, magasin = poste.ouvrir()
    with magasin.lire(base) as registre:
        contrat = contrats.de(registre.base)
        if territoire is not None:
            statistiques.verifier_territoire(territoire, contrat)
        le = le or registre.base.horloge.maintenant().date()
        if niveau is not None:
            return comptes_par_territoire.compter(registre, contrat, niveau, le)
        voulus = [
            statistiques.tableau(code, registre, contrat, le, territoire)
            for code in statistiques.CODES
            if not tableau or code in tableau
        ]
        dit = FIDELITE + statistiques.a_venir(registre.base, le)
    return TableauxDUnJour(base, le, [t.lu for t in voulus], dit, voulus)


def _lire_jour(texte: str) -> date:
    try:
        return a_portee(date.fromisoformat(texte))
    except ValueError:
        raise click.BadParameter(f"[{texte}] n'est pas une date, par exemple 2018-12-31") from None
