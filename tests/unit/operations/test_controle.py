"""The offline control: every kind of document, and what it cannot judge."""

from datetime import datetime

import pytest
from lxml import etree

from sne_sandbox.contract.versions import Contrat, charger
from sne_sandbox.domain.dates import PARIS
from sne_sandbox.operations.controle import Controle, controler, genre_de
from sne_sandbox.resources import fixtures_dir

MIDI = datetime(2018, 3, 15, 12, tzinfo=PARIS)
NS = 'xmlns="http://nuu.application.i2/"'


@pytest.fixture(scope="module")
def contrat() -> Contrat:
    return charger()


def juger(contrat: Contrat, octets: bytes, nom: str | None = None) -> Controle:
    return controler(octets, contrat, "ecole", MIDI, nom=nom)


def specimen(chemin: str) -> bytes:
    return (fixtures_dir() / chemin).read_bytes()


@pytest.mark.parametrize(
    ("chemin", "genre"),
    [
        ("demandes/personne_seule.xml", "demande"),
        ("documents/evenement.xml", "evenement"),
        ("documents/recherche.xml", "recherche"),
        ("documents/type_evenement.xml", "type-evenement"),
    ],
)
def test_every_specimen_conforms_and_is_known_for_what_it_is(
    contrat: Contrat, chemin: str, genre: str
) -> None:
    controle = juger(contrat, specimen(chemin))
    assert (controle.genre, controle.fautes, controle.conforme) == (genre, (), True)


def test_a_list_of_duplicates_is_a_document_too() -> None:
    assert genre_de(etree.fromstring(f"<listeDoublons {NS}/>")) == "doublons"


@pytest.mark.parametrize(
    ("contenu", "genre"),
    [
        ("<operation><codeTerritoire>062</codeTerritoire></operation>", "type-evenement"),
        ("<listeTypesEvenements/>", "type-evenement"),
        ("<listeEvenements/>", "evenement"),
        ("<operation><demandeMulticritere/></operation>", "recherche"),
        ("<listeDemandes/>", "recherche"),
        ("<entete><codeGuichet>G1226</codeGuichet></entete>", "type-evenement"),
        ("<entete><codeGuichet>G1226</codeGuichet></entete><demande/>", "demande"),
        ("<demande/>", "demande"),
        ("", "demande"),
    ],
)
def test_documents_of_one_root_name_are_told_apart(contenu: str, genre: str) -> None:
    assert genre_de(etree.fromstring(f"<interfaceNuu {NS}>{contenu}</interfaceNuu>")) == genre


def test_the_question_for_the_national_event_types_conforms(contrat: Contrat) -> None:
    racine = etree.fromstring(specimen("documents/type_evenement.xml"))
    racine.remove(racine[1])  # the territory
    controle = juger(contrat, etree.tostring(racine))
    assert (controle.genre, controle.fautes) == ("type-evenement", ())


def test_what_is_no_xml_is_said_with_its_place(contrat: Contrat) -> None:
    (faute,) = juger(contrat, b"<a><b></a>").fautes
    assert faute.regle == "XML"
    assert "Ligne 1" in faute.remede


def test_every_fault_of_form_is_listed(contrat: Contrat) -> None:
    octets = specimen("demandes/personne_seule.xml").replace(b"<ns1:typeFichier>CRE</ns1:typeFichier>", b"")
    octets = octets.replace(b"<ns1:numGuichet>G1104</ns1:numGuichet>", b"")
    controle = juger(contrat, octets)
    assert {f.chemin.rpartition("/")[2] for f in controle.fautes} == {"typeFichier", "numGuichet"}
    assert {f.regle for f in controle.fautes} == {"XSD"}
    assert not controle.conforme


def test_a_broken_rule_comes_with_remedy_fidelity_and_source(contrat: Contrat) -> None:
    octets = specimen("demandes/personne_seule.xml").replace(b'civilite code="1"', b'civilite code="9"')
    (faute,) = juger(contrat, octets).fautes
    assert (faute.regle, faute.valeur, faute.fidelite) == ("ENT011", "9", "déduite")
    assert faute.chemin.endswith("demandeur/civilite")
    assert faute.remede
    assert faute.source


def test_the_file_name_is_judged_only_when_it_is_one(contrat: Contrat) -> None:
    octets = specimen("demandes/personne_seule.xml")
    assert {"ENT004", "ENT005"} <= set(juger(contrat, octets).omises)
    nomme = juger(contrat, octets, "DEMG1104-201813151200-000000.xml")
    assert [f.regle for f in nomme.fautes] == ["ENT004"]
    assert not {"ENT004", "ENT005"} & set(nomme.omises)
    assert {"ENT006", "DOU001"} <= set(nomme.omises)


def test_a_declaration_of_dalo_is_judged_as_one(contrat: Contrat) -> None:
    octets = (fixtures_dir() / "demandes" / "dalo.xml").read_bytes()
    sans_date = octets.replace(b"<ns1:dateDecisionDalo>2018-03-06</ns1:dateDecisionDalo>", b"")
    assert sans_date != octets
    assert juger(contrat, octets).fautes == ()
    assert {f.regle[:3] for f in juger(contrat, sans_date).fautes} == {"DAL"}


def test_every_specimen_of_a_demande_conforms(contrat: Contrat) -> None:
    fichiers = sorted((fixtures_dir() / "demandes").glob("*.xml"))
    assert len(fichiers) >= 10
    assert [f.name for f in fichiers if not juger(contrat, f.read_bytes()).conforme] == []
