"""`sne-sandbox pannes`: what goes wrong on purpose: armed, listed, disarmed."""

from collections.abc import Iterator
from typing import Any

import click

from sne_interface.domain.panne import GENRES, PanneDefinition
from sne_interface.domain.texte import accorde
from sne_sandbox.bases import pannes
from sne_sandbox.bases.pannes import PanneLue
from sne_sandbox.cli.options import (
    COMMUNES,
    GroupeQuiListe,
    Poste,
    en_paires,
    reglages,
    rendu,
    sur_une_base,
)


@click.group("pannes", cls=GroupeQuiListe)
def commande() -> None:
    """Les pannes d'une base : ce qui va mal, exprès.

    Une panne armée est vue aussitôt par le serveur en marche, et jouée sur les échanges SOAP qu'elle vise ;
    le journal dit laquelle. Celle qui n'a pas de prise sur une réponse (pas de pièce jointe, par exemple)
    attend la suivante.

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


def _genres(_: object) -> Iterator[str]:
    for genre in GENRES.values():
        yield f"{genre.nom:<16} {genre.titre}. {genre.description}"
        yield f"{'':<16} Effet : {genre.effet}."
        for p in genre.parametres:
            unite = f" {p.unite}" if p.unite else ""
            choix = f" ({' ou '.join(p.choix)})" if p.choix else ""
            yield f"{'':<16} {p.nom}={p.defaut}{unite} : {p.description}{choix}"


@commande.command("genres")
@reglages(*COMMUNES)
@rendu(_genres)
def genres(**_: Any) -> list[dict[str, Any]]:
    """Les genres de pannes, leur effet et leurs paramètres."""
    return [
        {
            "genre": g.nom,
            "titre": g.titre,
            "description": g.description,
            "effet": g.effet,
            "parametres": {p.nom: p.defaut for p in g.parametres},
        }
        for g in GENRES.values()
    ]


def _lignes(lues: list[PanneLue]) -> Iterator[str]:
    for lue in lues:
        vise = [v for v in (lue.operation, lue.guichet) if v is not None]
        if lue.taux is not None:
            vise.append(f"taux {lue.taux:g} (graine {lue.graine})")
        vise += [f"{nom}={valeur}" for nom, valeur in lue.parametres.items()]
        reste = "sans fin" if lue.restantes is None else f"reste {lue.restantes} fois"
        etat = f"jouée {lue.jouees} fois, {reste if lue.restantes != 0 else 'finie'}"
        yield "\t".join((str(lue.id), lue.genre, " ".join(vise) or "tout échange", etat))
    if not lues:
        yield f"Base [{click.get_current_context().params['base']}] : aucune panne."


@commande.command("list")
@sur_une_base
@rendu(_lignes)
def lister(poste: Poste, base: str) -> list[PanneLue]:
    """Liste les pannes armées, et les dernières finies."""
    return [PanneLue.de(armee) for armee in pannes.lister(poste.magasin, base)]


@commande.command("arm")
@click.argument("genre", type=click.Choice(list(GENRES)), metavar="GENRE")
@sur_une_base
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
    poste: Poste, base: str, fois: int | None, taux: float | None, parametres: tuple[str, ...], **autres: Any
) -> None:
    """Arme une panne. « sne-sandbox pannes genres » donne les genres et leurs paramètres."""
    if fois is None:
        fois = 1 if taux is None else 0
    ecrits = en_paires(parametres, "--param secondes=30")
    definition = PanneDefinition(fois=fois or None, taux=taux, parametres=ecrits, **autres)
    identifiant = pannes.armer(poste.magasin, base, definition)
    genre = GENRES[definition.genre]
    click.echo(f"Base [{base}] : panne {identifiant} [{genre.nom}] armée. {genre.description}")
    click.echo(f"Effet : {genre.effet}.")


@commande.command("clear")
@click.argument("identifiant", type=int, required=False, metavar="[ID]")
@sur_une_base
def desarmer(poste: Poste, base: str, identifiant: int | None) -> None:
    """Désarme la panne ID, ou toutes."""
    otees = pannes.desarmer(poste.magasin, base, identifiant)
    click.echo(f"Base [{base}] : {accorde(otees, 'panne désarmée', 'pannes désarmées')}.")
