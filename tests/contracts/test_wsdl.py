"""The WSDL say what the table of operations says, both ways, and outside clients read them from the disk."""

import pytest
import suds.client
import zeep
from lxml import etree

SERVICES = ("DemandeLogementImplService", "GestionPartageeEVTImplService", "RechercheDemandeImplService")
NS = {
    "wsdl": "http://schemas.xmlsoap.org/wsdl/",
    "soap12": "http://schemas.xmlsoap.org/wsdl/soap12/",
    "xs": "http://www.w3.org/2001/XMLSchema",
}
WS = "http://ws.metier.nuu.application.i2/"
FAUTE = f"{{{WS}}}demandeLogementException"


def _qname(noeud, attribut):
    prefixe, _, local = noeud.get(attribut).partition(":")
    return f"{{{noeud.nsmap[prefixe]}}}{local}"


def _lu(definition):
    """Rows (port, binding, portType, operation, soapAction, direction, part, element) of a WSDL."""
    messages = {
        f"{{{WS}}}{message.get('name')}": [
            (part.get("name"), _qname(part, "element")) for part in message.iterfind("wsdl:part", NS)
        ]
        for message in definition.iterfind("wsdl:message", NS)
    }
    (port,) = definition.iterfind("wsdl:service/wsdl:port", NS)
    (binding,) = definition.iterfind("wsdl:binding", NS)
    (port_type,) = definition.iterfind("wsdl:portType", NS)
    assert _qname(port, "binding") == f"{{{WS}}}{binding.get('name')}"
    assert _qname(binding, "type") == f"{{{WS}}}{port_type.get('name')}"
    actions = {
        operation.get("name"): operation.find("soap12:operation", NS).get("soapAction")
        for operation in binding.iterfind("wsdl:operation", NS)
    }
    lignes = set()
    for operation in port_type.iterfind("wsdl:operation", NS):
        for direction in ("input", "output"):
            ((part, element),) = messages[_qname(operation.find(f"wsdl:{direction}", NS), "message")]
            nom = operation.get("name")
            entete = (port.get("name"), binding.get("name"), port_type.get("name"), nom)
            lignes.add((*entete, actions.pop(nom) if direction == "output" else actions[nom], direction))
            lignes.add((nom, direction, part, element))
    assert actions == {}
    return lignes


@pytest.fixture(params=SERVICES)
def service(request):
    return request.param


@pytest.fixture
def definition(service, fichier):
    return etree.parse(str(fichier(f"wsdl/{service}.wsdl"))).getroot()


@pytest.fixture
def table(service, modele):
    return [ligne for ligne in modele.lire_operations() if ligne["service"] == service]


def test_la_table_nomme_les_trois_services(modele):
    assert {ligne["service"] for ligne in modele.lire_operations()} == set(SERVICES)


def test_le_wsdl_dit_la_table_et_rien_d_autre(service, definition, table):
    attendu = set()
    for ligne in table:
        entete = tuple(
            ligne[colonne] for colonne in ("port", "binding", "portType", "operation", "soapAction")
        )
        attendu.add((*entete, ligne["direction"]))
        attendu.add((ligne["operation"], ligne["direction"], ligne["part"], f"{{{WS}}}{ligne['element']}"))
    assert _lu(definition) == attendu
    assert definition.find("wsdl:service", NS).get("name") == service
    assert definition.get("targetNamespace") == WS


def test_le_wsdl_est_document_literal_en_soap_1_2(definition):
    binding = definition.find("wsdl:binding", NS)
    transport = binding.find("soap12:binding", NS)
    corps = binding.findall("wsdl:operation/*/soap12:body", NS)
    assert (transport.get("style"), transport.get("transport")) == (
        "document",
        "http://schemas.xmlsoap.org/soap/http",
    )
    assert {body.get("use") for body in corps} == {"literal"}
    assert len(corps) == 2 * len(binding.findall("wsdl:operation", NS))


def test_chaque_operation_declare_la_faute(definition):
    (part,) = definition.iterfind("wsdl:message[@name='demandeLogementException']/wsdl:part", NS)
    operations = definition.findall("wsdl:portType/wsdl:operation", NS)
    fautes = definition.findall("wsdl:portType/wsdl:operation/wsdl:fault", NS)
    liees = definition.findall("wsdl:binding/wsdl:operation/wsdl:fault/soap12:fault", NS)
    assert _qname(part, "element") == FAUTE
    assert len(fautes) == len(liees) == len(operations)
    assert {_qname(faute, "message") for faute in fautes} == {FAUTE}


def test_le_wsdl_n_importe_que_par_adresse_relative(definition, fichier):
    importations = definition.findall("wsdl:types/xs:schema/xs:import", NS)
    adresses = [importation.get("schemaLocation") for importation in importations]
    assert len(adresses) == 1
    assert fichier(adresses[0].removeprefix("../")).is_file()


def test_zeep_lit_le_wsdl(service, fichier, table):
    client = zeep.Client(str(fichier(f"wsdl/{service}.wsdl")))
    ((nom, lu),) = client.wsdl.services.items()
    ((port, liaison),) = lu.ports.items()
    champs = {
        (operation.name, direction, champ)
        for operation in liaison.binding._operations.values()
        for direction, message in (("input", operation.input), ("output", operation.output))
        for champ, _ in message.body.type.elements
    }
    assert (nom, port) == (service, table[0]["port"])
    assert champs == {(ligne["operation"], ligne["direction"], ligne["field"]) for ligne in table}


def test_zeep_ecrit_le_message_dans_l_ordre_du_contrat(fichier, modele, par_lxml):
    client = zeep.Client(str(fichier("wsdl/DemandeLogementImplService.wsdl")))
    octets = {"_value_1": b"<a/>", "contentType": "text/xml"}
    enveloppe = client.create_message(
        client.service,
        "getNumUnique",
        certificat=octets,
        nomCertificat="CERG1226-201803151654.pem",
        fichierDemande=octets,
        nomFichierDemande="DEMG1226-201803151654-000000.xml",
    )
    message = enveloppe.find("{http://www.w3.org/2003/05/soap-envelope}Body")[0]
    _, racine = modele.lire_messages()["numUniqueParametres"]
    assert modele.admet(message, racine)
    assert par_lxml("ws-demande-logement").validate(message)


def test_suds_lit_le_wsdl(service, fichier, table):
    client = suds.client.Client(fichier(f"wsdl/{service}.wsdl").as_uri(), cache=None)
    (definition,) = client.sd
    ((port, methodes),) = definition.ports
    lues = {nom: [champ for champ, *_ in champs] for nom, champs in methodes}
    attendues: dict[str, list[str]] = {}
    for ligne in table:
        if ligne["direction"] == "input":
            attendues.setdefault(ligne["operation"], []).append(ligne["field"])
    assert port.name == table[0]["port"]
    assert lues == attendues


@pytest.mark.parametrize(
    ("contenu", "admis"),
    [
        ("<message>inconnu</message>", True),
        ("", True),
        ("<ws:message/>", False),
        ("<message/><message/>", False),
    ],
)
def test_la_faute_porte_au_plus_un_message_non_qualifie(contenu, admis, par_lxml):
    faute = etree.fromstring(
        f'<ws:demandeLogementException xmlns:ws="{WS}">{contenu}</ws:demandeLogementException>'
    )
    assert par_lxml("ws-types").validate(faute) is admis
