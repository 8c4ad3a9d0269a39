"""The mutations of a schema are those that `mutations_xsd.py` says, one line each."""

import pytest
from donnees import a_cote
from mutations_xsd import mutants

TETE = '<xs:sequence>\n      <xs:element name="b" type="B" minOccurs="0"/>\n'


@pytest.mark.parametrize(("ligne", "attendues"), a_cote(__file__)["a_line_is_mutated_in_each_way"])
def test_a_line_is_mutated_in_each_way(ligne: str, attendues: list[str]) -> None:
    texte = TETE + ligne + "\n</xs:sequence>\n"
    trouves = [mutant for mutant in mutants("v5.0/xsd/essai.xsd", texte) if mutant.ligne == 3]
    assert {mutant.apres for mutant in trouves} == set(attendues)
    for mutant in trouves:
        assert mutant.avant == ligne.strip()
        assert mutant.texte.splitlines()[:2] == TETE.splitlines()


def test_two_elements_change_places() -> None:
    un, deux = ('      <xs:element name="a"/>', '      <xs:element name="b"/>')
    echange = f"{deux.strip()} / {un}"
    (mutant,) = [m for m in mutants("v5.0/xsd/essai.xsd", f"{un}\n{deux}\n") if m.apres == echange]
    assert mutant.texte == f"{deux}\n{un}\n"
