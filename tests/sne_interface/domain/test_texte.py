"""How names compare, how a NIR is masked, and what a terminal and XML are given."""

from base64 import b64encode

import pytest
from lxml import etree

from sne_interface.domain.texte import (
    abrege,
    cellule,
    debut_cite,
    entier_de,
    extrait,
    masquer_nir,
    masquer_nirs,
    plier,
    pour_xml,
    visible,
)

NIR = "206127511100564"
MASQUE = "206************"


@pytest.mark.parametrize(
    "noms",
    [
        ("Éloïse", "ELOISE", "eloise"),
        ("Le Gall", "LE-GALL", "legall", "Le  Gall"),
        ("D'Œuf", "d’oeuf", "DOEUF"),
        ("Strauß", "STRAUSS"),
        ("Nuñez", "nunez"),
    ],
)
def test_names_fold_together(noms: tuple[str, ...]) -> None:
    assert len({plier(nom) for nom in noms}) == 1


def test_names_that_differ_stay_apart() -> None:
    assert plier("Martin") != plier("Martine")
    assert plier("  -'") == ""


def test_a_nir_keeps_sex_and_year() -> None:
    assert masquer_nir(NIR) == MASQUE
    assert masquer_nir("20") == "20"


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        (f"le NIR [{NIR}] est faux", f"le NIR [{MASQUE}] est faux"),
        (f"<nir>{NIR}</nir><nir>{NIR}</nir>", f"<nir>{MASQUE}</nir><nir>{MASQUE}</nir>"),
        ("2 06 12 75 111 005 64", "2 0******************"),
        ("102012A11100564", "102************"),
        ("1110318016982G1104", "1110318016982G1104"),
        ("DEMG1226-201803151654-000000.xml", "DEMG1226-201803151654-000000.xml"),
        ("306127511100564", "306************"),
        ("506127511100564", "506127511100564"),
    ],
)
def test_what_reads_like_a_nir_is_masked(texte: str, attendu: str) -> None:
    assert masquer_nirs(texte) == attendu


@pytest.mark.parametrize("avant", range(1, 20))
def test_a_text_is_masked_before_it_is_cut(avant: int) -> None:
    """Wherever the cut falls in a NIR, no more of it is told."""
    montre = extrait(f"{'a' * (20 - avant)} {NIR} fin", 20)
    assert montre == f"{'a' * (20 - avant)} {MASQUE} fin"[:20]
    assert extrait(NIR, None) == MASQUE


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


def test_what_an_error_cites_of_base64_holds_no_nir() -> None:
    un = b64encode(b"<nir>206127511100564</nir>").decode()
    assert debut_cite(f"vu {un}", 80) == f"vu {un[:12]}…"
    assert debut_cite("Content-Transfer-Encoding 206127511100564", 33) == "Content-Transfer-Encoding 206****"


@pytest.mark.parametrize(
    ("valeur", "ecrite"),
    [
        ("=A1", "'=A1"),
        ("+1", "'+1"),
        ("-2+3", "'-2+3"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("a=1", "a=1"),
        (-3, -3),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(valeur: str | int, ecrite: str | int) -> None:
    assert cellule(valeur) == ecrite
