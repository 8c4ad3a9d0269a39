import io
import zipfile
import zlib
from base64 import b64decode, b64encode, encodebytes
from datetime import UTC, datetime
from urllib.parse import quote, unquote

import pytest
from lxml import etree
from specimen import NIR, NIR_ESPACE, NIR_TREIZE

from sne_conformite.preuves.pseudonymes import Pseudonymes
from sne_interface.domain.echange import Echange
from sne_interface.domain.nir import cle_valide, convient_a_la_civilite, forme_valide
from sne_interface.resources import fixtures_dir

AUTRE = "187062B11100573"


def document(*nirs: str) -> bytes:
    corps = "".join(f"<nir>{nir}</nir>" for nir in nirs)
    return f"<?xml version='1.0'?><a><numUnique>075031800001226001</numUnique>{corps}<b>œ</b></a>".encode()


def lus(octets: bytes) -> list[str]:
    return [str(e.text) for e in etree.fromstring(octets).iter("nir")]


def test_a_stand_in_keeps_what_the_controls_look_at() -> None:
    avant = document(NIR, AUTRE)
    apres = Pseudonymes().octets(avant)
    assert len(apres) == len(avant)
    for ancien, nouveau in zip((NIR, AUTRE), lus(apres), strict=True):
        assert nouveau != ancien
        assert nouveau[:5] == ancien[:5]
        assert nouveau[5:7] == ("99" if ancien.isdigit() else ancien[5:7]), "the letter changes the key"
        assert forme_valide(nouveau)
        assert cle_valide(nouveau) is cle_valide(ancien)
        assert convient_a_la_civilite(nouveau, "2") is convient_a_la_civilite(ancien, "2")
    assert etree.fromstring(apres).findtext("numUnique") == "075031800001226001"


@pytest.mark.parametrize("cle", [f"{n:02d}" for n in range(100)])
def test_a_key_is_as_right_as_it_was(cle: str) -> None:
    (nouveau,) = lus(Pseudonymes().octets(document(NIR_TREIZE + cle)))
    assert forme_valide(nouveau)
    assert cle_valide(nouveau) is (cle == "64")


@pytest.mark.parametrize("nir", ["", "2", "206", "2061", NIR_TREIZE, NIR + "9", "2O6127511100564", "aucun"])
def test_a_badly_written_one_stays_badly_written(nir: str) -> None:
    avant = document(nir)
    apres = Pseudonymes().octets(avant)
    assert len(apres) == len(avant)
    assert not any(forme_valide(lu) for lu in lus(apres) if lu != "None")


def test_an_attribute_of_that_name_is_hidden_too() -> None:
    avant = b'<a><demandeur nir="20612751" rang="20612751"/></a>'
    apres = etree.fromstring(Pseudonymes().octets(avant))[0]
    assert apres.get("nir") != "20612751"
    assert len(apres.get("nir")) == 8
    assert apres.get("rang") == "20612751"


def test_the_same_nir_has_the_same_stand_in_and_another_another() -> None:
    pseudonymes = Pseudonymes()
    premier = lus(pseudonymes.octets(document(NIR, AUTRE, NIR)))
    second = lus(pseudonymes.octets(document(AUTRE)))
    assert premier[0] == premier[2] != premier[1] == second[0]
    assert pseudonymes.nombre == 2


@pytest.mark.parametrize("encodage", ["utf-16-le", "utf-16-be"])
def test_two_bytes_a_character_are_read_too(encodage: str) -> None:
    avant = f"<a><p:nir x='1'>{NIR}</p:nir></a>".encode(encodage)
    apres = Pseudonymes().octets(avant)
    assert len(apres) == len(avant)
    lu = apres.decode(encodage)
    assert NIR not in lu
    assert lu.startswith("<a><p:nir x='1'>20612")


