"""The mutations of a schema are those that `mutations_xsd.py` says, one line each."""

import pytest
from mutations_xsd import mutants

TETE = '<xs:sequence>\n      <xs:element name="b" type="B" minOccurs="0"/>\n'


@pytest.mark.parametrize(
    ("ligne", "attendues"),
    [
        (
            '      <xs:element name="a" type="B"/>',
            {
                "",
                '<xs:element name="a" type="B" minOccurs="0"/>',
                '<xs:element name="a" type="B" maxOccurs="2"/>',
                '<xs:element name="ax" type="B"/>',
            },
        ),
        (
            '      <xs:maxLength value="5"/>',
            {"", '<xs:maxLength value="4"/>', '<xs:maxLength value="6"/>'},
        ),
        (
            '      <xs:attribute name="a" type="xs:date" use="required"/>',
            {
                "",
                '<xs:attribute name="a" type="xs:date"/>',
                '<xs:attribute name="ax" type="xs:date" use="required"/>',
                '<xs:attribute name="a" type="xs:dateTime" use="required"/>',
            },
        ),
        (
            '      <xs:pattern value="[0-9]{1,5}"/>',
            {
                "",
                '<xs:pattern value="[0-8]{1,5}"/>',
                '<xs:pattern value="[0-9]{2,5}"/>',
                '<xs:pattern value="[0-9]{1,6}"/>',
            },
        ),
    ],
)
def test_a_line_is_mutated_in_each_way(ligne: str, attendues: set[str]) -> None:
    texte = TETE + ligne + "\n</xs:sequence>\n"
    trouves = [mutant for mutant in mutants("v5.0/xsd/essai.xsd", texte) if mutant.ligne == 3]
    assert {mutant.apres for mutant in trouves} == attendues
    for mutant in trouves:
        assert mutant.avant == ligne.strip()
        assert mutant.texte.splitlines()[:2] == TETE.splitlines()


def test_two_elements_change_places() -> None:
    un, deux = ('      <xs:element name="a"/>', '      <xs:element name="b"/>')
    echange = f"{deux.strip()} / {un}"
    (mutant,) = [m for m in mutants("v5.0/xsd/essai.xsd", f"{un}\n{deux}\n") if m.apres == echange]
    assert mutant.texte == f"{deux}\n{un}\n"
