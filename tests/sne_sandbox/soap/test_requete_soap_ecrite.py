"""A request that calls an operation is read as it was meant, however it travels."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from mtom_d_un_client_reel import ACTION, CLIENT_REEL, CORPS_CLIENT_REEL, ENVELOPPE

from sne_interface.contract.contrats_charges import Contrat
from sne_sandbox.mime.message_deballe import unpack
from sne_sandbox.mime.message_mime import Part
from sne_sandbox.mime.tolerances import Tolerance
from sne_sandbox.soap.envelope import INCLUDE, SOAP12
from sne_sandbox.soap.requete_soap_ecrite import Forme, ecrire, requete

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


PARTIES = [
    Part("certificate", "application/octet-stream", "BASE64", b""),
    Part("xml_id", "text/xml; charset=us-ascii", "7bit", b"<interfaceNuu/>"),
]


def test_the_raw_form_of_a_real_client() -> None:
    assert requete(ENVELOPPE, PARTIES, action=ACTION) == (CLIENT_REEL, CORPS_CLIENT_REEL)


def test_the_neat_form_needs_no_tolerance() -> None:
    parties = [Part("xml_id", "text/xml", "binary", b"<interfaceNuu/>")]
    entete, corps = requete(b"<e/>", parties, action=ACTION, forme=Forme.NETTE)
    lu = unpack(entete, corps, taille_max=9999)
    assert (lu.racine, lu.action, lu.tolerances) == (b"<e/>", ACTION, ())
    assert lu.partie("cid:xml_id") == lu.parties[0]


@given(
    st.binary(max_size=300),
    st.sampled_from(["binary", "8bit", "BASE64", "quoted-printable"]),
)
def test_every_encoding_comes_back(contenu: bytes, encodage: str) -> None:
    entete, corps = requete(b"<e/>", [Part("p", "text/xml", encodage, contenu)], action=ACTION)
    lu = unpack(entete, corps, taille_max=9999)
    assert lu.parties[0].contenu == contenu
    assert (Tolerance.PARTIE_VIDE in lu.tolerances) is (contenu == b"")


def test_an_unknown_encoding_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="x-rot13"):
        requete(b"<e/>", [Part("p", "text/xml", "x-rot13", b"")], action=ACTION)
