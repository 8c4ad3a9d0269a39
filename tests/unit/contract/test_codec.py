"""Documents to elements and back: what is written is what lxml would write, byte for byte."""

from typing import Any

import pytest
from lxml import etree

from sandbox.contract import codec
from sandbox.domain.element import Element
from sandbox.resources import fixtures_dir

_NS = f"{{{codec.NS}}}"
SPECIMENS = sorted((fixtures_dir() / "demandes").glob("*.xml"))
#: Every character that XML or its readers treat apart (XML 1.0, 2.4, 2.11, 3.3.3).
ETRANGE = "a&b<c>d\"e'f\rg\nh\ti]]>j  é€\U0001f600\u0085\u2028"


def _noeuds(element: Element, parent: Any = None) -> Any:
    """The same tree, made node by node by lxml."""
    attributs = {(f"{_NS}modifie" if n == "modifie" else n): v for n, v in element.attributs.items()}
    if parent is None:
        noeud = etree.Element(_NS + element.nom, attributs, {"ns1": codec.NS})
    else:
        noeud = etree.SubElement(parent, _NS + element.nom, attributs)
    noeud.text = element.texte or None
    for enfant in element.enfants:
        _noeuds(enfant, noeud)
    return noeud


def _decrire(element: Element) -> Any:
    return (element.nom, element.texte, element.attributs, [_decrire(e) for e in element.enfants])


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda chemin: chemin.stem)
def test_a_document_is_written_as_lxml_writes_it(specimen: Any) -> None:
    element = codec.lire(specimen.read_bytes())
    assert codec.encoder(element) == codec.ecrire(_noeuds(element))


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda chemin: chemin.stem)
def test_a_document_written_is_read_back(specimen: Any) -> None:
    parseur = etree.XMLParser(remove_blank_text=True)
    element = codec.decoder(etree.parse(specimen, parseur).getroot())
    assert _decrire(codec.lire(codec.encoder(element))) == _decrire(element)
    assert codec.encoder(codec.decoder(codec.arbre(element))) == codec.encoder(element)


def test_characters_that_xml_treats_apart() -> None:
    element = Element(
        "racine", "", {"code": ETRANGE}, (Element("a", ETRANGE, {"code": ETRANGE, "modifie": "true"}),)
    )
    assert codec.encoder(element) == codec.ecrire(_noeuds(element))
    assert _decrire(codec.lire(codec.encoder(element))) == _decrire(element)


def test_empty_elements_and_elements_without_children() -> None:
    element = Element(
        "racine", "", None, (Element("vide"), Element("blanc", " "), Element("b", "x", {"code": ""}))
    )
    assert codec.encoder(element) == codec.ecrire(_noeuds(element))


def test_comments_instructions_and_xsi_are_left_out() -> None:
    racine = etree.fromstring(
        f'<i xmlns="{codec.NS}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="t" code="1">'
        "<!-- un --><a>texte</a><?deux?><b><!-- seul --></b></i>"
    )
    assert _decrire(codec.decoder(racine)) == (
        "i", "", {"code": "1"}, [("a", "texte", {}, []), ("b", "", {}, [])]
    )  # fmt: skip


def test_blanks_of_an_empty_container_are_layout() -> None:
    racine = etree.fromstring(f'<i xmlns="{codec.NS}"><liste>\n </liste><precision>\n </precision></i>')
    liste, precision = codec.decoder(racine, frozenset({"liste"})).enfants
    assert (liste.texte, precision.texte) == ("", "\n ")


def test_lines_are_those_of_the_document() -> None:
    racine = etree.fromstring(f'<i xmlns="{codec.NS}">\n<a/>\n\n<b/></i>')
    assert [e.ligne for e in codec.decoder(racine).parcourir()] == [1, 2, 4]
