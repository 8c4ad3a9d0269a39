"""`sne-sandbox contrat`: an official folder, before it is served."""

import click

from sne_sandbox.cli.contrat_verifier import verifier
from sne_sandbox.cli.options import GroupeCommandes

_EXEMPLES = """
\b
Exemples :
  sne-sandbox contrat verifier mes-fichiers/
  sne-sandbox contrat verifier mes-fichiers/ --ecrire
"""


@click.group("contrat", cls=GroupeCommandes, epilog=_EXEMPLES)
def commande() -> None:
    """Contrats de l'interface : vérifier un dossier de fichiers officiels."""


commande.add_command(verifier)
