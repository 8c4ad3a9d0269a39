"""`sne-sandbox calibrer`: a recording of a real server beside the sandbox, and the overlay between them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from sne_calibrage.calibration import rendu_de_calibration, surcharge_proposee
from sne_calibrage.calibration.calibration import calibrer
from sne_calibrage.calibration.ecarts_par_cause import Calibrage
from sne_calibrage.versions import echanges_recueillis
from sne_interface.contract import contrats_charges
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.echange import Echange
from sne_interface.domain.texte import accorde
from sne_interface.errors import UsageError
from sne_sandbox.cli.options import COMMUNES, barre, ecrire_json, option_de_forme, ouvrir_magasin, reglages


@click.command()
@click.argument("enregistrement", metavar="ENREGISTREMENT")
@click.option("--out", "dossier", type=click.Path(path_type=Path, file_okay=False), metavar="DOSSIER",
              help="Dossier vide où écrire la surcharge proposée, à relire.")  # fmt: skip
@option_de_forme("text", "json", "html", aide="Forme du rapport, seul sur la sortie standard.")
@reglages(*COMMUNES, "database")
def commande(enregistrement: str, dossier: Path | None, forme: str, **options: Any) -> int:
    """Compare un enregistrement du vrai serveur à ce que répond le bac à sable, et propose la surcharge.

    ENREGISTREMENT est la base où « sne-sandbox proxy » enregistre, le dossier que son --export a écrit, ou
    le preuves.zip que « report » tire de cette base.
    Chaque requête est soumise, dans l'ordre, à une base temporaire mise dans le même état, pour autant qu'il
    se sache ; le reste est dit indécidable, et n'est jamais compté. Les différences sont groupées par cause,
    chacune avec ce qui la lèverait : codes et phrases officiels, sévérités, bornes, nomenclatures, types
    d'événements, seuils, schémas. Sortie 0 si les deux sont d'accord, 1 sinon.

    Exemples :
      sne-sandbox calibrer proxy
      sne-sandbox calibrer proxy --out surcharge
      sne-sandbox calibrer proxy --contracts surcharge
      sne-sandbox calibrer enregistrement/ --format html > calibration.html
      sne-sandbox calibrer rapport/preuves.zip
    """
    contrat = contrats_charges.charger(options["contract"], options["contracts"])
    bilan = _calibrer(enregistrement, contrat, options)
    if bilan.perdus:
        click.echo(f"Attention : {bilan.perdus}", err=True)
    if not bilan.compares:
        raise UsageError(
            f"L'enregistrement [{enregistrement}] n'a aucun appel à comparer.",
            remede="faites passer votre application par « sne-sandbox proxy --upstream URL »",
        )
    apres = None
    if dossier is not None:
        ecrits = surcharge_proposee.ecrire(dossier, bilan, contrat)
        if ecrits:
            propose = contrats_charges.charger(options["contract"], dossier)
            apres = len(_calibrer(enregistrement, propose, options).groupes)
        _dire_la_surcharge(dossier, len(ecrits), apres)
    if forme == "json":
        ecrire_json(rendu_de_calibration.en_json(bilan, apres))
    elif forme == "html":
        click.echo(rendu_de_calibration.en_html(bilan, contrat.nom, enregistrement))
    else:
        click.echo(rendu_de_calibration.en_texte(bilan))
    if bilan.accidents:
        return 3
    return 1 if bilan.groupes else 0


def _calibrer(enregistrement: str, contrat: Contrat, options: dict[str, Any]) -> Calibrage:
    with echanges_recueillis.ouvrir(enregistrement, partial(ouvrir_magasin, options)) as lue:
        suivis = _suivre(lue.echanges(contrat))
        profil, remises, certificats = options["profile"], lue.remises, lue.certificats
        return replace(
            calibrer(contrat, suivis, profil, remises=remises, certificats=certificats), perdus=lue.perdus
        )


def _suivre(echanges: Iterable[Echange]) -> Iterator[Echange]:
    with barre("Calibration") as progres:
        for rang, echange in enumerate(echanges, 1):
            yield echange
            progres(rang, rang)


def _dire_la_surcharge(dossier: Path, combien: int, apres: int | None) -> None:
    if not combien:
        click.echo("Rien à proposer : aucun fichier n'est écrit.", err=True)
        return
    click.echo(f"Surcharge proposée dans {dossier} : {accorde(combien, 'fichier', 'fichiers')}.", err=True)
    reste = "les deux sont d'accord" if not apres else f"il reste {accorde(apres, 'cause', 'causes')}"
    click.echo(f"Sous cette surcharge, {reste}. Relisez-la avant de vous en servir.", err=True)
