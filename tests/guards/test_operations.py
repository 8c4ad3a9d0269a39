"""The operations of the code are those of the WSDLs, both ways."""

from lxml import etree

from sne_interface.contract.contrats_charges import charger
from sne_sandbox.operations.table_des_operations import OPERATIONS

_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"


def test_the_table_and_the_wsdls_name_the_same_operations() -> None:
    contrat = charger()
    publiees = {
        operation.get("name")
        for service in contrat.services
        for operation in etree.fromstring(contrat.wsdl(service)).iterfind(f"{_WSDL}portType/{_WSDL}operation")
    }
    assert publiees == set(OPERATIONS)
    assert publiees == set(contrat.operations)


def test_the_fields_an_operation_reads_are_in_its_message() -> None:
    contrat = charger()
    for nom, operation in OPERATIONS.items():
        champs = {champ.nom for champ in contrat.operations[nom].entree.champs}
        lus = {champ for champ in (operation.champ, operation.champ_nom) if champ is not None}
        assert lus <= champs, nom
        assert operation.champ is None or operation.champ_nom is not None, nom
