"""In which encoding bytes are read."""

import pytest

from sne_sandbox.mime.octets_lus import encodages, est_un_texte


@pytest.mark.parametrize("encodage", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_the_likeliest_comes_first(encodage: str) -> None:
    donnees = "Nom : 2850662999017".encode(encodage)
    assert donnees.decode(encodages(donnees, "")[0]).endswith("Nom : 2850662999017")
    assert encodages(donnees, "")[-1] == "latin-1"


def test_what_is_said_is_tried_first() -> None:
    assert encodages(b"abc", "cp1252") == ("cp1252", "utf-8", "utf_8", "latin-1")


def test_a_text_is_in_utf_8_and_has_no_zero() -> None:
    assert [est_un_texte(b) for b in ("é".encode(), "é".encode("latin-1"), b"a\0")] == [True, False, False]
