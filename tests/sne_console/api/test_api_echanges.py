"""The pieces of a message one by one, its document cut down; the tables of statistics as files."""

from typing import Any

import pytest
from banc import FORMULAIRE, Banc, message, oter, poser, specimen
from lxml import etree

from sne_console.messages import envoi_et_rejeu
from sne_sandbox.store.fichiers_des_boites import Boite, Boites

NIR = "206127511100564"


def appeler(banc: Banc, methode: str, chemin: str, corps: Any = None) -> Any:
    return banc.api(methode, f"/bases/{banc.nom}{chemin}", corps)


def avec_nir() -> Any:
    racine = specimen("personne_seule_nir")
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/nir", NIR)
    return racine


# --- pieces -----------------------------------------------------------------------------------------------


def test_the_parts_of_a_message_are_told_then_given_masked(banc: Banc) -> None:
    banc.demander(avec_nir())
    lues = appeler(banc, "GET", "/exchanges/1/request/parts").json
    assert [p["rang"] for p in lues] == list(range(len(lues)))
    assert len(lues) == 2
    contenus = [appeler(banc, "GET", f"/exchanges/1/request/parts/{p['rang']}").data for p in lues]
    assert [len(c) for c in contenus] == [p["taille"] for p in lues]
    (document,) = [c for c in contenus if b"interfaceNuu" in c]
    assert NIR.encode() not in document
    assert b"206************" in document
    assert appeler(banc, "GET", "/exchanges/1/request/parts/2").status_code == 404
    (attestation,) = [
        p for p in appeler(banc, "GET", "/exchanges/1/response/parts").json if "pdf" in p["genre"]
    ]
    pdf = appeler(banc, "GET", f"/exchanges/1/response/parts/{attestation['rang']}")
    assert "octets : non montré" in pdf.text
    assert 'filename="echange-1-response-' in pdf.headers["Content-Disposition"]


def test_pieces_of_a_plain_envelope_and_of_no_envelope(banc: Banc) -> None:
    banc.demander(specimen("personne_seule"), forme=None)
    (certificat, document) = appeler(banc, "GET", "/exchanges/1/request/parts").json
    assert {certificat["encodage"], document["encodage"]} == {"base64 en ligne"}
    assert {certificat["nom"], document["nom"]} == {"certificat", "fichierDemande"}
    chemin = f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    banc.http.post(chemin, data=b"rien", headers={"Content-Type": "text/plain"})
    assert appeler(banc, "GET", "/exchanges/2/request/parts").json == []


# --- reductions -------------------------------------------------------------------------------------------


def test_a_document_is_cut_down_to_what_still_raises_an_anomaly(
    banc: Banc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envoi_et_rejeu, "REDUCTION_MAX", 120.0)
    _, racine = banc.creer_demande()
    banc.demander(message(racine, "CRE"))
    reponse = appeler(banc, "POST", "/exchanges/2/reduce", {"cible": "DOU001"})
    assert reponse.status_code == 200, reponse.text
    lue = reponse.json
    assert (lue["cible"], lue["entiere"]) == ("DOU001", True)
    assert "DOU001" in lue["cibles"]
    reduit = etree.fromstring(lue["document"].encode())
    assert sum(1 for _ in reduit.iter()) == lue["apres"] < lue["avant"]
    assert (banc.compter(), len(banc.journal())) == (1, 2)  # nothing was written
    assert "DOU001" in banc.demander(reduit).anomalies


def test_a_refusal_by_the_schema_is_cut_down_by_default(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envoi_et_rejeu, "REDUCTION_MAX", -1.0)
    racine = message(specimen("personne_seule"), "CRE")
    oter(racine, f"{FORMULAIRE}/numGuichet")
    banc.demander(etree.tostring(racine))
    lue = appeler(banc, "POST", "/exchanges/1/reduce").json
    assert (lue["cible"], lue["entiere"]) == ("structure", False)


@pytest.mark.parametrize("cible", [None, "ENT001", "structure"])
def test_what_an_exchange_did_not_raise_is_not_cut_down(banc: Banc, cible: str | None) -> None:
    banc.creer_demande()
    assert appeler(banc, "POST", "/exchanges/1/reduce", {"cible": cible} if cible else {}).status_code == 422
    assert appeler(banc, "POST", "/exchanges/9/reduce", {}).status_code == 404


# --- inboxes ----------------------------------------------------------------------------------------------


def test_a_file_of_an_inbox_is_read_back_masked_and_taken_out(banc: Banc) -> None:
    octets = etree.tostring(avec_nir())
    chemin = f"/api/v1/bases/{banc.nom}/guichets/G1226/inbox/DEMessai.xml"
    en_tetes = {"Host": "127.0.0.1:8080", "Content-Type": "text/xml"}
    assert banc.http.get(chemin, headers=en_tetes).status_code == 404
    assert banc.http.put(chemin, data=octets, headers=en_tetes).status_code == 201
    lu = banc.http.get(chemin, headers=en_tetes)
    assert lu.data == octets.replace(NIR.encode(), b"206************")
    assert banc.http.delete(chemin, headers=en_tetes).status_code == 204
    assert banc.http.delete(chemin, headers=en_tetes).status_code == 404
    with banc.services.magasin.lire(banc.nom) as registre:
        assert Boites(registre.connexion, banc.nom, "G1226").lister(Boite.ENTREE) == []
