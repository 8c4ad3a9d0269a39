"""The tables of the protocol, their published schema, and the judgement of answers."""

import json
from dataclasses import fields
from typing import get_args

import jsonschema
import pytest
import schema_protocole

from sne_conformite.plan import plan
from sne_conformite.protocole.protocole import (
    COMMANDES,
    FAUX_SERVEURS,
    FORMES,
    VRAI,
    Adresses,
    ChampProtocole,
    FauxServeur,
    verifier_reponse,
)
from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.exigences_et_mentions import charger_exigences
from sne_interface.resources import docs_dir, fixtures_dir
from sne_sandbox.server.listeners import AdressesServies, Genre

PRET = {
    "https": "https://localhost:8443",
    "http": None,
    "https_expire": "https://localhost:8444",
    "https_autre_nom": "https://localhost:8445",
    "ca_file": "/G1226.d/ca.pem",
    "cert_file": "/G1226.d/G1226.pem",
    "key_file": "/G1226.d/G1226.key",
    "pkcs12_file": "/G1226.d/G1226.p12",
    "guichet": "G1226",
}


def _demarre(*commandes: str) -> dict[str, object]:
    return {"statut": "fait", "nom": "n", "version": "1", "commandes": list(commandes)}


def test_the_published_schema_is_the_tables() -> None:
    publie = json.loads((fixtures_dir() / "schemas" / "protocole.schema.json").read_text("utf-8"))
    assert publie == schema_protocole.schema()


def test_every_type_of_a_field_is_known() -> None:
    champs: list[ChampProtocole] = [
        c for commande in COMMANDES.values() for c in (*commande.champs, *commande.reponse)
    ]
    champs += [c for forme in FORMES.values() for c in forme]
    assert {c.type for c in champs} <= {"texte", "booleen", "nombre", "json", *FORMES}


def test_the_addresses_of_a_ready_file_name_the_base() -> None:
    adresses = Adresses.du_fichier_pret(PRET, "essai")
    assert adresses.services.recherche_demande == (
        "https://localhost:8443/bases/essai/services/RechercheDemandeImplService/"
    )
    dit = adresses.en_json()
    assert dit["adresses_expirees"]["demande_logement"].startswith("https://localhost:8444/bases/essai/")
    assert dit["adresses_autre_nom"]["demande_logement"].startswith("https://localhost:8445/bases/essai/")
    assert dit["certificats"]["mot_de_passe"] == "sne-sandbox"
    assert dit["autre_guichet"] == {
        "guichet": "G0621",
        "certificats": dit["certificats"]
        | {"certificat": "/G1226.d/G0621.pem", "cle": "/G1226.d/G0621.key", "pkcs12": "/G1226.d/G0621.p12"},
    }
    assert "boites" not in dit


@pytest.mark.parametrize("sans", [{}, {"https_expire": None, "https_autre_nom": None}])
def test_a_server_without_listeners_to_refuse_gives_no_such_addresses(sans: dict[str, None]) -> None:
    """Those of a ready file of an earlier version, and of `--https-port -1`."""
    pret = {cle: valeur for cle, valeur in PRET.items() if cle not in ("https_expire", "https_autre_nom")}
    adresses = Adresses.du_fichier_pret(pret | sans, "essai")
    assert adresses.faux == {}
    assert set(adresses.en_json()) == {"adresses", "certificats", "guichet", "autre_guichet", "delai_max_s"}


