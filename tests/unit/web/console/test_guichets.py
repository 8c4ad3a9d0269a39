"""The guichets of a base and their certificates."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from banc import Banc
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12
from lxml import html
from navigateur import ENTETES

from sne_sandbox.pki import MOT_DE_PASSE
from sne_sandbox.pki.authority import lire_guichet

Page = Callable[..., Any]


def test_guichets_are_listed(page: Page) -> None:
    arbre = page("/guichets")
    lignes = {
        tr.xpath("string(th)").strip(): " ".join(tr.text_content().split())
        for tr in arbre.xpath("//tbody/tr")
    }
    assert {"G1104", "G1226", "G7501", "GDPUB"} <= set(lignes)
    assert "bailleur" in lignes["G1226"]
    assert "062" in lignes["G1226"]
    assert "0 en attente, 0 à intégrer" in lignes["G1226"]
    assert MOT_DE_PASSE in arbre.find(".//main").text_content()


def test_a_certificate_is_issued_for_this_base(banc: Banc, envoyer: Callable[..., Any]) -> None:
    reponse = envoyer("/guichets/G1226/certificat", depuis="/guichets")
    assert reponse.status_code == 200
    assert reponse.headers["Content-Disposition"] == f'attachment; filename="G1226-{banc.nom}.zip"'
    with zipfile.ZipFile(io.BytesIO(reponse.data)) as archive:
        fichiers = {nom: archive.read(nom) for nom in archive.namelist()}
    assert set(fichiers) == {
        "G1226.pem",
        "G1226.key",
        "G1226.p12",
        "truststore.p12",
        "ca.pem",
        "LISEZMOI.txt",
    }
    client, ca = x509.load_pem_x509_certificates(fichiers["G1226.pem"])
    client.verify_directly_issued_by(ca)
    assert fichiers["ca.pem"] in fichiers["G1226.pem"]
    assert lire_guichet(client.public_bytes(Encoding.DER)) == ("G1226", banc.nom)
    cle = load_pem_private_key(fichiers["G1226.key"], password=None)
    assert cle.public_key() == client.public_key()
    assert pkcs12.load_pkcs12(fichiers["G1226.p12"], MOT_DE_PASSE.encode()).key is not None
    assert MOT_DE_PASSE in fichiers["LISEZMOI.txt"].decode()


def test_the_authority_can_be_taken(banc: Banc) -> None:
    reponse = banc.http.get(f"/console/{banc.nom}/guichets/ca.pem", headers=ENTETES)
    assert x509.load_pem_x509_certificate(reponse.data).subject


@pytest.mark.parametrize("code", ["G9999", "..", "%00", "é", "<b>"])
def test_an_unknown_guichet_is_said(envoyer: Callable[..., Any], code: str) -> None:
    reponse = envoyer(f"/guichets/{code}/certificat", depuis="/guichets")
    assert reponse.status_code == 404
    assert "<b>" not in reponse.text


def test_who_only_reads_gets_no_key(banc: Banc) -> None:
    http = banc.app.test_client()
    http.get(f"/lecture/{banc.app.extensions['acces'].lecture}", headers=ENTETES)
    arbre = html.fromstring(http.get(f"/console/{banc.nom}/guichets", headers=ENTETES).text)
    boutons = arbre.xpath("//tbody//button")
    assert boutons
    assert all(bouton.get("disabled") is not None for bouton in boutons)
    reponse = http.post(
        f"/console/{banc.nom}/guichets/G1226/certificat",
        headers=ENTETES,
        data={"csrf": arbre.xpath("//input[@name='csrf']/@value")[0]},
    )
    assert reponse.status_code == 403
    assert "Vous êtes en lecture seule" in reponse.text


def test_without_its_token_a_form_is_refused(banc: Banc) -> None:
    reponse = banc.http.post(f"/console/{banc.nom}/guichets/G1226/certificat", headers=ENTETES)
    assert reponse.status_code == 403
