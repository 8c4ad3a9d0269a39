"""Raw bytes in: every deviation that is accepted, and what is refused."""

import base64

import pytest
from donnees import a_cote
from mtom_d_un_client_reel import ACTION, CLIENT_REEL, CORPS_CLIENT_REEL, ENVELOPPE

from sne_interface.errors import MessageMalforme, MessageTropGros
from sne_sandbox.mime.message_deballe import limite_du_corps, unpack
from sne_sandbox.mime.message_mime import Message, Packaging
from sne_sandbox.mime.tolerances import Tolerance

DONNEES = a_cote(__file__)


def lire(content_type: str, corps: bytes, **options: int) -> Message:
    return unpack(content_type, corps, taille_max=options.pop("taille_max", 1_000_000), **options)


def related(parametres: str = 'boundary="B"', *, start: str = '; start="<racine>"') -> str:
    return f'multipart/related; type="application/xop+xml"{start}; {parametres}'


def message(
    *parties: bytes, boundary: bytes = b"B", saut: bytes = b"\r\n", fin: bytes | None = None
) -> bytes:
    racine = b"Content-Type: application/xop+xml" + saut + b"Content-ID: <racine>" + saut + saut + ENVELOPPE
    corps = b"".join(b"--" + boundary + saut + partie + saut for partie in (racine, *parties))
    return corps + b"--" + boundary + b"--" + (saut if fin is None else fin)


def partie(contenu: bytes = b"octets", *, cid: bytes = b"<p1>", cte: bytes = b"binary") -> bytes:
    return (
        b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: "
        + cte
        + b"\r\nContent-ID: "
        + cid
        + b"\r\n\r\n"
        + contenu
    )


def explication(content_type: str, corps: bytes, **options: int) -> str:
    with pytest.raises(MessageMalforme) as refus:
        lire(content_type, corps, **options)
    assert str(refus.value)
    return refus.value.explication


# --- as it comes from the field --------------------------------------------------------------------


def test_the_request_of_a_real_client() -> None:
    lu = lire(CLIENT_REEL, CORPS_CLIENT_REEL)
    assert lu.packaging is Packaging.MTOM
    assert lu.racine == ENVELOPPE
    assert lu.action == ACTION
    assert lu.type_racine.startswith("application/xop+xml; charset=UTF-8")
    assert [(p.content_id, p.content_type, p.encodage, p.contenu) for p in lu.parties] == [
        ("certificate", "application/octet-stream", "base64", b""),
        ("xml_id", "text/xml; charset=us-ascii", "7bit", b"<interfaceNuu/>"),
    ]
    assert lu.tolerances == (
        Tolerance.START_SANS_CHEVRONS,
        Tolerance.PARTIE_ENCODEE,
        Tolerance.SANS_FIN_DE_LIGNE,
        Tolerance.PARTIE_VIDE,
    )


def test_the_empty_part_may_have_its_own_line_end() -> None:
    corps = CORPS_CLIENT_REEL.replace(b"<certificate>\r\n\r\n--", b"<certificate>\r\n\r\n\r\n--")
    assert lire(CLIENT_REEL, corps).parties == lire(CLIENT_REEL, CORPS_CLIENT_REEL).parties


def test_our_own_form_needs_no_tolerance() -> None:
    lu = lire(related(), message(partie()))
    assert lu.tolerances == ()
    assert lu.parties[0].contenu == b"octets"
    assert lu.parties[0].en_tetes[0] == ("Content-Type", "application/octet-stream")


def test_the_root_may_stand_last() -> None:
    corps = b"--B\r\n" + partie() + b"\r\n" + message()
    lu = lire(related(), corps)
    assert lu.racine == ENVELOPPE
    assert [p.content_id for p in lu.parties] == ["p1"]


