"""The Content-Type header; bytes out, and back in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sne_interface.errors import MessageMalforme
from sne_sandbox.mime.message_deballe import unpack
from sne_sandbox.mime.message_mime import (
    LONGUEUR_MAX,
    RACINE,
    Packaging,
    Part,
    boundary,
    lire_content_type,
    pack,
)


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


# --- bytes out, and back in ------------------------------------------------------------------------------


B = "MIME_BOUNDARY"


def test_the_written_form_is_that_of_wire_md() -> None:
    entete, corps = pack(b"<e/>", [Part("att", "application/pdf", "base64", b"%PDF")], boundary=B)
    assert entete == (
        f'multipart/related; type="application/xop+xml"; start="<{RACINE}>"; '
        f'start-info="application/soap+xml"; boundary="{B}"'
    )
    assert corps == (
        b"--MIME_BOUNDARY\r\n"
        b'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\n'
        b"Content-Transfer-Encoding: binary\r\n"
        b"Content-ID: <root.message@sne-sandbox>\r\n"
        b"\r\n"
        b"<e/>\r\n"
        b"--MIME_BOUNDARY\r\n"
        b"Content-Type: application/pdf\r\n"
        b"Content-Transfer-Encoding: binary\r\n"
        b"Content-ID: <att>\r\n"
        b"\r\n"
        b"%PDF\r\n"
        b"--MIME_BOUNDARY--\r\n"
    )


def test_the_action_is_on_both_headers() -> None:
    entete, corps = pack(b"<e/>", [], boundary=B, action="urn:a")
    assert entete.endswith('; action="urn:a"')
    assert b'type="application/soap+xml"; action="urn:a"\r\n' in corps


def test_a_boundary_is_drawn_from_its_seed() -> None:
    assert boundary(7) == boundary(7) != boundary("7:8")
    assert len(boundary(7)) == 20


def test_a_boundary_found_in_a_part_is_lengthened() -> None:
    entete, corps = pack(
        b"--" + B.encode(), [Part("a", "text/xml", "binary", b"--MIME_BOUNDARY1")], boundary=B
    )
    assert f'boundary="{B}2"' in entete
    assert unpack(entete, corps, taille_max=9999).racine == b"--" + B.encode()


@pytest.mark.parametrize(
    ("parties", "options"),
    [
        ([Part(None, "text/xml", "binary", b"")], {}),
        ([Part('a"', "text/xml", "binary", b"")], {}),
        ([Part("a\r\nX: y", "text/xml", "binary", b"")], {}),
        ([Part("a", "text/xml\r\nX: y", "binary", b"")], {}),
        ([], {"boundary": ""}),
        ([], {"boundary": "é"}),
        ([], {"boundary": "B" * 61}),
        ([], {"boundary": "B\r\n"}),
        ([], {"boundary": "B "}),
        ([], {"action": 'x"; y="z'}),
        ([], {"root_id": "a>b"}),
    ],
)
def test_nothing_can_break_a_header(parties: list[Part], options: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="pas"):
        pack(b"<e/>", parties, **{"boundary": B, **options})


# Bytes made of what could be taken for MIME, as well as any bytes at all.
PIEGES = st.lists(
    st.sampled_from([b"\r\n", b"\n", b"\r", b"--", B.encode(), b"1", b"-", b" ", b"a: b", b"\xff"]),
    max_size=12,
).map(b"".join)
CONTENUS = PIEGES | st.binary(max_size=64)
CIDS = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters='"\\<>'), min_size=1)


@given(
    CONTENUS,
    st.dictionaries(CIDS.filter(lambda cid: cid != RACINE), CONTENUS, max_size=5),
    st.sampled_from([B, "-", "=_a/b", "a b", "("]),
)
def test_unpack_gives_back_what_pack_was_given(
    racine: bytes, contenus: dict[str, bytes], limite: str
) -> None:
    parties = [Part(cid, "text/xml; charset=utf-8", "binary", contenu) for cid, contenu in contenus.items()]
    entete, corps = pack(racine, parties, boundary=limite, action="urn:a")
    lu = unpack(entete, corps, taille_max=1_000_000)
    assert (lu.packaging, lu.racine, lu.action) == (Packaging.MTOM, racine, "urn:a")
    assert [(p.content_id, p.content_type, p.encodage, p.contenu) for p in lu.parties] == [
        (p.content_id, p.content_type, p.encodage, p.contenu) for p in parties
    ]


@given(st.binary(max_size=200), st.sampled_from(["multipart/related", 'multipart/related; boundary="B"', ""]))
def test_any_bytes_are_read_or_refused_in_words(corps: bytes, content_type: str) -> None:
    explication = ""
    try:
        racine = unpack(
            content_type, b"--B\r\n" + corps if "B" in content_type else corps, taille_max=1000
        ).racine
    except MessageMalforme as refus:
        racine, explication = b"", refus.explication
    assert explication or racine in corps
