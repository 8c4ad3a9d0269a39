"""`sne-sandbox contrat`: an official folder before it is served, contracts compared, an application prepared
to another."""

import click

from sne_sandbox.cli.contrat_verifier import verifier
from sne_sandbox.cli.contrat_versions import comparer, preparer
from sne_sandbox.cli.options import GroupeCommandes


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
      sne-sandbox contrat preparer --vers v5.2 --base ecole --de v5.0 --format html > preparation.html
      sne-sandbox contrat preparer --vers mes-fichiers/ --de v5.2 --base proxy
    """


commande.add_command(verifier)
commande.add_command(comparer)
commande.add_command(preparer)
