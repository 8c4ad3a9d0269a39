"""`?wsdl` and its schemas, as a client follows them."""

from urllib.parse import urljoin, urlsplit

import pytest
from lxml import etree

from sne_interface.domain.echange import RequeteHttp
from sne_sandbox.web.services_soap import servir_le_contrat

ORIGINE = "https://bac.exemple.fr:8443"
SOAP12_WSDL = "{http://schemas.xmlsoap.org/wsdl/soap12/}"
XS = "{http://www.w3.org/2001/XMLSchema}"


def demander(contrat, service, chemin):
    return servir_le_contrat(contrat, service, RequeteHttp("GET", chemin, [], b""), origine=ORIGINE)


@pytest.mark.parametrize(
    "service",
    ["DemandeLogementImplService", "GestionPartageeEVTImplService", "RechercheDemandeImplService"],
)
@pytest.mark.parametrize("fin", ["/?wsdl", "?wsdl", "/?WSDL", "?wsdl=1"])
def test_adresse_de_la_requete_et_schemas_qui_se_suivent(contrat, service, fin):
    chemin = f"/bases/essai/services/{service}{fin}"
    reponse = demander(contrat, service, chemin)
    assert reponse.statut == 200
    assert reponse.en_tetes == [("Content-Type", "text/xml; charset=utf-8")]
    racine = etree.fromstring(reponse.corps)
    (adresse,) = racine.iter(f"{SOAP12_WSDL}address")
    assert adresse.get("location") == ORIGINE + chemin.partition("?")[0]
    a_suivre = [(ORIGINE + chemin, racine)]
    vus = set()
    while a_suivre:
        base, document = a_suivre.pop()
        for lien in document.iter(f"{XS}import", f"{XS}include"):
            if lien.get("schemaLocation") is None:
                continue
            url = urljoin(base, lien.get("schemaLocation"))
            if url not in vus:
                vus.add(url)
                morceaux = urlsplit(url)
                schema = demander(contrat, service, f"{morceaux.path}?{morceaux.query}")
                assert schema.statut == 200
                a_suivre.append((url, etree.fromstring(schema.corps)))
    assert vus


@pytest.mark.parametrize("nom", ["absent.xsd", "../contract.toml", "/etc/passwd", ""])
def test_schema_inconnu(contrat, nom):
    reponse = demander(contrat, "DemandeLogementImplService", f"/services/x/?xsd={nom}")
    assert reponse.statut == 404
    assert reponse.corps


@pytest.mark.parametrize("chemin", ["/services/x/", "/services/x/?autre=1", "/services/x/?" + "a" * 5000])
def test_autre_question(contrat, chemin):
    assert demander(contrat, "DemandeLogementImplService", chemin) is None