@pytest.mark.parametrize(
    ("commande", "reponse", "mot"),
    [
        ("enregistrer", ["fait"], "objet JSON"),
        ("enregistrer", {"statut": "ok"}, "statut"),
        ("enregistrer", {}, "« statut » manque ;"),
        ("enregistrer", {"statut": "fait", "numero_unique": 12}, "numero_unique"),
        ("enregistrer", {"statut": "refuse", "anomalies": [{"code": "IDT001"}]}, "propriete"),
        ("consulter", {"statut": "fait"}, "demande"),
        ("chercher_doublons", {"statut": "fait", "doublons": "aucun"}, "liste"),
        ("integrer_dispatching", {"statut": "fait", "integres": ["x"]}, "objet"),
        (
            "demarrer",
            _demarre("enregister"),
            "« enregister » n'est pas une commande du protocole (vouliez-vous dire « enregistrer » ?)",
        ),
        ("demarrer", _demarre("zzz"), "« zzz » n'est pas une commande du protocole"),
        ("demarrer", _demarre() | {"instances": 0}, "« instances » vaut 0"),
        ("demarrer", _demarre() | {"instances": 2.5}, "« instances » vaut 2.5"),
        ("enregistrer", {"statut": "fait", "numero_unique": "0621", "plus": 1}, ""),
        ("enregistrer", {"statut": "erreur", "message": "délai dépassé"}, ""),
        ("consulter", {"statut": "erreur", "demande": None}, ""),
        ("reinitialiser", {"statut": "fait"}, ""),
        ("demarrer", _demarre("enregistrer", "fin"), ""),
        ("demarrer", _demarre() | {"a_la_fois": 0}, "« a_la_fois » vaut 0"),
        ("demarrer", _demarre() | {"guichets": 0}, "« guichets » vaut 0"),
    ],
)
def test_an_answer_is_judged(commande: str, reponse: object, mot: str) -> None:
    """`mot` is of what is said of a wrong one; nothing is of a right one."""
    ecart = verifier_reponse(commande, reponse)
    assert mot in ecart
    assert bool(mot) == bool(ecart)


def test_the_example_of_the_guide_is_of_the_protocol() -> None:
    guide = (docs_dir() / "reference" / "protocole.md").read_text("utf-8")
    echange = guide.split("```json\n")[1].split("```")[0]
    messages = [json.loads(m) for m in echange.replace("←", "→").split("→") if m.strip()]
    questions, reponses = messages[::2], messages[1::2]
    for question, reponse in zip(questions, reponses, strict=True):
        connus = {c.nom for c in COMMANDES[question["commande"]].champs} | {"id", "commande", "maintenant"}
        assert question.keys() <= connus
        assert reponse["id"] == question["id"]
        assert verifier_reponse(question["commande"], reponse) == ""


def test_the_schema_says_what_a_document_and_a_status_are() -> None:
    """Amounts are whole euros, as of the guide: `montant` is an xs:int."""
    definitions = schema_protocole.schema()["$defs"]
    for dit in ('{"code": "T2"}', "tableau", "texte", "{}", "XSD", '"560"'):
        assert dit in definitions["document"]["description"]
    assert '"560"' in (docs_dir() / "reference" / "protocole.md").read_text("utf-8")
    assert all(
        f"{statut} : " in definitions["statut"]["description"] for statut in ("fait", "refuse", "erreur")
    )
    demande = definitions["commande_enregistrer"]["properties"]["demande"]
    assert demande["$ref"] == "#/$defs/document"


def test_the_page_shows_a_right_message_of_each_command() -> None:
    texte = (docs_dir() / "reference" / "protocole.md").read_text("utf-8")
    bloc = texte.split("<!-- messages:")[1].split("```json\n")[1].split("```")[0]
    messages = [json.loads(ligne) for ligne in bloc.splitlines()]
    montrees = {"demarrer", "reinitialiser", "enregistrer", "fin"}  # in the exchange shown above
    assert {m["commande"] for m in messages} | montrees == set(COMMANDES), (
        "docs/reference/protocole.md shows one message of each command, below « messages: »"
    )
    schema = schema_protocole.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for message in messages:
        regle = {"$ref": f"#/$defs/commande_{message['commande']}", "$defs": schema["$defs"]}
        complet = {"id": 1, "maintenant": "2026-03-02T09:00:00+01:00"} | message
        jsonschema.Draft202012Validator(regle).validate(complet)


@pytest.mark.parametrize(("nom", "faux"), FAUX_SERVEURS.items())
def test_what_a_row_names_exists(nom: str, faux: FauxServeur) -> None:
    assert faux.ecoute in {champ.name for champ in fields(AdressesServies)} & set(get_args(Genre))
    assert charger_exigences(charger().dossiers)[faux.exigence].niveau == "MUST"
    (champ,) = (c for c in COMMANDES["demarrer"].champs if c.nom == faux.champ)
    assert (champ.type, champ.requis) == ("adresses", False), "who does not know it goes on"
    (scenario,) = (s for s in plan.charger() if faux.exigence in s.exigences)
    assert [e.quoi for e in scenario.etapes if e.sorte == "serveur"] == [nom, VRAI]


def test_two_rows_share_nothing() -> None:
    for cle in ("ecoute", "champ", "exigence", "sorte"):
        assert len({getattr(faux, cle) for faux in FAUX_SERVEURS.values()}) == len(FAUX_SERVEURS), cle
