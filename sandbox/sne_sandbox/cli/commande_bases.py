"""`sne-sandbox bases`: lists, creates, sets and deletes bases."""

import json
from typing import Any

import click

from sne_interface.domain.base import lire_horloge
from sne_interface.domain.publication import en_json
from sne_interface.errors import UsageError
from sne_interface.settings import DE_BASE, PAR_NOM, Reglages
from sne_sandbox.bases import bases
from sne_sandbox.bases.bases import BasePubliee
from sne_sandbox.cli.options import (
    COMMUNES,
    GroupeQuiListe,
    ouvrir,
    ouvrir_contrats,
    ouvrir_magasin,
    taille_de_semence,
    une_forme,
)
from sne_sandbox.cli.options import reglages as options_de

_EXEMPLES = """
\b
Exemples :
  sne-sandbox bases list
  sne-sandbox bases list --format json
  sne-sandbox bases create essai-42 --seed 7 --clock 2018-03-15T09:00:00
  sne-sandbox bases create ancienne --contrat v5.0 --contrat-suivant v5.2
  sne-sandbox bases set essai-42 profile=strict avertissements=reponse
  sne-sandbox bases delete essai-42
"""


@click.group("bases", cls=GroupeQuiListe, epilog=_EXEMPLES)
def commande() -> None:
    """Liste, crée, règle ou supprime des bases. Chacune a son état, son horloge et son journal."""


@commande.command("list")
@options_de(*COMMUNES, "database")
@une_forme
def lister(forme: str, **options: Any) -> None:
    """Liste les bases : nom, jeu de départ, profil, horloge, et leur contrat quand elles ont le leur.

    Quand ce contrat ne se lit pas, « illisible » et la raison suivent : la base n'est alors pas servie.
    """
    contrats, magasin = ouvrir(options)
    with magasin:
        bases = magasin.bases.lister()
    if forme == "json":
        lues = [BasePubliee.de(base, contrats) for base in bases]
        click.echo(json.dumps(en_json(lues), ensure_ascii=False))
        return
    if not bases:  # beside the list, which a script reads
        click.echo("Aucune base : « serve » fait la base ecole, « bases create NOM » toute autre.", err=True)
    for base in bases:
        lue = BasePubliee.de(base, contrats)
        dits = (base.nom, base.semence, base.reglages.profile, base.horloge.en_texte())
        # A fifth column where it differs from what scripts have always read, a sixth where it is wrong.
        raison = lue.illisible and f"illisible : {' '.join(lue.illisible.split())}"
        click.echo("\t".join((*dits, *filter(None, (base.reglages.contrat, raison)))))


@commande.command("create")
@click.argument("nom")
@options_de(*COMMUNES, "database", *(setting.nom for setting in DE_BASE if setting.nom not in COMMUNES))
@click.option("--seed-base", "semence", default="vide", show_default=True, help="Jeu de départ.")
@click.option("--seed", type=int, default=0, show_default=True, help="Graine des tirages.")
@taille_de_semence
@click.option("--clock", "horloge", default="real", show_default=True, help="real, ou un instant ISO.")
def creer(nom: str, semence: str, seed: int, taille: int | None, horloge: str, **options: Any) -> None:
    """Crée la base NOM, servie sous /bases/NOM/services/.

    --contract et --contracts sont le contrat du serveur, celui des bases qui n'en ont pas ; --contrat est
    celui que la base garde, quel que soit le serveur qui la sert.
    """
    reglages = Reglages.de({cle: str(v) for cle, v in options.items() if PAR_NOM[cle].portee == "base"})
    contrats = ouvrir_contrats(options)
    contrat = contrats.verifier(reglages)
    with ouvrir_magasin(options) as magasin:
        bases.creer(
            magasin,
            contrat,
            nom,
            semence=semence,
            seed=seed,
            taille=taille,
            horloge=lire_horloge(horloge),
            reglages=reglages,
        )
    click.echo(f"Base [{nom}] créée : /bases/{nom}/services/")


@commande.command("set")
@click.argument("nom")
@click.argument("ecrits", nargs=-1, required=True, metavar="REGLAGE=VALEUR…")
@options_de(*COMMUNES, "database")
def regler(nom: str, ecrits: tuple[str, ...], **options: Any) -> None:
    """Change des réglages de la base NOM ; les autres restent."""
    valeurs = {}
    for ecrit in ecrits:
        reglage, egal, valeur = ecrit.partition("=")
        if not egal:
            raise UsageError(f"[{ecrit}] : il manque une valeur.", remede="par exemple profile=strict")
        valeurs[reglage.replace("-", "_")] = valeur  # as the option of that name is written
    with ouvrir_magasin(options) as magasin:
        base = bases.regler(magasin, ouvrir_contrats(options), nom, valeurs)
    click.echo(f"Base [{nom}] : " + ", ".join(f"{r}={getattr(base.reglages, r)}" for r in valeurs))


@commande.command("delete")
@click.argument("nom")
@options_de(*COMMUNES, "database")
def supprimer(nom: str, **options: Any) -> None:
    """Supprime la base NOM et tout ce qu'elle contient, sauvegardes et boîtes comprises."""
    with ouvrir_magasin(options) as magasin:
        bases.supprimer(magasin, options["home"], nom)
    click.echo(f"Base [{nom}] supprimée.")
