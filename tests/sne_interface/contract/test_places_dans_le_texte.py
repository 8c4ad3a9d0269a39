"""Line and column of an element, and the element that is open where a text ceases to be XML."""

from sne_interface.contract import codec
from sne_interface.contract.places_dans_le_texte import ouvert, places, situer, trouver
from sne_interface.domain.anomalie import Gravite
from sne_interface.rules.controle import FauteDeDocument

DEUX = b'<a>\n  <n:b xmlns:n="u">1</n:b><n:b xmlns:n="u"><c/></n:b>\n</a>'


def place(chemin: str, ligne: int, octets: bytes = DEUX) -> int:
    faute = FauteDeDocument(ligne, chemin, "XSD", Gravite.BLOQUANTE, "faux")
    return int(next(situer([faute], octets, codec.parse(octets, limit=10**6))).colonne)


def test_the_column_of_an_element_or_of_the_nearest_above() -> None:
    assert place("a", 1) == 1
    assert place("a/b[1]/@code", 2) == 3
    assert place("a/b[2]", 2) == 27
    assert place("a/b[2]/c", 2) == 44
    assert place("a/b[2]/manque", 2) == 27
    assert place("a/manque", 2) == 3, "of what stands in its place"


def test_none_where_it_is_not_known() -> None:
    assert place("a/b[2]", 3) == 0, "another line than the one that is told"
    assert place("a", 1, b"<?xml version='1.0' encoding='GEORGIAN-PS'?><a/>") == 0
    assert place("a/b[2]", 4, b"<a><!-- <b>\n --><b\n/><c>\r</c><b/></a>") == 5


def test_the_element_that_is_open_where_it_breaks() -> None:
    assert ouvert(b"<a><b><c/></x></a>") == "a/b"
    assert ouvert(b"<n:a xmlns:n='u'><n:b>") == "a/b"
    assert ouvert(b"") == ouvert(b"<a/>") == ouvert(b"<?xml version='1.0' encoding='zz'?><a>") == ""


def test_a_text_that_is_deeper_than_any_document_has_no_place() -> None:
    assert len(places("<a>" * 256 + "</a>" * 256)) == 256
    assert places("<a>" * 257 + "</a>" * 257) == {}


def test_a_path_is_followed_wherever_it_begins_and_as_far_as_it_goes() -> None:
    lues = places("<a><b/><b><c/></b><d><b><c><e/></c></b></d></a>")

    def trouve(chemin: str) -> tuple[str, str]:
        place, manque = trouver(lues, chemin)
        return (place.chemin if place is not None else "", manque)

    assert trouve("a/b[2]/c/@code") == ("a/b[2]/c", "")
    assert trouve("x:b[1]/x:c[1]/x:e") == ("a/d/b/c/e", "")
    assert trouve("b/f") == ("a/b", "f")
    assert trouve("ailleurs/b") == ("", "ailleurs/b")
