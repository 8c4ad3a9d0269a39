"""A SOAP server with a handler that remembers its calls, and the bytes clients send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from lxml import etree

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Base
from sne_interface.domain.echange import Appel, Echange, Piece, Reponse, ReponseHttp, RequeteHttp
from sne_interface.settings import Limites, Reglages
from sne_sandbox.mime.message_deballe import unpack
from sne_sandbox.pki.identite_du_certificat import ANONYME, Identite
from sne_sandbox.soap.serveur_soap import Emballage, ServeurSoap

SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
WS = "http://ws.metier.nuu.application.i2/"
XOP = "http://www.w3.org/2004/08/xop/include"
RECU_LE = datetime(2018, 3, 15, 15, 54, 6, tzinfo=UTC)

DOCUMENT = "<ns1:interfaceNuu xmlns:ns1='http://nuu.application.i2/' a='é'>Zoé</ns1:interfaceNuu>".encode()
PDF = b"%PDF-1.4 specimen\n%%EOF\n"
REPONSE = Reponse(
    {
        "nomFichierDemande": "RETG1226-201803151654-000000.xml",
        "fichierDemande": Piece(DOCUMENT, "text/xml"),
        "nomAttestation": "ATTG1226-201803151654-012345.pdf",
        "attestation": Piece(PDF, "application/pdf"),
    }
)


@dataclass
class Resultat:
    """One exchange, seen from both ends."""

    reponse: ReponseHttp
    echange: Echange
    appels: list[Appel]

    @property
    def content_type(self) -> str:
        return dict(self.reponse.en_tetes)["Content-Type"]

    def racine(self) -> etree._Element:
        """The envelope of the answer, whatever its packaging."""
        return etree.fromstring(unpack(self.content_type, self.reponse.corps, taille_max=10**8).racine)

    def fault(self) -> tuple[str, str]:
        """(code, reason) of a SOAP 1.2 fault; asserts that the answer is one."""
        assert self.reponse.statut == 500
        code = self.racine().findtext(f".//{{{SOAP12}}}Value")
        raison = self.racine().findtext(f".//{{{SOAP12}}}Text")
        assert code is not None
        assert raison is not None
        return code, raison

    def explication(self) -> str:
        """What the journal says about the fault."""
        assert self.echange.fault is not None
        return self.echange.fault["explication"]

    def codes(self) -> list[str]:
        """Codes of the tolerances journalled."""
        return [tolerance["code"] for tolerance in self.echange.tolerances]


@dataclass
class Banc:
    """Sends raw bytes, as an exchange does: the call read, an answer given or an error, packed. `reponses` by
    operation, else `REPONSE`; a value may be an exception to raise."""

    contrat: Contrat
    reponses: dict[str, Reponse | Exception] = field(default_factory=dict)
    appels: list[Appel] = field(default_factory=list)
    limites: Limites = field(default_factory=Limites)
    serveur: ServeurSoap | None = None

    def envoyer(
        self,
        corps: bytes,
        content_type: str = "application/soap+xml; charset=utf-8",
        *,
        service: str = "DemandeLogementImplService",
        en_tetes: Mapping[str, str] | None = None,
        identite: Identite = ANONYME,
        emballage: str = "question",
    ) -> Resultat:
        """One exchange."""
        if self.serveur is None:
            self.serveur = ServeurSoap(self.contrat, self.limites)
        echange = Echange(base="ecole", recu_le=RECU_LE, service=service)
        requete = RequeteHttp(
            "POST",
            f"/services/{service}/",
            [("Content-Type", content_type), *(en_tetes or {}).items()],
            corps,
        )
        voyage = Emballage.de(requete, Base("ecole", reglages=Reglages(emballage=emballage)))
        try:
            appel = self.serveur.ouvrir(requete, identite, echange)
            self.appels.append(appel)
            donnee = self.reponses.get(appel.operation, REPONSE)
            if isinstance(donnee, Exception):
                raise donnee
            reponse = self.serveur.repondre(appel, donnee, voyage)
        except Exception as erreur:  # noqa: BLE001 - as the exchange does
            reponse = self.serveur.refuser(echange.echouer(erreur), voyage)
        return Resultat(reponse, echange, self.appels)


@pytest.fixture
def banc(contrat: Contrat) -> Banc:
    return Banc(contrat)


@dataclass(frozen=True)
class Messages:
    """Envelopes and multipart bodies, written out as bytes."""

    soap12: str = SOAP12
    ws: str = WS
    xop: str = XOP
    document: bytes = DOCUMENT
    pdf: bytes = PDF
    reponse: Reponse = REPONSE

    def enveloppe(self, body: str, *, entete: str = "", soap: str = SOAP12) -> bytes:
        """An envelope around `body`, prefixes soap, ws, xop and xsi declared."""
        return (
            f'<soap:Envelope xmlns:soap="{soap}" xmlns:ws="{WS}" xmlns:xop="{XOP}" '
            f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<soap:Header>{entete}</soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
        ).encode()

    def num_unique(
        self,
        *,
        fichier: str = '<fichierDemande ws:contentType="text/xml">PGEvPg==</fichierDemande>',
        certificat: str = "<certificat/>",
        suite: str = "",
    ) -> str:
        """The wrapper of getNumUnique."""
        return (
            "<ws:numUniqueParametres><nomFichierDemande>DEMG1226-201803151654-000000.xml</nomFichierDemande>"
            f"{fichier}<nomCertificat>CERG1226-201803151654.pem</nomCertificat>{certificat}{suite}"
            "</ws:numUniqueParametres>"
        )

    def xml_num_unique(self, **kwargs: str) -> bytes:
        """getNumUnique in its envelope."""
        return self.enveloppe(self.num_unique(**kwargs))

    def client_reel(self) -> tuple[str, bytes]:
        """Content-Type and body of a request as a client in the field sends it, byte for byte."""
        racine = self.xml_num_unique(
            fichier='<fichierDemande ws:contentType="text/xml">'
            '<xop:Include href="cid:xml_id"/></fichierDemande>',
            certificat='<certificat ws:contentType="application/x-x509-ca-cert">'
            '<xop:Include href="cid:certificate"/></certificat>',
        )
        corps = (
            b"--MIME_BOUNDARY\r\n"
            b'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"; '
            b'action="getNumUnique"\r\n'
            b"Content-Transfer-Encoding: 8bit\r\nContent-ID: <soaproot>\r\n\r\n" + racine + b"\r\n"
            b"--MIME_BOUNDARY\r\n"
            b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: BASE64\r\n"
            b"Content-ID: <certificate>\r\n\r\n\r\n"
            b"--MIME_BOUNDARY\r\n"
            b"Content-Type: text/xml; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n"
            b"Content-ID: <xml_id>\r\n\r\n" + DOCUMENT + b"\r\n--MIME_BOUNDARY--"
        )
        entete = (
            'multipart/related; type="application/xop+xml"; start="soaproot"; '
            'start-info="application/soap+xml"; boundary="MIME_BOUNDARY"; '
            f'action="{WS}getNumUnique"'
        )
        return entete, corps


@pytest.fixture(scope="session")
def messages() -> Messages:
    return Messages()
