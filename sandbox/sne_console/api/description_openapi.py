"""The description of the API: its OpenAPI document, completed with what any call may answer and with the
sentence of each (`table_des_gestes.py`); and `/api/v1/problems`, the kinds of problem (RFC 9457), each at the
address of its `type`."""

import json
from collections.abc import Iterator
from typing import Any, Final

from marshmallow import Schema, fields
from werkzeug.exceptions import NotFound

from sne_console.api.questions_et_reponses import Appels
from sne_interface.resources import fixtures_dir, table
from sne_sandbox.table_des_gestes import GESTES
from sne_sandbox.web.reponses_http import ADRESSE, GENRES, TYPE_MIME, ProblemeDecrit

problems: Final = Appels("problems", "/problems", "Les genres de problème (RFC 9457)")

_PROBLEME: Final = {"$ref": "#/components/schemas/Probleme"}
_TOUJOURS: Final = {
    400: "La requête n'est pas lisible",
    401: "Un jeton est attendu, ou celui-ci n'ouvre rien",
    403: "Hôte ou origine étrangers, ou jeton qui n'ouvre pas cela",
    429: "Trop de jetons faux sont venus : Retry-After dit quand revenir",
    500: "Erreur interne du bac à sable",
    503: "La base de données ne répond pas",
}
_INTROUVABLE: Final = "La base, ou ce qu'elle devrait contenir, n'existe pas"
_ENVOI: Final = {413: "L'envoi est trop gros", 415: "Le corps n'est pas annoncé comme du JSON"}
_INVALIDE: Final = "Un champ manque ou ne convient pas : errors les nomme"
#: Parameters of addresses (`description_openapi.csv`): what they are, and an example.
_CHEMINS: Final = {
    ligne["nom"]: (ligne["dit"], int(exemple) if exemple.isdecimal() else exemple)
    for ligne in table(__file__)
    for exemple in [ligne["exemple"]]
}
#: What each call does: the sentence of the first deed that it is the call of.
_PHRASES: Final = {
    (geste.methode, f"/api/v1{geste.chemin}"): geste.phrase
    for geste in reversed(tuple(GESTES.values()))
    if geste.appel
}
_EXEMPLE: Final = {
    "type": f"{ADRESSE}introuvable",
    "title": "Introuvable",
    "status": 404,
    "detail": "La base [essai-42] n'existe pas. Remède : « sne-sandbox bases list » les donne toutes.",
}


class ProblemeSchema(Schema):
    """An error, as every call answers it (RFC 9457)."""

    type = fields.String(required=True, metadata={"description": "URI du genre : /api/v1/problems/…"})
    title = fields.String(required=True, metadata={"description": "Le genre, toujours dit pareil"})
    status = fields.Integer(required=True, metadata={"description": "Statut HTTP"})
    detail = fields.String(required=True, metadata={"description": "Ce qui ne va pas ici, et le remède"})
    errors = fields.Dict(metadata={"description": "Fautes par champ"})


@problems.get("")
def lister() -> list[ProblemeDecrit]:
    """Every kind of problem."""
    return list(GENRES.values())


@problems.get("/<genre>")
def montrer(genre: str) -> ProblemeDecrit:
    """One kind of problem, at the address that its `type` has."""
    if genre not in GENRES:
        raise NotFound(f"Le genre de problème [{genre[:40]}] n'existe pas.")
    return GENRES[genre]


def completer(document: dict[str, Any]) -> dict[str, Any]:
    """`document` (of apispec) with all errors, parameters, rights and examples told."""
    document["info"]["description"] = (
        "Ce que la console fait d'une base. Bac à sable non officiel : les personnes sont inventées, les NIR"
        " masqués partout, sauf dans le fichier d'une sauvegarde et dans ceux d'une boîte de sortie, qui ne"
        " se lisent pas en lecture seule."
    )
    document["servers"] = [{"url": "/", "description": "ce serveur"}]
    composants = document.setdefault("components", {})
    composants.pop("responses", None)
    composants["schemas"] |= _schemas_du_rapport()
    composants["securitySchemes"] = {
        "jeton": {
            "type": "http",
            "scheme": "bearer",
            "description": "jeton d'administration, d'une base, ou de lecture seule (« sne-sandbox jetons »)",
        }
    }
    document["security"] = [{"jeton": []}]
    for chemin, methode, operation, parametres in operations(document):
        operation["operationId"] = _identifiant(chemin, methode)
        operation["summary"] = _PHRASES[methode.upper(), chemin]
        for parametre in parametres:
            connu = _CHEMINS.get(parametre["name"])
            if parametre["in"] == "path" and connu is not None:
                parametre["description"], parametre["example"] = connu
        _declarer_erreurs(chemin, methode, operation)
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], list[dict[str, Any]]]]:
    """(path, method, operation, all its parameters) of an OpenAPI document, in its order."""
    for chemin, sous_chemin in document["paths"].items():
        communs = sous_chemin.get("parameters", [])
        for methode, operation in sous_chemin.items():
            if methode != "parameters":
                yield chemin, methode, operation, [*communs, *operation.get("parameters", [])]


def _schemas_du_rapport() -> dict[str, Any]:
    """`fixtures/schemas/rapport.schema.json`, as components: « Rapport », and « Rapport-… » for its parts."""
    texte = (fixtures_dir() / "schemas" / "rapport.schema.json").read_text("utf-8")
    schema = json.loads(texte.replace("#/$defs/", "#/components/schemas/Rapport-"))
    for cle in ("$schema", "$id"):
        schema.pop(cle)
    parties = schema.pop("$defs")
    return {"Rapport": schema, **{f"Rapport-{nom}": partie for nom, partie in parties.items()}}


def _identifiant(chemin: str, methode: str) -> str:
    morceaux = [m.strip("{}").replace("-", "_") for m in chemin.split("/")[3:]]
    return "_".join([methode, *filter(None, morceaux)])


def _declarer_erreurs(chemin: str, methode: str, operation: dict[str, Any]) -> None:
    reponses = operation["responses"]
    reponses.pop("default", None)
    erreurs = dict(_TOUJOURS)
    de_la_question = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
    if "{" in chemin or "base" in de_la_question:
        erreurs[404] = _INTROUVABLE
    if methode != "get":
        erreurs |= _ENVOI
    if "requestBody" in operation or de_la_question:
        erreurs[422] = _INVALIDE
    for statut, phrase in sorted(erreurs.items()):
        reponses.setdefault(str(statut), {"description": phrase})
    for statut, rendue in reponses.items():
        if int(statut) >= 400:
            if rendue.pop("$ref", None):
                rendue["description"] = erreurs[int(statut)]
            rendue["content"] = {TYPE_MIME: {"schema": _PROBLEME}}
            if statut == "404":
                rendue["content"][TYPE_MIME]["example"] = _EXEMPLE
    operation["responses"] = dict(sorted(reponses.items()))
