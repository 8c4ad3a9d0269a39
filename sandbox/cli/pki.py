"""`sne-sandbox pki`."""

from pathlib import Path
from typing import Any

import click

from sandbox.cli.options import COMMUNES, reglages

_EXEMPLES = """
\b
Exemple :
  sne-sandbox pki issue --guichet G1104 --out certificats/
"""


@click.group("pki", epilog=_EXEMPLES)
def commande() -> None:
    """Certificats de développement."""


@commande.command("issue")
@click.option("--guichet", required=True, help="Code du guichet (G1104).")
@click.option("--base", default="ecole", show_default=True, help="Base pour laquelle il vaut.")
@click.option("--out", "dossier", required=True, type=click.Path(path_type=Path, file_okay=False),
              help="Dossier où écrire.")  # fmt: skip
@reglages(*COMMUNES)
def emettre(guichet: str, base: str, dossier: Path, **options: Any) -> None:
    """Émet un certificat client : GUICHET.pem (puis son AC), .key, .p12, et truststore.p12.

    Le mot de passe des fichiers .p12 est « sne-sandbox ».
    """
    from sandbox.errors import UsageError
    from sandbox.pki.authority import Autorite, ecrire

    if len(guichet) != 5 or not guichet.isascii() or not guichet.isalnum():
        raise UsageError(f"Le guichet [{guichet}] ne convient pas.", remede="5 lettres ou chiffres : G1104")
    autorite = Autorite.ouvrir(options["home"], [])
    ecrire(autorite.emettre(guichet, base), dossier)
    for nom in (f"{guichet}.pem", f"{guichet}.key", f"{guichet}.p12", "truststore.p12"):
        click.echo(str(dossier / nom))
