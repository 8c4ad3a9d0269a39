"""`sne-sandbox demo`: the life of two demandes, over the wire, as a real client lives it."""

import contextlib
import http.client
import json
import shutil
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click
from lxml import etree

from sandbox.contract.codec import NS
from sandbox.errors import OperatorError
from sandbox.mime.client import Forme, requete
from sandbox.mime.message import Part
from sandbox.mime.unpack import unpack
from sandbox.resources import fixtures_dir

_WS: Final = "http://ws.metier.nuu.application.i2/"
_SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
_XOP: Final = "http://www.w3.org/2004/08/xop/include"
_DEMANDE: Final = "DemandeLogementImplService"
_EVENEMENT: Final = "GestionPartageeEVTImplService"
_RECHERCHE: Final = "RechercheDemandeImplService"
#: The specimens were written for this day.
_HORLOGE: Final = "2018-03-15T12:00:00"
_EXEMPLES = """
\b
Exemples :
  sne-sandbox demo
  sne-sandbox demo --out /tmp/demo
"""


@click.command(epilog=_EXEMPLES)
@click.option(
    "--out",
    "dossier",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/demo"),
    show_default=True,
    help="Où garder l'attestation et le journal (le contenu précédent est remplacé).",
)
def commande(dossier: Path) -> int:
    """Montre le produit : une base neuve, deux ménages, toute la vie d'une demande.

    Démarre un serveur, enregistre deux ménages en HTTPS avec certificat client et MTOM, modifie, renouvelle,
    recherche, déclare un DALO, ajoute une décision d'attribution, radie ; une ligne par échange.
    """
    if dossier.exists():
        shutil.rmtree(dossier)
    dossier.mkdir(parents=True)
    with _serveur(dossier) as pret:
        client = _Client(pret)
        numero = _vivre(client, dossier)
        journal = client.lire("/api/v1/bases/ecole/exchanges?limite=100")
        (dossier / "journal.json").write_text(json.dumps(journal, ensure_ascii=False, indent=2), "utf-8")
    click.echo(f"Numéro unique : {numero}")
    click.echo(f"Attestation   : {dossier / 'attestation.pdf'}")
    click.echo(f"Journal       : {dossier / 'journal.json'} ({len(journal['echanges'])} échanges)")
    return 0


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
    client.appeler(
        "recherche", "G1226", _RECHERCHE, "rechercheDemandeMulticritere", _specimen("documents/recherche.xml")
    )
    autre = client.demande("enregistre un autre ménage", "G1104", _specimen("demandes/hebergee_secret.xml"))
    dalo = _adapter(_specimen("demandes/dalo.xml"), {"numUnique": autre.numero})
    client.appeler("déclare un DALO", "G0751", _DEMANDE, "getDeclarationNouveauDalo", dalo)
    decision = _adapter(_specimen("documents/evenement.xml"), {"numUnique": numero})
    client.appeler("ajoute une décision", "G1226", _EVENEMENT, "ajouterEvenementDemande", decision)
    client.demande(
        "radie (attribution)",
        "G1226",
        _adapter(_specimen("demandes/radiation.xml"), {"numUnique": numero}),
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


@contextlib.contextmanager
def _serveur(dossier: Path) -> Iterator[dict[str, Any]]:
    pret = dossier / "pret.json"
    arguments = ["serve", "--home", str(dossier / "home"), "--https-port", "0", "--http-port", "0",
                 "--seed-base", "vide", "--clock", _HORLOGE, "--ready-file", str(pret)]  # fmt: skip
    with (dossier / "serveur.log").open("wb") as sortie:
        processus = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "sandbox", *arguments], stderr=sortie, stdout=sortie
        )
    try:
        limite = time.monotonic() + 60
        while not pret.exists():
            if processus.poll() is not None or time.monotonic() > limite:
                raise OperatorError(
                    "Le serveur de démonstration n'a pas démarré.", remede=f"lisez {dossier / 'serveur.log'}"
                )
            time.sleep(0.05)
        yield json.loads(pret.read_text("utf-8"))
    finally:
        processus.send_signal(signal.SIGTERM)
        try:
            processus.wait(20)
        except subprocess.TimeoutExpired:
            processus.kill()


