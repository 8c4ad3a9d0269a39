from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from lxml import etree

from sne_sandbox.contract.wsdl import wsdl_servi, xsd_servi
from sne_sandbox.errors import ContractError

XS = "{http://www.w3.org/2001/XMLSchema}"
ADRESSE = "https://localhost:8443/services/DemandeLogementImplService/"
SERVICES = ("DemandeLogementImplService", "GestionPartageeEVTImplService", "RechercheDemandeImplService")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("base", [ADRESSE, ""])
def test_everything_a_client_follows_resolves(contrat, service, base):
    a_lire = [("", etree.fromstring(wsdl_servi(contrat, service, ADRESSE, base)))]
    elements: set[str] = set()
    vus: set[str] = set()
    while a_lire:
        url, racine = a_lire.pop()
        elements |= {element.get("name") for element in racine.iter(f"{XS}element")}
        for inclusion in racine.iter(f"{XS}import", f"{XS}include"):
            cible = urljoin(ADRESSE + url, inclusion.get("schemaLocation"))
            assert cible.startswith(ADRESSE + "?xsd=")
            if cible not in vus:
                vus.add(cible)
                [nom] = parse_qs(urlsplit(cible).query)["xsd"]
                a_lire.append((f"?xsd={nom}", etree.fromstring(xsd_servi(contrat, nom, base))))
    attendus = {
        etree.QName(o.entree.qname).localname for o in contrat.operations.values() if o.service == service
    }
    assert attendus <= elements


def test_the_port_has_the_address_of_the_caller(contrat):
    racine = etree.fromstring(wsdl_servi(contrat, SERVICES[0], ADRESSE, ADRESSE))
    [adresse] = racine.iter("{http://schemas.xmlsoap.org/wsdl/soap12/}address")
    assert adresse.get("location") == ADRESSE


def test_nothing_else_is_served(contrat):
    for nom in ("absent.xsd", "../rules.toml", "../../etc/passwd.xsd", "/etc/passwd", ""):
        with pytest.raises(ContractError):
            xsd_servi(contrat, nom, "")
    with pytest.raises(ContractError, match="Inconnu"):
        wsdl_servi(contrat, "Inconnu", "", "")
