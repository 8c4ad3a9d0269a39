"""`sne-sandbox contrat`: an official folder before it is served (`commande_contrat_verifier`), two
versions of the interface compared, and one's own traffic under another."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from sne_calibrage.cli.commande_contrat_verifier import verifier
from sne_calibrage.versions import contrats_compares, echanges_recueillis, requetes_sous_un_autre_contrat
from sne_calibrage.versions.rendu_des_versions import COMPARAISONS, PREPARATIONS
from sne_interface.contract import contrats_charges
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.overlay import lire_toml
from sne_interface.errors import UsageError
from sne_interface.settings import Reglages
from sne_sandbox.cli.options import (
    COMMUNES,
    GroupeCommandes,
    barre,
    option_de_forme,
    ouvrir_contrats,
    ouvrir_magasin,
    reglages,
)

_DE_CONTRAT: Final = "Nom d'un contrat, ou dossier posé sur celui de --contract."


@click.group("contrat", cls=GroupeCommandes)
def commande() -> None:
    """Contrats de l'interface : vérifier un dossier de fichiers officiels, comparer deux versions, préparer
    son application à la suivante.

    Exemples :
      sne-sandbox contrat verifier mes-fichiers/
      sne-sandbox contrat verifier mes-fichiers/ --ecrire
      sne-sandbox contrat comparer v5.0 v5.2
      sne-sandbox contrat comparer v5.2 mes-fichiers/ --format html > comparaison.html
      sne-sandbox contrat preparer --vers v5.2 rapport/preuves.zip
      sne-sandbox contrat preparer --vers v5.2 ecole --de v5.0 --format html > preparation.html
      sne-sandbox contrat preparer --vers mes-fichiers/ --de v5.2 proxy
    """


commande.add_command(verifier)


@commande.command("comparer")
@click.argument("avant", metavar="AVANT")
@click.argument("apres", metavar="APRÈS")
@option_de_forme(*COMPARAISONS, aide="Forme, seule sur la sortie standard.")
@reglages(*COMMUNES)
def comparer(avant: str, apres: str, forme: str, **options: Any) -> int:
    """Compare deux contrats : chaque différence, sa sévérité par sens, le changement dont elle est.

    AVANT et APRÈS sont des noms (v5.0), ou des dossiers disposés comme celui de --contracts, posés sur le
    contrat de --contract. Sortie 0 quand rien ne casse pour qui est prêt pour AVANT, 1 sinon.
    """
    trouvee = contrats_compares.comparer(charger(avant, options), charger(apres, options), (avant, apres))
    click.echo(COMPARAISONS[forme](trouvee))
    return int(trouvee.cassante)


@commande.command("preparer")
@click.argument("enregistrement", metavar="ENREGISTREMENT")
@click.option("--vers", required=True, metavar="CONTRAT", help=f"Le contrat à préparer. {_DE_CONTRAT}")
@click.option("--de", "depuis", metavar="CONTRAT",
              help="Celui de l'enregistrement (sinon, des preuves, de la base, ou --contract).")  # fmt: skip
@option_de_forme(*PREPARATIONS, aide="Forme, seule sur la sortie standard.")
@reglages(*COMMUNES, "database")
def preparer(enregistrement: str, vers: str, depuis: str | None, forme: str, **options: Any) -> int:
    """Rejoue vos propres requêtes sous un autre contrat : refusées, répondues autrement, inchangées.

    ENREGISTREMENT est un preuves.zip, le dossier écrit par proxy --export, ou le nom d'une base
    de ce --home. Chaque requête est rejouée sous les deux contrats, dans une base temporaire qui suit
    l'enregistrement : rien de ce qui existe n'est changé. Sortie 1 quand une requête acceptée serait
    refusée, 3 quand aucune n'a pu être rejouée.
    """
    with echanges_recueillis.ouvrir(enregistrement, lambda: ouvrir_magasin(options)) as trouve:
        noms = (depuis or trouve.contrat or options["contract"], vers)
        if trouve.surcharge and not (depuis or options["contracts"]):
            click.echo(
                f"Attention : l'enregistrement vient d'un contrat surchargé : {', '.join(trouve.surcharge)}\n"
                "→ donnez ce dossier à --de, ou à --contracts",
                err=True,
            )
        if trouve.perdus:
            click.echo(f"Attention : {trouve.perdus}", err=True)
        contrats = [charger(nom, options) for nom in noms]
        if noms[0] == noms[1]:
            raise UsageError(
                f"L'enregistrement est tenu pour un trafic de {vers} : rien n'y différerait.",
                remede="dites à --de sous quel contrat il a été fait : --de v5.0",
            )
        with barre("Rejeu") as progres:
            faite = requetes_sous_un_autre_contrat.preparer(
                lambda: trouve.echanges(contrats[0]),
                *contrats,
                noms=(*noms, trouve.nom),
                reglages=trouve.reglages or Reglages(profile=options["profile"]),
                remises=trouve.remises,
                certificats=trouve.certificats,
                progres=lambda fait: progres(fait, fait),
            )
    click.echo(PREPARATIONS[forme](replace(faite, perdus=trouve.perdus)))
    return 3 if faite.vide else int(not faite.prete)


def charger(nom: str, options: Mapping[str, Any]) -> Contrat:
    """The contract of an operand: a name, under --contracts; that of a folder which bases of the home may
    have; a folder that says `extends`, a version of its own; any other folder, laid over --contract. Raises
    UsageError, ContractError."""
    dossier, livres = Path(nom).resolve(), contrats_charges.livres()
    if not dossier.is_dir():
        contrats = ouvrir_contrats(options)
        if nom in contrats.noms and nom not in livres:
            return contrats.nomme(nom)
        if "/" in nom:
            raise UsageError(
                f"Le dossier [{nom}] n'existe pas.", remede="donnez un nom de contrat, ou un dossier"
            )
    if not dossier.is_dir() or nom in livres:
        return contrats_charges.charger(nom, options["contracts"])
    table = dossier / "contract.toml"
    if dossier.name not in livres and table.is_file() and "extends" in lire_toml(table):
        return contrats_charges.charger(dossier.name, dossier.parent)
    return contrats_charges.charger(options["contract"], Path(nom))
