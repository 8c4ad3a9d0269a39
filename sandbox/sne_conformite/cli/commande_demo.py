"""`sne-sandbox demo`: the life of two demandes, as a real client lives it; then a certification."""

import contextlib
import json
import shutil
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from sne_conformite.bilan import trafic_juge
from sne_conformite.cli import commande_conform
from sne_conformite.observation.observation import Observation, observer
from sne_conformite.plan.exemples_tires import element_json, formulaire_de, saisie, valeurs
from sne_conformite.protocole.adresses_pour_l_application import Adresses
from sne_conformite.protocole.formulaire_saisi import appliquer
from sne_conformite.protocole.protocole import PROTOCOLE
from sne_interface.contract import codec, contrats_charges
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_interface.domain.dates import PARIS
from sne_interface.domain.element_recu import Element
from sne_interface.errors import OperatorError, UsageError
from sne_interface.raisons_du_systeme import raison_ecriture
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
    help="Où garder l'attestation, le journal et les rapports (une démonstration précédente est remplacée).",
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
        adresse = f"{serveur.pret['http']}/api/v1/bases/{BASE_PAR_DEFAUT}/exchanges?limite=100"
        jeton = {"Authorization": f"Bearer {serveur.pret['admin_token']}"}
        with urllib.request.urlopen(urllib.request.Request(adresse, headers=jeton)) as reponse:  # noqa: S310
            journal = json.load(reponse)
        (dossier / "journal.json").write_text(json.dumps(journal, ensure_ascii=False, indent=2), "utf-8")
    click.echo(f"Numéro unique : {numero}")
    click.echo(f"Attestation   : {dossier / 'attestation.pdf'}")
    click.echo(f"Journal       : {dossier / 'journal.json'} ({len(journal['echanges'])} échanges)")
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
    colocataires = _specimen("demandes/colocataires.xml")
    formulaire = formulaire_de(colocataires)
    change = appliquer(formulaire, ["telephone"], contrat, _HORLOGE.date())
    evenement = _specimen("documents/evenement.xml").enfant("listeEvenements/evenement")
    assert evenement is not None
    un, autre = {"reference": "d1"}, {"reference": "d2"}
    actes: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("enregistre un ménage", "G1226", "enregistrer", un | _saisie(formulaire, contrat)),
        ("modifie (téléphone)", "G1226", "modifier", un | _saisie(change, contrat)),
        ("renouvelle", "G1226", "renouveler", un | {"date_renouvellement": _HORLOGE.date().isoformat()}),
        ("recherche", "G1226", "rechercher",
         {"criteres": _dit("documents/recherche.xml", "operation/demandeMulticritere", contrat)}),
        ("enregistre un autre ménage", "G1104", "enregistrer",
         autre | _saisie(formulaire_de(_specimen("demandes/hebergee_secret.xml")), contrat)),
        ("déclare un DALO", "G0751", "declarer_dalo",
         autre | {"information_dalo": _dit("demandes/dalo.xml", "demande/informationDalo", contrat)}),
        ("décide, puis radie", "G1226", "decider",
         un | {"decision": valeurs(evenement),
               "radiation": _dit("demandes/radiation.xml", "demande/demandeLogement/radiation", contrat)}),
    )  # fmt: skip
    with (
        contextlib.closing(_Agent(serveur.pret)) as agent,
        Magasin.ouvrir(None, serveur.home) as magasin,
    ):
        for quoi, guichet, commande, champs in actes:
            avant = magasin.journal.dernier(BASE_PAR_DEFAUT)
            agent.dire(guichet, commande, champs)
            for echange in trafic_juge.parcourir(magasin, BASE_PAR_DEFAUT, avant):
                _raconter(quoi, observer(echange, contrat))
        premier = observer(next(trafic_juge.parcourir(magasin, BASE_PAR_DEFAUT)), contrat)
    (dossier / "attestation.pdf").write_bytes(premier.reponse.octets("attestation"))
    return premier.numero_rendu or ""


def _specimen(chemin: str) -> Element:
    return codec.lire((fixtures_dir() / chemin).read_bytes())


def _dit(specimen: str, chemin: str, contrat: Contrat) -> dict[str, Any]:
    """An element of a specimen, as the protocol says it."""
    element = _specimen(specimen).enfant(chemin)
    return {} if element is None else element_json(element, contrat)


def _saisie(formulaire: Element, contrat: Contrat) -> dict[str, Any]:
    return {"demande": saisie(formulaire, contrat), "version": contrat.version_haute}


class _Agent:
    """Who works with the reference application, in one guichet after another."""

    def __init__(self, pret: Mapping[str, Any]) -> None:
        self._pret = pret
        self._application = commande_conform.temoin()
        self._guichet = ""

    def dire(self, guichet: str, commande: str, champs: Mapping[str, Any]) -> None:
        """Raises OperatorError when it is not done."""
        if guichet != self._guichet:
            self._guichet = guichet
            certificats = Path(self._pret["cert_file"]).parent
            adresses = replace(
                Adresses.du_fichier_pret(self._pret, BASE_PAR_DEFAUT, delai_max_s=_PATIENCE),
                guichet=guichet,
                cert_file=str(certificats / f"{guichet}.pem"),
                key_file=str(certificats / f"{guichet}.key"),
            )
            self.dire(guichet, "demarrer", {"protocole": PROTOCOLE, **adresses.en_json()})
        message = {"id": 1, "commande": commande, "maintenant": _HORLOGE.isoformat(), **champs}
        reponse = self._application.envoyer(message)
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
