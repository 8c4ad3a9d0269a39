"""Lines told from their bytes alone: what the sandbox says of its own exchanges is what is read off them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from banc import WS, Banc, message, oter, poser, specimen
from calibrage import nue

from sne_calibrage.enregistrements import ligne_de_journal_relue
from sne_calibrage.enregistrements.ligne_de_journal_relue import REPONSE, REQUETE, relire
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.echange import Echange, VerdictEchange

LUS = ("service", "operation", "guichet", "type_fichier", "version", "numero_unique", "verdict")


def relu(echange: Echange | None, contrat: Contrat) -> tuple[Echange, Echange]:
    assert echange is not None
    ligne = nue(echange)
    relire(ligne, contrat)
    return echange, ligne


@pytest.fixture
def contrat(banc: Banc) -> Contrat:
    contrat: Contrat = banc.services.contrat
    return contrat


def creee(banc: Banc) -> Echange:
    echange = banc.demander(message(specimen("colocataires"), "CRE")).echange
    assert echange is not None
    return echange


def relue(banc: Banc) -> Echange | None:
    return banc.relire(banc.creer_demande()[0]).echange


def doublons(banc: Banc) -> Echange | None:
    return banc.demander(specimen("personne_seule"), operation="getDoublons").echange


def types(banc: Banc) -> Echange | None:
    noms = {"nomFichier": "EVTG1226-201803151200.xml", "nomCertificat": "CERG1226-201803151200.pem"}
    champs: dict[str, str | bytes] = {**noms, "fichierXml": b"", "certificat": b""}
    return banc.appeler("listerTypesEvenementsNationaux", champs).echange


@pytest.mark.parametrize("jouer", [creee, relue, doublons, types])
def test_what_the_sandbox_noted_is_read_off_the_bytes(
    banc: Banc, contrat: Contrat, jouer: Callable[[Banc], Echange | None]
) -> None:
    dite, lue = relu(jouer(banc), contrat)
    assert {nom: getattr(lue, nom) for nom in LUS} == {nom: getattr(dite, nom) for nom in LUS}
    assert lue.reponse_conforme == dite.reponse_conforme
    assert lue.parties == dite.parties
    assert [t for t in lue.tolerances if t["code"] != REQUETE] == [
        t for t in dite.tolerances if t["code"] in {x["code"] for x in lue.tolerances}
    ]


def test_a_refusal_is_read_off_its_list(banc: Banc, contrat: Contrat) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    poser(racine, "demande/demandeLogement/numGuichet", "G9999")
    dite, lue = relu(banc.demander(racine).echange, contrat)
    assert lue.verdict is dite.verdict is VerdictEchange.ANOMALIES
    bloquantes = [a for a in dite.anomalies if a["gravite"] == "bloquante"]
    for nom in ("regle", "code", "message", "propriete", "gravite"):
        assert [a[nom] for a in lue.anomalies] == [a[nom] for a in bloquantes]
    assert lue.reponse_conforme is True


def test_a_refusal_that_comes_back_under_ret_as_it_was_sent_is_one(banc: Banc, contrat: Contrat) -> None:
    """A client that sends an answer back: its own header says « RET »."""
    dite, lue = relu(banc.demander(message(specimen("personne_seule"), "RET")).echange, contrat)
    assert [a["regle"] for a in dite.anomalies if a["gravite"] == "bloquante"] == ["ENT001"]
    assert lue.verdict is dite.verdict is VerdictEchange.ANOMALIES


def test_a_request_out_of_its_schema_is_said_whatever_the_answer(banc: Banc, contrat: Contrat) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    oter(racine, "demande/demandeLogement/numGuichet")
    echange = banc.demander(racine, nom="DEMG1226-201803151200-000000.xml").echange
    dite, lue = relu(echange, contrat)
    assert lue.verdict is VerdictEchange.FAULT
    assert lue.fault == dite.fault
    ligne = replace(nue(creee(banc)), requete=dite.requete, en_tetes=dite.en_tetes)
    relire(ligne, contrat)
    assert ligne.verdict is VerdictEchange.ACCEPTE
    assert REQUETE in {t["code"] for t in ligne.tolerances}
    assert ligne.reponse_conforme is True


def test_an_answer_out_of_the_contract_is_said(banc: Banc, contrat: Contrat) -> None:
    dite = creee(banc)
    for avant, apres in ((b"<ns1:numGuichet>", b"<ns1:autre>"), (b"numUniqueReponse", b"autreReponse")):
        if avant not in dite.reponse:
            continue
        ferme = avant.replace(b"<", b"</")
        ligne = nue(dite)
        ligne.reponse = dite.reponse.replace(avant, apres).replace(ferme, apres.replace(b"<", b"</"))
        relire(ligne, contrat)
        assert ligne.reponse_conforme is False
        assert REPONSE in {t["code"] for t in ligne.tolerances}


FAULT_11 = (
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
    b"<faultcode>s:Server</faultcode><faultstring>Non</faultstring></s:Fault></s:Body></s:Envelope>"
)


@pytest.mark.parametrize(
    ("statut", "corps", "methode", "verdict", "code"),
    [
        (500, FAULT_11, "POST", VerdictEchange.FAULT, "Receiver"),
        (503, b"<html/>", "POST", VerdictEchange.FAULT, "Receiver"),
        (200, b"<html/>", "POST", VerdictEchange.FAULT, "Receiver"),
        (302, b"", "POST", VerdictEchange.REFUS, "302"),
        (404, b"", "POST", VerdictEchange.REFUS, "404"),
        (200, b"<wsdl/>", "GET", VerdictEchange.ACCEPTE, None),
        (404, b"", "GET", VerdictEchange.REFUS, "404"),
    ],
)
def test_an_answer_that_is_no_envelope(
    contrat: Contrat, statut: int, corps: bytes, methode: str, verdict: VerdictEchange, code: str | None
) -> None:
    ligne = Echange("proxy", datetime.now(UTC), methode, "/services/DemandeLogementImplService/", statut)
    ligne.reponse, ligne.en_tetes_reponse = corps, [("Content-Type", "text/xml")]
    relire(ligne, contrat)
    assert (ligne.verdict, (ligne.fault or {}).get("code")) == (verdict, code)
    assert ligne.service == "DemandeLogementImplService"


def test_our_own_refusal_is_kept(contrat: Contrat) -> None:
    fault = {"code": "Receiver", "message": "Le serveur réel refuse la connexion.", "explication": ""}
    ligne = Echange("proxy", datetime.now(UTC), "POST", statut=502, verdict=VerdictEchange.FAULT, fault=fault)
    relire(ligne, contrat)
    assert (ligne.verdict, ligne.fault, ligne.service) == (VerdictEchange.FAULT, fault, None)


def test_an_unknown_path_is_known_by_its_payload(banc: Banc, contrat: Contrat) -> None:
    ligne = replace(nue(creee(banc)), chemin="/autre/chemin")
    relire(ligne, contrat)
    assert (ligne.service, ligne.operation) == ("DemandeLogementImplService", "getNumUnique")
    assert WS in contrat.operations["getNumUnique"].entree.qname


def test_what_we_fail_to_read_is_noted_and_the_rest_is_read(
    banc: Banc, contrat: Contrat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rater(*_: object) -> None:
        raise OverflowError("year overflow")

    monkeypatch.setattr(ligne_de_journal_relue, "fautes_de_la_requete", rater)
    echange = creee(banc)
    ligne = replace(nue(echange), identifiant=None)
    relire(ligne, contrat)
    assert (ligne.verdict, ligne.numero_unique) == (echange.verdict, echange.numero_unique)
    (dite,) = (t["phrase"] for t in ligne.tolerances if t["code"] == REQUETE)
    assert dite.startswith("erreur du bac à sable : impossible de lire la requête (OverflowError : year ov")