@pytest.mark.parametrize("content_type", ["text/xml", "application/soap+xml; charset=utf-8", ""])
def test_a_header_that_contradicts_a_body_in_parts_is_named(content_type: str) -> None:
    """Nothing is guessed: what to write is said."""
    corps = (
        b"\r\n--limite/1\r\nMIME-Version: 1.0\r\ncontent-type: application/xop+xml\r\n\r\n<a/>\r\n"
        b"--limite/1--\r\n"
    )
    with pytest.raises(MessageMalforme) as refus:
        lire(content_type, corps)
    assert "les deux se contredisent" in refus.value.explication
    assert 'multipart/related; type="application/xop+xml"; boundary="limite/1"' in refus.value.explication
    assert limite_du_corps(b"--<!-- a comment, and no header -->\r\n<a/>") == ""


@pytest.mark.parametrize(("content_type", "codes"), DONNEES["anything_else_is_a_plain_envelope"])
def test_anything_else_is_a_plain_envelope(content_type: str, codes: list[str]) -> None:
    lu = lire(content_type, ENVELOPPE)
    assert (lu.packaging, lu.racine, lu.type_racine) == (Packaging.SIMPLE, ENVELOPPE, content_type)
    assert (lu.parties, [tolerance.code for tolerance in lu.tolerances]) == ((), codes)


