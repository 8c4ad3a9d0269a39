"""Pieces of an answer, in the envelope or beside it."""

import pytest
from lxml import etree

from sne_interface.domain.base import Base
from sne_interface.domain.echange import Piece, RequeteHttp
from sne_interface.settings import Reglages
from sne_sandbox.mime.message_deballe import unpack
from sne_sandbox.mime.message_mime import Packaging
from sne_sandbox.soap.envelope import SOAP12, XOP
from sne_sandbox.soap.reponse_emballee import RACINES, Emballage, joindre


def charge() -> etree._Element:
    return etree.fromstring("<r><nom>n</nom><a>a</a><b>b</b></r>")


def test_mtom_chaque_piece_devient_une_partie_sauf_le_zip():
    element = charge()
    pieces = {"a": Piece(b"\xc3\xa9", "text/xml"), "b": Piece(b"PK", "application/zip")}
    parties = joindre(element, pieces, Packaging.MTOM)
    assert [(p.content_id, p.content_type, p.encodage, p.contenu) for p in parties] == [
        ("a@sne-sandbox", "text/xml; charset=UTF-8", "binary", b"\xc3\xa9")
    ]
    assert element.findtext("nom") == "n"
    (include,) = element.find("a")
    assert (include.tag, include.get("href")) == (f"{{{XOP}}}Include", "cid:a@sne-sandbox")
    assert element.find("a").text is None
    assert element.findtext("b") == "UEs="


@pytest.mark.parametrize("racine", sorted(RACINES))
def test_no_content_id_is_taken_for_the_document_by_the_published_client(racine: str):
    element = etree.fromstring(f"<r><{racine}>x</{racine}></r>")
    (partie,) = joindre(element, {racine: Piece(b"x", "text/xml")}, Packaging.MTOM)
    assert f":{racine}" not in etree.tostring(element, encoding="unicode")
    assert element[0][0].get("href") == f"cid:{partie.content_id}"


def test_simple_tout_en_base64_sur_une_ligne():
    element = charge()
    assert joindre(element, {"a": Piece(bytes(300), None)}, Packaging.SIMPLE) == []
    assert element.findtext("a") == "A" * 400
    assert element.findtext("b") == "b"


def test_piece_sans_type():
    (partie,) = joindre(charge(), {"a": Piece(b"x")}, Packaging.MTOM)
    assert partie.content_type == "application/octet-stream"


def test_piece_vide():
    element = charge()
    joindre(element, {"a": Piece(b"")}, Packaging.SIMPLE)
    assert element.findtext("a") == ""
    (partie,) = joindre(charge(), {"a": Piece(b"")}, Packaging.MTOM)
    assert partie.contenu == b""


def requete(content_type: str = 'multipart/related; boundary="b"', corps: bytes = b"x") -> RequeteHttp:
    return RequeteHttp("POST", "/services/x/", [("Content-Type", content_type)], corps)


def test_the_answer_travels_as_the_question_unless_the_base_imposes():
    simple, mtom = requete("application/soap+xml"), requete()
    net = requete("", b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n")
    assert [Emballage.de(r).packaging for r in (simple, mtom, net)] == [
        Packaging.SIMPLE,
        Packaging.MTOM,
        Packaging.MTOM,
    ]
    for impose in ("simple", "mtom"):
        base = Base("ecole", reglages=Reglages(emballage=impose))
        assert {Emballage.de(r, base).packaging for r in (simple, mtom, net)} == {Packaging(impose)}


def test_the_same_question_to_the_same_base_has_the_same_boundary():
    enveloppe = etree.Element(f"{{{SOAP12}}}Envelope")

    def emballe(graine: int, corps: bytes = b"x") -> tuple[str, bytes]:
        return Emballage.de(requete(corps=corps), Base("ecole", seed=graine)).emballer(enveloppe, [])

    assert emballe(1) == emballe(1)
    assert len({emballe(1)[0], emballe(2)[0], emballe(1, b"y")[0]}) == 3
    content_type, corps = emballe(1)
    assert etree.fromstring(unpack(content_type, corps, taille_max=10**6).racine).tag == enveloppe.tag
    assert not content_type.endswith(";")
