"""A request that calls an operation is read as it was meant, however it travels."""

from collections.abc import Mapping

import pytest
from lxml import etree

from sne_interface.contract.contrats_charges import Contrat
from sne_sandbox.mime.message_deballe import unpack
from sne_sandbox.mime.requete_mtom_ecrite import Forme
from sne_sandbox.soap.champs_recus import INCLUDE
from sne_sandbox.soap.envelope import SOAP12
from sne_sandbox.soap.requete_soap_ecrite import ecrire

NUM_UNIQUE: Mapping[str, str | bytes] = {
    "certificat": b"CERT",
    "fichierDemande": b"<demande/>",
    "nomFichierDemande": "DEMG1226-201803151200-000001.xml",
}


@pytest.mark.parametrize("forme", [Forme.NETTE, Forme.CLIENT_REEL])
def test_bytes_travel_as_parts_named_after_their_field(forme: Forme, contrat: Contrat) -> None:
    operation = contrat.operations["getNumUnique"]
    content_type, corps = ecrire(operation, NUM_UNIQUE, forme)
    message = unpack(content_type, corps, taille_max=len(corps))
    charge = etree.fromstring(message.racine).find(f"{{{SOAP12}}}Body/{operation.entree.qname}")
    ordre = [champ.nom for champ in operation.entree.champs if champ.nom in NUM_UNIQUE]
    assert [champ.tag for champ in charge] == ordre
    assert charge.findtext("nomFichierDemande") == NUM_UNIQUE["nomFichierDemande"]
    for nom in ("fichierDemande", "certificat"):
        partie = message.partie(charge.find(nom).find(INCLUDE).get("href"))
        assert partie is not None
        assert partie.contenu == NUM_UNIQUE[nom]
    assert message.action == operation.soap_action


def test_without_parts_bytes_stand_in_the_envelope(contrat: Contrat) -> None:
    operation = contrat.operations["getNumUnique"]
    content_type, corps = ecrire(operation, NUM_UNIQUE, None)
    assert content_type == f'application/soap+xml; charset=utf-8; action="{operation.soap_action}"'
    charge = etree.fromstring(corps).find(f"{{{SOAP12}}}Body")[0]
    assert charge.findtext("fichierDemande") == "PGRlbWFuZGUvPg=="
    assert charge.find("fichierDemande").get(operation.attribut_content_type) == "text/xml; charset=UTF-8"


def test_a_code_is_an_attribute(contrat: Contrat) -> None:
    operation = next(
        o for o in contrat.operations.values() if any(c.type == "tns:codeElement" for c in o.entree.champs)
    )
    nom = next(c.nom for c in operation.entree.champs if c.type == "tns:codeElement")
    _, corps = ecrire(operation, {nom: "111"}, None)
    assert etree.fromstring(corps).find(f".//{nom}").attrib == {"code": "111"}
