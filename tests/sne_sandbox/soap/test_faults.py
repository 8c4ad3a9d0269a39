"""Errors as SOAP: every class of the tree gives a fault that stacks can read."""

import pytest
from lxml import etree

from sne_interface import errors
from sne_sandbox.soap.envelope import SOAP12
from sne_sandbox.soap.faults import enveloppe_fault

ESPACE = "http://ws.metier.nuu.application.i2/"
ERREURS = [
    errors.MessageMalforme("m"),
    errors.MessageTropGros("m"),
    errors.EnveloppeIncorrecte("m"),
    errors.VersionSoapRefusee("m"),
    errors.EnteteNonComprise("m", qname="{urn:t}T"),
    errors.AdresseInconnue("m"),
    errors.OperationInconnue("m"),
    errors.StructureIncorrecte(),
    errors.CertificatNonConforme(""),
    errors.NumeroInconnu("X"),
    errors.DoublonsAssociation(),
    errors.OperationRefusee("m"),
    errors.ErreurInterne("m"),
    errors.ContratIndisponible("m"),
    errors.ServiceIndisponible(errors.MagasinIndisponible("m", remede="r")),
    errors.PanneServeur("m"),
    errors.PanneClient("m"),
]


def relu(erreur: errors.ExchangeError) -> etree._Element:
    return etree.fromstring(etree.tostring(enveloppe_fault(erreur, espace=ESPACE)))


def test_la_liste_est_celle_de_l_arbre_des_erreurs():
    assert {type(erreur) for erreur in ERREURS} == set(errors.ExchangeError.__subclasses__())


@pytest.mark.parametrize("erreur", ERREURS, ids=lambda e: type(e).__name__)
def test_fault_sans_role_et_code_du_bon_espace(erreur):
    racine = relu(erreur)
    fault = racine.find("{*}Body/{*}Fault")
    assert fault is not None
    assert racine.find(".//{*}Role") is None
    code = fault.find(".//{*}Value") if racine.tag.startswith(f"{{{SOAP12}}}") else fault.find("faultcode")
    assert code is not None
    prefixe, local = (code.text or "").split(":")
    assert code.nsmap[prefixe] == etree.QName(racine).namespace
    assert local == erreur.code


def test_fault_attendu_element_par_element():
    attendu = f"""<s:Envelope xmlns:s="{SOAP12}"><s:Body><s:Fault>
      <s:Code><s:Value>soap:Sender</s:Value></s:Code>
      <s:Reason><s:Text xml:lang="fr">Le nom du certificat associé [] n’est pas conforme.</s:Text></s:Reason>
      <s:Detail><w:demandeLogementException xmlns:w="{ESPACE}">
        <message>Le nom du certificat associé [] n’est pas conforme.</message>
      </w:demandeLogementException></s:Detail></s:Fault></s:Body></s:Envelope>"""

    def aplati(element: etree._Element) -> list[tuple[str, dict[str, str], str]]:
        return [(e.tag, dict(e.attrib), (e.text or "").strip()) for e in element.iter()]

    assert aplati(relu(errors.CertificatNonConforme(""))) == aplati(etree.fromstring(attendu))


@pytest.mark.parametrize("qname", ["{urn:t}T", "T"])
def test_entete_non_comprise_avec_et_sans_espace(qname):
    bloc = relu(errors.EnteteNonComprise("m", qname=qname)).find("{*}Header/{*}NotUnderstood")
    assert bloc is not None
    prefixe, _, local = bloc.get("qname", "").rpartition(":")
    assert local == "T"
    assert (f"{{{bloc.nsmap[prefixe]}}}T" if prefixe else "T") == qname


def test_caracteres_interdits_en_xml_remplaces():
    racine = relu(errors.NumeroInconnu("a\x00\x1b\ud800\uffff\tb€😀"))
    assert racine.findtext(".//message") == "Le numéro unique [a����\tb€😀] est inconnu."
