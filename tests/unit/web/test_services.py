"""The endpoints: paths, methods, bases, the journal's header."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from banc import Banc, specimen
from flask import Flask

from sandbox.mime.client import requete
from sandbox.web.app import Configuration, creer_application


@pytest.mark.parametrize(
    "chemin",
    [
        "/services/DemandeLogementImplService",
        "/services/DemandeLogementImplService/",
        "/nuu/services/DemandeLogement",
        "/nuu/services/DemandeLogement/",
        "/nuu-ws/services/DemandeLogementImplService/",
    ],
)
def test_every_path_answers_without_redirection(application: Flask, chemin: str) -> None:
    resultat = Banc(application, "ecole").relire("1110318000099G1104", chemin=chemin)
    assert resultat.statut == 500
    assert resultat.fault == ("Sender", "Le numéro unique [1110318000099G1104] est inconnu.")


@pytest.mark.parametrize("service", ["GestionPartageeEVTImplService", "RechercheDemandeImplService"])
def test_the_other_services_have_their_paths(application: Flask, service: str) -> None:
    http = application.test_client()
    for chemin in (
        f"/services/{service}",
        f"/nuu-ws/services/{service}/",
        f"/bases/ecole/services/{service}/",
    ):
        reponse = http.post(chemin, data=b"<a/>", content_type="application/soap+xml")
        assert reponse.status_code == 500, chemin
        assert b"Fault" in reponse.data


def test_an_operation_of_another_service_is_unknown_here(banc: Banc) -> None:
    resultat = banc.relire("x", chemin=f"/bases/{banc.nom}/services/RechercheDemandeImplService/")
    assert (resultat.fault or ("",))[0] == "Sender"


def test_the_header_names_the_exchange(banc: Banc) -> None:
    resultat = banc.demander(specimen("personne_seule"))
    adresse = resultat.en_tetes["SNE-Echange"]
    assert adresse == f"http://localhost:80/api/v1/bases/{banc.nom}/exchanges/1"
    lu = banc.http.get(adresse.removeprefix("http://localhost:80"), headers={"Host": "127.0.0.1"}).json
    assert lu["numero_unique"] == resultat.numero


def test_a_base_that_does_not_exist_is_404_and_journalled_in_the_default_one(application: Flask) -> None:
    fantome = Banc(application, "nulle-part")
    resultat = fantome.relire("x", chemin="/bases/nulle-part/services/DemandeLogementImplService/")
    assert resultat.statut == 404
    assert "La base [nulle-part] n'existe pas." in resultat.corps.decode()
    assert resultat.echange is not None
    assert (resultat.echange.base, resultat.echange.verdict) == ("ecole", "refus")
    assert resultat.echange.chemin.startswith("/bases/nulle-part/")


def test_bases_never_meet(nouvelle_base: Callable[..., Banc]) -> None:
    une, autre = nouvelle_base(), nouvelle_base()
    numero = une.demander(specimen("personne_seule")).numero
    assert autre.compter() == 0
    assert autre.relire(numero).statut == 500
    assert autre.demander(specimen("personne_seule")).numero == numero
    assert len(une.journal()) == 1


@pytest.mark.parametrize("methode", ["PUT", "DELETE", "PATCH"])
def test_another_method_is_405_and_journalled(banc: Banc, methode: str) -> None:
    chemin = f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    reponse = banc.http.open(chemin, method=methode, data=b"x")
    assert reponse.status_code == 405
    assert reponse.headers["Allow"] == "GET, POST"
    assert [(e.methode, e.statut, e.verdict) for e in banc.journal()] == [(methode, 405, "refus")]


def test_get_without_wsdl_says_what_to_add(banc: Banc) -> None:
    reponse = banc.http.get("/services/DemandeLogementImplService/")
    assert reponse.status_code == 404
    assert "?wsdl" in reponse.json["detail"]


@pytest.mark.parametrize("suffixe", ["?wsdl", "?WSDL", "/?wsdl"])
def test_the_wsdl_has_the_address_of_the_request(banc: Banc, suffixe: str) -> None:
    reponse = banc.http.get(
        f"/bases/{banc.nom}/services/DemandeLogementImplService{suffixe}", headers={"Host": "sne.test:8443"}
    )
    assert reponse.status_code == 200
    attendue = f'"http://sne.test:8443/bases/{banc.nom}/services/DemandeLogementImplService'
    assert attendue in reponse.text.replace("'", '"')


@pytest.mark.parametrize(
    ("content_type", "corps"),
    [
        ("", b""),
        ("text/plain", b"bonjour"),
        ("multipart/related", b"--x"),
        ('multipart/related; boundary="x"; type="application/xop+xml"', b"--x\r\n\r\n\r\n--x--"),
        ("application/soap+xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        ("application/soap+xml", b"\xff\xfe"),
        ("application/soap+xml; charset=utf-99", b"<a/>"),
        ("é", b"<a/>"),
    ],
)
def test_garbage_gets_a_fault_and_a_line(banc: Banc, content_type: str, corps: bytes) -> None:
    resultat = banc.poster(
        corps, content_type, chemin=f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    )
    assert resultat.statut == 500
    assert b"Fault" in resultat.corps
    assert len(banc.journal()) == 1
    assert banc.journal()[0].verdict == "fault"


def test_the_same_question_gets_the_same_boundary(nouvelle_base: Callable[..., Banc]) -> None:
    une, autre = nouvelle_base(), nouvelle_base()
    reponses = [b.demander(specimen("personne_seule")) for b in (une, autre)]
    assert reponses[0].en_tetes["Content-Type"] == reponses[1].en_tetes["Content-Type"]
    assert reponses[0].corps == reponses[1].corps


def test_a_message_beyond_the_limit_is_a_fault(banc: Banc) -> None:
    content_type, corps = requete(b"<a/>" + b" " * 21_000_000, [], action="x")
    resultat = banc.poster(
        corps, content_type, chemin=f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    )
    assert resultat.statut == 500
    assert (resultat.fault or ("",))[0] == "Sender"


def test_an_operation_of_the_real_client_is_read_whatever_the_host(banc: Banc) -> None:
    assert banc.demander(specimen("personne_seule")).statut == 200  # Host: sne.logement.gouv.fr


def test_head_of_the_wsdl_and_a_base_that_does_not_exist(banc: Banc) -> None:
    chemin = "services/DemandeLogementImplService/?wsdl"
    assert banc.http.head(f"/bases/{banc.nom}/{chemin}").status_code == 200
    assert banc.journal() == []
    assert banc.http.get(f"/bases/nulle-part/{chemin}").status_code == 404


@pytest.mark.parametrize(("voulue", "annonce", "encodage"), [
    (False, "gzip, deflate", None),
    (True, "gzip, deflate", "gzip"),
    (True, "deflate", None),
])  # fmt: skip
def test_nothing_is_compressed_unless_the_operator_wants_it(
    tmp_path: Path, voulue: bool, annonce: str, encodage: str | None
) -> None:
    application = creer_application(Configuration(home=tmp_path, compression=voulue))
    reponse = application.test_client().post(
        "/services/DemandeLogementImplService/", data=b"<a/>", headers={"Accept-Encoding": annonce}
    )
    assert reponse.headers.get("Content-Encoding") == encodage
    corps = gzip.decompress(reponse.data) if encodage else reponse.data
    assert b"Fault" in corps
