"""The guichets of a base and their boxes, over HTTP."""

from pathlib import Path
from typing import Any

import pytest
from banc import FORMULAIRE, Banc, message, poser, specimen
from lxml import etree

from sne_interface.errors import ErreurInterne
from sne_sandbox.operations import dispatching

NOM = "DEMG1104-201803151200-000001.xml"
RET = "RETG1104-201803151200-000001.xml"
ATT = "ATTG1104-201803151200-000001.pdf"


def appeler(banc: Banc, methode: str, chemin: str, corps: bytes | None = None) -> Any:
    """A call with a body of bytes, from the local machine."""
    return banc.http.open(
        f"/api/v1/bases/{banc.nom}/guichets{chemin}",
        method=methode,
        data=corps,
        headers={"Host": "127.0.0.1:8080", "Content-Type": "text/xml"},
    )


def octets(racine: Any) -> bytes:
    fait: bytes = etree.tostring(racine, encoding="UTF-8")
    return fait


def noms(reponse: Any) -> list[str]:
    assert reponse.status_code == 200, reponse.text
    return sorted(fichier["nom"] for fichier in reponse.json["fichiers"])


def test_guichets_are_listed_with_what_lies_in_their_boxes(banc: Banc) -> None:
    appeler(banc, "PUT", f"/G1104/inbox/{NOM}", b"?")
    lus = {g["code"]: g for g in appeler(banc, "GET", "").json}
    assert lus["G1104"]["inbox"] == 1
    assert lus["G1104"]["outbox"] == lus["GDPUB"]["inbox"] == 0
    droits = lus["G7501"].pop("droits")
    assert lus["G7501"] | {"nom": "", "adresse": ""} == {
        "code": "G7501",
        "nature": "commune",
        "territoire": "111",
        "nom": "",
        "adresse": "",
        "ouvert_le": "2011-03-28",
        "ferme_le": None,
        "siren": "217500016",
        "siren_invente": False,
        "autres_territoires": [],
        "actes": None,
        "inbox": 0,
        "outbox": 0,
    }
    assert [(d["acte"], d["permis"], d["fidelite"]) for d in droits] == [
        ("enregistrer", True, "déduite"),
        ("radier_attribution", False, None),
        ("radier_irrecevabilite", False, None),
        ("declarer_dalo", False, None),
        ("decider", False, None),
    ]


NOUVEAU = {
    "code": "G0591",
    "nature": "bailleur",
    "territoire": "059",
    "nom": "Logis des Flandres",
    "ouvert_le": "2011-03-28",
}


def ecrire(banc: Banc, methode: str, chemin: str, corps: dict[str, Any]) -> Any:
    """A call with a JSON body."""
    return banc.http.open(
        f"/api/v1/bases/{banc.nom}/guichets{chemin}",
        method=methode,
        json=corps,
        headers={"Host": "127.0.0.1:8080"},
    )


def test_one_is_added_and_changed(banc: Banc) -> None:
    reponse = ecrire(banc, "POST", "", NOUVEAU | {"siren": "992 200 337", "siren_invente": True})
    assert reponse.status_code == 201, reponse.text
    assert reponse.json["siren"] == "992200337"
    assert [d["acte"] for d in reponse.json["droits"] if d["permis"]] == [
        "enregistrer",
        "radier_attribution",
        "radier_irrecevabilite",
        "decider",
    ]
    assert ecrire(banc, "POST", "", NOUVEAU).status_code == 409
    change = ecrire(banc, "PATCH", "/G0591", {"nature": "EPCI", "actes": ["decider"], "siren": None})
    assert change.status_code == 200, change.text
    lu = next(g for g in appeler(banc, "GET", "").json if g["code"] == "G0591")
    assert lu == change.json
    assert (lu["nature"], lu["siren"], lu["nom"]) == ("EPCI", None, "Logis des Flandres")
    (droit,) = [d for d in lu["droits"] if d["permis"]]
    assert droit == {
        "acte": "decider",
        "libelle": "Écrire une décision d'attribution (DECATT)",
        "permis": True,
        "fidelite": "convention",
        "source": "réglé pour ce guichet dans cette base",
    }


