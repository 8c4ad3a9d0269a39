"""The endpoints: paths, methods, bases, the journal's header."""

import gc
import gzip
import socket
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from banc import Banc, Resultat, specimen
from flask import Flask
from lxml import etree

from sne_conformite.observation.observation import Observation
from sne_sandbox.soap.requete_soap_ecrite import Forme, ecrire, requete
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration


@pytest.mark.parametrize(
    "chemin",
    [
        "/services/DemandeLogementImplService",
        "/services/DemandeLogementImplService/",
        "/services/DemandeLogementImplService//",
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


@pytest.mark.parametrize("hote", ["127.0.0.1:8080", "sne.logement.gouv.fr"])
@pytest.mark.parametrize(
    "chemin",
    [
        "/",
        "/console",
        "/guide/",
        "/servicesX/DemandeLogementImplService/",
        "/bases/ecole/service/DemandeLogementImplService/",
        "/bases/nulle-part/x/DemandeLogementImplService/",
    ],
)
def test_a_call_to_no_service_is_journalled_whole_and_told_where_they_are(
    application: Flask, chemin: str, hote: str
) -> None:
    banc = Banc(application, "ecole")
    content_type, corps = ecrire(
        application.extensions["sne"].contrat.operations["getDemandeLogement"],
        {"numUnique": "x", "nomCertificat": "C", "certificat": b""},
        Forme.NETTE,
    )
    recue = banc.http.post(chemin, data=corps, content_type=content_type, headers={"Host": hote})
    assert recue.status_code == 404
    base, _, numero = recue.headers["SNE-Echange"].rpartition("/bases/")[2].partition("/exchanges/")
    note = application.extensions["sne"].magasin.journal.lire(base, int(numero))
    assert (note.statut, note.verdict, note.service, note.chemin) == (404, "refus", None, chemin)
    assert (note.requete, note.reponse) == (corps, recue.data)
    assert "/services/" in note.fault["explication"]
    resultat = Resultat(404, dict(recue.headers), recue.data, note)
    assert resultat.fault is not None
    prefixe = "/bases/ecole" if chemin.startswith("/bases/ecole") else ""
    assert f"{prefixe}/services/DemandeLogementImplService/" in resultat.fault[1]


def test_a_call_of_soap_1_1_to_no_service_can_read_its_fault(application: Flask) -> None:
    corps = b'<a:Envelope xmlns:a="http://schemas.xmlsoap.org/soap/envelope/"><a:Body/></a:Envelope>'
    recue = Banc(application, "ecole").http.post("/", data=corps, content_type="text/xml; charset=utf-8")
    assert (recue.status_code, recue.mimetype) == (404, "text/xml")
    assert "/services/" in etree.fromstring(recue.data).findtext(".//faultstring", "")


def test_a_form_or_a_page_of_elsewhere_is_still_refused(banc: Banc) -> None:
    for chemin in ("/", "/console/", "/api/v1/bases"):
        reponse = banc.http.post(chemin, data={"a": "b"}, headers={"Host": "ailleurs.example"})
        assert reponse.status_code == 403
    depot = f"/api/v1/bases/{banc.nom}/guichets/G1226/inbox/a.xml"
    en_tetes = {"Host": "ailleurs.example", "Content-Type": "text/xml"}
    assert banc.http.post(depot, data=b"<a/>", headers=en_tetes).status_code == 403


def test_a_form_sent_to_nowhere_is_not_journalled(application: Flask) -> None:
    banc = Banc(application, "ecole")
    banc.http.post("/ni-soap-ni-service", data={"a": "b"})
    assert [e for e in banc.journal() if e.chemin == "/ni-soap-ni-service"] == []


def test_bases_never_meet(nouvelle_base: Callable[..., Banc]) -> None:
    une, autre = nouvelle_base(), nouvelle_base()
    numero = une.demander(specimen("personne_seule")).numero
    assert autre.compter() == 0
    assert autre.relire(numero).statut == 500
    assert autre.demander(specimen("personne_seule")).numero == numero
    assert len(une.journal()) == 1


@pytest.mark.parametrize("methode", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "NUIT"])
def test_another_method_is_405_and_journalled(banc: Banc, methode: str) -> None:
    chemin = f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    reponse = banc.http.open(chemin, method=methode, data=b"x")
    assert reponse.status_code == 405
    assert reponse.headers["Allow"] == "GET, POST"
    dite = "(NUIT)" if methode == "NUIT" else methode  # it does not pass for a night
    assert [(e.methode, e.statut, e.verdict) for e in banc.journal()] == [(dite, 405, "refus")]


def test_get_without_wsdl_says_what_to_add(banc: Banc) -> None:
    reponse = banc.http.get("/services/DemandeLogementImplService/")
    assert reponse.status_code == 404
    assert "?wsdl" in reponse.json["detail"]


@pytest.mark.parametrize("suffixe", ["?wsdl", "?WSDL", "/?wsdl"])
@pytest.mark.parametrize(
    ("hote", "ici"),
    [
        ("localhost:18443", "localhost:18443"),  # a port mapped on the way
        ("127.0.0.1:8443", "127.0.0.1:8443"),
        ("[::1]:8443", "[::1]:8443"),
        (f"{socket.gethostname()}:8443", f"{socket.gethostname()}:8443"),
        ("sne.test:8443", "sne.test:8443"),
        ("sne.logement.gouv.fr", "localhost:80"),  # what a stub made of it would call
    ],
)
def test_the_wsdl_has_an_address_of_this_server(
    banc: Banc, monkeypatch: pytest.MonkeyPatch, suffixe: str, hote: str, ici: str
) -> None:
    nommee = replace(banc.services, configuration=replace(banc.services.configuration, noms=("sne.test",)))
    monkeypatch.setattr(banc.app.extensions["aiguillage"], "services", nommee)
    reponse = banc.http.get(
        f"/bases/{banc.nom}/services/DemandeLogementImplService{suffixe}", headers={"Host": hote}
    )
    assert reponse.status_code == 200
    attendue = f'"http://{ici}/bases/{banc.nom}/services/DemandeLogementImplService'
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


def test_what_reads_nothing_leaves_no_line_and_a_base_that_does_not_exist_has_no_wsdl(banc: Banc) -> None:
    chemin = "services/DemandeLogementImplService/?wsdl"
    assert banc.http.head(f"/bases/{banc.nom}/{chemin}").status_code == 200
    reponse = banc.http.options(f"/bases/{banc.nom}/{chemin}")
    assert (reponse.status_code, reponse.headers["Allow"]) == (204, "GET, POST")
    assert banc.journal() == []
    assert banc.http.get(f"/bases/nulle-part/{chemin}").status_code == 404


@pytest.mark.parametrize(("voulue", "annonce", "encodage"), [
    (False, "gzip, deflate", None),
    (True, "gzip, deflate", "gzip"),
    (True, "gzip;q=0, identity", None),
    (True, "deflate", None),
])  # fmt: skip
def test_nothing_is_compressed_unless_the_operator_wants_it(
    tmp_path: Path, voulue: bool, annonce: str, encodage: str | None
) -> None:
    application = creer_application(Configuration(ouvert=True, home=tmp_path, compression=voulue))
    reponse = application.test_client().post(
        "/services/DemandeLogementImplService/", data=b"<a/>", headers={"Accept-Encoding": annonce}
    )
    assert reponse.headers.get("Content-Encoding") == encodage
    corps = gzip.decompress(reponse.data) if encodage else reponse.data
    assert b"Fault" in corps


def test_no_application_passes_for_the_console(banc: Banc) -> None:
    faux = {"SNE-Console": "oui", "sne-rejeu": "1", "X-Autre": "vu"}
    for chemin in (f"/bases/{banc.nom}/services/DemandeLogementImplService/", f"/bases/{banc.nom}/rien/"):
        banc.http.post(chemin, data=b"<a/>", content_type="application/soap+xml", headers=faux)
    contrat = banc.services.contrat
    for echange in banc.journal():
        assert not Observation(
            banc.services.magasin.journal.lire(banc.nom, echange.identifiant), contrat
        ).de_la_console
        assert ("X-Autre", "vu") in echange.en_tetes
    assert len(banc.journal()) == 2


def test_an_answer_leaves_even_when_its_line_is_refused(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuser(*_: object) -> None:
        raise sqlite3.IntegrityError("refusé")

    with monkeypatch.context() as essai:
        essai.setattr(banc.services.magasin.journal, "consigner", refuser)
        resultat = banc.relire("1110318000099G1104")
        perdu = banc.http.post("/nulle-part", data=b"<a/>", content_type="text/xml")
    assert resultat.fault is not None
    assert (resultat.statut, resultat.echange) == (500, None)
    assert (perdu.status_code, perdu.mimetype) == (404, "application/soap+xml")
    assert banc.relire("1110318000099G1104").echange is not None


@pytest.mark.parametrize(
    ("document", "verdict"),
    [
        (b"<a/>", "fault"),
        (b"<a>", "fault"),
        (etree.tostring(specimen("personne_seule")), "accepté"),
    ],
    ids=["structure", "malformed", "accepted"],
)
def test_no_document_outlives_its_exchange(banc: Banc, document: bytes, verdict: str) -> None:
    # Not even until the collector comes: it counts objects, and a tree of three megabytes is a few of them.
    def restes() -> int:
        return sum(isinstance(objet, etree._Element | etree._ElementTree) for objet in gc.get_objects())

    def envoyer() -> str:
        resultat = banc.demander(document, nom="DEMG1104-201803151200-000000.xml")
        assert resultat.echange is not None
        return resultat.echange.verdict

    assert envoyer() == verdict
    gc.collect()
    gc.disable()
    try:
        avant = restes()
        for _ in range(5):
            envoyer()
        assert restes() == avant
    finally:
        gc.enable()


@pytest.mark.parametrize("encodage", ["gzip", "Deflate", "br"])
def test_a_compressed_question_is_refused_by_the_name_of_its_header(banc: Banc, encodage: str) -> None:
    reponse = banc.http.post(
        f"/bases/{banc.nom}/services/DemandeLogementImplService/",
        data=gzip.compress(b"<a/>"),
        headers={"Content-Type": "application/soap+xml", "Content-Encoding": encodage},
    )
    assert (reponse.status_code, reponse.mimetype) == (500, "application/soap+xml")
    (ligne,) = banc.journal()
    assert ligne.fault is not None
    assert f"Content-Encoding [{encodage}]" in ligne.fault["explication"]


def test_a_database_that_is_lost_is_a_fault(
    banc: Banc, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def perdue(*_: object) -> None:
        raise sqlite3.OperationalError("disque parti")

    with monkeypatch.context() as essai:
        essai.setattr(banc.services.magasin, "regarder", perdue)
        resultat = banc.demander(specimen("personne_seule"))
    assert resultat.statut == 500
    assert resultat.fault is not None
    code, raison = resultat.fault
    assert (code, "rien n'a été enregistré" in raison) == ("Receiver", True)
    assert resultat.en_tetes["Content-Type"].startswith("multipart/related")
    (ligne,) = banc.journal()
    assert (ligne.verdict, "disque parti" in ligne.trace) == ("erreur", True)
    dit = capsys.readouterr().err
    assert "disque parti" in dit
    assert "MIME_BOUNDARY" not in dit, "what was sent is in the journal, and not in the log"