@pytest.mark.parametrize(
    ("charset", "corps"),
    [
        ("iso-8859-1", '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1")),
        ("latin1", b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>"),
        ("utf-16", "<a/>".encode("utf-16")),
        ("utf-16le", "<a/>".encode("utf-16-le")),
    ],
)
def test_a_charset_that_is_that_of_the_document_is_none_of_them(charset: str, corps: bytes) -> None:
    assert lire(f"application/soap+xml; charset={charset}", corps).tolerances == ()


@pytest.mark.parametrize(
    ("charset", "codec", "corps"), DONNEES["an_envelope_that_its_header_alone_tells_how_to"]
)
def test_an_envelope_that_its_header_alone_tells_how_to_read(charset: str, codec: str, corps: str) -> None:
    simple = lire(f"application/soap+xml; charset={charset}", corps.encode(codec))
    assert (simple.racine.decode(), simple.tolerances) == (corps, ())
    entetes = f"Content-Type: application/xop+xml; charset={charset}\r\nContent-ID: <racine>\r\n\r\n"
    multiple = b"--B\r\n" + entetes.encode() + corps.encode(codec) + b"\r\n--B--\r\n"
    assert lire(related(), multiple).racine.decode() == corps


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16", "punycode", "hex", "x-inconnu"])
def test_an_envelope_in_utf_8_is_believed_before_its_header(charset: str) -> None:
    corps = "<a>é</a>".encode()
    assert lire(f"application/soap+xml; charset={charset}", corps).racine == corps


def test_the_action_of_a_plain_envelope() -> None:
    assert lire(f'application/soap+xml; action="{ACTION}"', ENVELOPPE).action == ACTION


# --- one tolerance at a time -----------------------------------------------------------------------

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("attendue", "content_type", "corps"),
    [
        (Tolerance.BOM, related(), message().replace(ENVELOPPE, BOM + ENVELOPPE)),
        (Tolerance.BOM, related(), BOM + message()),
        (Tolerance.BOM, "text/xml", BOM + ENVELOPPE),
        (Tolerance.START_SANS_CHEVRONS, related(start='; start="racine"'), message()),
        (Tolerance.START_SANS_CHEVRONS, related(start="; start=racine"), message()),
        (Tolerance.BOUNDARY_SANS_GUILLEMETS, related("boundary=B"), message()),
        (Tolerance.BOUNDARY_SANS_GUILLEMETS, related("boundary=B ; a=b"), message()),
        (Tolerance.BOUNDARY_SPECIALE, related('boundary="=_a/b=1"'), message(boundary=b"=_a/b=1")),
        (
            Tolerance.BOUNDARY_SPECIALE,
            related("boundary=----=_Part_7/8"),
            message(boundary=b"----=_Part_7/8"),
        ),
        (Tolerance.CONTENT_ID_ETOILE, related(), message(partie(cid=b"<*piece*1>"))),
        (Tolerance.FINS_DE_LIGNE_LF, related(), message(partie().replace(b"\r", b""), saut=b"\n")),
        (Tolerance.PARTIE_ENCODEE, related(), message(partie(cte=b"7bit"))),
        (Tolerance.PARTIE_ENCODEE, related(), message(partie(cte=b"8BIT"))),
        (Tolerance.PARTIE_ENCODEE, related(), message(partie(b"b2N0\r\nZXRz", cte=b"Base64"))),
        (Tolerance.PARTIE_ENCODEE, related(), message(partie(b"=6Fctet=\r\ns", cte=b"quoted-printable"))),
        (Tolerance.SANS_FIN_DE_LIGNE, related(), message(fin=b"")),
        (Tolerance.START_ABSENT, related(start=""), message()),
        (Tolerance.PARTIE_VIDE, related(), message(partie(b""))),
        (Tolerance.START_INFO_TEXT_XML, related('start-info="text/xml"; boundary="B"'), message()),
        (Tolerance.START_INCONNU, related(start='; start="<autre>"'), message()),
        (Tolerance.CONTENT_ID_IRREGULIER, related(), message(partie(cid=b"p1"))),
        (
            Tolerance.CONTENT_ID_IRREGULIER,
            related(),
            message(b"Content-Type: text/plain\r\n\r\nsans identifiant"),
        ),
        (
            Tolerance.TYPE_IRREGULIER,
            'multipart/related; type="text/xml"; start="<racine>"; boundary="B"',
            message(),
        ),
    ],
)
def test_a_tolerance_is_noted_and_the_envelope_read(
    attendue: Tolerance, content_type: str, corps: bytes
) -> None:
    lu = lire(content_type, corps)
    assert attendue in lu.tolerances
    assert lu.racine.removeprefix(BOM) == ENVELOPPE


def test_parts_are_decoded_whatever_their_encoding() -> None:
    lu = lire(
        related(),
        message(
            partie(base64.encodebytes(b"\x00\xff octets"), cid=b"<b64>", cte=b"base64"),
            partie("é".encode(), cid=b"<huit>", cte=b"8bit"),
            partie(b"=C3=A9t=C3=A9 =\r\n=3D", cid=b"<qp>", cte=b"quoted-printable"),
        ),
    )
    assert [p.contenu for p in lu.parties] == [b"\x00\xff octets", "é".encode(), "été =".encode()]


def test_dotnet_writes_the_mime_headers_into_the_body() -> None:
    entetes = (
        b"MIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related;type="application/xop+xml";start="<racine>";\r\n'
        b'\tstart-info="application/soap+xml";boundary="uuid:1+id=1"\r\n'
        b"\r\n"
    )
    corps = entetes + message(boundary=b"uuid:1+id=1")
    for content_type in ('multipart/related; type="application/xop+xml"', "multipart/related", ""):
        lu = lire(content_type, corps)
        assert lu.racine == ENVELOPPE
        assert Tolerance.ENTETES_DANS_LE_CORPS in lu.tolerances
    # The same headers under a complete outer header are a preamble.
    assert lire(related('boundary="uuid:1+id=1"'), corps).racine == ENVELOPPE


def test_a_preamble_an_epilogue_and_padding_are_skipped() -> None:
    corps = b"avant\r\n" + message(partie()).replace(b"--B\r\n", b"--B \t\r\n") + b"apr\xe8s --B"
    assert lire(related(), corps).parties[0].contenu == b"octets"


def test_headers_are_folded_in_any_case_and_in_latin1() -> None:
    lu = lire(related(), message(b"content-TYPE: text/plain;\r\n charset=x\r\nCONTENT-id: <\xe9>\r\n\r\nx"))
    assert (lu.parties[0].content_id, lu.parties[0].content_type) == ("é", "text/plain; charset=x")


def test_parts_without_headers_or_without_anything() -> None:
    lu = lire(related(), message(b"\r\nnu", b"\r\n", b""))
    assert [p.contenu for p in lu.parties] == [b"nu", b"", b""]


def test_lines_that_only_look_like_the_boundary_are_content() -> None:
    contenu = b"--\r\n--Bis\r\n--B-\r\n --B\r\nx--B--\r\n--B--x"
    assert lire(related(), message(partie(contenu))).parties[0].contenu == contenu


def test_in_lf_only_a_final_cr_is_content() -> None:
    corps = message(b"Content-ID: <p1>\n\nfin\r", saut=b"\n")
    assert lire(related(), corps).parties[0].contenu == b"fin\r"


# --- action ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parametres", "racine", "attendue", "differe"),
    [
        (f'action="{ACTION}"; boundary="B"', b'; action="getNumUnique"', ACTION, False),
        (f'action="{ACTION}"; boundary="B"', b'; action="getDoublons"', ACTION, True),
        ('boundary="B"', b'; action="getNumUnique"', "getNumUnique", False),
        (
            f'start-info="application/soap+xml; action=\\"{ACTION}\\""; boundary="B"',
            b"",
            ACTION,
            False,
        ),
        ('boundary="B"', b"", None, False),
    ],
)
def test_the_action_wherever_it_hides(
    parametres: str, racine: bytes, attendue: str | None, differe: bool
) -> None:
    corps = message().replace(b"application/xop+xml", b"application/xop+xml" + racine)
    lu = lire(related(parametres), corps)
    assert lu.action == attendue
    assert (Tolerance.ACTION_DIFFERENTE in lu.tolerances) is differe


