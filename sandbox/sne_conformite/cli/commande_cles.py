"""`sne-sandbox cles`: keys to sign evidence with, and challenges."""

from pathlib import Path

import click

from sne_conformite.cli.options_de_jugement import VARIABLE_CLE
from sne_conformite.preuves import signature
from sne_conformite.protocole.defi_du_verificateur import horloge_du_defi, proposer
from sne_sandbox.cli.options import GroupeCommandes


@click.group("cles", cls=GroupeCommandes)
def commande() -> None:
    """Clés qui signent les preuves, et défis d'un vérificateur.

    Exemples :
      sne-sandbox cles creer --nom "Éditeur X"
      sne-sandbox cles creer --nom "Éditeur X" --out cles/
      sne-sandbox cles montrer sne-sandbox.cle.pub
      sne-sandbox cles defi
    """


@commande.command("creer")
@click.option("--nom", required=True, help="À qui elle est : ce que dira l'attestation.")
@click.option("--out", "dossier", type=click.Path(path_type=Path, file_okay=False), default=Path(),
              metavar="DOSSIER", help="Dossier où les écrire, créé au besoin (ici, par défaut).")  # fmt: skip
def creer(nom: str, dossier: Path) -> None:
    """Fait une clé Ed25519 : sne-sandbox.cle, à garder secrète, et sne-sandbox.cle.pub, à donner.

    Les deux fichiers ont toujours ces noms : --out est le dossier où ils vont, et non un nom de fichier.
    """
    privee, publique, cle = signature.creer(nom, dossier)
    click.echo(f"{privee} : la clé, secrète ; en CI, {VARIABLE_CLE} en reçoit le chemin ou le texte")
    click.echo(f"{publique} : la clé publique, à donner à qui vérifie")
    click.echo(f"empreinte : {cle.id}")


@commande.command("montrer")
@click.argument("fichier", metavar="FICHIER")
def montrer(fichier: str) -> None:
    """Montre une clé, privée ou publique : son titulaire, son empreinte, sa part publique."""
    try:
        publique, titulaire = signature.lire_cle_publique(fichier)
    except signature.CleIncorrecte:
        cle = signature.lire_cle(fichier)
        publique, titulaire = cle.publique, cle.titulaire
    click.echo(f"titulaire : {titulaire or '(non dit)'}")
    click.echo(f"empreinte : {signature.keyid(publique)}")
    click.echo(signature.en_pem(publique).decode(), nl=False)


@commande.command("defi")
def defi() -> None:
    """Tire un défi, à donner à qui se fait certifier : « conform --defi TEXTE » en tire tout le reste."""
    texte = proposer()
    click.echo(texte)
    horloge = horloge_du_defi(texte).isoformat()
    click.echo(f"il donne l'horloge {horloge} et, avec ce que l'application dit être, la graine", err=True)
