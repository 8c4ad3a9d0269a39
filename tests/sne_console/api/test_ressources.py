"""The rest of the API: settings, demandes, bytes, replay, snapshots, certificates, metrics."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from banc import Banc, specimen
from cryptography import x509
from lxml import etree
from prometheus_client.parser import text_string_to_metric_families

from sne_interface.domain.echange import Echange, VerdictEchange
from sne_sandbox.bases import sauvegardes
from sne_sandbox.bases.sauvegardes import Sauvegardes

NIR = "206127511100564"


def appeler(banc: Banc, methode: str, chemin: str, corps: Any = None) -> Any:
    return banc.api(methode, f"/bases/{banc.nom}{chemin}", corps)


# --- settings ---------------------------------------------------------------------------------------------


def test_settings_are_read_and_changed(banc: Banc) -> None:
    avant = appeler(banc, "GET", "/settings").json
    assert (avant["profile"], avant["recherche_max"]) == ("ecole", 500)
    apres = appeler(banc, "PATCH", "/settings", {"profile": "strict", "recherche_max": 7}).json
    assert apres == {**avant, "profile": "strict", "recherche_max": 7}
    assert appeler(banc, "GET", "").json["reglages"] == apres


@pytest.mark.parametrize(
    "corps", [{"profile": "mou"}, {"recherche_max": "7"}, {"recherche_max": -1}, {"x": 1}]
)
def test_a_setting_that_cannot_be(banc: Banc, corps: Any) -> None:
    reponse = appeler(banc, "PATCH", "/settings", corps)
    assert reponse.status_code == 422
    assert next(iter(corps)) in str(reponse.json["errors"])


# --- demandes ---------------------------------------------------------------------------------------------


def test_demandes_are_searched_page_by_page(banc: Banc) -> None:
    numeros = [banc.creer_demande(nom)[0] for nom in ("personne_seule", "colocataires", "association")]
    assert len(set(numeros)) == 3
    premiere = appeler(banc, "GET", "/demandes?limite=2").json
    assert len(premiere["demandes"]) == 2
    seconde = appeler(banc, "GET", f"/demandes?limite=2&apres={premiere['suite']}").json
    lus = [d["numero_unique"] for d in (*premiere["demandes"], *seconde["demandes"])]
    assert sorted(lus) == sorted(numeros)
    assert seconde["suite"] is None

    def trouvees(question: str) -> list[str]:
        return [d["numero_unique"] for d in appeler(banc, "GET", f"/demandes?{question}").json["demandes"]]

    assert trouvees(f"numero={numeros[0]}") == [numeros[0]]
    assert trouvees(f"numero={numeros[0][:13]}") == []
    assert trouvees(f"numero={numeros[0][:13]}&debut=true") == [numeros[0]]
    assert trouvees("nom=march") == []
    assert trouvees("nom=march&debut=true") == trouvees("nom=mar&prenom=yan&debut=true") == [numeros[0]]
    assert (
        trouvees("nom=association+un&debut=true") == trouvees("association=assoc&debut=true") == [numeros[2]]
    )
    assert trouvees("etat=R") == []
    assert trouvees("depuis=2999-01-01") == []
    assert trouvees("nom=personne%00") == []
    assert appeler(banc, "GET", "/demandes?etat=X").status_code == 422
    assert appeler(banc, "GET", "/demandes?naissance=hier").status_code == 422
    assert appeler(banc, "GET", "/demandes?apres=2018-02-31_0620318000001G1226").status_code == 422


def test_one_demande_whole_with_its_nir_masked(banc: Banc) -> None:
    numero = banc.demander(specimen("personne_seule_nir", nir=NIR)).numero
    lu = appeler(banc, "GET", f"/demandes/{numero}")
    assert NIR not in lu.text
    assert NIR[3:] not in lu.text
    assert numero in lu.json["document"]
    assert [m["genre"] for m in lu.json["mouvements"]] == ["CRE"]
    assert lu.json["evenements"] == []
    pdf = appeler(banc, "GET", f"/demandes/{numero}/attestation")
    assert (pdf.content_type, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    for chemin in ("/demandes/rien", "/demandes/rien/attestation", "/demandes/%00"):
        assert appeler(banc, "GET", chemin).status_code == 404


# --- the journal ------------------------------------------------------------------------------------------


def test_exchanges_are_counted(banc: Banc) -> None:
    banc.creer_demande()
    banc.relire("inconnu")
    for question, nombre in (("", 2), ("?verdict=fault", 1), ("?guichet=G1226", 1), ("?texte=inconnu", 1)):
        assert appeler(banc, "GET", f"/exchanges/count{question}").json["nombre"] == nombre
    assert appeler(banc, "GET", "/exchanges/count?verdict=bof").status_code == 422


def test_the_bytes_of_an_exchange_nir_masked(banc: Banc) -> None:
    echange = banc.demander(specimen("personne_seule_nir", nir=NIR)).echange
    assert echange is not None
    for cote, octets in (("request", echange.requete), ("response", echange.reponse)):
        lu = appeler(banc, "GET", f"/exchanges/1/{cote}")
        assert (lu.status_code, lu.content_type) == (200, "application/octet-stream")
        assert NIR.encode() not in lu.data
        # Of an answer, the attestation is not shown.
        assert (len(lu.data) == len(octets)) is (cote == "request")
    assert appeler(banc, "GET", "/exchanges/1/autre").status_code == 404
    assert appeler(banc, "GET", "/exchanges/9/request").status_code == 404


def test_an_exchange_is_sent_again(banc: Banc) -> None:
    banc.creer_demande()
    rejoue = appeler(banc, "POST", "/exchanges/1/replay")
    assert rejoue.status_code == 201
    assert rejoue.json == {"base": banc.nom, "id": 2}
    nouveau = banc.services.magasin.journal.lire(banc.nom, 2)
    ancien = banc.services.magasin.journal.lire(banc.nom, 1)
    assert nouveau.requete == ancien.requete
    appeler(banc, "POST", "/clock/advance", {"vers": "P13M"})
    (nuit, *_) = [e for e in banc.journal() if e.methode == "NUIT"]
    assert appeler(banc, "POST", f"/exchanges/{nuit.identifiant}/replay").status_code == 422
    assert appeler(banc, "POST", "/exchanges/999/replay").status_code == 404


# --- snapshots --------------------------------------------------------------------------------------------


def test_a_base_is_saved_compared_put_back_and_forgotten(banc: Banc) -> None:
    try:
        faite = appeler(banc, "POST", "/snapshots", {"nom": "avant"})
        assert faite.status_code == 201
        assert "T" in faite.json["faite_le"]
        assert appeler(banc, "POST", "/snapshots", {"nom": "avant"}).status_code == 409
        numero, _ = banc.creer_demande()
        lue = appeler(banc, "GET", "/snapshots/avant/compare").json
        assert (lue["ajoutees"], lue["ecarts"]) == (
            1,
            [{"numero": numero, "genre": "ajoutée", "champs": []}],
        )
        assert appeler(banc, "GET", "/snapshots/avant/compare?avec=avant").json["ecarts"] == []
        assert appeler(banc, "GET", "/snapshots").json == [faite.json]
        assert appeler(banc, "GET", "/snapshots/avant").json == faite.json
        assert appeler(banc, "GET", "/snapshots/avant/file").data[:2] == b"PK"
        assert appeler(banc, "POST", "/snapshots/avant/restore").json == faite.json
        assert banc.compter() == 0
        refaite = appeler(banc, "POST", "/snapshots", {"nom": "avant", "remplacer": True})
        assert refaite.status_code == 201
        assert appeler(banc, "DELETE", "/snapshots/avant").status_code == 204
        for methode, suite in (("GET", ""), ("GET", "/compare"), ("POST", "/restore"), ("DELETE", "")):
            assert appeler(banc, methode, f"/snapshots/avant{suite}").status_code == 404
    finally:
        Sauvegardes(banc.services.magasin).oublier(banc.nom)


def test_snapshots_go_with_their_base(banc: Banc) -> None:
    toutes = Sauvegardes(banc.services.magasin)
    fichier = toutes.faire(banc.nom, "avant").fichier
    assert appeler(banc, "DELETE", "").status_code == 204
    assert not fichier.exists()


# --- the rest ---------------------------------------------------------------------------------------------


def test_a_certificate_for_a_guichet_of_the_base(banc: Banc) -> None:
    emis = appeler(banc, "POST", "/guichets/G1104/certificate")
    assert emis.status_code == 201
    certificat = x509.load_pem_x509_certificate(emis.json["certificat"].encode())
    assert f"OU={banc.nom}" in certificat.subject.rfc4514_string()
    assert base64.b64decode(emis.json["pkcs12"])
    autorite = x509.load_pem_x509_certificate(banc.api("GET", "/ca.pem").data)
    assert certificat.issuer == autorite.subject
    assert appeler(banc, "POST", "/guichets/G0000/certificate").status_code == 404


def test_seeds_are_what_a_base_may_start_from(banc: Banc) -> None:
    noms = [s["nom"] for s in banc.api("GET", "/seeds").json]
    assert {"ecole", "vide"} <= set(noms)


def test_every_operation_declares_its_errors_as_problems(banc: Banc) -> None:
    document = banc.api("GET", "/openapi.json").json
    identifiants = []
    for chemin in document["paths"].values():
        for methode, operation in chemin.items():
            if methode == "parameters":
                continue
            identifiants.append(operation["operationId"])
            assert operation["summary"]
            for statut, reponse in operation["responses"].items():
                assert reponse["description"]
                if statut >= "400":
                    assert list(reponse["content"]) == ["application/problem+json"]
            assert {"400", "401", "403", "500", "503"} <= operation["responses"].keys()
    assert len(identifiants) == len(set(identifiants))


def test_metrics_are_those_of_the_journal(banc: Banc) -> None:
    banc.creer_demande()
    banc.creer_demande("colocataires")
    banc.relire("inconnu")
    reponse = banc.http.get("/metrics", headers={"Host": "localhost"})
    assert reponse.content_type.startswith("text/plain")
    familles = {f.name: f for f in text_string_to_metric_families(reponse.text)}

    def valeurs(nom: str, famille: str | None = None) -> dict[tuple[str, ...], float]:
        return {
            tuple(v for k, v in sorted(e.labels.items()) if k not in ("base", "le")): e.value
            for e in familles[famille or nom].samples
            if e.labels["base"] == banc.nom and e.labels.get("le", "5") == "5"
        }

    assert valeurs("sne_exchanges") == {(): 3}
    assert valeurs("sne_journal_exchanges") == {(): 3}
    attendues = {("getNumUnique", "accepté"): 2, ("getDemandeLogement", "fault"): 1}
    assert valeurs("sne_journal_exchanges_by") == attendues
    assert valeurs("sne_journal_duration_le") == attendues
    assert all(v > 0 for v in valeurs("sne_journal_duration_seconds").values())
    assert banc.http.get("/metrics", headers={"Host": "evil.example"}).status_code == 403


def test_snapshots_are_compared_one_at_a_time(banc: Banc) -> None:
    assert appeler(banc, "POST", "/snapshots", {"nom": "avant"}).status_code == 201
    with sauvegardes._TOUR:
        refus = appeler(banc, "GET", "/snapshots/avant/compare")
    assert (refus.status_code, "en cours" in refus.json["detail"]) == (409, True)
    assert appeler(banc, "GET", "/snapshots/avant/compare").status_code == 200


def test_an_exchange_is_kept_as_an_archive_and_its_document_alone(banc: Banc) -> None:
    banc.demander(specimen("personne_seule"))
    assert appeler(banc, "GET", "/exchanges/1/har").json["log"]["entries"][0]["request"]["method"] == "POST"
    document = appeler(banc, "GET", "/exchanges/1/request/document")
    assert etree.fromstring(document.data).tag.endswith("interfaceNuu")
    banc.relire("inconnu")
    assert appeler(banc, "GET", "/exchanges/2/response/document").status_code == 404
    nuit = Echange(base=banc.nom, recu_le=datetime.now(UTC), methode="NUIT", verdict=VerdictEchange.ACCEPTE)
    banc.services.magasin.journal.consigner(None, nuit)
    assert appeler(banc, "GET", "/exchanges/3/har").status_code == 404
