"""suds-community, from `?wsdl`, on the three services.

suds writes SOAP 1.1 only, whatever the binding of the WSDL says. A plugin puts its envelopes into the
namespace of SOAP 1.2 on their way out, and the answers back into that of 1.1 on their way in; everything
else (reading the WSDL and its schemas, building the message, reading the answer) is suds' own.
"""

import base64
from pathlib import Path
from typing import Any

import pytest
import suds.client
from client_mtom import DEMANDE, EVENEMENT, RECHERCHE, adapter, specimen
from lxml import etree
from serveur_local import Serveur
from suds.plugin import MessagePlugin

from sne_interface.contract.codec import NS

SOAP11 = b"http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = b"http://www.w3.org/2003/05/soap-envelope"


class Soap12(MessagePlugin):  # type: ignore[misc]
    """SOAP 1.2 on the wire, 1.1 for suds."""

    def sending(self, context: Any) -> None:
        """suds': the envelope about to leave."""
        context.envelope = context.envelope.replace(SOAP11, SOAP12)

    def received(self, context: Any) -> None:
        """suds': the answer as it came; None for an empty one."""
        assert context.reply is not None
        context.reply = context.reply.replace(SOAP12, SOAP11)


def _service(serveur: Serveur, nom: str) -> tuple[Any, Any]:
    """Operations and types of a service."""
    client = suds.client.Client(
        serveur.service(nom) + "?wsdl",
        cache=None,
        plugins=[Soap12()],
        headers={"Content-Type": "application/soap+xml; charset=utf-8"},
    )
    return client.service, client.factory


def _fichier(types: Any, octets: bytes) -> Any:
    fichier = types.create("{http://ws.metier.nuu.application.i2/}base64Binary")
    fichier.value = base64.b64encode(octets).decode()
    fichier._contentType = "text/xml"
    return fichier


def _document(champ: Any) -> Any:
    return etree.fromstring(base64.b64decode(getattr(champ, "value", champ)))


def _fichier_xml(serveur: Serveur, service: str, operation: str, document: bytes) -> Any:
    operations, types = _service(serveur, service)
    recu = getattr(operations, operation)(
        "EVTG1226-201803151200-000001.xml", _fichier(types, document), "CERG1226-201803151200.pem"
    )
    return _document(recu.fichierXmlRetour)


def test_the_three_services(serveur: Serveur, tmp_path: Path) -> None:
    operations, types = _service(serveur, DEMANDE)
    recu = operations.getNumUnique(
        "DEMG1226-201803151200-000001.xml",
        _fichier(types, specimen("demandes/colocataires")),
        "CERG1226-201803151200.pem",
        _fichier(types, b""),
    )
    document = _document(recu.fichierDemande)
    numero = document.findtext(f".//{{{NS}}}numUnique")
    assert len(numero) == 18, etree.tostring(document)
    assert base64.b64decode(recu.attestation.value).startswith(b"%PDF-")

    trouvees = _fichier_xml(
        serveur, RECHERCHE, "rechercheDemandeMulticritere", specimen("documents/recherche")
    )
    assert numero in etree.tostring(trouvees, encoding="unicode")
    evenement = adapter(specimen("documents/evenement"), numUnique=numero)
    ajoute = _fichier_xml(serveur, EVENEMENT, "ajouterEvenementDemande", evenement)
    assert [e.text for e in ajoute.iter(f"{{{NS}}}codeTypeEvenement")] == ["DECATT"]


def test_a_fault_is_one_for_suds(serveur: Serveur) -> None:
    operations, types = _service(serveur, DEMANDE)
    with pytest.raises(Exception, match=r"0620318999999G1226"):
        operations.getDemandeLogement("0620318999999G1226", "CERG1226-201803151200.pem", _fichier(types, b""))
