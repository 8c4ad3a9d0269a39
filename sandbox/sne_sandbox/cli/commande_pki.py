"""`sne-sandbox pki`: development certificates."""

from pathlib import Path

import click

from sne_interface.domain.base import verifier_nom
from sne_interface.errors import BaseInconnue
from sne_sandbox.cli.options import GroupeCommandes, Poste, d_autres_noms, sur_le_poste, verifier_guichet
from sne_sandbox.cli.preparatifs_d_ecoute import preparer_autorite
from sne_sandbox.pki.authority import Autorite, ecrire


@click.group("pki", cls=GroupeCommandes)
def commande() -> None:
    """Certificats de développement.

    Exemples :
      sne-sandbox pki issue --guichet G1104 --out certificats/
      sne-sandbox pki issue --guichet G1226 --base essai-42 --out certificats/
      sne-sandbox pki issue --guichet G1226 --pkcs12 compatible --out certificats/
      sne-sandbox pki renouveler --server-name sne.exemple.fr
    """


@commande.command("issue")
@click.option("--guichet", required=True, help="Code du guichet (G1104).")
@click.option("--base", default="ecole", show_default=True, help="Base pour laquelle il vaut.")
@click.option("--out", "dossier", required=True, type=click.Path(path_type=Path, file_okay=False),
              help="Dossier où écrire.")  # fmt: skip
@sur_le_poste("pkcs12", "secret_file")
def emettre(poste: Poste, guichet: str, base: str, dossier: Path) -> None:
    """Émet un certificat client : GUICHET.pem (puis son AC), .key, .p12, et truststore.p12.

    GUICHET est l'un de ceux de la base ; d'une base qui n'existe pas encore, l'un de ceux des jeux de départ.

    Le mot de passe des fichiers .p12 est « sne-sandbox ». Pour des serveurs qui se partagent une base
    PostgreSQL, donnez comme à eux --database et --secret-file : l'AC est la leur.
    """
    verifier_guichet(guichet)
    verifier_nom(base)
    _verifier_delivrable(poste, guichet, base)
    if a_dire := preparer_autorite(poste.options, []):
        click.echo(f"sne-sandbox : {a_dire}", err=True)
    ecrire(Autorite.ouvrir(poste.home, []).emettre(guichet, base, poste.options["pkcs12"]), dossier)
    for nom in (f"{guichet}.pem", f"{guichet}.key", f"{guichet}.p12", "truststore.p12"):
        click.echo(str(dossier / nom))


@commande.command("renouveler")
@d_autres_noms
@sur_le_poste("secret_file")
def renouveler(poste: Poste, noms: tuple[str, ...]) -> None:
    """Certifie à nouveau l'autorité de --home, pour d'autres noms de serveur ou pour trois ans de plus.

    Sa clé reste : les certificats déjà donnés aux guichets valent toujours. Redémarrez le serveur, et
    redonnez ca.pem (ou truststore.p12) aux applications.
    """
    if a_dire := preparer_autorite(poste.options, noms, Autorite.renouveler):
        click.echo(f"sne-sandbox : {a_dire}", err=True)
    click.echo(str(Autorite(poste.home / "pki").ca))


def _verifier_delivrable(poste: Poste, guichet: str, base: str) -> None:
    """Raises UsageError for what is no guichet of the base; of one that is not made yet, of no seed."""
    from sne_sandbox.bases.bases import guichets_de, semences
    from sne_sandbox.bases.guichets import verifier_delivrable

    try:
        with poste.magasin.lire(base) as registre:
            guichets = registre.guichets()
    except BaseInconnue:
        guichets = list({g.code: g for semence in semences() for g in guichets_de(semence)}.values())
    verifier_delivrable(guichet, base, guichets)
