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

from sne_interface.domain.base import Acte
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
    assert "993681931 (inventé)" in lignes["G1226"]
    assert "044 049 053 072 085" in lignes["G0440"]
    assert "0 en attente, 0 à intégrer" in lignes["G1226"]
    assert MOT_DE_PASSE in arbre.find(".//main").text_content()


def test_the_page_says_what_each_kind_may_do_and_how_surely(page: Page) -> None:
    (table,) = page("/guichets").xpath("//section[@aria-labelledby='t-droits']//tbody")
    lignes = [" ".join(case.text_content() for case in tr) for tr in table.xpath("tr")]
    assert any(
        ligne.startswith("bailleur Radier pour attribution (RADATT) déduite") and "R. 441-2-8 a)" in ligne
        for ligne in lignes
    )
    assert any(ligne.startswith("commission de médiation Déclarer") for ligne in lignes)
    assert not any(ligne.startswith("commune Radier") for ligne in lignes)


CHAMPS = {
    "nature": "système particulier",
    "nom": "Fichier partagé d'Armor",
    "adresse": "",
    "territoires": "022 029 056",
    "siren": "",
    "ouvert_le": "2011-03-28",
    "ferme_le": "",
}


def test_one_is_added_and_changed(banc: Banc, page: Page, envoyer: Callable[..., Any]) -> None:
    assert envoyer("/guichets", depuis="/guichets", code="G0220", **CHAMPS).status_code == 303
    arbre = page("/guichets/G0220")
    assert "Le guichet G0220 est ajouté" in arbre.text_content()
    assert arbre.xpath("//input[@name='territoires']/@value") == ["022 029 056"]
    assert arbre.xpath("//select[@name='nature']/option[@selected]")[0].text == "système particulier"
    change = CHAMPS | {"siren": "992200337", "siren_invente": "on", "a_part": "on", "actes": ["decider"]}
    assert envoyer("/guichets/G0220", depuis="/guichets", **change).status_code == 303
    with banc.services.magasin.lire(banc.nom) as registre:
        lu = registre.guichet("G0220")
    assert (lu.territoires, lu.siren, lu.siren_invente) == (("022", "029", "056"), "992200337", True)
    assert lu.actes == (Acte.DECIDER,)
    cochees = page("/guichets/G0220").xpath("//input[@type='checkbox'][@checked]/@name")
    assert cochees == ["siren_invente", "a_part", "actes"]


@pytest.mark.parametrize(
    ("champs", "dit"),
    [
        ({"siren": "12"}, "mal formé"),
        ({"ferme_le": "hier"}, "n'est pas une date"),
        ({"territoires": ""}, "territoire"),
        ({"actes": "decider"}, "Actes à part"),
    ],
)
def test_what_does_not_fit_is_said_with_its_remedy(
    banc: Banc, page: Page, envoyer: Callable[..., Any], champs: dict[str, str], dit: str
) -> None:
    assert envoyer("/guichets", depuis="/guichets", code="G0220", **(CHAMPS | champs)).status_code == 303
    texte = page("/guichets").text_content()
    assert dit in texte
    assert "Remède" in texte
    with banc.services.magasin.lire(banc.nom) as registre:
        assert registre.guichet("G0220") is None


def test_what_does_not_fit_leads_back_to_the_guichet_that_was_changed(
    page: Page, envoyer: Callable[..., Any]
) -> None:
    suite = envoyer("/guichets/G0623", depuis="/guichets", **(CHAMPS | {"siren": "12"}))
    assert suite.headers["Location"].endswith("/guichets/G0623")
    assert "mal formé" in page("/guichets/G0623").text_content()


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


def test_the_authority_can_be_taken(banc: Banc, page: Page) -> None:
    (lien,) = page("/guichets").xpath("//main//a[contains(@href, 'ca.pem')]/@href")
    reponse = banc.http.get(lien, headers=ENTETES)
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
