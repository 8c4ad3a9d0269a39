from datetime import UTC, datetime

from sne_sandbox.domain.exchange import Appel, Piece

APPEL = Appel(
    "getNumUnique",
    {"nom": "DEM", "fichier": Piece(b"<a/>")},
    "ecole",
    None,
    datetime(2018, 3, 15, tzinfo=UTC),
)


def test_a_field_is_read_as_what_it_is() -> None:
    assert APPEL.texte("nom") == "DEM"
    assert APPEL.piece("fichier") == b"<a/>"


def test_an_absent_field_and_one_of_the_other_kind_are_empty() -> None:
    assert (APPEL.texte("complet"), APPEL.texte("fichier")) == ("", "")
    assert (APPEL.piece("complet"), APPEL.piece("nom")) == (b"", b"")
