"""`sne-sandbox report`: the traffic of a base judged; evidence judged again; two reports compared."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import click

from sne_conformite.bilan import trafic_juge
from sne_conformite.cli import sorties_de_rapport as rapports
from sne_conformite.cli.options_de_jugement import RapportDemande, Verificateur, extraire, sorties_de_rapport
from sne_conformite.preuves import empreintes_de_ce_qui_juge, paquet_de_preuves
from sne_conformite.rapports import rapport_json, rapports_compares
from sne_conformite.rapports.avancement_au_terminal import suivre, suivre_l_ecriture
from sne_conformite.rapports.rapport import Rapport
from sne_conformite.rapports.verdict_de_conformite import motifs_des_preuves
from sne_interface.domain.valeurs_en_json import en_json
from sne_interface.errors import UsageError
from sne_sandbox.cli.options import COMMUNES, Poste, ecrire_json, ouvrir_contrats, ouvrir_magasin, reglages


@click.command()
@click.option("--base", default="ecole", show_default=True, help="Base dont juger le trafic.")
@sorties_de_rapport()
@click.option("--verify", "preuves", type=click.Path(path_type=Path), metavar="FICHIER",
              help="Juge de nouveau, hors ligne, preuves.zip, ou celui d'un dossier.")  # fmt: skip
@click.option("--confiance", type=click.Path(path_type=Path, dir_okay=False), metavar="FICHIER",
              help="--verify : les clés de confiance (confiance.toml) ; rien n'est implicite.")  # fmt: skip
@click.option("--defi", default="", metavar="TEXTE",
              help="--verify : le défi auquel le dossier doit répondre.")  # fmt: skip
@click.option(
    "--contresigner",
    is_flag=True,
    help="--verify : ajoute à l'attestation la signature de --cle, si tout est confirmé.",
)
@click.option("--plan", type=click.Path(path_type=Path, exists=True), metavar="P",
              help="--verify : le plan de l'épreuve, s'il n'est pas celui de l'interface.")  # fmt: skip
@click.option("--compare", "comparees", nargs=2, type=click.Path(path_type=Path, dir_okay=False),
              metavar="AVANT APRÈS", help="Compare deux rapports (rapport.json ou preuves.zip).")  # fmt: skip
@reglages(*COMMUNES, "database")
def commande(base: str, preuves: Path | None, comparees: tuple[Path, Path] | None, **options: Any) -> int:
    """Juge ce qu'une base a vu ; ou rejuge un dossier de preuves ; ou compare deux rapports.

    Sortie 0 si tout est conforme (--compare : si rien n'est nouveau ; ce qui est moins vérifié avertit, et ne
    fait échouer que pour les exigences de --require), 1 sinon ; 2 si un fichier donné n'est pas celui qu'il
    faut.

    Exemples :
      sne-sandbox report --base ecole
      sne-sandbox report --base essai-42 --report-dir rapport
      sne-sandbox report --verify rapport/preuves.zip
      sne-sandbox report --verify rapport/preuves.zip --confiance confiance.toml --cle ma.cle --contresigner
      sne-sandbox report --compare hier/rapport.json rapport/rapport.json
    """
    demande, verificateur = extraire(RapportDemande, options), extraire(Verificateur, options)
    if preuves is not None and comparees is not None:
        raise UsageError("--verify et --compare ne vont pas ensemble.", remede="choisissez l'un des deux")
    if comparees is not None:
        return _comparer(*comparees, demande.exigees, demande.forme)
    if preuves is None:
        with ouvrir_magasin(options) as magasin:  # a base may have a contract of its own
            options |= ouvrir_contrats(options).options(magasin.bases.lire(base))
    sorties = rapports.Sorties.preparer(demande, options=options)
    if preuves is not None:
        from sne_conformite.cli.preuves_rejugees import rejuger

        return sorties.rendre(*rejuger(preuves, verificateur, sorties, options))
    if verificateur != Verificateur():
        raise UsageError(
            "--confiance, --defi, --contresigner et --plan vont avec --verify.",
            remede="ajoutez --verify preuves.zip",
        )
    return _juger(base, demande.exigees, sorties, options)


def _juger(
    base: str, demandees: tuple[str, ...], sorties: rapports.Sorties, options: Mapping[str, Any]
) -> int:
    contrats, magasin = Poste(options).ouvrir()
    contrat = contrats.defaut  # `options` name that of the base
    ids = rapports.exigees(demandees, contrat)
    connue, journal = magasin.bases.lire(base), magasin.journal
    reglages = trafic_juge.ReglagesTrafic(
        exiger=ids,
        application=f"base {base}",
        commande=rapports.ligne_de_commande(),
        profil=connue.reglages.profile,
        graine=connue.seed,
        accord=True,
        jusqu_a=journal.dernier(base),
    )
    faits = trafic_juge.faits(reglages, journal, base)
    rapport = suivre(trafic_juge.juger_base(journal, base, contrat, reglages))
    echanges = trafic_juge.parcourir(journal, base, jusqu_a=reglages.jusqu_a)
    return sorties.rendre(
        rapport,
        rapports.Preuves(
            suivre_l_ecriture(echanges, journal.compter(base)[0]),
            {**rapports.configuration(options, base=base), "trafic": faits},
            empreintes_de_ce_qui_juge.detailler(contrat),
        ),
    )


def _comparer(avant: Path, apres: Path, exigees: tuple[str, ...], forme: str) -> int:
    comparaison = rapports_compares.comparer(_lire(avant), _lire(apres))
    motifs = motifs_des_preuves(comparaison.rapports[1], rapports.ids_ecrits(exigees))
    for motif in motifs:
        click.echo(f"sne-sandbox : {motif}", err=True)
    if forme == "json":
        ecrire_json(en_json(comparaison))
    elif forme == "text":
        click.echo(rapports_compares.en_texte(comparaison), nl=False)
    else:
        raise UsageError(f"--compare n'a pas de forme {forme}.", remede="--format text ou json")
    return 1 if comparaison.nouveaux or motifs else 0


def _lire(fichier: Path) -> Rapport:
    if is_zipfile(fichier):
        return paquet_de_preuves.lire(fichier).rapport
    try:
        return rapport_json.lire(fichier)
    except rapport_json.RapportIllisible as erreur:  # the user chose the file; the server does not
        raise UsageError(str(erreur), remede=erreur.remede) from None
