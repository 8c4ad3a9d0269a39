"""`sne-sandbox bases`: lists, creates, sets and deletes bases."""

from collections.abc import Iterator
from typing import Any

import click

from sne_interface.domain.base import lire_horloge
from sne_interface.settings import DE_BASE, PAR_NOM, Reglages
from sne_sandbox.bases import bases
from sne_sandbox.bases.bases import BasePubliee
from sne_sandbox.cli.options import (
    COMMUNES,
    GroupeQuiListe,
    Poste,
    depart_de_base,
    en_paires,
    rendu,
    sur_le_poste,
)


@click.group("bases", cls=GroupeQuiListe)
def commande() -> None:
    """Liste, crée, règle ou supprime des bases. Chacune a son état, son horloge et son journal.

    Exemples :
      sne-sandbox bases list
      sne-sandbox bases list --format json
      sne-sandbox bases create essai-42 --seed 7 --clock 2018-03-15T09:00:00
      sne-sandbox bases create ancienne --contrat v5.0 --contrat-suivant v5.2
      sne-sandbox bases set essai-42 profile=strict avertissements=reponse
      sne-sandbox bases delete essai-42
    """


def _lignes(lues: list[BasePubliee]) -> Iterator[str]:
    if not lues:  # beside the list, which a script reads
        click.echo("Aucune base : « serve » fait la base ecole, « bases create NOM » toute autre.", err=True)
    for lue in lues:
        dits = (lue.nom, lue.semence, lue.profil, lue.horloge)
        # A fifth column where it differs from what scripts have always read, a sixth where it is wrong.
        raison = lue.illisible and f"illisible : {' '.join(lue.illisible.split())}"
        yield "\t".join((*dits, *filter(None, (lue.reglages["contrat"], raison))))


@commande.command("list")
@sur_le_poste()
@rendu(_lignes)
def lister(poste: Poste) -> list[BasePubliee]:
    """Liste les bases : nom, jeu de départ, profil, horloge, et leur contrat quand elles ont le leur.

    Quand ce contrat ne se lit pas, « illisible » et la raison suivent : la base n'est alors pas servie.
    """
    contrats, magasin = poste.ouvrir()
    return [BasePubliee.de(base, contrats) for base in magasin.bases.lister()]


@commande.command("create")
@click.argument("nom")
@sur_le_poste(*(setting.nom for setting in DE_BASE if setting.nom not in COMMUNES))
@depart_de_base("vide")
def creer(poste: Poste, nom: str, horloge: str, **depart: Any) -> None:
    """Crée la base NOM, servie sous /bases/NOM/services/.

    --contract et --contracts sont le contrat du serveur, celui des bases qui n'en ont pas ; --contrat est
    celui que la base garde, quel que soit le serveur qui la sert.
    """
    propres = {cle: str(v) for cle, v in poste.options.items() if PAR_NOM[cle].portee == "base"}
    reglages = Reglages.de(propres)
    contrat = poste.contrats.verifier(reglages)
    heure = lire_horloge(horloge)
    bases.creer(poste.magasin, contrat, nom, horloge=heure, reglages=reglages, **depart)
    click.echo(f"Base [{nom}] créée : /bases/{nom}/services/")


@commande.command("set")
@click.argument("base", metavar="NOM")
@click.argument("reglages", nargs=-1, required=True, metavar="REGLAGE=VALEUR…")
@sur_le_poste()
def regler(poste: Poste, base: str, reglages: tuple[str, ...]) -> None:
    """Change des réglages de la base NOM ; les autres restent."""
    # Each may be written as the option of that name is.
    valeurs = {nom.replace("-", "_"): v for nom, v in en_paires(reglages, "profile=strict").items()}
    reglee = bases.regler(poste.magasin, poste.contrats, base, valeurs)
    click.echo(f"Base [{base}] : " + ", ".join(f"{r}={getattr(reglee.reglages, r)}" for r in valeurs))


@commande.command("delete")
@click.argument("base", metavar="NOM")
@sur_le_poste()
def supprimer(poste: Poste, base: str) -> None:
    """Supprime la base NOM et tout ce qu'elle contient, sauvegardes et boîtes comprises."""
    bases.supprimer(poste.magasin, base)
    click.echo(f"Base [{base}] supprimée.")
