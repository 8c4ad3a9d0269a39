"""The Content-Type header."""

import pytest

from sne_sandbox.mime.message_mime import LONGUEUR_MAX, lire_content_type


@pytest.mark.parametrize(
    ("valeur", "media", "parametres", "nus"),
    [
        ("", "", {}, set()),
        ("Text/XML", "text/xml", {}, set()),
        ("text/xml;charset=UTF-8;", "text/xml", {"charset": "UTF-8"}, {"charset"}),
        ('a/b; Boundary="x; y=\\"z\\""', "a/b", {"boundary": 'x; y="z"'}, set()),
        ("a/b; boundary=----=_P/1 ; c=d", "a/b", {"boundary": "----=_P/1", "c": "d"}, {"boundary", "c"}),
        ('a/b; c="1"; C="2"', "a/b", {"c": "1"}, set()),
        ('a/b; c=""', "a/b", {"c": ""}, set()),
        ("a/b; =x; seul; c = d", "a/b", {"c": "d"}, {"c"}),
    ],
)
def test_read(valeur: str, media: str, parametres: dict[str, str], nus: set[str]) -> None:
    lu = lire_content_type(valeur)
    assert (lu.media, dict(lu.parametres), lu.nus) == (media, parametres, frozenset(nus))


def test_an_empty_parameter_counts_as_absent() -> None:
    assert lire_content_type('a/b; c=""').get("c") is None
    assert lire_content_type("a/b").get("c") is None


def test_a_bomb_is_refused() -> None:
    with pytest.raises(ValueError, match="2049"):
        lire_content_type("x" * (LONGUEUR_MAX + 1))
