"""`sne-sandbox demo`: the life of two demandes, as a real client lives it; then a certification."""

import contextlib
import json
import shlex
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from sne_conformite.bilan import trafic_juge
from sne_conformite.cli import commande_conform
from sne_conformite.observation.observation import Observation
from sne_conformite.protocole.protocole import PROTOCOLE, Adresses
from sne_interface.contract import contrats_charges
from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_interface.domain.dates import PARIS
from sne_interface.errors import OperatorError, UsageError, raison_ecriture
from sne_interface.resources import fixtures_dir
from sne_sandbox.server.serveur_enfant import ServeurEnfant, servir_en_enfant
from sne_sandbox.store.magasin import Magasin

#: The specimens were written for this day.
_HORLOGE: Final = datetime(2018, 3, 15, 12, tzinfo=PARIS)
#: Seconds that the application waits: a server that is asked in its first second loads what answers.
_PATIENCE: Final = 30.0
#: What tells a folder that `demo` made, and may empty.
_MARQUE: Final = "home/serveur.log"
_ENSUITE: Final = """
Pour votre application
  sne-sandbox serve                   un SNE d'essai sur cette machine, et sa console dans le navigateur
  sne-sandbox run -- ./mes-tests.sh   vos tests devant une base neuve, et leur compte rendu"""


@click.command()
@click.option(
    "--out",
    "dossier",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/demo"),
    show_default=True,
    help="Où garder l'attestation, la base et les rapports (une démonstration précédente est remplacée).",
)
@click.pass_context
def commande(contexte: click.Context, dossier: Path) -> int:
    """Montre le produit : une base neuve, deux ménages, toute la vie d'une demande ; puis une certification.

    Démarre un serveur ; l'application témoin y enregistre deux ménages en HTTPS avec certificat client et
    MTOM, modifie, renouvelle, recherche, déclare un DALO, ajoute une décision d'attribution, radie ; une
    ligne par échange. Puis elle est certifiée d'un bout à l'autre du plan, un ménage par scénario.

    Exemples :
      sne-sandbox demo
      sne-sandbox demo --out demonstration
    """
    _vider(dossier)
    options = ["--seed-base", "vide", "--clock", _HORLOGE.isoformat()]
    with servir_en_enfant(options, home=dossier / "home") as serveur:
        numero = _vivre(serveur, dossier)
    click.echo(f"Numéro unique : {numero}")
    click.echo(f"Attestation   : {dossier / 'attestation.pdf'}")
    click.echo(f"Base          : sne-sandbox serve --home {shlex.quote(str(dossier / 'home'))}")
    click.echo(
        "\nCertification de l'application témoin : sne-sandbox conform --application temoin --examples 1"
    )
    code: int = contexte.invoke(
        commande_conform.commande,
        designation=commande_conform.TEMOIN,
        exemples=1,
        dossier=dossier / "certification",
    )
    click.echo(_ENSUITE)
    return code


def _vider(dossier: Path) -> None:
    """Makes the folder, empty; takes away only what a demonstration left. Raises OperatorError."""
    if dossier.is_dir() and any(dossier.iterdir()):
        if not (dossier / _MARQUE).is_file():
            raise UsageError(
                f"Le dossier [{dossier}] n'est pas vide, et ne vient pas d'une démonstration.",
                remede="donnez-en un autre à --out : son contenu serait effacé",
            )
        shutil.rmtree(dossier)
    try:
        dossier.mkdir(parents=True, exist_ok=True)
    except OSError as erreur:
        raise OperatorError(
            f"Le dossier [{dossier}] ne peut pas être créé : {raison_ecriture(erreur)}.",
            remede="donnez-en un autre à --out",
        ) from None


def _vivre(serveur: ServeurEnfant, dossier: Path) -> str:
    """The reference application leads the life of two demandes; the number of the first."""
    contrat = contrats_charges.charger()
    actes = json.loads((fixtures_dir() / "demonstration.json").read_text("utf-8"))
    with (
        contextlib.closing(_Agent(serveur.pret)) as agent,
        Magasin.ouvrir(None, serveur.home) as magasin,
    ):
        for acte in actes:
            avant = magasin.journal.dernier(BASE_PAR_DEFAUT)
            agent.dire(acte["guichet"], acte["message"])
            for echange in trafic_juge.parcourir(magasin.journal, BASE_PAR_DEFAUT, avant):
                _raconter(acte["phrase"], Observation(echange, contrat))
        premier = Observation(next(trafic_juge.parcourir(magasin.journal, BASE_PAR_DEFAUT)), contrat)
    (dossier / "attestation.pdf").write_bytes(premier.reponse.octets("attestation"))
    return premier.numero_rendu or ""


class _Agent:
    """One person who works with the reference application, in one guichet after another."""

    def __init__(self, pret: Mapping[str, Any]) -> None:
        self._pret = pret
        self._application = commande_conform.temoin()
        self._guichet = ""

    def dire(self, guichet: str, message: Mapping[str, Any]) -> None:
        """Raises OperatorError when it is not done."""
        if guichet != self._guichet:
            self._guichet = guichet
            certificats = Path(self._pret["cert_file"]).parent
            pret = {
                **self._pret,
                "guichet": guichet,
                "cert_file": certificats / f"{guichet}.pem",
                "key_file": certificats / f"{guichet}.key",
            }
            adresses = Adresses.du_fichier_pret(pret, BASE_PAR_DEFAUT, delai_max_s=_PATIENCE)
            self.dire(guichet, {"commande": "demarrer", "protocole": PROTOCOLE, **adresses.en_json()})
        reponse = self._application.envoyer({"id": 1, "maintenant": _HORLOGE.isoformat(), **message})
        if reponse["statut"] != "fait":
            raise OperatorError(f"La démonstration s'arrête : {reponse.get('message')}")

    def close(self) -> None:
        """Ends the application."""
        self._application.fermer()


def _raconter(quoi: str, vue: Observation) -> None:
    echange, numero = vue.echange, vue.numero_rendu or vue.numero or ""
    verdict = "accepté" if vue.acceptee else "refusé"
    click.echo(
        f"{echange.identifiant}. {vue.guichet} {quoi:26} {vue.operation or '':30} {echange.statut} {verdict} "
        f"{numero:18} {echange.duree_us / 1000:5.0f} ms"
    )
