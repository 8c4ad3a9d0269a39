"""`sne-sandbox demo`: the life of two demandes, as a real client lives it; then a certification."""

import contextlib
import http.client
import json
import shutil
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click
from lxml import etree

from sne_conformite.cli import commande_conform
from sne_interface.contract import versions
from sne_interface.contract.codec import NS
from sne_interface.contract.versions import OperationPubliee
from sne_interface.domain.texte import accorde
from sne_interface.errors import OperatorError, UsageError
from sne_interface.raisons import raison_ecriture
from sne_interface.resources import fixtures_dir
from sne_sandbox.mime.requete_mtom import Forme
from sne_sandbox.mime.unpack import unpack
from sne_sandbox.server.serveur_enfant import servir_en_enfant
from sne_sandbox.soap.fields import INCLUDE
from sne_sandbox.soap.requete_soap import Champs, ecrire

#: The specimens were written for this day.
_HORLOGE: Final = "2018-03-15T12:00:00"
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

    Démarre un serveur, enregistre deux ménages en HTTPS avec certificat client et MTOM, modifie, renouvelle,
    recherche, déclare un DALO, ajoute une décision d'attribution, radie ; une ligne par échange. Puis
    certifie l'application témoin d'un bout à l'autre du plan, un ménage par scénario.

    Exemples :
      sne-sandbox demo
      sne-sandbox demo --out demonstration
    """
    _vider(dossier)
    options = ["--seed-base", "vide", "--clock", _HORLOGE, "--synchronous", "NORMAL"]
    with servir_en_enfant(options, home=dossier / "home") as serveur:
        client = _Client(serveur.pret, versions.charger().operations)
        numero = _vivre(client, dossier)
        journal = client.lire("/api/v1/bases/ecole/exchanges?limite=100")
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


def _vivre(client: "_Client", dossier: Path) -> str:
    colocataires = _specimen("demandes/colocataires.xml")
    creation = client.demande("enregistre un ménage", "G1226", colocataires)
    numero = creation.numero
    (dossier / "attestation.pdf").write_bytes(creation.pieces["attestation"])
    vises = {"typeFichier": "MOD", "numUnique": numero, "telPortable": "0639980099"}
    client.demande("modifie (téléphone)", "G1226", _adapter(colocataires, vises))
    client.demande(
        "renouvelle", "G1226", _adapter(_specimen("demandes/renouvellement.xml"), {"numUnique": numero})
    )
    client.appeler("recherche", "G1226", "rechercheDemandeMulticritere", _specimen("documents/recherche.xml"))
    autre = client.demande("enregistre un autre ménage", "G1104", _specimen("demandes/hebergee_secret.xml"))
    dalo = _adapter(_specimen("demandes/dalo.xml"), {"numUnique": autre.numero})
    client.appeler("déclare un DALO", "G0751", "getDeclarationNouveauDalo", dalo)
    decision = _adapter(_specimen("documents/evenement.xml"), {"numUnique": numero})
    client.appeler("ajoute une décision", "G1226", "ajouterEvenementDemande", decision)
    client.demande(
        "radie (attribution)", "G1226", _adapter(_specimen("demandes/radiation.xml"), {"numUnique": numero})
    )
    return numero


def _specimen(chemin: str) -> bytes:
    return (fixtures_dir() / chemin).read_bytes()


def _adapter(document: bytes, textes: Mapping[str, str]) -> bytes:
    """The document with other texts; a numUnique is added where it is missing, after numGuichet."""
    racine = etree.fromstring(document)
    for nom, texte in textes.items():
        element = racine.find(f".//{{{NS}}}{nom}")
        if element is None:
            guichet = racine.find(f".//{{{NS}}}numGuichet")
            element = etree.Element(f"{{{NS}}}{nom}")
            guichet.addnext(element)
        element.text = texte
    octets: bytes = etree.tostring(racine, encoding="UTF-8")
    return octets


@dataclass(frozen=True, slots=True)
class _Recu:
    """The content of an answer: its document, its pieces by field, its numéro when there is one."""

    document: Any
    pieces: Mapping[str, bytes]
    numero: str


class _Client:
    """A minimal interfaced application: HTTPS with the client certificate of a guichet, and MTOM."""

    def __init__(self, pret: Mapping[str, Any], operations: Mapping[str, OperationPubliee]) -> None:
        self._pret = pret
        self._operations = operations
        self._certificats = Path(pret["cert_file"]).parent
        self._rang = 0

    def demande(self, quoi: str, guichet: str, document: bytes) -> _Recu:
        return self.appeler(quoi, guichet, "getNumUnique", document)

    def appeler(self, quoi: str, guichet: str, operation: str, document: bytes) -> _Recu:
        self._rang += 1
        prevue = self._operations[operation]
        champs = _champs(prevue, guichet, self._rang, document)
        entete, corps = ecrire(prevue, champs, Forme.CLIENT_REEL)
        adresse = urlsplit(self._pret["https"])
        contexte = ssl.create_default_context(cafile=self._pret["ca_file"])
        contexte.load_cert_chain(self._certificats / f"{guichet}.pem", self._certificats / f"{guichet}.key")
        lien = http.client.HTTPSConnection(adresse.hostname or "", adresse.port, context=contexte, timeout=30)
        debut = time.perf_counter()
        with contextlib.closing(lien):
            lien.request("POST", f"/services/{prevue.service}/", corps, {"Content-Type": entete})
            reponse = lien.getresponse()
            contenu = reponse.read()
        duree = (time.perf_counter() - debut) * 1000
        recu = _lire(reponse.getheader("Content-Type", ""), contenu)
        self._raconter(quoi, guichet, operation, reponse.status, recu, duree)
        return recu

    def _raconter(
        self, quoi: str, guichet: str, operation: str, statut: int, recu: _Recu, duree: float
    ) -> None:
        anomalies = recu.document.findall(f".//{{{NS}}}anomalie")
        verdict = (
            accorde(len(anomalies), "anomalie", "anomalies")
            if anomalies
            else ("accepté" if statut == 200 else "fault")
        )
        click.echo(
            f"{self._rang}. {guichet} {quoi:26} {operation:30} {statut} {verdict:11} "
            f"{recu.numero:18} {duree:5.0f} ms"
        )
        if statut != 200 or anomalies:
            texte = " ".join(recu.document.itertext()).strip()
            raise OperatorError(f"La démonstration s'arrête : {texte[:500]}")

    def lire(self, chemin: str) -> Any:
        adresse = urlsplit(self._pret["http"])
        lien = http.client.HTTPConnection(adresse.hostname or "", adresse.port, timeout=30)
        with contextlib.closing(lien):
            lien.request("GET", chemin, headers={"Authorization": f"Bearer {self._pret['admin_token']}"})
            return json.loads(lien.getresponse().read())


def _champs(operation: OperationPubliee, guichet: str, rang: int, document: bytes) -> Champs:
    """The fields of a call: each is told by its name."""
    valeurs: dict[str, str | bytes] = {}
    for champ in operation.entree.champs:
        if champ.nom == "certificat":
            valeurs[champ.nom] = b""
        elif champ.nom == "nomCertificat":
            valeurs[champ.nom] = f"CER{guichet}-201803151200.pem"
        elif champ.nom.startswith("nom"):
            valeurs[champ.nom] = f"DEM{guichet}-201803151200-{rang:06d}.xml"
        elif champ.nom.startswith("fichier"):
            valeurs[champ.nom] = document
    return valeurs


def _lire(content_type: str, contenu: bytes) -> _Recu:
    message = unpack(content_type, contenu, taille_max=len(contenu))
    enveloppe = etree.fromstring(message.racine)
    pieces: dict[str, bytes] = {}
    for lien in enveloppe.iter(INCLUDE):
        partie = message.partie(lien.get("href"))
        if partie is not None:
            pieces[etree.QName(lien.getparent()).localname] = partie.contenu
    document = next((p for nom, p in pieces.items() if nom != "attestation"), None)
    arbre = etree.fromstring(document) if document is not None else enveloppe
    numero = arbre.findtext(f".//{{{NS}}}numUnique") or ""
    return _Recu(arbre, pieces, numero)
