"""`sne-sandbox nomenclatures`: the closed lists of the contract, their codes and labels."""

import csv
import io
import json
import shlex
from collections.abc import Mapping
from pathlib import Path

import click

from sne_interface.contract import contrats_charges
from sne_interface.domain.texte import accorde, plier
from sne_interface.errors import UsageError
from sne_sandbox.cli.options import inconnu, reglages


@click.command()
@click.argument("nom", required=False, metavar="[LISTE]")
@click.option(
    "--cherche",
    "mot",
    metavar="MOT",
    help="Seulement les codes et libellés où figure ce mot, et les listes qui le portent.",
)
@click.option("--format", "forme", type=click.Choice(["text", "json", "csv"]), default="text",
              show_default=True, help="Forme de la liste.")  # fmt: skip
@reglages("home", "contract", "contracts", "profile")
def commande(
    nom: str | None, mot: str | None, forme: str, contract: str, contracts: Path | None, **_: object
) -> int:
    """Montre les nomenclatures : les codes que chaque élément admet, et leurs libellés.

    Sans nom : toutes, une ligne chacune. D'une seule, ou de ce que l'on cherche : chaque code. Le mot se
    cherche sans accent ni casse. Sortie 1 quand rien ne convient.

    Exemples :
      sne-sandbox nomenclatures
      sne-sandbox nomenclatures ListeMotifDemande
      sne-sandbox nomenclatures --cherche handicap
      sne-sandbox nomenclatures --format csv > codes.csv
    """
    contrat = contrats_charges.charger(contract, contracts)
    connues = contrat.nomenclatures
    if nom is not None:
        nom = next(
            (n for n in connues.noms if n.casefold() in (nom.casefold(), f"liste{nom.casefold()}")), nom
        )
        if nom not in connues.noms:
            erreur = inconnu("La nomenclature", nom, connues.noms)
            cherche = f"sne-sandbox nomenclatures --cherche {shlex.quote(nom)}"
            raise UsageError(str(erreur), remede=f"{erreur.remede} ; parmi les codes et libellés : {cherche}")
    listes = {n: _qui_conviennent(n, connues.liste(n), mot) for n in connues.noms if nom in (None, n)}
    if mot is not None:
        listes = {n: codes for n, codes in listes.items() if codes}
    if forme == "json":
        dites = [
            {"liste": n, "elements": _elements(connues.par_chemin, n),
             "codes": [{"code": c, "libelle": libelle} for c, libelle in codes.items()]}
            for n, codes in listes.items()
        ]  # fmt: skip
        click.echo(json.dumps({"contrat": contrat.nom, "nomenclatures": dites}, ensure_ascii=False, indent=2))
    elif forme == "csv":
        click.echo(_csv(listes), nl=False)
    elif nom is None and mot is None:
        largeur = max(map(len, listes))
        for n, codes in listes.items():
            combien = accorde(len(codes), "code")
            click.echo(f"{n:<{largeur}}  {combien:>8}  {', '.join(_elements(connues.par_chemin, n))}")
        click.echo("→ les codes d'une liste : sne-sandbox nomenclatures LISTE", err=True)
    else:
        for n, codes in listes.items():
            click.echo(f"{n} : {', '.join(_elements(connues.par_chemin, n))}".rstrip(" :"))
            largeur = max(map(len, codes), default=0)
            for code, libelle in codes.items():
                click.echo(f"  {code or '(sans code)':<{largeur}}  {libelle}")
    return 0 if listes else 1


def _qui_conviennent(nom: str, codes: Mapping[str, str], mot: str | None) -> dict[str, str]:
    """The codes in which a word is; all of them when it is in the name of the list."""
    cherche = plier(mot or "")
    if cherche in plier(nom):
        return dict(codes)
    return {c: libelle for c, libelle in codes.items() if cherche in plier(c) or cherche in plier(libelle)}


def _elements(par_chemin: Mapping[str, str], nom: str) -> list[str]:
    """Names of the elements that a list rules."""
    return list(dict.fromkeys(c.rpartition("/")[2] for c, liste in par_chemin.items() if liste == nom))


def _csv(listes: Mapping[str, Mapping[str, str]]) -> str:
    ecrit = io.StringIO()
    lignes = csv.writer(ecrit, lineterminator="\n")
    lignes.writerow(("liste", "code", "libelle"))
    lignes.writerows((n, code, libelle) for n, codes in listes.items() for code, libelle in codes.items())
    return ecrit.getvalue()
