import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import etree

from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.explication import expliquer
from sne_interface.contract.schemas import Document, Schemas
from sne_interface.errors import ContractError

NS = "{http://nuu.application.i2/}"
XSD = b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:u" xmlns="urn:u">'


def schemas_de(fichiers: dict[str, bytes]) -> Schemas:
    def lire(chemin: str) -> bytes:
        if chemin not in fichiers:
            raise ContractError(f"Le fichier [{chemin}] manque.")
        return fichiers[chemin]

    return Schemas(lire, {Document.DEMANDE: {"02.00": "xsd/a.xsd"}})


def test_a_valid_document_gives_nothing(contrat, specimen):
    assert contrat.schemas.validate(specimen(), document=Document.DEMANDE) == []


def test_a_refusal_has_line_path_without_prefix_and_reason(contrat, specimen):
    racine = specimen()
    precision = racine.find(f".//{NS}precision")
    precision.getparent().remove(precision)
    [faute] = contrat.schemas.validate(racine, document=Document.DEMANDE)
    assert faute.ligne > 0
    assert faute.chemin.startswith("interfaceNuu/demande/demandeLogement/")
    assert "precision" in faute.message


@pytest.mark.parametrize("prefixe", ["ns1", None])
def test_blanks_around_a_date_are_no_fault(contrat, specimen, prefixe):
    octets = etree.tostring(specimen())
    racine = etree.fromstring(octets if prefixe else octets.replace(b"ns1:", b"").replace(b":ns1=", b"="))
    assert racine.prefix == prefixe
    naissance, fichier = racine.find(f".//{NS}dateNaissance"), racine.find(f".//{NS}dateFichier")
    jour, instant = naissance.text, fichier.text
    naissance.text, fichier.text = f"\n  {jour}\t", f" {instant}\r\n"
    assert contrat.schemas.validate(racine, document=Document.DEMANDE) == []
    assert (naissance.text, fichier.text) == (jour, instant)


@pytest.mark.parametrize("faux", [" 2018-02-30 ", "\N{NO-BREAK SPACE}2018-02-28", " ", "2018 -02-28"])
def test_what_is_no_date_is_refused_with_its_blanks_or_without(contrat, specimen, faux):
    racine = specimen()
    racine.find(f".//{NS}dateNaissance").text = faux
    [faute] = contrat.schemas.validate(racine, document=Document.DEMANDE)
    assert faute.chemin.endswith("dateNaissance")


def test_a_document_that_takes_long_keeps_no_other_from_being_judged():
    """Whoever waited gets a copy of the schema, the same even of a file that was edited since."""
    lus = {"xsd/a.xsd": XSD + b'<xs:element name="a"/></xs:schema>'}
    schema = schemas_de(lus)._compiles["xsd/a.xsd"]
    premiere = schema._prendre()
    lus["xsd/a.xsd"] = b"<edited"
    assert schema.valider(etree.fromstring('<a xmlns="urn:u"/>')) == []
    assert schema.valider(etree.fromstring('<b xmlns="urn:u"/>')) != []
    assert schema._prendre() is not premiere


def test_the_version_is_read_from_the_document_unless_given(contrat, specimen):
    racine = specimen("personne_seule_nir")
    assert contrat.schemas.validate(racine, document=Document.DEMANDE) == []
    assert contrat.schemas.validate(racine, document=Document.DEMANDE, version="02.01") != []


def test_an_unknown_version_is_judged_by_the_highest(contrat, specimen):
    racine = specimen("personne_seule_nir")
    racine.set("versionInterface", "09.99")
    assert contrat.schemas.validate(racine, document=Document.DEMANDE) == []


def test_the_document_chooses_the_schema(contrat, specimen):
    assert contrat.schemas.validate(specimen(), document=Document.RECHERCHE) != []


def test_threads_never_mix_their_errors(contrat, specimen):
    """16 threads, each with its own fault, or none: each reads its own log."""
    depart = threading.Barrier(16)

    def juger(rang: int) -> bool:
        racine = specimen()
        if rang % 4:
            etree.SubElement(racine.find(f"{NS}entete"), f"{NS}faute{rang}")
        depart.wait()
        for _ in range(60):
            fautes = contrat.schemas.validate(racine, document=Document.DEMANDE)
            if rang % 4 == 0 and fautes:
                return False
            if rang % 4 and [faute.chemin for faute in fautes] != [f"interfaceNuu/entete/faute{rang}"]:
                return False
        return True

    with ThreadPoolExecutor(16) as fils:
        assert all(fils.map(juger, range(16)))


def test_a_thread_that_ends_its_parsing_does_not_take_the_files_of_a_schema_away():
    """lxml's finder of files is the process's: a parsing that began before a compilation, and ends within
    it, puts back the one that knows nothing of the contract."""
    en_cours, finir = threading.Event(), threading.Event()

    class Lent:
        morceaux = iter([b"<a/>", b""])

        def read(self, _: int) -> bytes:
            en_cours.set()
            finir.wait()
            return next(self.morceaux)

    fil = threading.Thread(target=lambda: etree.parse(Lent()))
    contrat = charger()

    def lire(chemin: str) -> bytes:
        if chemin == "xsd/types-demande.xsd":  # found; what it includes is not yet
            finir.set()
            fil.join()
        return contrat.fichier(chemin)

    fil.start()
    en_cours.wait()
    schemas = Schemas(lire, {Document.DEMANDE: {"02.02": "xsd/demande-02.02.xsd"}})
    assert schemas.fichier(Document.DEMANDE, "02.02") == "xsd/demande-02.02.xsd"


def test_explanations_from_several_threads(specimen):
    schemas = charger().schemas
    depart = threading.Barrier(8)

    def tenter(rang: int) -> list[str]:
        racine = specimen()
        etree.SubElement(racine.find(f"{NS}entete"), f"{NS}faute{rang}")
        depart.wait()
        return [faute.valeur for faute in expliquer(racine, Document.DEMANDE, None, schemas)]

    with ThreadPoolExecutor(8) as fils:
        assert list(fils.map(tenter, range(8))) == [[f"faute{rang}"] for rang in range(8)]


@pytest.mark.parametrize(
    ("fichiers", "dit"),
    [
        ({}, "[xsd/a.xsd] manque"),
        ({"xsd/a.xsd": b"<a"}, "xsd/a.xsd, ligne 1"),
        ({"xsd/a.xsd": XSD + b'\n<xs:element name="a" type="t"/></xs:schema>'}, "xsd/a.xsd, ligne 2"),
        (
            {
                "xsd/a.xsd": XSD + b'<xs:include schemaLocation="sub/b.xsd"/></xs:schema>',
                "xsd/sub/b.xsd": XSD + b"\n\n<xs:faux/></xs:schema>",
            },
            "xsd/sub/b.xsd, ligne 3",
        ),
        (
            {
                "xsd/a.xsd": XSD
                + b'<xs:import namespace="urn:v" schemaLocation="http://x/v.xsd"/></xs:schema>'
            },
            "[xsd/v.xsd] manque",
        ),
    ],
)
def test_a_broken_schema_names_file_and_line(fichiers, dit):
    with pytest.raises(ContractError) as erreur:
        schemas_de(fichiers)
    assert dit in str(erreur.value)


def test_a_document_without_schema(contrat):
    schemas = schemas_de({"xsd/a.xsd": XSD + b'<xs:element name="a"/></xs:schema>'})
    with pytest.raises(ContractError):
        schemas.fichier(Document.DOUBLONS)
