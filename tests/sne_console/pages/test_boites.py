"""The boxes of a guichet: files left, processed, read, taken out."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from banc import FORMULAIRE, Banc, poser, specimen
from lxml import etree, html
from navigateur import ENTETES

from sne_sandbox.operations.boites_sur_disque import DossiersGuichet

NOM = "DEMG1104-201803151200-000001.xml"
RET = "RETG1104-201803151200-000001.xml"
ATT = "ATTG1104-201803151200-000001.pdf"
HOSTILE = "<script>alert('x')</script>"
NIR = "2061275111005"

Page = Callable[..., Any]
Envoyer = Callable[..., Any]


def octets(racine: Any) -> bytes:
    fait: bytes = etree.tostring(racine, encoding="UTF-8")
    return fait


def deposer(envoyer: Envoyer, contenu: bytes, nom: str = NOM) -> Any:
    return envoyer(
        "/guichets/G1104/deposer",
        depuis="/guichets/G1104",
        fichier=(io.BytesIO(contenu), nom),
    )


def noms(page: Page, boite: str, guichet: str = "G1104") -> list[str]:
    arbre = page(f"/guichets/{guichet}")
    return [str(n) for n in arbre.xpath(f"//section[@aria-labelledby='t-{boite}']//tbody//th/a/text()")]


def dit(page: Page, chemin: str = "/guichets/G1104") -> str:
    return " ".join(page(chemin).find(".//main").text_content().split())


def test_a_file_is_left_processed_read_and_taken_out(banc: Banc, page: Page, envoyer: Envoyer) -> None:
    assert deposer(envoyer, octets(specimen("personne_seule"))).status_code == 303
    assert noms(page, "entree") == [NOM]
    assert "en attente" in dit(page)
    assert envoyer("/guichets/G1104/relever", depuis="/guichets/G1104").status_code == 303
    apres = dit(page)
    assert f"{NOM} : accepté, réponse {RET}. 0 document de dispatching." in apres
    assert sorted(noms(page, "sortie")) == [ATT, RET]
    assert "réponse à un fichier déposé" in apres
    assert "traité" in apres
    arbre = page(f"/guichets/G1104/sortie/{RET}")
    assert arbre.xpath("//div[@class='arbre']//span[@class='nom']/text()")[0] == "interfaceNuu"
    assert "n'est pas du texte" in dit(page, f"/guichets/G1104/sortie/{ATT}")
    garde = banc.http.get(f"/console/{banc.nom}/guichets/G1104/sortie/{RET}/telecharger", headers=ENTETES)
    assert garde.headers["Content-Disposition"] == f'attachment; filename="{RET}"'
    assert etree.fromstring(garde.data) is not None
    assert envoyer(f"/guichets/G1104/sortie/{RET}/retirer", depuis="/guichets/G1104").status_code == 303
    assert envoyer(f"/guichets/G1104/entree/{NOM}/retirer", depuis="/guichets/G1104").status_code == 303
    assert (noms(page, "entree"), noms(page, "sortie")) == ([], [ATT])


def test_a_file_may_be_given_another_name(page: Page, envoyer: Envoyer) -> None:
    deposer(envoyer, b"<a/>", nom="envois/DEM1.xml")
    adresse, depuis = "/guichets/G1104/deposer", "/guichets/G1104"
    fichier = (io.BytesIO(b"<a/>"), "mon fichier.xml")
    assert envoyer(adresse, depuis=depuis, fichier=fichier, nom="DEM2.xml").status_code == 303
    assert sorted(noms(page, "entree")) == ["DEM1.xml", "DEM2.xml"]


def test_what_the_box_does_not_take_is_said(banc: Banc, envoyer: Envoyer) -> None:
    for contenu, nom, phrase in (
        (b"<a/>", HOSTILE, "ne convient pas"),
        # Read to one byte beyond the limit, whatever it weighs: no weight is told.
        (b" " * (banc.services.configuration.limites.xml_max + 9), NOM, "est trop gros"),
    ):
        reponse = deposer(envoyer, contenu, nom)
        assert reponse.status_code == 422
        assert phrase in reponse.text
        assert HOSTILE not in reponse.text
    sans = envoyer("/guichets/G1104/deposer", depuis="/guichets/G1104")
    assert sans.status_code == 422
    assert "Aucun fichier n&#39;est choisi" in sans.text


def test_a_file_of_the_folder_whose_name_is_not_taken_is_shown(banc: Banc, page: Page) -> None:
    entree = DossiersGuichet.de(banc.services.configuration.home, banc.nom, "G1104").entree
    assert "Rien dans cette boîte." in dit(page)
    assert not entree.exists(), "reading makes nothing"
    entree.mkdir(parents=True)
    (entree / "<b>mon fichier.xml").write_bytes(b"<a/>")
    vu = dit(page)
    assert "1 fichier dont la boîte ne prend pas le nom : <b>mon fichier.xml." in vu
    assert "Remède : un nom comme DEMG1104-201803151200-000001.xml" in vu
    for rang in range(30):
        (entree / f"n° {rang}.xml").write_bytes(b"<a/>")
    assert "31 fichiers dont la boîte ne prend pas le nom" in dit(page)
    assert "et 11 autres" in dit(page)


def test_the_end_of_the_channel_is_told_and_lived(banc: Banc, page: Page, envoyer: Envoyer) -> None:
    assert "ouverts jusqu'au 31/12/2018" in dit(page)
    banc.api("POST", f"/bases/{banc.nom}/clock/freeze", {"instant": "2019-01-02T12:00:00"})
    assert "finis depuis le 31/12/2018" in dit(page)
    deposer(envoyer, octets(specimen("personne_seule")))
    envoyer("/guichets/G1104/relever", depuis="/guichets/G1104")
    assert f"{NOM} : anomalies (échange n° 2, ASY001 : Les échanges asynchrones ont pris fin" in dit(page)
    assert "ASY001" in dit(page, f"/guichets/G1104/sortie/{RET}")


def test_dispatching_reaches_the_other_guichet(banc: Banc, page: Page, envoyer: Envoyer) -> None:
    banc.creer_demande("couple_garde_alternee_handicap")
    envoyer("/guichets/G0621/relever", depuis="/guichets/G0621")
    assert "1 document de dispatching." in dit(page, "/guichets/G0621")
    (dis,) = noms(page, "sortie", "G0621")
    assert dis.startswith("DISG0621-")


def test_hostile_files_are_text_and_a_nir_is_masked(banc: Banc, page: Page, envoyer: Envoyer) -> None:
    racine = specimen("personne_seule")
    poser(racine, f"{FORMULAIRE}/precision", f"{HOSTILE} {NIR}64")
    deposer(envoyer, octets(racine))
    deposer(envoyer, f"{HOSTILE} {NIR}64".encode(), "DEM2.xml")
    deposer(envoyer, b"\0\1binaire", "DEM3.xml")
    for nom in (NOM, "DEM2.xml"):
        texte = dit(page, f"/guichets/G1104/entree/{nom}")
        assert HOSTILE in texte
        assert NIR not in texte
        garde = banc.http.get(f"/console/{banc.nom}/guichets/G1104/entree/{nom}/telecharger", headers=ENTETES)
        assert NIR not in garde.text
    assert "n'est pas du texte" in dit(page, "/guichets/G1104/entree/DEM3.xml")


@pytest.mark.parametrize(
    "chemin",
    [
        "/guichets/G9999",
        "/guichets/G9999/entree/x.xml",
        "/guichets/G1104/entree/absent.xml",
        "/guichets/G1104/sortie/..%2f..%2fx",
        "/guichets/G1104/sortie/%00/telecharger",
        "/guichets/G1104/autre/x.xml",
    ],
)
def test_what_is_not_there_is_said(page: Page, chemin: str) -> None:
    page(chemin, statut=404)


@pytest.mark.parametrize("action", ["deposer", "relever", "entree/DEM.xml/retirer"])
def test_who_only_reads_changes_nothing(banc: Banc, action: str) -> None:
    http = banc.app.test_client()
    http.get(f"/lecture/{banc.app.extensions['acces'].lecture}", headers=ENTETES)
    arbre = html.fromstring(http.get(f"/console/{banc.nom}/guichets/G1104", headers=ENTETES).text)
    jeton = arbre.xpath("//input[@name='csrf']/@value")[0]
    assert all(f.get("disabled") is not None for f in arbre.xpath("//main//fieldset"))
    reponse = http.post(f"/console/{banc.nom}/guichets/G1104/{action}", headers=ENTETES, data={"csrf": jeton})
    assert reponse.status_code == 403
