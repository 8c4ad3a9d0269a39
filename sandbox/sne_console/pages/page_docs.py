"""`/api/v1/docs`: the API, call by call, read off its OpenAPI document and tried where one reads it.

A page of ours, and not one of the viewers of the trade: they write styles in line, which the policy forbids.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, current_app, render_template

from sne_console.api.description_openapi import operations
from sne_console.messages import points_de_depart
from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_sandbox.web.aiguillage import DOCS, Aiguillage
from sne_sandbox.web.configuration import services

blueprint: Final = Blueprint("docs", __name__, url_prefix=DOCS)

#: Schemas inside schemas that are told.
_PROFONDEUR: Final = 3


@dataclass(frozen=True, slots=True)
class ChampApi:
    """A parameter or a field. `genre` is its type, in French; `valeurs` those it may have."""

    nom: str
    ou: str
    genre: str
    description: str
    requis: bool
    exemple: str = ""
    valeurs: tuple[str, ...] = ()
    retrait: int = 0


@dataclass(frozen=True, slots=True)
class ReponseApi:
    """An answer: what its body is."""

    statut: str
    description: str
    genre: str
    champs: tuple[ChampApi, ...]


@dataclass(frozen=True, slots=True)
class AppelApi:
    """An operation. `corps` is the example of its body, None when it takes none; `erreurs` are (status,
    description)."""

    identifiant: str
    methode: str
    chemin: str
    resume: str
    parametres: tuple[ChampApi, ...]
    type_corps: str
    corps: str | None
    champs: tuple[ChampApi, ...]
    reponses: tuple[ReponseApi, ...]
    erreurs: tuple[tuple[str, str], ...]


@blueprint.get("")
def page() -> str:
    """Every call of the API, with a form that tries it."""
    principale = current_app.extensions["principale"]
    aiguillage: Aiguillage = principale.extensions["aiguillage"]
    document = aiguillage.partie("api").extensions["openapi"]
    groupes: dict[str, list[AppelApi]] = {tag["name"]: [] for tag in document["tags"]}
    # A numéro that is made up answers nothing but 404: a demande of the base that the forms name is tried.
    demandes = points_de_depart.proposees(services(), BASE_PAR_DEFAUT)
    vivants = {"numero": demandes[0].numero_unique} if demandes else {}
    for chemin, methode, operation, parametres in operations(document):
        groupes[operation["tags"][0]].append(
            _appel(document, chemin, methode, operation, parametres, vivants)
        )
    titres = {tag["name"]: tag["description"] for tag in document["tags"]}
    return render_template(
        "docs/page.html", groupes=groupes, titres=titres, version=document["info"]["version"]
    )


def _appel(
    document: Mapping[str, Any],
    chemin: str,
    methode: str,
    operation: Mapping[str, Any],
    parametres: list[dict[str, Any]],
    vivants: Mapping[str, str],
) -> AppelApi:
    type_corps, corps = "", None
    champs: tuple[ChampApi, ...] = ()
    if "requestBody" in operation:
        ((type_corps, contenu),) = operation["requestBody"]["content"].items()
        schema = _resoudre(document, contenu["schema"])
        champs = tuple(_champs(document, schema, "corps"))
        corps = json.dumps(contenu["example"], ensure_ascii=False) if "example" in contenu else ""
    reponses = operation["responses"].items()
    return AppelApi(
        identifiant=operation["operationId"],
        methode=methode.upper(),
        chemin=chemin,
        resume=operation.get("summary", ""),
        parametres=tuple(_parametre(p, vivants) for p in parametres),
        type_corps=type_corps,
        corps=corps,
        champs=champs,
        reponses=tuple(_reponse(document, statut, r) for statut, r in reponses if statut < "400"),
        erreurs=tuple((statut, r.get("description", "")) for statut, r in reponses if statut >= "400"),
    )


def _parametre(parametre: Mapping[str, Any], vivants: Mapping[str, str]) -> ChampApi:
    schema = parametre.get("schema", {})
    exemple = parametre.get("example", schema.get("default"))
    if parametre["in"] == "path":
        exemple = vivants.get(parametre["name"], exemple)
    return ChampApi(
        nom=parametre["name"],
        ou="adresse" if parametre["in"] == "path" else "question",
        genre=_genre(schema),
        description=parametre.get("description", ""),
        requis=parametre.get("required", False),
        exemple="" if exemple is None else exemple if isinstance(exemple, str) else json.dumps(exemple),
        valeurs=tuple(str(v) for v in schema.get("enum", ()) if v is not None),
    )


def _reponse(document: Mapping[str, Any], statut: str, reponse: Mapping[str, Any]) -> ReponseApi:
    genre = ""
    champs: tuple[ChampApi, ...] = ()
    for genre, contenu in reponse.get("content", {}).items():
        schema = _resoudre(document, contenu.get("schema", {}))
        liste = schema.get("type") == "array"
        champs = tuple(_champs(document, _resoudre(document, schema["items"]) if liste else schema, ""))
        genre += " (liste)" if liste else ""
    return ReponseApi(statut, reponse.get("description", ""), genre, champs)


def _champs(
    document: Mapping[str, Any], schema: Mapping[str, Any], ou: str, retrait: int = 0
) -> list[ChampApi]:
    """The fields of an object, those of its own objects below each."""
    trouves = []
    requis = schema.get("required", ())
    for nom, brut in schema.get("properties", {}).items():
        lu = _resoudre(document, brut)
        element = _resoudre(document, lu.get("items", {}))
        valeurs = tuple(str(v) for v in lu.get("enum", ()) if v is not None)
        trouves.append(
            ChampApi(nom, ou, _genre(lu), lu.get("description", ""), nom in requis, "", valeurs, retrait)
        )
        if retrait < _PROFONDEUR:
            trouves += _champs(document, element if "properties" in element else lu, ou, retrait + 1)
    return trouves


def _resoudre(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference stands for; for « this or null », this."""
    for choix in schema.get("anyOf", ()):
        if choix.get("type") != "null":
            return {**_resoudre(document, choix), **{k: v for k, v in schema.items() if k != "anyOf"}}
    nom = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][nom] if nom else schema


_GENRES: Final = {
    "string": "texte",
    "integer": "entier",
    "number": "nombre",
    "boolean": "oui ou non",
    "array": "liste",
    "object": "objet",
    "null": "rien",
}


def _genre(schema: Mapping[str, Any]) -> str:
    types = schema.get("type", "object")
    noms = [_GENRES.get(t, t) for t in ([types] if isinstance(types, str) else types)]
    if schema.get("format") == "date":
        noms[0] = "date"
    return " ou ".join(noms)
