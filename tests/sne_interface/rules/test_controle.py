"""The offline control: every kind of document, and what it cannot judge."""

from datetime import datetime

import pytest
from donnees import a_cote
from lxml import etree

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.dates import PARIS
from sne_interface.resources import fixtures_dir
from sne_interface.rules.controle import Controle, controler, genre_de

MIDI = datetime(2018, 3, 15, 12, tzinfo=PARIS)
NS = 'xmlns="http://nuu.application.i2/"'


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


@pytest.mark.parametrize(("contenu", "genre"), a_cote(__file__)["documents_of_one_root_name_are_told_apart"])
def test_documents_of_one_root_name_are_told_apart(contenu: str, genre: str) -> None:
    assert genre_de(etree.fromstring(f"<interfaceNuu {NS}>{contenu}</interfaceNuu>")) == genre


def test_the_question_for_the_national_event_types_conforms(contrat: Contrat) -> None:
    racine = etree.fromstring(specimen("documents/type_evenement.xml"))
    racine.remove(racine[1])  # the territory
    controle = juger(contrat, etree.tostring(racine))
    assert (controle.genre, controle.fautes) == ("type-evenement", ())


def test_what_is_no_xml_is_said_with_its_place(contrat: Contrat) -> None:
    (faute,) = juger(contrat, b"<a><b></a>").fautes
    assert (faute.regle, faute.ligne, faute.colonne, faute.chemin) == ("XML", 1, 11, "a/b")
    assert faute.message.startswith(
        "Le document XML n'est pas lisible : la balise <b> ouverte ligne 1 n'est pas"
    )
    assert faute.remede == "fermez les balises dans l'ordre inverse de leur ouverture"


