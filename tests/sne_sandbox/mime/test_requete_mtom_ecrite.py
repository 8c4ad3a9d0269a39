"""The client's side, read back and byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mtom_d_un_client_reel import ACTION, CLIENT_REEL, CORPS_CLIENT_REEL, ENVELOPPE

from sne_sandbox.mime import tolerances as t
from sne_sandbox.mime.message_deballe import unpack
from sne_sandbox.mime.message_mime import Part
from sne_sandbox.mime.requete_mtom_ecrite import Forme, requete

PARTIES = [
    Part("certificate", "application/octet-stream", "BASE64", b""),
    Part("xml_id", "text/xml; charset=us-ascii", "7bit", b"<interfaceNuu/>"),
]


def test_the_raw_form_of_a_real_client() -> None:
    assert requete(ENVELOPPE, PARTIES, action=ACTION) == (CLIENT_REEL, CORPS_CLIENT_REEL)


def test_the_neat_form_needs_no_tolerance() -> None:
    parties = [Part("xml_id", "text/xml", "binary", b"<interfaceNuu/>")]
    entete, corps = requete(b"<e/>", parties, action=ACTION, forme=Forme.NETTE)
    lu = unpack(entete, corps, taille_max=9999)
    assert (lu.racine, lu.action, lu.tolerances) == (b"<e/>", ACTION, ())
    assert lu.partie("cid:xml_id") == lu.parties[0]


@given(
    st.binary(max_size=300),
    st.sampled_from(["binary", "8bit", "BASE64", "quoted-printable"]),
)
def test_every_encoding_comes_back(contenu: bytes, encodage: str) -> None:
    entete, corps = requete(b"<e/>", [Part("p", "text/xml", encodage, contenu)], action=ACTION)
    lu = unpack(entete, corps, taille_max=9999)
    assert lu.parties[0].contenu == contenu
    assert (t.PARTIE_VIDE in lu.tolerances) is (contenu == b"")


def test_an_unknown_encoding_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="x-rot13"):
        requete(b"<e/>", [Part("p", "text/xml", "x-rot13", b"")], action=ACTION)