@pytest.mark.parametrize(
    ("champs", "dit"),
    [
        ({"siren": "123456789"}, "mal formé"),
        ({"territoire": "988"}, "n'est pas un territoire"),
        ({"nature": "banque"}, "Valeurs permises"),
        ({"ouvert_le": "hier"}, "Un jour est attendu"),
        ({"actes": ["voler"]}, "Valeurs permises"),
        ({"couleur": "vert"}, "inconnu"),
        ({"nom": None}, "null"),
    ],
)
def test_what_does_not_fit_is_said_and_changes_nothing(banc: Banc, champs: dict[str, Any], dit: str) -> None:
    avant = appeler(banc, "GET", "").json
    for methode, chemin, corps in (("POST", "", NOUVEAU | champs), ("PATCH", "/G1104", champs)):
        reponse = ecrire(banc, methode, chemin, corps)
        assert reponse.status_code == 422, reponse.text
        assert dit in str(reponse.json)
    assert appeler(banc, "GET", "").json == avant
    assert ecrire(banc, "PATCH", "/G9999", {"nom": "Personne"}).status_code == 404


@pytest.mark.parametrize("methode", ["PUT", "POST"])
def test_a_file_is_left_processed_read_and_integrated(banc: Banc, methode: str) -> None:
    depose = appeler(banc, methode, f"/G1104/inbox/{NOM}", octets(specimen("personne_seule")))
    assert depose.status_code == 201
    assert depose.json["nom"] == NOM
    (attend,) = appeler(banc, "GET", "/G1104/inbox").json["fichiers"]
    assert (attend["nom"], attend["traite_le"]) == (NOM, None)

    releve = appeler(banc, "POST", "/G1104/inbox/relever").json
    (traite,) = releve["traites"]
    assert traite | {"echange": 0} == {
        "nom": NOM,
        "verdict": "accepté",
        "reponse": RET,
        "numero_unique": "1110318000001G1104",
        "echange": 0,
    }
    assert (
        banc.api("GET", f"/bases/{banc.nom}/exchanges/{traite['echange']}").json["operation"]
        == "getNumUnique"
    )
    (fait,) = appeler(banc, "GET", "/G1104/inbox").json["fichiers"]
    assert fait["traite_le"] is not None

    assert noms(appeler(banc, "GET", "/G1104/outbox")) == [ATT, RET]
    document = appeler(banc, "GET", f"/G1104/outbox/{RET}")
    assert document.content_type.startswith("text/xml")
    assert document.headers["Content-Disposition"].startswith("attachment; filename=")
    assert b"1110318000001G1104" in document.data
    assert appeler(banc, "GET", f"/G1104/outbox/{ATT}").content_type == "application/pdf"
    assert appeler(banc, "DELETE", f"/G1104/outbox/{RET}").status_code == 204
    assert noms(appeler(banc, "GET", "/G1104/outbox")) == [ATT]
    assert appeler(banc, "DELETE", f"/G1104/outbox/{RET}").status_code == 404


def test_what_cannot_be_read_is_answered_by_a_text(banc: Banc) -> None:
    appeler(banc, "PUT", "/G1104/inbox/essai.xml", b"<")
    (traite,) = appeler(banc, "POST", "/G1104/inbox/relever").json["traites"]
    assert (traite["verdict"], traite["reponse"]) == ("fault", "RETessai.err")
    texte = appeler(banc, "GET", "/G1104/outbox/RETessai.err")
    assert texte.content_type == "text/plain; charset=utf-8"
    assert "n'a pas été traité" in texte.text


