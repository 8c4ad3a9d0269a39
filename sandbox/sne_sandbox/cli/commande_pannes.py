"""`sne-sandbox pannes`: what goes wrong on purpose: armed, listed, disarmed."""

import json
from typing import Any

import click

from sne_interface.domain.panne import GENRES, PanneDefinition
from sne_interface.domain.publication import en_json
from sne_interface.errors import UsageError
from sne_sandbox.bases import pannes
from sne_sandbox.bases.pannes import PanneArmee
from sne_sandbox.cli.options import COMMUNES, GroupeQuiListe, ouvrir_magasin, reglages, une_base, une_forme

_EXEMPLES = """
\b
Exemples :
  sne-sandbox pannes genres
  sne-sandbox pannes arm html_503
  sne-sandbox pannes arm delai --param secondes=30 --fois 3
  sne-sandbox pannes arm reponse_perdue --operation getNumUnique --guichet G1226
  sne-sandbox pannes arm coupure --taux 0.1 --seed 7 --base essai-42
  sne-sandbox pannes list
  sne-sandbox pannes clear
  sne-sandbox pannes clear 3
"""


@click.group("pannes", cls=GroupeQuiListe, epilog=_EXEMPLES)
def commande() -> None:
    """Les pannes d'une base : ce qui va mal, exprès.

    Une panne armée est vue aussitôt par le serveur en marche, et jouée sur les échanges SOAP qu'elle vise ;
    le journal dit laquelle. Celle qui n'a pas de prise sur une réponse (pas de pièce jointe, par exemple)
    attend la suivante.
    """


@commande.command("genres")
@reglages(*COMMUNES)
@une_forme
def genres(forme: str, **_: Any) -> None:
    """Les genres de pannes, leur effet et leurs paramètres."""
    if forme == "json":
        table = [
            {
                "genre": g.nom,
                "titre": g.titre,
                "description": g.description,
                "effet": g.effet,
                "parametres": {p.nom: p.defaut for p in g.parametres},
            }
            for g in GENRES.values()
        ]
        click.echo(json.dumps(table, ensure_ascii=False))
        return
    for genre in GENRES.values():
        click.echo(f"{genre.nom:<16} {genre.titre}. {genre.description}")
        click.echo(f"{'':<16} Effet : {genre.effet}.")
        for p in genre.parametres:
            unite = f" {p.unite}" if p.unite else ""
            choix = f" ({' ou '.join(p.choix)})" if p.choix else ""
            click.echo(f"{'':<16} {p.nom}={p.defaut}{unite} : {p.description}{choix}")


@commande.command("list")
@reglages(*COMMUNES, "database")
@une_base
@une_forme
def lister(base: str, forme: str, **options: Any) -> None:
    """Liste les pannes armées, et les dernières finies."""
    with ouvrir_magasin(options) as magasin:
        armees = pannes.lister(magasin, base)
    if forme == "json":
        click.echo(json.dumps(en_json([pannes.PanneLue.de(armee) for armee in armees]), ensure_ascii=False))
        return
    for armee in armees:
        click.echo(_ligne(armee))
    if not armees:
        click.echo(f"Base [{base}] : aucune panne.")


@commande.command("arm")
@click.argument("genre", type=click.Choice(list(GENRES)), metavar="GENRE")
@reglages(*COMMUNES, "database")
@une_base
@click.option("--operation", help="Opération visée (par défaut, toutes).")
@click.option("--guichet", help="Guichet visé (par défaut, tous).")
@click.option(
    "--fois",
    type=click.IntRange(0, 1_000_000_000),
    help="Nombre d'échanges, 0 : jusqu'à ce qu'on la désarme (par défaut 1 ; 0 avec --taux).",
)
@click.option("--taux", type=float, help="Part des échanges visés, entre 0 et 1, tirée d'après la graine.")
@click.option("--seed", "graine", type=int, default=0, show_default=True, metavar="S",
              help="Graine des tirages de --taux.")  # fmt: skip
@click.option("--param", "parametres", multiple=True, metavar="NOM=VALEUR", help="Paramètre du genre.")
def armer(
    genre: str,
    base: str,
    operation: str | None,
    guichet: str | None,
    fois: int | None,
    taux: float | None,
    graine: int,
    parametres: tuple[str, ...],
    **options: Any,
) -> None:
    """Arme une panne. « sne-sandbox pannes genres » donne les genres et leurs paramètres."""
    definition = PanneDefinition(
        genre,
        operation,
        guichet,
        (1 if taux is None else None) if fois is None else fois or None,
        taux,
        graine,
        dict(_parametre(texte) for texte in parametres),
    )
    with ouvrir_magasin(options) as magasin:
        identifiant = pannes.armer(magasin, base, definition)
    click.echo(f"Base [{base}] : panne {identifiant} [{genre}] armée. {GENRES[genre].description}")
    click.echo(f"Effet : {GENRES[genre].effet}.")


@commande.command("clear")
@click.argument("identifiant", type=int, required=False, metavar="[ID]")
@reglages(*COMMUNES, "database")
@une_base
def desarmer(identifiant: int | None, base: str, **options: Any) -> None:
    """Désarme la panne ID, ou toutes."""
    with ouvrir_magasin(options) as magasin:
        otees = pannes.desarmer(magasin, base, identifiant)
    click.echo(f"Base [{base}] : {otees} panne{'s' * (otees > 1)} désarmée{'s' * (otees > 1)}.")


def _parametre(texte: str) -> tuple[str, str]:
    nom, egal, valeur = texte.partition("=")
    if not egal:
        raise UsageError(f"--param [{texte}] : il manque une valeur.", remede="--param secondes=30")
    return nom, valeur


def _ligne(armee: PanneArmee) -> str:
    definition = armee.definition
    vise = [v for v in (definition.operation, definition.guichet) if v is not None]
    if definition.taux is not None:
        vise.append(f"taux {definition.taux:g} (graine {definition.graine})")
    vise += [f"{nom}={valeur}" for nom, valeur in definition.parametres.items()]
    reste = "sans fin" if armee.restantes is None else "finie" if not armee.restantes else ""
    reste = reste or f"reste {armee.restantes} fois"
    champs = (armee.identifiant, definition.genre, " ".join(vise) or "tout échange")
    return "\t".join((*map(str, champs), f"jouée {armee.jouees} fois, {reste}"))
