"""How names compare, and what a terminal and XML are given."""

import pytest
from donnees import a_cote
from lxml import etree

from sne_interface.domain.texte import abrege, cellule, entier_de, plier, pour_xml, visible

DONNEES = a_cote(__file__)


@pytest.mark.parametrize("noms", DONNEES["names_fold_together"])
def test_names_fold_together(noms: list[str]) -> None:
    assert len({plier(nom) for nom in noms}) == 1


def test_names_that_differ_stay_apart() -> None:
    assert plier("Martin") != plier("Martine")
    assert plier("  -'") == ""


def test_a_terminal_is_given_no_order() -> None:
    assert visible("a\x1b[2Jb\x9bc\rd\u202ee\x00\ud800") == "a\\x1b[2Jb\\x9bc\\x0dd\\u202ee\\x00\\ud800"
    assert visible("é œ ’\r\nligne\tsuite") == "é œ ’\nligne\tsuite"


def test_xml_is_given_what_it_may_hold() -> None:
    texte = "".join(map(chr, range(0x100))) + "\ufffe\uffff\ud800é\U0001f600"
    element = etree.Element("a")
    element.text = pour_xml(texte)
    assert element.text.endswith("é\U0001f600")
    assert {"\t", "\n", "\r"} <= set(element.text)


def test_a_text_is_cut_on_one_line() -> None:
    assert abrege("a  b\nc", 10) == "a b c"
    assert abrege("abcdef", 4) == "abc…"
    assert len(abrege("abcdef", 0)) == 1


@pytest.mark.parametrize(
    ("ecrit", "attendu"),
    [("0", 0), ("42", 42), ("9" * 18, 10**18 - 1), (None, None), ("", None), ("-1", None), ("4.2", None),
     ("un", None), ("9" * 19, None)],
)  # fmt: skip
def test_a_whole_number_is_read_if_a_column_holds_it(ecrit: str | None, attendu: int | None) -> None:
    assert entier_de(ecrit) == attendu


@pytest.mark.parametrize(("valeur", "ecrite"), DONNEES["no_cell_is_a_formula"])
def test_no_cell_is_a_formula(valeur: str | int, ecrite: str | int) -> None:
    assert cellule(valeur) == ecrite