def test_an_outbox_tells_what_others_changed(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    assert appeler(banc, "POST", "/G7501/outbox/relever").json["en_attente"] == 0
    modifiee = message(racine, "MOD", numero, numGuichet="G1205")
    poser(modifiee, f"{FORMULAIRE}/personnePhysique/demandeur/prenom", "Zoé")
    assert banc.demander(modifiee).numero == numero
    lue = appeler(banc, "GET", "/G7501/outbox")  # reading dispatches nothing
    assert (noms(lue), lue.json["en_attente"]) == (["DISG7501-201803151200-000001.xml"], 1)
    relevee = appeler(banc, "POST", "/G7501/outbox/relever")
    assert noms(relevee) == ["DISG7501-201803151200-000001.xml", "DISG7501-201803151200-000002.xml"]
    assert relevee.json == appeler(banc, "GET", "/G7501/outbox").json
    assert relevee.json["en_attente"] == 0
    recu = appeler(banc, "GET", "/G7501/outbox/DISG7501-201803151200-000002.xml").data
    assert '<ns1:prenom ns1:modifie="true">Zoé</ns1:prenom>'.encode() in recu
    assert noms(appeler(banc, "POST", "/G1226/outbox/relever")) == []


def test_files_dropped_in_the_folder_are_taken(banc: Banc) -> None:
    home: Path = banc.services.configuration.home
    appeler(banc, "POST", "/G1104/outbox/relever")  # the first use makes the folders
    dossier = home / "bases" / banc.nom / "guichets" / "G1104"
    (dossier / "inbox" / NOM).write_bytes(octets(specimen("personne_seule")))
    assert len(appeler(banc, "POST", "/G1104/inbox/relever").json["traites"]) == 1
    assert sorted(c.name for c in (dossier / "outbox").iterdir()) == [ATT, RET]


def test_a_name_that_the_box_does_not_take_is_told_with_its_remedy(banc: Banc) -> None:
    home: Path = banc.services.configuration.home
    assert appeler(banc, "POST", "/G1104/inbox/relever").json["ignores"] == []
    entree = home / "bases" / banc.nom / "guichets" / "G1104" / "inbox"
    (entree / "mon fichier.xml").write_bytes(octets(specimen("personne_seule")))
    releve = appeler(banc, "POST", "/G1104/inbox/relever").json
    assert releve["traites"] == []
    (ignore,) = releve["ignores"]
    assert ignore["nom"] == "mon fichier.xml"
    assert "lettres sans accent" in ignore["pourquoi"]
    assert "DEMG1104-201803151200-000001.xml" in ignore["remede"]
    (entree / "mon fichier.xml").rename(entree / NOM)
    releve = appeler(banc, "POST", "/G1104/inbox/relever").json
    assert (len(releve["traites"]), releve["ignores"]) == (1, [])


@pytest.mark.parametrize(
    ("methode", "chemin", "statut"),
    [
        ("GET", "/G9999/inbox", 404),
        ("GET", "/G9999/outbox", 404),
        ("PUT", f"/G9999/inbox/{NOM}", 404),
        ("POST", "/G9999/inbox/relever", 404),
        ("POST", "/G9999/outbox/relever", 404),
        ("GET", f"/G1104/outbox/{RET}", 404),
        ("GET", "/G1104/outbox/%00.xml", 404),
        ("GET", "/G1104/outbox/%C3%A9.xml", 404),
        ("DELETE", f"/G9999/outbox/{RET}", 404),
        ("PUT", "/G1104/inbox/.cache", 422),
        ("PUT", "/G1104/inbox/%C3%A9.xml", 422),
        ("PUT", "/G1104/inbox/%00", 422),
        ("DELETE", f"/G1104/inbox/{NOM}", 404),
    ],
)
def test_what_is_not_there_is_a_problem_in_french(banc: Banc, methode: str, chemin: str, statut: int) -> None:
    reponse = appeler(banc, methode, chemin, b"<a/>" if methode == "PUT" else None)
    assert reponse.status_code == statut, reponse.text
    assert reponse.content_type == "application/problem+json"
    assert reponse.json["detail"]


def test_an_unknown_base(banc: Banc) -> None:
    assert banc.api("GET", "/bases/inconnue/guichets").status_code == 404
    assert banc.api("GET", "/bases/inconnue/guichets/G1104/outbox").status_code == 404
    assert "La base [inconnue]" in banc.api("GET", "/bases/inconnue/guichets/é/outbox").json["detail"]


def test_a_file_too_big_is_refused(banc: Banc) -> None:
    gros = b" " * (banc.services.configuration.limites.xml_max + 1)
    assert appeler(banc, "PUT", f"/G1104/inbox/{NOM}", gros).status_code == 422
    assert noms(appeler(banc, "GET", "/G1104/inbox")) == []


@pytest.mark.parametrize("boite", ["inbox", "outbox"])
def test_a_bug_of_ours_is_told_as_one(banc: Banc, monkeypatch: pytest.MonkeyPatch, boite: str) -> None:
    def tomber(*_: object) -> None:
        raise ErreurInterne("Le document ne respecte pas le contrat.", explication="essai")

    monkeypatch.setattr(dispatching, "distribuer", tomber)
    reponse = appeler(banc, "POST", f"/G1104/{boite}/relever")
    assert reponse.status_code == 500
    assert reponse.json["detail"] == "Le document ne respecte pas le contrat.\nessai"


def test_the_boxes_are_described(banc: Banc) -> None:
    chemins = banc.api("GET", "/openapi.json").json["paths"]
    depot = chemins["/api/v1/bases/{base}/guichets/{code}/inbox/{nom}"]
    assert "text/xml" in depot["put"]["requestBody"]["content"]
    assert set(chemins["/api/v1/bases/{base}/guichets/{code}/outbox/{nom}"]) >= {"get", "delete"}
