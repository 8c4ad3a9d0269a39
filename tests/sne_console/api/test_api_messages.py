"""Messages composed by a program as in the form: begun, filled in, checked, sent."""

from typing import Any

import pytest
from banc import FORMULAIRE, MIDI, Banc, message, poser, specimen
from lxml import etree

from sne_console.messages import envoi_et_rejeu, points_de_depart
from sne_interface.domain.echange import VerdictEchange
from sne_sandbox.operations.table_des_operations import OPERATIONS

NIR = "206127511100564"


def appeler(banc: Banc, methode: str, suite: str, corps: Any = None) -> Any:
    return banc.api(methode, f"/bases/{banc.nom}/messages{suite}", corps)


def envoyer(banc: Banc, operation: str, **corps: Any) -> Any:
    """The exchange that came of it."""
    reponse = appeler(banc, "POST", f"/{operation}", corps)
    assert reponse.status_code == 201, reponse.text
    assert reponse.json["base"] == banc.nom
    echange = banc.services.magasin.journal.lire(banc.nom, reponse.json["id"])
    assert reponse.json["verdict"] == echange.verdict
    return echange


def verifier(banc: Banc, operation: str = "getNumUnique", **corps: Any) -> Any:
    reponse = appeler(banc, "POST", f"/{operation}/check", corps)
    assert reponse.status_code == 200, reponse.text
    return reponse.json


def test_the_operations_are_told_with_their_starts_and_fields(banc: Banc) -> None:
    lues = {o["operation"]: o for o in appeler(banc, "GET", "").json}
    assert lues.keys() == OPERATIONS.keys()
    cles = [d["depart"] for d in lues["getNumUnique"]["departs"]]
    assert len(cles) == len(points_de_depart.MENAGES) + len(points_de_depart.SPECIMENS)
    for cle in cles:
        lu = appeler(banc, "GET", f"/getNumUnique?depart={cle}")
        assert (lu.status_code, lu.json["depart"]) == (200, cle)
    assert {c["nom"] for c in lues["getNumUnique"]["champs"]} >= {"nom", "prenom", "guichet"}
    assert lues["getDemandeLogement"]["parametres"] == ["numUnique", "complet"]
    assert lues["getDemandeLogement"]["champs"] == []


@pytest.mark.parametrize(
    "operation", [nom for nom in OPERATIONS if "modifier" not in nom and "supprimer" not in nom]
)
@pytest.mark.parametrize("emballage", ["mtom", "simple"])
def test_each_goes_as_it_begins(banc: Banc, operation: str, emballage: str) -> None:
    banc.creer_demande()
    echange = envoyer(banc, operation, emballage=emballage)
    assert (echange.operation, echange.verdict) == (operation, VerdictEchange.ACCEPTE), echange.anomalies
    assert echange.tolerances == []


def test_what_was_begun_is_changed_then_sent(banc: Banc) -> None:
    commence = appeler(banc, "GET", "/getNumUnique?depart=specimen-personne_seule").json
    assert commence["champs"]["guichet"] == commence["guichet"]
    echange = envoyer(
        banc,
        "getNumUnique",
        depart=commence["depart"],
        document=commence["document"].replace(commence["champs"]["nom"], "Vasseur-Petit"),
        champs={"prenom": "Zoé"},
        nom="DEMG1104-201803151159-000007.xml",
    )
    assert echange.verdict is VerdictEchange.ACCEPTE, echange.anomalies
    (titulaire,) = banc.stockee(echange.numero_unique).demande.titulaires
    assert (titulaire.nom, titulaire.prenom) == ("Vasseur-Petit", "Zoé")
    assert b"<nomFichierDemande>DEMG1104-201803151159-000007.xml<" in echange.requete