# --- refused ---------------------------------------------------------------------------------------


IMBRIQUEE = b'Content-Type: multipart/mixed; boundary="C"\r\nContent-ID: <n>\r\n\r\n--C--'


def test_a_part_that_is_a_multipart_is_left_as_it_is() -> None:
    lu = lire(related(), message(IMBRIQUEE))
    assert lu.parties[0].contenu == b"--C--"


def test_a_header_said_twice_alike_is_a_tolerance() -> None:
    tete = b"Content-Type: text/xml\r\nContent-ID: <p>\r\nContent-Id: <p>\r\nX-A: 1\r\nX-A: 2\r\n\r\n"
    lu = lire(related(), message(tete + b"<a/>"))
    assert lu.parties[0].content_id == "p"
    assert Tolerance.EN_TETE_REPETE in lu.tolerances


ACCENT = "<a>é €</a>"


@pytest.mark.parametrize(
    ("type_partie", "contenu", "attendu", "note"),
    [
        ("text/xml; charset=iso-8859-15", ACCENT.encode("iso-8859-15"), ACCENT.encode(), False),
        ("text/xml; charset=windows-1252", ACCENT.encode("cp1252"), ACCENT.encode(), False),
        ('application/xml; charset="UTF-16"', ACCENT.encode("utf-16-le"), ACCENT.encode(), False),
        ("text/xml; charset=us-ascii", ACCENT.encode(), ACCENT.encode(), False),  # attested
        ("text/xml; charset=iso-8859-1", ACCENT.encode(), ACCENT.encode(), True),
        (
            "text/xml; charset=utf-8",
            b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xe9</a>',
            b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xe9</a>',
            True,
        ),
        ("text/plain; charset=iso-8859-1", b"\xe9", b"\xe9", False),
        ("text/xml; charset=martien", b"<a/>", b"<a/>", True),
        ("text/xml; charset=utf-8", b"", b"", False),
    ],
)
def test_the_charset_of_a_part(type_partie: str, contenu: bytes, attendu: bytes, note: bool) -> None:
    lu = lire(
        related(), message(f"Content-Type: {type_partie}\r\nContent-ID: <p>\r\n\r\n".encode() + contenu)
    )
    assert lu.parties[0].contenu == attendu
    assert (Tolerance.CHARSET_DE_PARTIE in lu.tolerances) == note