@pytest.mark.parametrize("coder", [b64encode, encodebytes])
def test_inside_base64_the_lines_stay_where_they_were(coder: object) -> None:
    code = coder(document(NIR))  # type: ignore[operator]
    avant = b"<doc>" + code + b"</doc>"
    apres = Pseudonymes().octets(avant)
    assert [len(ligne) for ligne in apres.splitlines()] == [len(ligne) for ligne in avant.splitlines()]
    (nouveau,) = lus(b64decode(apres.removeprefix(b"<doc>").removesuffix(b"</doc>")))
    assert nouveau != NIR
    assert cle_valide(nouveau)


def archive(*contenus: bytes) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as zip_:
        for rang, contenu in enumerate(contenus):
            zip_.writestr(f"{rang}.xml", contenu)
    return tampon.getvalue()


def test_inside_a_zip_as_a_part_or_in_line() -> None:
    brut = archive(document(NIR), document())
    debut, fin = b"--x\r\n\r\n", b"\r\n--x--"
    for avant, ouvrir in (
        (debut + brut + fin, lambda o: o.removeprefix(debut).removesuffix(fin)),
        (b"<z>" + b64encode(brut) + b"</z>", lambda o: b64decode(o[3:-4])),
    ):
        with zipfile.ZipFile(io.BytesIO(ouvrir(Pseudonymes().octets(avant)))) as zip_:
            assert zip_.namelist() == ["0.xml", "1.xml"]
            assert lus(zip_.read("0.xml")) != [NIR]
            assert zip_.read("1.xml") == document()


def test_a_zip_whose_bytes_begin_as_zlib_at_another_shift_is_kept() -> None:
    """One in fifty of those that the SNE gives, compressed, does."""
    tampon, code = io.BytesIO(), b"A" + b64encode(zlib.compress(b"rien" * 9)).rstrip(b"=")
    with zipfile.ZipFile(tampon, "w") as zip_:  # its content comes after 33 bytes, eleven groups of base64
        zip_.writestr("a.x", b64decode(code + b"A" * (-len(code) % 4)))
    corps = b"<z>" + b64encode(tampon.getvalue()) + b"</z>"
    assert Pseudonymes().corps(corps) == corps


@pytest.mark.parametrize("saut", range(4))
def test_what_is_compressed_beside_a_zip_is_hidden(saut: int) -> None:
    """Before it, in its comment, or after its end, where `saut` shifts its groups of base64."""
    entier, cache = archive(document()), zlib.compress(document(NIR))
    for brut in (cache + entier, entier[:-2] + len(cache).to_bytes(2, "little") + cache, entier + cache):
        assert cache not in Pseudonymes().corps(b"--x\r\n\r\n" + brut + b"\r\n--x--")
        assert b64encode(brut)[:60] not in Pseudonymes().corps(b"<z>" + b64encode(brut) + b"</z>")
    code = b64encode(entier).rstrip(b"=") + b"A" * saut + b64encode(cache)
    assert code[-60:] not in Pseudonymes().corps(b"<z>" + code + b"</z>")


def test_what_is_compressed_in_a_text_is_searched() -> None:
    """No sentence takes its place there: an answer, a header."""
    pdf = f"%PDF-1.4 <</Title (Attestation {NIR})>> endobj <</Filter /FlateDecode>>".encode()
    cache, parts = b64encode(pdf).decode(), Pseudonymes()
    propre = parts.echange(Echange("ecole", datetime(2018, 3, 15, tzinfo=UTC), en_tetes=[("X-Piece", cache)]))
    for lu in (parts.valeur({"message": cache})["message"], propre.en_tetes[0][1]):
        assert NIR.encode() not in b64decode(lu)


def test_what_cannot_be_read_stays_as_it_is() -> None:
    entier = archive(document() * 20)
    casse = entier[:35] + b"\xff" * 10 + entier[45:]  # zlib says that it is, not zipfile
    for octets in (b"PK\x03\x04", b"PK\x05\x06PK\x03\x04", archive(document(NIR))[:-30], b"\xff" * 50, casse):
        assert Pseudonymes().octets(octets) == octets


