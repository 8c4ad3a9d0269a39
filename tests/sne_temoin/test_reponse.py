"""Answers: what is read, what is a fault, what is damaged."""

import pytest

from sne_sandbox.mime.message_mime import Part, pack
from sne_temoin.incidents import FauteSoap, Indisponible, ReponseAbimee
from sne_temoin.interface import OPERATIONS, SOAP, WS, XOP
from sne_temoin.reponse import Ouverture
from sne_temoin.transport import ReponseBrute

OPERATION = OPERATIONS["getNumUnique"]


def _enveloppe(corps: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:ws="{WS}" xmlns:xop="{XOP}">'
        f"<s:Body>{corps}</s:Body></s:Envelope>"
    ).encode()


def _mtom(corps: str, *parties: Part) -> ReponseBrute:
    content_type, octets = pack(_enveloppe(corps), parties, boundary="sne")
    return ReponseBrute(200, "OK", content_type, octets)


def _simple(corps: str, statut: int = 200) -> ReponseBrute:
    return ReponseBrute(statut, "", "application/soap+xml; charset=utf-8", _enveloppe(corps))


def test_les_pieces_suivent_leurs_liens() -> None:
    http = _mtom(
        "<ws:numUniqueReponse><nomFichierDemande>RET.xml</nomFichierDemande><fichierDemande>"
        '<xop:Include href="cid:b"/></fichierDemande><attestation><xop:Include href="cid:a"/></attestation>'
        "</ws:numUniqueReponse>",
        Part("a", "application/pdf", "binary", b"%PDF"),
        Part("b", "text/xml; charset=UTF-8", "binary", b"<a/>"),
    )
    lue = Ouverture().ouvrir(http, OPERATION)
    assert lue.textes == {"nomFichierDemande": "RET.xml"}
    assert lue.pieces == {"fichierDemande": b"<a/>", "attestation": b"%PDF"}


def test_une_piece_en_ligne_est_lue_dans_une_reponse_simple() -> None:
    http = _simple("<ws:numUniqueReponse><fichierDemande>PGEv\nPg==</fichierDemande></ws:numUniqueReponse>")
    assert Ouverture().ouvrir(http, OPERATION).pieces == {"fichierDemande": b"<a/>"}


def test_une_marque_d_ordre_des_octets_est_lue() -> None:
    http = _simple("<ws:numUniqueReponse/>")
    avec = ReponseBrute(200, "OK", http.content_type, b"\xef\xbb\xbf" + http.corps)
    assert Ouverture().ouvrir(avec, OPERATION).pieces == {}


def test_une_faute_est_rendue_avec_sa_phrase_et_son_detail() -> None:
    http = _simple(
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text>Non.</s:Text></s:Reason>"
        "<s:Detail><ws:demandeLogementException><message>Parce que.</message></ws:demandeLogementException>"
        "</s:Detail></s:Fault>",
        statut=500,
    )
    with pytest.raises(FauteSoap, match=r"^Non\. — Parce que\.$"):
        Ouverture().ouvrir(http, OPERATION)


@pytest.mark.parametrize("statut", [200, 404, 502, 503])
def test_une_page_html_n_est_pas_une_reponse_du_sne(statut: int) -> None:
    with pytest.raises(Indisponible):
        Ouverture().ouvrir(ReponseBrute(statut, "", "text/html", b"<html/>"), OPERATION)


@pytest.mark.parametrize(
    "corps",
    [
        b"<a>",
        b"",
        b"<!DOCTYPE a><a/>",
        _enveloppe(""),
        _enveloppe("<ws:autreReponse/>"),
        _enveloppe(
            '<ws:numUniqueReponse><attestation><xop:Include href="cid:x"/></attestation>'
            "</ws:numUniqueReponse>"
        ),
        _enveloppe("<ws:numUniqueReponse><attestation>é</attestation></ws:numUniqueReponse>"),
    ],
    ids=["mal formé", "vide", "dtd", "sans corps", "autre réponse", "pièce absente", "base64"],
)
def test_une_reponse_abimee(corps: bytes) -> None:
    with pytest.raises(ReponseAbimee):
        Ouverture().ouvrir(ReponseBrute(200, "OK", "application/soap+xml", corps), OPERATION)


def test_un_autre_encodage_annonce_est_un_dommage() -> None:
    http = _simple("<ws:numUniqueReponse/>")
    with pytest.raises(ReponseAbimee, match="iso-8859-1"):
        Ouverture().ouvrir(
            ReponseBrute(200, "OK", "application/soap+xml; charset=iso-8859-1", http.corps), OPERATION
        )
