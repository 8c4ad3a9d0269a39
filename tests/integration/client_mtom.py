"""An interfaced application in a hundred lines: HTTP or HTTPS with a client certificate, and MTOM."""

import base64
import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final
from urllib.parse import urlsplit

from lxml import etree
from serveur_local import Serveur

from sne_interface.contract.codec import NS
from sne_interface.resources import fixtures_dir
from sne_sandbox.mime.message_deballe import unpack
from sne_sandbox.mime.message_mime import Part
from sne_sandbox.soap.requete_soap_ecrite import requete

WS: Final = "http://ws.metier.nuu.application.i2/"
SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
XOP: Final = "http://www.w3.org/2004/08/xop/include"
DEMANDE: Final = "DemandeLogementImplService"
EVENEMENT: Final = "GestionPartageeEVTImplService"
RECHERCHE: Final = "RechercheDemandeImplService"
ENVELOPPES: Final = {
    "getNumUnique": "numUniqueParametres",
    "getDemandeLogement": "demandeLogementParametres",
    "getDoublons": "rechercheDoublonsParametres",
    "getDeclarationNouveauDalo": "declarationNouveauDaloParametres",
    "getDemandesRadieesDepuisLe": "demandesRadieesDepuisLeParametres",
    "getNouveauxDaloDepuisLe": "nouveauxDaloDepuisLeParametres",
}
#: Fields of an answer that hold bytes.
BINAIRES: Final = frozenset(
    ("fichierDemande", "attestation", "listeDoublons", "fichierDalo", "fichierDemandesRadiees",
     "fichierNouveauxDalo", "fichierXmlRetour")
)  # fmt: skip
DELAI: Final = 120.0


@dataclass(frozen=True, slots=True)
class Recu:
    """An answer. `pieces` are its binary fields by name, `phrase` the sentence of a fault."""

    statut: int
    en_tetes: Mapping[str, str]
    corps: bytes
    pieces: Mapping[str, bytes]
    phrase: str | None

    @property
    def document(self) -> Any:
        """The document of the answer, as a tree."""
        return etree.fromstring(next(v for nom, v in self.pieces.items() if nom != "attestation"))

    @property
    def numero(self) -> str:
        """The numéro unique delivered; fails on a refusal."""
        assert self.phrase is None, self.phrase
        document = self.document
        assert [a.get("code") for a in document.iter(f"{{{NS}}}anomalie")] == []
        numero = document.findtext(f".//{{{NS}}}numUnique")
        assert numero is not None
        assert len(numero) == 18
        return str(numero)


class Client:
    """The software of one guichet, on one kept connection. Not for two threads at once."""

    def __init__(
        self,
        serveur: Serveur,
        guichet: str = "G1226",
        *,
        https: bool = False,
        certificat: tuple[str, str] | None = None,
    ) -> None:
        """Over HTTPS, with `certificat` (and key), or that of the guichet for the base of the server."""
        self.guichet = guichet
        self._prefixe = serveur.prefixe
        self._rang = count()
        lieu = urlsplit(serveur.pret["https" if https else "http"])
        if https:
            contexte = ssl.create_default_context(cafile=serveur.pret["ca_file"])
            contexte.load_cert_chain(*(certificat or serveur.certificat(guichet)))
            self._lien: http.client.HTTPConnection = http.client.HTTPSConnection(
                lieu.hostname or "", lieu.port, timeout=DELAI, context=contexte
            )
        else:
            self._lien = http.client.HTTPConnection(lieu.hostname or "", lieu.port, timeout=DELAI)

    def enregistrer(self, document: bytes) -> Recu:
        """getNumUnique."""
        return self.appeler(
            DEMANDE,
            "getNumUnique",
            nomFichierDemande=f"DEM{self.guichet}-201803151200-{next(self._rang):06d}.xml",
            fichierDemande=document,
            **self._certificat(),
        )

    def relire(self, numero: str, *, complet: bool = False) -> Recu:
        """getDemandeLogement."""
        suite = {"complet": "oui"} if complet else {}
        return self.appeler(DEMANDE, "getDemandeLogement", numUnique=numero, **self._certificat(), **suite)

    def appeler(self, service: str, operation: str, **champs: str | bytes) -> Recu:
        """One operation; bytes travel as parts."""
        content_type, corps = ecrire(operation, champs)
        return self.envoyer(f"{self._prefixe}/services/{service}/", corps, content_type)

    def envoyer(self, chemin: str, corps: bytes, content_type: str) -> Recu:
        """A POST as it is; the answer taken apart."""
        self._lien.request("POST", chemin, corps, {"Content-Type": content_type})
        reponse = self._lien.getresponse()
        contenu = reponse.read()
        en_tetes = dict(reponse.getheaders())
        message = unpack(en_tetes.get("Content-Type", ""), contenu, taille_max=10**9)
        enveloppe = etree.fromstring(message.racine)
        pieces = {}
        for champ in enveloppe.iter(*BINAIRES):
            include = champ.find(f"{{{XOP}}}Include")
            if include is None:  # a ZIP travels in line
                pieces[champ.tag] = base64.b64decode(champ.text or "")
                continue
            partie = message.partie(include.get("href"))
            assert partie is not None
            pieces[champ.tag] = partie.contenu
        phrase = enveloppe.findtext(f".//{{{SOAP}}}Text")
        assert (reponse.status == 200) == (phrase is None), (reponse.status, phrase)
        return Recu(reponse.status, en_tetes, contenu, pieces, phrase)

    def fermer(self) -> None:
        """Close the connection."""
        self._lien.close()

    def _certificat(self) -> dict[str, str | bytes]:
        return {"nomCertificat": f"CER{self.guichet}-201803151200.pem", "certificat": b""}


def specimen(chemin: str) -> bytes:
    """A specimen of fixtures/, as it is."""
    return (fixtures_dir() / f"{chemin}.xml").read_bytes()


def adapter(document: bytes, **textes: str) -> bytes:
    """The document with other texts in its first element of each name; a numUnique comes after numGuichet."""
    racine = etree.fromstring(document)
    for nom, texte in textes.items():
        element = racine.find(f".//{{{NS}}}{nom}")
        if element is None:
            element = etree.Element(f"{{{NS}}}{nom}")
            racine.find(f".//{{{NS}}}numGuichet").addnext(element)
        element.text = texte
    octets: bytes = etree.tostring(racine, encoding="UTF-8")
    return octets


def ecrire(operation: str, champs: Mapping[str, str | bytes]) -> tuple[str, bytes]:
    """The Content-Type and the body of a call; bytes travel as parts."""
    racine = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP, "ws": WS, "xop": XOP})
    corps = etree.SubElement(racine, f"{{{SOAP}}}Body")
    charge = etree.SubElement(corps, f"{{{WS}}}{ENVELOPPES.get(operation, 'fichierXmlParametres')}")
    parties = []
    for nom, valeur in champs.items():
        champ = etree.SubElement(charge, nom)
        if isinstance(valeur, bytes):
            etree.SubElement(champ, f"{{{XOP}}}Include", href=f"cid:{nom}")
            parties.append(Part(nom, "text/xml; charset=utf-8", "8bit", valeur))
        else:
            champ.text = valeur
    return requete(etree.tostring(racine), parties, action=f"{WS}{operation}")
