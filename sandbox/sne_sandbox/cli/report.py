"""`sne-sandbox report`: the traffic of a base judged; evidence judged again; two reports compared."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import is_zipfile

import click

from sne_sandbox.cli.options import COMMUNES, ouvrir, reglages, sorties_de_rapport
from sne_sandbox.domain.publication import en_json
from sne_sandbox.errors import UsageError

if TYPE_CHECKING:
    from sne_sandbox.cli import rapports
    from sne_sandbox.reports.model import Rapport

_EXEMPLES = """
\b
Exemples :
  sne-sandbox report --base ecole
  sne-sandbox report --base essai-42 --report-dir rapport
  sne-sandbox report --verify rapport/preuves.zip
  sne-sandbox report --compare hier/rapport.json rapport/rapport.json
"""


@click.command(epilog=_EXEMPLES)
@click.option("--base", default="ecole", show_default=True, help="Base dont juger le trafic.")
@sorties_de_rapport()
@click.option("--verify", "preuves", type=click.Path(path_type=Path, dir_okay=False), metavar="FICHIER",
              help="Juge de nouveau, hors ligne, un dossier de preuves (preuves.zip).")  # fmt: skip
@click.option("--compare", "comparees", nargs=2, type=click.Path(path_type=Path, dir_okay=False),
              metavar="AVANT APRÈS", help="Compare deux rapports (rapport.json ou preuves.zip).")  # fmt: skip
@reglages(*COMMUNES, "database")
def commande(
    base: str,
    dossier: Path | None,
    preuves: Path | None,
    comparees: tuple[Path, Path] | None,
    exigees: tuple[str, ...],
    reference: Path | None,
    juger_tout: bool,
    candidat: Path | None,
    mentions: tuple[str, ...],
    forme: str,
    **options: Any,
) -> int:
    """Juge ce qu'une base a vu ; ou rejuge un dossier de preuves ; ou compare deux rapports.

    Sortie 0 si tout est conforme (--compare : si rien n'est nouveau ; ce qui est moins vérifié avertit, et ne
    fait échouer que pour les exigences de --require), 1 sinon ; 2 si un fichier donné n'est pas celui qu'il
    faut.
    """
    if preuves is not None and comparees is not None:
        raise UsageError("--verify et --compare ne vont pas ensemble.", remede="choisissez l'un des deux")
    if comparees is not None:
        return _comparer(*comparees, exigees, forme)
    from sne_sandbox.cli import rapports

    sorties = rapports.Sorties.preparer(
        dossier,
        reference,
        forme,
        juger_tout=juger_tout,
        options=options,
        candidat=candidat,
        mentions=mentions,
    )
    if preuves is not None:
        from sne_sandbox.cli.preuves import rejuger

        return rejuger(preuves, sorties, options)
    return _juger(base, exigees, sorties, options)


def _juger(
    base: str, demandees: tuple[str, ...], sorties: "rapports.Sorties", options: Mapping[str, Any]
) -> int:
    from sne_sandbox.cli import rapports
    from sne_sandbox.conformance import trafic
    from sne_sandbox.reports.progression import suivre

    contrat, magasin = ouvrir(options)
    with magasin:
        ids = rapports.exigees(demandees, contrat)
        connue = magasin.bases.lire(base)
        rapport = suivre(
            trafic.juger_base(
                magasin,
                base,
                contrat,
                trafic.ReglagesTrafic(
                    exiger=ids,
                    application=f"base {base}",
                    commande=rapports.ligne_de_commande(),
                    profil=connue.reglages.profile,
                    graine=connue.seed,
                    accord=True,
                ),
            )
        )
        return sorties.rendre(
            rapport, trafic.parcourir(magasin, base), configuration=rapports.configuration(options, base=base)
        )


def _comparer(avant: Path, apres: Path, exigees: tuple[str, ...], forme: str) -> int:
    from sne_sandbox.reports import compare
    from sne_sandbox.reports.decision import motifs_des_preuves

    comparaison = compare.comparer(_lire(avant), _lire(apres))
    ids = [mot for valeur in exigees for mot in valeur.replace(",", " ").split()]
    motifs = motifs_des_preuves(comparaison.apres, ids)
    for motif in motifs:
        click.echo(f"sne-sandbox : {motif}", err=True)
    if forme == "json":
        click.echo(json.dumps(en_json(compare.lire(comparaison)), ensure_ascii=False, indent=2))
    elif forme == "text":
        click.echo(compare.en_texte(comparaison), nl=False)
    else:
        raise UsageError(f"--compare n'a pas de forme {forme}.", remede="--format text ou json")
    return 1 if comparaison.nouveaux or motifs else 0


def _lire(fichier: Path) -> "Rapport":
    from sne_sandbox.reports import evidence
    from sne_sandbox.reports import json as rapport_json

    if is_zipfile(fichier):
        return evidence.lire(fichier).rapport
    try:
        return rapport_json.lire(fichier)
    except rapport_json.RapportIllisible as erreur:  # the user chose the file; the server does not
        raise UsageError(str(erreur), remede=erreur.remede) from None