@pytest.mark.parametrize(
    "ecriture",
    [
        "".join(f"&#{ord(c)};" for c in NIR),
        "".join(f"&#x{ord(c):02x};" for c in NIR),
        f"{NIR[:7]}<!-- son NIR -->{NIR[7:]}",
        f"<?a 1?>{NIR}",
        f"<![CDATA[{NIR}]]>",
    ],
)
def test_one_value_has_one_stand_in_however_it_is_written(ecriture: str) -> None:
    pseudonymes = Pseudonymes()
    (attendu,) = lus(pseudonymes.octets(document(NIR)))
    (nir,) = etree.fromstring(pseudonymes.octets(document(ecriture))).iter("nir")
    assert f"{nir.text or ''}{''.join(e.tail or '' for e in nir)}" == attendu != NIR


def test_an_exchange_has_no_nir_left_nor_secret() -> None:
    echange = Echange(
        "ecole", datetime(2018, 3, 15, tzinfo=UTC), chemin=f"/x?nir={NIR}",
        requete=document(NIR, "3061275111"), reponse=f"<m>Le NIR [{NIR_ESPACE}]</m>".encode(),
        en_tetes=[("Authorization", "Basic xyz"), ("Content-Type", "text/xml")],
        anomalies=[{"code": "NIR001", "valeur": "3061275111", "ligne": 3}],
        fault={"message": f"voir {NIR}"}, trace=f"ValueError: {NIR}",
    )  # fmt: skip
    propre = Pseudonymes().echange(echange)
    assert not [nir for nir in (NIR, NIR_ESPACE, "3061275111", "xyz") if nir in repr(propre)]
    assert ("Content-Type", "text/xml") in propre.en_tetes
    assert propre.anomalies[0]["ligne"] == 3
    assert propre.anomalies[0]["valeur"] == lus(propre.requete)[1]
    assert echange.requete == document(NIR, "3061275111")


def test_a_number_in_the_headers_of_a_part_leaves_its_base64_alone() -> None:
    """Thirteen digits, a blank line, and the two that base64 begins with, read as fifteen."""
    dedans = b64encode(b"\xef\xbb\xbf<?xml version='1.0'?><a>rien</a>").decode()
    assert dedans[:2] == "77"
    corps = f"--B\r\nContent-Transfer-Encoding: base64\r\nX-Note: {NIR_TREIZE}\r\n\r\n{dedans}\r\n--B--\r\n"
    apres = Pseudonymes().corps(corps.encode()).decode()
    assert NIR_TREIZE not in apres
    assert dedans in apres


def test_other_digits_escaped_in_an_address() -> None:
    chiffres = "".join(chr(0x0660 + int(c)) for c in NIR)
    pseudonymes = Pseudonymes()
    apres = unquote(pseudonymes.valeur(f"/services/X?a={quote(chiffres)}&b={quote(NIR)}"))
    assert pseudonymes.nombre == 1
    assert chiffres[5:] not in apres
    assert NIR not in apres


def test_a_comment_that_a_line_ends_does_not_cut_base64() -> None:
    lignes = b64encode(zlib.compress(document(NIR))).decode()
    corps = f"<e>{lignes[:40]}<!-- x\r\n-->{lignes[40:]}</e"
    assert lignes[40:] not in Pseudonymes().corps(corps.encode()).decode()


@pytest.mark.parametrize("genre", ["regional", "departemental"])
def test_an_attestation_is_judged_again_to_the_byte(genre: str) -> None:
    """VIE-11 compares digests: in a part, or in base64."""
    pdf = (fixtures_dir() / "attestation" / f"{genre}.pdf").read_bytes()
    partie = b"--b\r\nContent-Type: application/pdf\r\n\r\n" + pdf + b"\r\n--b--\r\n"
    for corps in (partie, b"<a><attestation>" + b64encode(pdf) + b"</attestation></a>"):
        assert Pseudonymes().corps(corps) == corps
