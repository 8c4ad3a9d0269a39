"""The vendor's link with the SNE: one method an operation, on the stubs that zeep makes of the WSDL."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
import zeep
from habitudes import NUU, Redaction
from http_des_editeurs import TransportEditeur
from lxml import etree
from zeep.wsa import WsAddressingPlugin


class Refus(Exception):
    """The SNE said no."""

    def __init__(self, message: str, anomalies: list[dict[str, str]], doublons: list[str]) -> None:
        super().__init__(message)
        self.anomalies, self.doublons = anomalies, doublons


class SansReponse(Exception):
    """Nothing that can be read came back: what was asked may be done all the same."""


@dataclass
class Dossier:
    """A demande, as this application holds it."""

    contenu: dict[str, Any]
    version: str
    numero: str | None = None
    pdf: bytes = b""
    en_suspens: bool = False
    refuse: dict[str, Any] | None = None


@dataclass
class Liaison:
    """What it takes to call the SNE."""

    habitudes: frozenset[str]
    maintenant: datetime = field(default_factory=datetime.now)
    services: dict[str, Any] = field(default_factory=dict)
    clients: dict[str, Any] = field(default_factory=dict)
    guichet: str = ""
    rang: int = 0
    certificat: bytes = b""

    def a(self, habitude: str) -> bool:
        """Whether it has this habit."""
        return habitude in self.habitudes

    @property
    def redaction(self) -> Redaction:
        """How it writes documents."""
        return Redaction(self.habitudes)

    def ouvrir(self, m: Mapping[str, Any]) -> None:
        """Reads the WSDL of each service, once."""
        session = requests.Session()
        session.trust_env = False
        session.verify = m["certificats"]["ca"]
        session.cert = (m["certificats"]["certificat"], m["certificats"]["cle"])
        self.guichet = m["guichet"]
        self.certificat = Path(m["certificats"]["certificat"]).read_bytes()
        transport = TransportEditeur(
            self.habitudes, session=session, operation_timeout=m.get("delai_max_s", 30)
        )
        plugins = [WsAddressingPlugin()] if self.a("wsa") else []
        for nom, adresse in m["adresses"].items():
            self.clients[nom] = zeep.Client(  # type: ignore[no-untyped-call]
                f"{adresse}?wsdl", transport=transport, plugins=plugins
            )

    def viser(self, adresses: Mapping[str, str]) -> None:
        """Calls these addresses from now on."""
        for nom, client in self.clients.items():
            liaison = next(iter(client.wsdl.bindings))
            self.services[nom] = client.create_service(liaison, adresses[nom])

    def envoyer(self, genre: str, dossier: Dossier, ajouts: dict[str, Any]) -> tuple[Any, bytes]:
        """getNumUnique: the document answered and the attestation."""
        recu = self.soumettre("getNumUnique", genre, dossier, ajouts)
        lu = self.lu(recu.fichierDemande)
        self.numero_de(lu)
        return lu, contenu(recu.attestation)

    def doublons(self, dossier: Dossier) -> list[str]:
        recu = self.soumettre("getDoublons", "MOD" if dossier.numero else "CRE", dossier, {})
        octets = contenu(recu.listeDoublons)
        return [] if not octets else numeros(etree.fromstring(octets))

    def soumettre(self, operation: str, genre: str, dossier: Dossier, ajouts: dict[str, Any]) -> Any:
        corps = {"demandeLogement": self.formulaire(dossier, {"numUnique": dossier.numero, **ajouts})}
        document = self.document(genre, dossier.version, {"demande": corps})
        champs = {"nomFichierDemande": self.nom("DEM"), "fichierDemande": document}
        return self.appeler("demande_logement", operation, **champs)

    def lire(self, numero: str, complet: bool = False) -> Any:
        recu = self.appeler(
            "demande_logement", "getDemandeLogement", numUnique=numero, complet="oui" if complet else None
        )
        return self.lu(recu.fichierDemande)

    def fichier(self, service: str, operation: str, genre: str, corps: dict[str, Any]) -> Any:
        recu = self.appeler(
            service, operation, nomFichier=self.nom(genre), fichierXml=self.document(genre, "", corps)
        )
        return self.lu(recu.fichierXmlRetour)

    def appeler(self, service: str, operation: str, plein: bool = False, **champs: Any) -> Any:
        """One exchange. Raises SansReponse, or zeep's Fault."""
        appel = getattr(self.services[service], operation)
        if operation != "getDoublons":
            champs["nomCertificat"] = f"CER{self.guichet}-{self.maintenant:%Y%m%d%H%M}.pem"
        if "fichierXml" not in champs and operation != "getDoublons":
            champs["certificat"] = fichier(self.certificat if plein or self.a("certificat") else b"")
        try:
            recu = appel(**champs)
        except zeep.exceptions.Fault:
            raise
        except (requests.RequestException, zeep.exceptions.Error, OSError, ValueError) as erreur:
            raise SansReponse(f"Le SNE n'a pas répondu comme il faut : {erreur}") from erreur
        if recu is None:
            raise SansReponse("Le SNE n'a rien répondu.")
        return recu

    def lu(self, champ: Any) -> Any:
        """The document answered. Raises Refus, SansReponse."""
        try:
            racine = etree.fromstring(contenu(champ))
        except (etree.XMLSyntaxError, ValueError) as erreur:
            raise SansReponse(f"La réponse du SNE est abîmée : {erreur}") from erreur
        anomalies = [
            {nom: a.get(nom) or "" for nom in ("code", "propriete")}
            | {"message": a.findtext(f"{{{NUU}}}message") or ""}
            for a in racine.iter(f"{{{NUU}}}anomalie")
        ]
        if anomalies:
            raise Refus("Le SNE a refusé.", self.melanger(anomalies), self.melanger(numeros(racine)))
        return racine

    def numero_de(self, racine: Any) -> str:
        numero = (racine.findtext(f".//{{{NUU}}}demandeLogement/{{{NUU}}}numUnique") or "").strip()
        if len(numero) != 18 or not numero.isalnum() or not numero[3:13].isdigit():
            raise SansReponse(f"Le numéro [{numero}] n'en est pas un.")
        return numero

    # --- how documents are written -------------------------------------------------------------------

    def nom(self, genre: str) -> str:
        self.rang += 1
        rang = self.rang
        if self.a("numerotation"):
            rang = time.time_ns() // 1_000_000 % 1_000_000
        return f"{genre}{self.guichet}-{self.maintenant:%Y%m%d%H%M}-{rang:06d}.xml"

    def formulaire(self, dossier: Dossier, ajouts: Mapping[str, Any]) -> dict[str, Any]:
        return self.redaction.formulaire(dossier.contenu, {"numGuichet": self.guichet, **ajouts})

    def document(self, genre: str, version: str, corps: dict[str, Any]) -> dict[str, Any]:
        return fichier(self.redaction.document(genre, version, self.guichet, self.maintenant, corps))

    # --- how answers are told -----------------------------------------------------------------------

    def melanger(self, liste: list[Any]) -> list[Any]:
        return liste[::-1] if self.a("desordre") else liste

    def en_json(self, element: Any) -> Any:
        enfants = list(element.iterchildren(etree.Element))
        if not enfants:
            return {"code": element.get("code")} if element.get("code") else element.text or ""
        objet: dict[str, Any] = {}
        for enfant in enfants:
            nom = etree.QName(enfant).localname
            valeur = self.en_json(enfant)
            parent = etree.QName(element).localname
            if parent.startswith(("liste", "principaux")):
                objet.setdefault(nom, []).append(valeur)
            else:
                objet[nom] = valeur
        return objet


def fichier(octets: bytes) -> dict[str, Any]:
    return {"_value_1": octets, "contentType": "text/xml"}


def contenu(champ: Any) -> bytes:
    if champ is None:
        return b""
    valeur = champ if isinstance(champ, bytes) else champ["_value_1"]
    return valeur if isinstance(valeur, bytes) else b""


def numeros(racine: Any) -> list[str]:
    """The number of every doublon."""
    return [d.findtext(f"{{{NUU}}}numUnique") or "" for d in racine.iter(f"{{{NUU}}}doublon")]


def chemin(element: Any) -> str:
    noms = [etree.QName(e).localname for e in (element, *element.iterancestors())]
    return "/".join(reversed(noms))
