"""An outside client, zeep, from the WSDL we serve to the answers we give, without a network."""

from urllib.parse import urlsplit

import pytest
import requests
import zeep
from zeep.transports import Transport

from sne_interface.domain.echange import Piece, Reponse, RequeteHttp
from sne_interface.errors import NumeroInconnu
from sne_sandbox.web.services_soap import servir_le_contrat

ORIGINE = "http://bac.exemple.fr"


class SansReseau(Transport):
    """Hands what zeep asks and posts straight to the functions under test."""

    def __init__(self, banc, service, emballage):
        super().__init__()
        self.banc, self.service, self.emballage = banc, service, emballage

    def load(self, url):
        morceaux = urlsplit(url)
        requete = RequeteHttp("GET", f"{morceaux.path}?{morceaux.query}", [], b"")
        return servir_le_contrat(self.banc.contrat, self.service, requete, origine=ORIGINE).corps

    def post(self, address, message, headers):
        resultat = self.banc.envoyer(
            message,
            headers["Content-Type"],
            service=self.service,
            en_tetes={nom: valeur for nom, valeur in headers.items() if nom != "Content-Type"},
            emballage=self.emballage,
        )
        self.dernier = resultat
        reponse = requests.Response()
        reponse.status_code = resultat.reponse.statut
        reponse.headers.update(resultat.reponse.en_tetes)
        reponse._content = resultat.reponse.corps
        return reponse


@pytest.fixture(params=["question", "mtom"])
def client(request, banc):
    def construire(service):
        transport = SansReseau(banc, service, request.param)
        return zeep.Client(f"{ORIGINE}/services/{service}/?wsdl", transport=transport), transport

    return construire


def octets(champ):
    """Content of a base64Binary field, whose type has an attribute."""
    return champ["_value_1"]


def test_get_num_unique(client, messages):
    stub, transport = client("DemandeLogementImplService")
    rendu = stub.service.getNumUnique(
        nomFichierDemande="DEMG1226-201803151654-000000.xml",
        fichierDemande={"_value_1": messages.document, "contentType": "text/xml"},
        nomCertificat="CERG1226-201803151654.pem",
        certificat={"_value_1": b""},
    )
    assert transport.dernier.appels[0].champs["fichierDemande"] == Piece(messages.document, "text/xml")
    assert transport.dernier.codes() == []
    assert rendu["nomFichierDemande"] == "RETG1226-201803151654-000000.xml"
    assert octets(rendu["fichierDemande"]) == messages.document
    assert rendu["fichierDemande"]["contentType"] == "text/xml"
    # zeep takes the blanks off the end of the parts it receives.
    assert octets(rendu["attestation"]).rstrip() == messages.pdf.rstrip()


def test_reponse_vide(client, banc):
    banc.reponses["getDoublons"] = Reponse({})
    stub, _ = client("DemandeLogementImplService")
    rendu = stub.service.getDoublons(nomFichierDemande="x", fichierDemande={"_value_1": b"<a/>"})
    assert (rendu["listeDoublons"], rendu["nomFichierDoublons"]) == (None, None)


def test_fault(client, banc):
    banc.reponses["getDemandeLogement"] = NumeroInconnu("X")
    stub, _ = client("DemandeLogementImplService")
    with pytest.raises(zeep.exceptions.Fault) as leve:
        stub.service.getDemandeLogement(numUnique="X", nomCertificat="", certificat={"_value_1": b""})
    assert leve.value.message == "Le numéro unique [X] est inconnu."
    assert leve.value.code == "soap:Sender"
    assert leve.value.detail.findtext(".//message") == "Le numéro unique [X] est inconnu."


@pytest.mark.parametrize("operation", ["listerTypesEvenementsNationaux", "supprimerEvenementDemande"])
def test_operations_qui_partagent_un_element(client, banc, operation):
    banc.reponses[operation] = Reponse(
        {"nomFichierXmlRetour": "RET.xml", "fichierXmlRetour": Piece(b"<a/>", "text/xml")}
    )
    stub, transport = client("GestionPartageeEVTImplService")
    rendu = getattr(stub.service, operation)(
        nomFichier="EVT.xml", fichierXml={"_value_1": b"<b/>"}, nomCertificat=""
    )
    assert transport.dernier.echange.operation == operation
    assert octets(rendu["fichierXmlRetour"]) == b"<a/>"