def test_a_message_that_no_line_tells_of_is_no_success(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another tool holds the database for longer than anybody waits."""
    monkeypatch.setattr(envoi_et_rejeu, "expedier", lambda *_: None)
    reponse = appeler(banc, "POST", "/getNumUnique", {"depart": "specimen-personne_seule"})
    assert (reponse.status_code, reponse.json["type"].rpartition("/")[2]) == (503, "indisponible")


def test_a_demande_of_the_base_is_followed(banc: Banc) -> None:
    numero, _ = banc.creer_demande()
    banc.regler_horloge(MIDI.replace(year=2019, month=2))
    echange = envoyer(banc, "getNumUnique", depart=f"demande-{numero}-RAD")
    assert (echange.verdict, echange.type_fichier) == (VerdictEchange.ACCEPTE, "RAD")
    assert banc.stockee(numero).etat == "R"


def test_a_call_without_document_takes_its_parameters(banc: Banc) -> None:
    numero, _ = banc.creer_demande()
    banc.creer_demande("colocataires")
    commence = appeler(banc, "GET", "/getDemandeLogement").json
    assert (commence["document"], commence["nom"], commence["champs"]) == (None, None, {})
    echange = envoyer(banc, "getDemandeLogement", guichet="G1104", parametres={"numUnique": numero})
    assert (echange.verdict, echange.numero_unique) == (VerdictEchange.ACCEPTE, numero)


# --- checked ----------------------------------------------------------------------------------------------


def test_a_check_says_what_sending_would(banc: Banc) -> None:
    _, racine = banc.creer_demande()
    double = etree.tostring(message(racine, "CRE"), encoding="unicode")
    lu = verifier(banc, document=double)
    assert not lu["accepte"]
    (bloquante,) = [r for r in lu["remarques"] if r["gravite"] == "bloquante"]
    fiche = banc.services.contrat.regles["DOU001"]
    assert (bloquante["regle"], bloquante["fidelite"]) == ("DOU001", str(fiche.fidelite))
    assert bloquante["remede"] == fiche.remede
    assert (banc.compter(), len(banc.journal())) == (1, 1)  # nothing was sent
    assert "DOU001" in [a["regle"] for a in envoyer(banc, "getNumUnique", document=double).anomalies]


def test_what_is_right_is_accepted(banc: Banc) -> None:
    verifie = verifier(banc, depart="specimen-association")
    assert (verifie["accepte"], verifie["remarques"], verifie["document"]) == (True, [], None)
    assert verifie["champs"]["association"] == "Association Un Toit en Partage"
    assert verifier(banc) == verifier(banc, depart="menage-personne_seule-1")


def test_the_schema_and_what_is_no_xml_speak_too(banc: Banc) -> None:
    commence = appeler(banc, "GET", "/getNumUnique").json["document"]
    refus = verifier(banc, document=commence.replace("numGuichet>", "numGuiche>"))
    assert not refus["accepte"]
    assert {(r["regle"], r["gravite"]) for r in refus["remarques"]} == {(None, "bloquante")}
    assert "numGuiche" in refus["remarques"][0]["message"]
    (illisible,) = verifier(banc, document="<a>")["remarques"]
    assert "lisible" in illisible["message"]
    assert "chaque balise est fermée" in illisible["remede"]
    assert appeler(banc, "POST", "/getDemandeLogement/check", {}).status_code == 422


def test_nothing_is_kept_from_who_sends_what_is_wrong(banc: Banc) -> None:
    assert envoyer(banc, "getNumUnique", document="<a>").verdict is VerdictEchange.FAULT


# --- NIR --------------------------------------------------------------------------------------------------


def test_a_nir_is_masked_when_shown_and_whole_when_sent(banc: Banc) -> None:
    racine = specimen("personne_seule_nir")
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/nir", NIR)
    numero = banc.demander(racine).numero
    depart = f"demande-{numero}-MOD"
    commence = appeler(banc, "GET", f"/getNumUnique?depart={depart}")
    assert NIR not in commence.text
    assert "206************" in commence.json["document"]
    corps = {"depart": depart, "document": commence.json["document"]}
    assert verifier(banc, **corps)["accepte"]
    for emballage in ("mtom", "simple"):
        requete = appeler(banc, "POST", "/getNumUnique/request", {**corps, "emballage": emballage})
        assert requete.status_code == 200
        assert NIR not in requete.text
    assert NIR.encode() in envoyer(banc, "getNumUnique", **corps).requete
    # What the schema quotes of it is masked too.
    faux = corps["document"].replace("typeFichier>MOD<", f"typeFichier>{NIR}<")
    refus = appeler(banc, "POST", "/getNumUnique/check", {"document": faux})
    assert not refus.json["accepte"]
    assert "206************" in refus.text
    assert NIR not in refus.text
    # Without its start, a masked NIR is what was written.
    assert NIR.encode() not in envoyer(banc, "getNumUnique", document=corps["document"]).requete


def test_a_request_is_what_would_go(banc: Banc) -> None:
    lue = appeler(banc, "POST", "/getNumUnique/request", {"depart": "menage-couple_avec_enfant-3"}).json
    assert lue["methode"] == "POST"
    assert banc.journal() == []
    reponse = banc.http.post(
        lue["adresse"], data=lue["corps"].encode(), headers=[tuple(e) for e in lue["en_tetes"]]
    )
    assert reponse.status_code == 200
    assert banc.journal()[0].verdict is VerdictEchange.ACCEPTE
    assert banc.compter() == 1


# --- refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("corps", "statut"),
    [
        ({"depart": "menage-inconnu-1"}, 404),
        ({"depart": "demande-0"}, 404),
        ({"depart": "échange"}, 404),
        ({"champs": {"inconnu": "x"}}, 422),
        ({"parametres": {"numUnique": "x"}}, 422),
        ({"nom": "a\x00b"}, 422),
        ({"champs": {"nom": "\ud800"}}, 422),
        ({"document": "a" * (points_de_depart.DOCUMENT_MAX + 1)}, 422),
        ({"document": "<a>", "champs": {"nom": "x"}}, 422),
        ({"emballage": "papier"}, 422),
        ({"inconnu": 1}, 422),
    ],
    ids=range(11),
)
@pytest.mark.parametrize("suite", ["", "/check", "/request"])
def test_what_cannot_be_composed_is_a_problem(banc: Banc, corps: Any, statut: int, suite: str) -> None:
    reponse = appeler(banc, "POST", f"/getNumUnique{suite}", corps)
    assert (reponse.status_code, reponse.content_type) == (statut, "application/problem+json"), reponse.text
    assert banc.journal() == []


def test_other_addresses_are_not_found(banc: Banc) -> None:
    assert appeler(banc, "GET", "/inconnue").status_code == 404
    assert appeler(banc, "GET", "/getNumUnique?depart=echange-7").status_code == 404
    assert banc.api("GET", "/bases/nulle-part/messages/getNumUnique").status_code == 404
    assert appeler(banc, "POST", "/getDemandeLogement", {"document": "<a/>"}).status_code == 422