@pytest.mark.parametrize(
    ("octets", "message", "remede"),
    [
        (b"", "le document est vide", "il n'y a rien à contrôler"),
        (b"--abc\r\nContent-Type: text/xml\r\n\r\n<a/>", "un message HTTP ou MIME", "la partie qui porte"),
        (b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>', "l'enveloppe SOAP", "base64 -d"),
    ],
)  # fmt: skip
def test_what_is_given_in_place_of_a_document_is_said(
    contrat: Contrat, octets: bytes, message: str, remede: str
) -> None:
    (faute,) = juger(contrat, octets).fautes
    assert message in faute.message
    assert remede in faute.remede
    assert "pièce jointe" not in faute.remede


def test_type_and_version_are_told_with_those_that_are_admitted(contrat: Contrat) -> None:
    octets = (
        specimen("demandes/personne_seule.xml").replace(b">CRE<", b">CREATION<").replace(b'"02.01"', b'"5.2"')
    )
    version, type_fichier = juger(contrat, octets).fautes
    assert version.remede.endswith("02.00, 02.01, 02.02")
    assert "vouliez-vous écrire « CRE » (Création) ?" in type_fichier.remede
    assert type_fichier.colonne == 9


def test_a_long_value_is_cut_short(contrat: Contrat) -> None:
    octets = specimen("demandes/personne_seule.xml").replace(b"Travaille de nuit", b"x" * 5000)
    (faute,) = juger(contrat, octets).fautes
    assert faute.valeur.endswith("… (5011 caractères)")
    assert len(faute.valeur) < 230


def test_a_number_and_a_guichet_that_are_none_are_warned_of(contrat: Contrat) -> None:
    octets = specimen("demandes/renouvellement.xml")
    numero = etree.fromstring(octets).findtext(".//{*}numUnique") or ""
    faux = octets.replace(numero.encode(), b"bonjour")
    assert {(f.regle, str(f.gravite)) for f in juger(contrat, faux).fautes} == {("ENT015", "avertissement")}
    guichet = etree.fromstring(octets).findtext(".//{*}numGuichet") or ""
    faux = octets.replace(f"numGuichet>{guichet}".encode(), f"numGuichet>{guichet[1:]}".encode())
    assert {f.regle for f in juger(contrat, faux).fautes} == {"ENT016"}


def test_every_fault_of_form_is_listed(contrat: Contrat) -> None:
    octets = specimen("demandes/personne_seule.xml").replace(b"<ns1:typeFichier>CRE</ns1:typeFichier>", b"")
    octets = octets.replace(b"<ns1:numGuichet>G1104</ns1:numGuichet>", b"")
    controle = juger(contrat, octets)
    assert {f.chemin.rpartition("/")[2] for f in controle.fautes} == {"typeFichier", "numGuichet"}
    assert {f.regle for f in controle.fautes} == {"XSD manque"}
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


def test_of_a_document_that_nobody_writes_the_rules_are_named_and_not_run(contrat: Contrat) -> None:
    """An exchange waits for them: what the schema refuses of it is told all the same."""
    bon = specimen("demandes/colocataires.xml").replace(
        b"<ns1:typeFichier", b"<ns1:inconnu/><ns1:typeFichier", 1
    )
    debut, fin = (
        bon.index(b"<ns1:cotitulaire>"),
        bon.index(b"</ns1:cotitulaire>") + len(b"</ns1:cotitulaire>"),
    )
    court = juger(contrat, bon)
    long_ = juger(contrat, bon[:debut] + bon[debut:fin] * 300 + bon[fin:])

    assert "MEN002" not in court.en_attente
    assert "MEN002" in long_.en_attente
    assert long_.fautes[0] == court.fautes[0]
    assert not any(faute.ensuite for faute in long_.fautes)


@pytest.mark.parametrize(
    ("type_fichier", "en_attente"),
    [
        (b">CREATION<", False),  # its schema refuses it, a code is near
        (b">cre<", False),  # ENT001 does, a code is near
        (b">XYZ<", True),  # none is: what holds of every whole demande is said, the rest waits
        (b"><", True),
    ],
)
def test_a_type_that_is_none_hides_no_other_fault(
    contrat: Contrat, type_fichier: bytes, en_attente: bool
) -> None:
    octets = specimen("demandes/personne_seule.xml").replace(b">CRE<", type_fichier)
    octets = octets.replace(b">1991-09-14<", b">2991-09-14<")
    juge = juger(contrat, octets)
    premiere, suite = juge.fautes
    assert premiere.chemin == "interfaceNuu/entete/typeFichier"
    assert "« CRE » (Création)" in premiere.remede
    assert (suite.regle, suite.ensuite) == ("IDT002", True)
    assert ("MOT001" in juge.en_attente) is en_attente
    assert "DOU001" in juge.omises
    (seule,) = juger(contrat, octets.replace(b">2991-09-14<", b">1991-09-14<")).fautes
    assert seule.chemin == "interfaceNuu/entete/typeFichier"


def test_what_the_sne_sends_is_judged_by_no_rule_of_a_demande(contrat: Contrat) -> None:
    octets = specimen("demandes/personne_seule.xml").replace(b">CRE<", b">RET<")
    (faute,) = juger(contrat, octets.replace(b">1991-09-14<", b">2991-09-14<")).fautes
    assert faute.regle == "ENT001"


def test_what_follows_a_place_that_is_no_xml_is_said_not_to_be_read(contrat: Contrat) -> None:
    """A fault hides the others: that is said, and the rules that its type has are named. Where nothing
    follows, nothing is said to."""
    octets = specimen("demandes/personne_seule.xml").replace(b">Marchand<", b">Marchand & Fils<")
    juge = juger(contrat, octets.replace(b">1991-09-14<", b">2991-09-14<"))
    (faute,) = juge.fautes
    assert faute.message.endswith("dans un texte ; la suite n'a pas pu être lue.")
    assert "IDT002" in juge.en_attente
    assert "DOU001" in juge.omises
    coupe = juger(contrat, octets[: octets.index(b"<ns1:nom>")].rstrip())
    assert "la suite" not in coupe.fautes[0].message
    autre = juger(contrat, b"<html><br></html>")
    assert (autre.omises, autre.en_attente) == ((), ())


def test_no_rule_waits_for_a_document_of_another_kind(contrat: Contrat) -> None:
    juge = juger(contrat, b"<html/>")
    assert [f.regle for f in juge.fautes] == ["XSD racine"]
    assert juge.en_attente == ()


def test_an_unknown_type_lets_no_specimen_be_accused_of_more(contrat: Contrat) -> None:
    """Whatever its true type."""
    for fichier in sorted((fixtures_dir() / "demandes").glob("*.xml")):
        racine = etree.fromstring(fichier.read_bytes())
        element = racine.find(".//{*}typeFichier")
        element.text = "XYZ"
        fautes = juger(contrat, etree.tostring(racine)).fautes
        assert [f.regle for f in fautes] == ["ENT001"], fichier.name
