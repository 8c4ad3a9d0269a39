"""The contract, read on pages: schemas, lists, event types, operations."""

from collections.abc import Callable
from typing import Any

import pytest
from banc import Banc
from lxml import etree
from navigateur import ENTETES

from sne_console.vues.cerfa_face_au_message import decrire
from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.elements import elements, ordre
from sne_interface.contract.schemas import Document
from sne_sandbox.operations.table_des_operations import OPERATIONS

XS = "{http://www.w3.org/2001/XMLSchema}"


@pytest.mark.parametrize("version", ["02.00", "02.01", "02.02"])
def test_the_elements_of_a_demande_are_those_of_the_table_of_paths(version: str) -> None:
    contrat = charger()
    connus = [c for c in contrat.nomenclatures.chemins if contrat.nomenclatures.depuis(c) <= version]
    lus = elements(contrat, Document.DEMANDE, version)
    assert [e.chemin for e in lus] == connus
    assert all((e.minimum > 0) == contrat.nomenclatures.obligatoire(e.chemin) for e in lus if e.profondeur)
    assert sum(e.ouvre for e in lus) == sum(e.ferme for e in lus)
    assert dict(ordre(contrat, Document.DEMANDE, version))[connus[-1]] == len(connus) - 1


@pytest.mark.parametrize("document", [d for d in Document if d is not Document.DEMANDE])
def test_the_elements_of_the_other_documents_are_those_of_their_schema(document: Document) -> None:
    contrat = charger()
    racine = etree.fromstring(contrat.schemas.lire(contrat.schemas.fichier(document)))
    ecrits = {e.get("name") for e in racine.iter(f"{XS}element") if e.get("name")}
    assert ecrits <= {e.nom for e in elements(contrat, document)}


def test_bounds_are_said_in_french() -> None:
    par_nom = {e.chemin: e for e in elements(charger(), Document.DEMANDE, "02.02")}
    demandeur = "interfaceNuu/demande/demandeLogement/personnePhysique/demandeur"
    assert par_nom[f"{demandeur}/dateNaissance"].type == "date"
    annee = par_nom[f"{demandeur}/revenuFiscal/anneeMoins1"]
    assert (annee.type, annee.bornes) == ("entier", "au moins 1900, au plus 2100")
    assert par_nom[f"{demandeur}/adressePostale/voie"].bornes == "32 caractères au plus"
    assert par_nom[f"{demandeur}/civilite"].liste == "ListeCivilite"
    motif = par_nom["interfaceNuu/demande/demandeLogement/principauxMotifDemande/motifDemande"]
    assert motif.cardinalite == "1..n"


@pytest.mark.parametrize("document", list(Document))
def test_each_schema_is_a_tree(document: Document, page: Callable[..., Any]) -> None:
    arbre = page(f"/contrat/documents/{document}")
    (racine,) = arbre.xpath("//div[contains(@class, 'schema')]")
    noms = racine.xpath(".//span[@class='nom']/text()")
    assert noms == [e.nom for e in elements(charger(), document, None)]
    # As deep as the schema: details are closed where they should be.
    assert len(racine.xpath("./details")) == 1
    assert max(len(e.xpath("ancestor::details")) for e in racine.xpath(".//div[@class='element']")) >= 2


def test_an_older_version_has_no_convention(page: Callable[..., Any]) -> None:
    haute, basse = page("/contrat/documents/demande"), page("/contrat/documents/demande?version=02.01")
    assert haute.xpath("//span[@class='nom'][text()='nir']")
    assert haute.xpath("//span[contains(@class, 'fidelite convention')]")
    assert not basse.xpath("//span[@class='nom'][text()='nir']")
    assert not basse.xpath("//span[contains(@class, 'fidelite convention')]")


def test_an_element_is_looked_for(page: Callable[..., Any]) -> None:
    arbre = page("/contrat/documents/demande?texte=naissance+demandeur")
    chemins = arbre.xpath("//tbody//th/code/text()")
    assert chemins
    assert all("demandeur" in c and "naissance" in c.lower() for c in chemins)
    assert page("/contrat/documents/demande?texte=zzz").xpath("//div[@class='vide']")


def test_every_list_has_its_page(banc: Banc, page: Callable[..., Any]) -> None:
    liens = page("/contrat/nomenclatures").xpath("//tbody//th/a/@href")
    assert len(liens) == len(charger().nomenclatures.noms)
    for lien in liens:
        assert banc.http.get(lien, headers=ENTETES).status_code == 200, lien
    codes = page("/contrat/nomenclatures/ListeCivilite").xpath("//tbody//tr")
    assert ["".join(c.text_content().split()) for c in codes][:2] == ["1Monsieur", "2Madame"]


def test_event_types_are_told(page: Callable[..., Any]) -> None:
    assert len(page("/contrat/evenements").xpath("//section")) == len(charger().evenements)


@pytest.mark.parametrize("nom", OPERATIONS)
def test_every_operation_has_its_page_and_its_files(nom: str, banc: Banc, page: Callable[..., Any]) -> None:
    arbre = page(f"/contrat/operations/{nom}")
    prevue = charger().operations[nom]
    champs = [c.nom for c in (*prevue.entree.champs, *prevue.sortie.champs)]
    assert arbre.xpath("//tbody//th/code/text()") == champs
    fichiers = [a for a in arbre.xpath("//main//a/@href") if "?wsdl" in a or "?xsd" in a]
    assert len(fichiers) >= 2
    for fichier in fichiers:
        assert banc.http.get(fichier, headers=ENTETES).data.lstrip().startswith(b"<"), fichier


def test_the_first_page_leads_everywhere(banc: Banc, page: Callable[..., Any]) -> None:
    for lien in page("/contrat").xpath("//main//a/@href"):
        assert banc.http.get(lien, headers=ENTETES).status_code == 200, lien


def test_the_form_is_shown_rubric_by_rubric(page: Callable[..., Any]) -> None:
    decrit = decrire(charger())
    arbre = page("/contrat/formulaire")
    assert len(arbre.xpath("//section[@aria-labelledby='t-sans-place']//li")) == len(decrit.sans_place)
    for rubrique in decrit.rubriques:
        (section,) = arbre.xpath(f"//section[@aria-labelledby='t-{rubrique.lettre}']")
        assert len(section.xpath(".//tbody/tr")) == len(rubrique.lignes)
        sans = sum(not ligne.elements for ligne in rubrique.lignes)
        assert len(section.xpath(".//td[.='sans place connue']")) == sans