@dataclass(frozen=True, slots=True)
class _Recu:
    """What an answer held: its document, its pieces by field, its numéro when there is one."""

    document: Any
    pieces: Mapping[str, bytes]
    numero: str


class _Client:
    """A minimal interfaced application: HTTPS with the client certificate of a guichet, and MTOM."""

    def __init__(self, pret: Mapping[str, Any]) -> None:
        self._pret = pret
        self._certificats = Path(pret["cert_file"]).parent
        self._rang = 0

    def demande(self, quoi: str, guichet: str, document: bytes) -> _Recu:
        return self.appeler(quoi, guichet, _DEMANDE, "getNumUnique", document)

    def appeler(self, quoi: str, guichet: str, service: str, operation: str, document: bytes) -> _Recu:
        self._rang += 1
        entete, corps = requete(
            _enveloppe(operation, guichet, self._rang),
            [
                Part("certificate", "application/octet-stream", "BASE64", b""),
                Part("xml_id", "text/xml; charset=us-ascii", "8bit", document),
            ],
            action=_WS + operation,
            forme=Forme.CLIENT_REEL,
        )
        adresse = urlsplit(self._pret["https"])
        contexte = ssl.create_default_context(cafile=self._pret["ca_file"])
        contexte.load_cert_chain(self._certificats / f"{guichet}.pem", self._certificats / f"{guichet}.key")
        lien = http.client.HTTPSConnection(adresse.hostname or "", adresse.port, context=contexte, timeout=30)
        debut = time.perf_counter()
        with contextlib.closing(lien):
            lien.request("POST", f"/services/{service}/", corps, {"Content-Type": entete})
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
        verdict = f"{len(anomalies)} anomalie(s)" if anomalies else ("accepté" if statut == 200 else "fault")
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
            lien.request("GET", chemin)
            return json.loads(lien.getresponse().read())


def _enveloppe(operation: str, guichet: str, rang: int) -> bytes:
    champs = {
        "getNumUnique": ("numUniqueParametres", "nomFichierDemande", "fichierDemande", True),
        "getDeclarationNouveauDalo": (
            "declarationNouveauDaloParametres",
            "nomFichierDalo",
            "fichierDalo",
            True,
        ),
    }
    element, nom, fichier, certificat = champs.get(
        operation, ("fichierXmlParametres", "nomFichier", "fichierXml", False)
    )
    suite = '<certificat><xop:Include href="cid:certificate"/></certificat>' if certificat else ""
    return (
        f'<soap:Envelope xmlns:soap="{_SOAP}" xmlns:ws="{_WS}" xmlns:xop="{_XOP}"><soap:Body><ws:{element}>'
        f"<{nom}>DEM{guichet}-201803151200-{rang:06d}.xml</{nom}>"
        f'<{fichier} ws:contentType="text/xml"><xop:Include href="cid:xml_id"/></{fichier}>'
        f"<nomCertificat>CER{guichet}-201803151200.pem</nomCertificat>{suite}"
        f"</ws:{element}></soap:Body></soap:Envelope>"
    ).encode()


def _lire(content_type: str, contenu: bytes) -> _Recu:
    message = unpack(content_type, contenu, taille_max=len(contenu))
    enveloppe = etree.fromstring(message.racine)
    pieces: dict[str, bytes] = {}
    for lien in enveloppe.iter(f"{{{_XOP}}}Include"):
        partie = message.partie(lien.get("href"))
        if partie is not None:
            pieces[etree.QName(lien.getparent()).localname] = partie.contenu
    document = next((p for nom, p in pieces.items() if nom != "attestation"), None)
    arbre = etree.fromstring(document) if document is not None else enveloppe
    numero = arbre.findtext(f".//{{{NS}}}numUnique") or ""
    return _Recu(arbre, pieces, numero)
