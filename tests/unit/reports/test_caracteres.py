from lxml import etree

from sne_sandbox.domain.texte import pour_xml
from sne_sandbox.reports.caracteres import abrege, visible


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
