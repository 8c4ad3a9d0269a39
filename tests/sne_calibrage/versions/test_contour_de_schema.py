"""The outline of a schema: what may stand where, whatever the types it is written with."""

from typing import Any

import pytest

from sne_calibrage.versions.contour_de_schema import PlaceDeSchema, relever

TETE = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:x" targetNamespace="urn:x">'


def places(corps: str) -> dict[str, PlaceDeSchema]:
    import xmlschema

    schema: Any = xmlschema.XMLSchema10(f"{TETE}{corps}</xs:schema>")
    return relever(schema)


def racine(modele: str) -> dict[str, PlaceDeSchema]:
    return places(f'<xs:element name="r"><xs:complexType>{modele}</xs:complexType></xs:element>')


@pytest.mark.parametrize(
    ("modele", "bornes"),
    [
        ('<xs:sequence><xs:element name="a" type="xs:string"/></xs:sequence>', (1, 1)),
        ('<xs:sequence minOccurs="0"><xs:element name="a" type="xs:string"/></xs:sequence>', (0, 1)),
        ('<xs:sequence maxOccurs="3"><xs:element name="a" maxOccurs="2"/></xs:sequence>', (1, 6)),
        ('<xs:choice><xs:element name="a" type="xs:string"/><xs:element name="b"/></xs:choice>', (0, 1)),
        ('<xs:choice maxOccurs="unbounded"><xs:element name="a" type="xs:int"/></xs:choice>', (1, None)),
        (
            '<xs:sequence><xs:element name="a" type="xs:int"/><xs:element name="b"/>'
            '<xs:element name="a" type="xs:int" minOccurs="0" maxOccurs="4"/></xs:sequence>',
            (0, 4),
        ),
    ],
)  # fmt: skip
def test_how_often_an_element_stands_where_it_is(modele: str, bornes: tuple[int, int | None]) -> None:
    place = racine(modele)["r/a"]
    assert (place.minimum, place.maximum) == bornes


def test_attributes_wildcards_and_what_holds_no_text() -> None:
    lues = racine(
        '<xs:sequence><xs:any minOccurs="0" namespace="##other" processContents="lax"/></xs:sequence>'
        '<xs:attribute name="v" type="xs:string" use="required"/>'
        '<xs:attribute name="w" type="xs:boolean" fixed="true"/>'
    )
    assert list(lues) == ["r", "r/@v", "r/@w", "r/*"]
    assert (lues["r/@v"].minimum, lues["r/@w"].minimum, lues["r/@w"].fixe) == (1, 0, "true")
    assert lues["r"].valeurs is None
    assert lues["r/*"].minimum == 0
    assert lues["r/*"].valeurs is not None
    assert lues["r/*"].valeurs.bornes == {"namespace": "##other", "processContents": "lax"}


def test_facets_are_those_of_the_whole_chain_the_nearest_winning() -> None:
    lues = places(
        '<xs:simpleType name="T"><xs:restriction base="xs:string"><xs:maxLength value="9"/>'
        '<xs:pattern value="[a-z]+"/></xs:restriction></xs:simpleType>'
        '<xs:simpleType name="U"><xs:restriction base="T"><xs:maxLength value="5"/><xs:pattern value="a.*"/>'
        '<xs:enumeration value="a"/><xs:enumeration value="ab"/></xs:restriction></xs:simpleType>'
        '<xs:element name="r" type="U"/>'
    )
    valeurs = lues["r"].valeurs
    assert valeurs is not None
    assert (valeurs.base, dict(valeurs.bornes)) == ("string", {"maxLength": "5"})
    assert valeurs.motifs == {"[a-z]+", "a.*"}
    assert valeurs.codes == {"a", "ab"}


def test_a_builtin_type_knows_those_it_is_one_of() -> None:
    valeurs = places('<xs:element name="r" type="xs:int"/>')["r"].valeurs
    assert valeurs is not None
    assert valeurs.lignee[:4] == ("int", "long", "integer", "decimal")


def test_the_same_places_written_with_other_types_are_the_same() -> None:
    nomme = places(
        '<xs:complexType name="C"><xs:sequence><xs:element name="a" type="xs:int"/></xs:sequence>'
        "</xs:complexType>"
        '<xs:element name="r" type="C"/>'
    )
    assert nomme == racine('<xs:sequence><xs:element name="a" type="xs:int"/></xs:sequence>')


def test_a_type_that_holds_itself_is_gone_through_once() -> None:
    lues = places(
        '<xs:complexType name="C"><xs:sequence><xs:element name="c" type="C" minOccurs="0"/></xs:sequence>'
        '</xs:complexType><xs:element name="r" type="C"/>'
    )
    assert list(lues) == ["r", "r/c"]


def test_a_union_and_a_list_are_named_by_what_they_hold() -> None:
    lues = places(
        '<xs:simpleType name="J"><xs:restriction base="xs:int"><xs:maxExclusive value="9"/></xs:restriction>'
        '</xs:simpleType><xs:simpleType name="U"><xs:union memberTypes="J xs:date"/></xs:simpleType>'
        '<xs:simpleType name="L"><xs:list itemType="J"/></xs:simpleType>'
        '<xs:element name="u" type="U"/><xs:element name="l" type="L"/>'
    )
    dites = [lu.valeurs.base for lu in lues.values() if lu.valeurs is not None]
    assert dites == ["union(date | int maxInclusive 8)", "list(int maxInclusive 8)"]
