"""People replaced by invented ones."""

import re
from datetime import datetime

from lxml import etree

from sne_calibrage.enregistrements.anonymat import _INVENTES, _PHRASES, GARDES, Anonymat
from sne_interface.contract.codec import NS
from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.schemas import Document
from sne_interface.resources import contracts_dir, fixtures_dir


def anonyme(document: str | bytes, anonymat: Anonymat | None = None) -> bytes:
    octets = document.encode() if isinstance(document, str) else document
    lu = (anonymat or Anonymat()).document(octets)
    assert lu is not None
    return lu


def textes(octets: bytes, nom: str) -> list[str | None]:
    return [element.text for element in etree.fromstring(octets).iter(f"{{*}}{nom}")]


def test_every_specimen_stays_of_its_schema_and_loses_its_people() -> None:
    schemas = charger().schemas
    for fichier in sorted((fixtures_dir() / "demandes").glob("*.xml")):
        avant = fichier.read_bytes()
        anonymat = Anonymat()
        apres = anonyme(avant, anonymat)
        assert anonymat.inconnus == {}, fichier.name
        assert schemas.validate(etree.fromstring(apres), document=Document.DEMANDE) == [], fichier.name
        for nom in ("nom", "prenom", "mel", "telPortable", "voie"):
            assert not set(textes(avant, nom)) & set(textes(apres, nom)), (fichier.name, nom)
        assert textes(avant, "dateNaissance") == textes(apres, "dateNaissance")


def test_a_name_has_one_stand_in_wherever_it_is() -> None:
    anonymat = Anonymat()
    un = anonyme("<a><nom>Dupré</nom><nomPatronymique>DUPRE</nomPatronymique></a>", anonymat)
    deux = anonyme("<a><nom>AUTRE</nom><message>[Dupré] est né</message></a>", anonymat)
    assert textes(un, "nom") == textes(un, "nomPatronymique") == ["ALDENNE"]
    assert textes(deux, "nom") == ["BORVAL"]
    assert textes(deux, "message") == ["[ALDENNE] est né"]


def test_what_is_cited_is_found_whole_however_it_is_written() -> None:
    anonymat = Anonymat()
    for nom in ("MARTIN", "MARTINEZ", "LE GALL", "GALL"):
        anonyme(f"<a><nom>{nom}</nom><prenom>JEAN</prenom><numero>12</numero></a>", anonymat)
    lu = anonyme("<a><message>MARTINEZ, Martin, Le Gall, jéan et JEANNE : 12</message></a>", anonymat)
    assert textes(lu, "message") == ["BORVAL, ALDENNE, CASTREC, ALIX et JEANNE : 12"]


def test_texts_of_people_that_are_no_names_are_invented_too() -> None:
    noms = ("refInterne", "profession", "quartier", "compNomStructure", "compNomCentre", "auteurCreation",
            "nomOrganismeCollecteur", "commentaire", "numero")  # fmt: skip
    lu = anonyme(f"<a>{''.join(f'<{nom}>SECRET 8</{nom}>' for nom in noms)}</a>")
    assert b"SECRET" not in lu


def test_no_text_of_the_schemas_was_forgotten() -> None:
    """Whoever adds an element says what becomes of it."""
    textuels = {"string", "Courriel", "Telephone"}
    trouves: set[str] = set()
    for fichier in contracts_dir().glob("*/xsd/*.xsd"):
        for element in etree.parse(fichier).iter("{http://www.w3.org/2001/XMLSchema}element"):
            genre = element.get("type", "").rpartition(":")[2].removesuffix("Modifiable")
            if genre in textuels or genre.startswith("Chaine"):
                trouves.add(element.get("name"))
    assert len(trouves) > 60
    assert trouves <= _INVENTES.keys() | _PHRASES | GARDES, trouves - (_INVENTES.keys() | _PHRASES | GARDES)
    assert not GARDES & (_INVENTES.keys() | _PHRASES)


def test_what_is_unknown_gives_way_to_a_text_of_its_shape() -> None:
    """An official folder has elements that ours have not: nothing is known of what they hold."""
    anonymat = Anonymat(lambda valeur: valeur == "3")
    lu = anonyme(
        b'<interfaceNuu xmlns:o="urn:o"><nom o:autre="DURAND">MARTIN</nom>'
        b'<nomUsage code="3" qui="Zoe">DUPONT-Le 12</nomUsage>'
        b'<inconnu code="ZOE"/><demandeur>GARCIA<nom>A</nom>PEREZ</demandeur><commune code="75056"/>'
        b"<vu>1987-03-04T12:33:44Z</vu><etat>DUPONT-Le 12</etat>"
        b"<message>Dupont Le 12, MARTIN</message></interfaceNuu>",
        anonymat,
    )
    for secret in (b"DUPONT", b"DURAND", b"Zoe", b"ZOE", b"GARCIA", b"PEREZ", b"MARTIN", b"1987", b"Dupont"):
        assert secret not in lu, secret
    racine = etree.fromstring(lu)
    usage = racine.find("nomUsage")
    assert re.fullmatch("[A-Z]{6}-[A-Z][a-z] [0-9]{2}", usage.text)
    assert (usage.get("code"), racine.find("etat").text) == ("3", usage.text)
    assert racine.find("commune").get("code") == "75056"
    assert datetime.fromisoformat(racine.findtext("vu")).year > 1900
    assert racine.findtext("message") == f"{usage.text}, ALDENNE"
    assert anonymat.inconnus == {
        "nom/@autre": 1, "nomUsage": 1, "nomUsage/@qui": 1, "inconnu/@code": 1, "demandeur": 2, "vu": 1,
        "etat": 1,
    }  # fmt: skip


def test_a_boolean_of_an_unknown_element_is_drawn_each_time() -> None:
    lu = anonyme(f"<a>{'<sur>true</sur>' * 40}</a>")
    assert set(textes(lu, "sur")) == {"true", "false"}


def test_nothing_hides_in_a_comment() -> None:
    lu = anonyme("<a><!-- DUPONT --><nom>DU<!-- x -->PONT</nom><?p DUPONT?></a>")
    assert b"PONT" not in lu


def test_what_is_wrong_stays_wrong() -> None:
    lu = anonyme("<a><tel>+33 6 12</tel><telPortable>0612345678</telPortable><mel>rien</mel></a>")
    assert textes(lu, "tel") == ["+00 0 00"]
    assert textes(lu, "telPortable") == ["0639980001"]
    assert textes(lu, "mel") == ["personne0"]


def test_there_are_names_for_everybody() -> None:
    noms = "".join(f"<nom>N{rang}</nom>" for rang in range(500))
    lu = anonyme(f'<a xmlns="{NS}">{noms}</a>')
    assert len(set(textes(lu, "nom"))) == 500


def test_what_is_no_xml_cannot_be_anonymous() -> None:
    assert Anonymat().document(b"PK\x03\x04") is None