@pytest.mark.parametrize(
    ("content_type", "corps", "dit"),
    [
        (related(), message()[: -len(b"--B--\r\n")], "tronqué dans sa partie 1"),
        (related(), message(partie())[:-20], "tronqué dans sa partie 2"),
        (related(), message().replace(b"--B--", b"--B-"), "tronqué"),
        (related('boundary="autre"'), message(), "n'apparaît nulle part"),
        (related(), b"", "n'apparaît nulle part"),
        (related(), b"--B--\r\n", "aucune partie"),
        (related('a="b"'), message(), "sans « boundary »"),
        (related('a="b"'), b"<racine/>", "sans « boundary »"),
        (related('a="b"'), b"MIME-Version: 1.0\r\n\r\n" + message(), "sans « boundary »"),
        (related(f'boundary="{"B" * 71}"'), message(boundary=b"B" * 71), "il en a 71"),
        (related('boundary="é"'), message(), "ASCII"),
        (related('boundary=" "'), message(), "de 1 à 70"),
        ('multipart/form-data; boundary="B"', message(), "multipart/related est attendu"),
        (related(), message(partie(b"pas du base64 !", cte=b"base64")), "[p1], octet"),
        (related(), message(partie(b"YQ=", cte=b"base64")), "pas du base64"),
        (related(), message(partie(b"=G1", cte=b"quoted-printable")), "« = » isolé à l'octet 0"),
        (related(), message(partie(cte=b"x-uuencode")), "[x-uuencode] est inconnu"),
        (related(), message(partie(), partie()), "même Content-ID [p1]"),
        (related('boundary="B"', start='; start="<n>"'), message(IMBRIQUEE), "un niveau"),
        (
            related(),
            message(b"Content-Type: text/xml\r\nContent-Type: text/html\r\n\r\nx"),
            "[text/xml], puis",
        ),
        (
            related(),
            message(b"Content-ID: <p>\r\ncontent-id: <q>\r\n\r\nx"),
            "content-id est écrit deux fois",
        ),
        (
            related(),
            message(b"Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ=="),
            "se contredit",
        ),
        (
            "",
            b"Content-Type: multipart/related; boundary=B\r\nContent-Type: multipart/related; boundary=C\r\n"
            b"\r\n" + message(),
            "Tête du corps",
        ),
        (related(), message(b"pas un en-tete\r\n\r\nx"), "[pas un en-tete]"),
        (related(), message(b": vide\r\n\r\nx"), "« Nom: valeur »"),
        (related(), message(b"a: b\r\n" * 65 + b"\r\nx"), "plus de 64 en-têtes"),
        (related(), message(b"a: " + b"b" * 17_000 + b"\r\n\r\nx"), "dépassent 16384 octets"),
        (related(), message(b"Content-Type: text/" + b"x" * 2100 + b"\r\n\r\nx"), "partie 2"),
        (related() + " " * 2100, message(), "la limite est de 2048"),
        ("text/xml", b"", "aucun octet"),
    ],
)
def test_a_refusal_says_what_and_where(content_type: str, corps: bytes, dit: str) -> None:
    assert dit in explication(content_type, corps)


def test_too_many_parts() -> None:
    parties = [b"\r\nx"] * 63
    assert len(lire(related(), message(*parties)).parties) == 63
    with pytest.raises(MessageTropGros) as refus:
        lire(related(), message(*parties, b"\r\nx"))
    assert "64 parties" in refus.value.explication
    with pytest.raises(MessageTropGros):
        lire(related(), b"--B\r\n" * 100_000 + b"--B--")
    assert len(lire(related(), message(*parties), parties_max=65).parties) == 63


def test_too_many_bytes() -> None:
    corps = message(partie())
    assert lire(related(), corps, taille_max=len(corps)).parties
    with pytest.raises(MessageTropGros) as refus:
        lire(related(), corps, taille_max=len(corps) - 1)
    assert f"{len(corps)} octets" in refus.value.explication


def test_a_flood_of_false_delimiters_is_stopped() -> None:
    assert lire(related(), message(partie(b"--Bx\r\n" * 1000)))
    assert "sans l'être" in explication(related(), message(partie(b"--Bx\r\n" * 1001)))


# --- links -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cid", "href", "trouvee"), DONNEES["a_link_finds_its_part"])
def test_a_link_finds_its_part(cid: str, href: str, trouvee: bool) -> None:
    lu = lire(related(), message(partie(cid=cid.encode())))
    assert (lu.partie(href) is lu.parties[0]) is trouvee
    assert (lu.partie(href) is None) is not trouvee
