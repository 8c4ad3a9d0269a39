"""`sne-sandbox pki`: development certificates."""

from pathlib import Path
from typing import Any

import click

from sne_sandbox.cli.depart import preparer_autorite
from sne_sandbox.cli.options import COMMUNES, GroupeCommandes, reglages, verifier_guichet
from sne_sandbox.domain.base import verifier_nom
from sne_sandbox.pki.authority import Autorite, ecrire

_EXEMPLES = """
\b
Exemples :
  sne-sandbox pki issue --guichet G1104 --out certificats/
  sne-sandbox pki issue --guichet G1226 --base essai-42 --out certificats/
"""


@click.group("pki", cls=GroupeCommandes, epilog=_EXEMPLES)
def commande() -> None:
    """Certificats de développement."""


@commande.command("issue")
@click.option("--guichet", required=True, help="Code du guichet (G1104).")
@click.option("--base", default="ecole", show_default=True, help="Base pour laquelle il vaut.")
@click.option("--out", "dossier", required=True, type=click.Path(path_type=Path, file_okay=False),
              help="Dossier où écrire.")  # fmt: skip
@reglages(*COMMUNES, "database", "secret_file")
def emettre(guichet: str, base: str, dossier: Path, **options: Any) -> None:
    """Émet un certificat client : GUICHET.pem (puis son AC), .key, .p12, et truststore.p12.

    Le mot de passe des fichiers .p12 est « sne-sandbox ». Pour des serveurs qui se partagent une base
    PostgreSQL, donnez comme à eux --database et --secret-file : l'AC est la leur.
    """
    verifier_guichet(guichet)
    verifier_nom(base)
    if a_dire := preparer_autorite(options, []):
        click.echo(f"sne-sandbox : {a_dire}", err=True)
    autorite = Autorite.ouvrir(options["home"], [])
    ecrire(autorite.emettre(guichet, base), dossier)
    for nom in (f"{guichet}.pem", f"{guichet}.key", f"{guichet}.p12", "truststore.p12"):
        click.echo(str(dossier / nom))
