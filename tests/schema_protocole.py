"""The protocol of the adapter as a JSON Schema: what `make docs` writes into `fixtures/schemas/`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sne_conformite.protocole.protocole import (
    COMMANDES,
    COMMUNS,
    FORMES,
    MAINTENANT,
    PROTOCOLE,
    TABLES,
    ChampProtocole,
    Commande,
    Statut,
)

#: The form of a field of type « json ».
_FORME_JSON: Final = (
    "Contenu d'un élément du contrat : les noms du schéma, dans son ordre (celui du XSD), sans espace de "
    'noms. Une feuille est un texte, nombres et booléens compris ("560", "true", "2018-03-15") ; un '
    'élément codé {"code": "T2"} ; un élément répétable toujours un tableau, même d\'un seul ; un conteneur '
    "un objet, {} s'il est vide."
)
#: Type of a field -> its name in JSON Schema; a document has a definition of its own, as the forms have.
_TYPES: Final = {"texte": "string", "booleen": "boolean", "nombre": "number"}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the messages and answers: what `protocole.schema.json` holds."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Protocole {PROTOCOLE}",
        "description": "Messages de la suite de conformité à l'application éprouvée, et ses réponses.",
        "anyOf": [{"$ref": f"#/$defs/{sens}_{nom}"} for sens in ("commande", "reponse") for nom in COMMANDES],
        "$defs": {
            "document": {"description": _FORME_JSON, "type": "object"},
            "statut": {
                "description": " ; ".join(f"{statut} : {sens}" for statut, sens in TABLES["statuts"].items()),
                "enum": [statut.value for statut in Statut],
            },
            **{forme: _objet(champs) for forme, champs in FORMES.items()},
            **{f"commande_{nom}": _schema_commande(commande) for nom, commande in COMMANDES.items()},
            **{f"reponse_{nom}": _schema_reponse(commande) for nom, commande in COMMANDES.items()},
        },
    }


def _schema_commande(commande: Commande) -> dict[str, Any]:
    fixes = {"id": {"type": "integer"}, "commande": {"const": commande.nom}}
    servi = ChampProtocole(**TABLES["champs"][TABLES["au_besoin"]])
    decrit = _objet((*commande.champs, MAINTENANT, *([servi] if commande.exigence else ())), fixes)
    return {"description": commande.dit, **decrit, "additionalProperties": False}


def _schema_reponse(commande: Commande) -> dict[str, Any]:
    fixes = {"id": {"type": "integer"}, "statut": {"$ref": "#/$defs/statut"}}
    # The fields of `COMMUNS` that a command answers for good are described by the command.
    siens = {champ.nom for champ in commande.reponse}
    champs = (*commande.reponse, *(champ for champ in COMMUNS if champ.nom not in siens))
    libres = tuple(replace(champ, requis=False) for champ in champs)
    decrit = _objet(libres, fixes)
    requis = [champ.nom for champ in commande.reponse if champ.requis]
    if requis:
        decrit["if"] = {"properties": {"statut": {"const": Statut.FAIT.value}}}
        decrit["then"] = {"required": requis}
    return {"description": f"Réponse à « {commande.nom} »", **decrit}


def _objet(champs: tuple[ChampProtocole, ...], fixes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    fixes = fixes or {}
    return {
        "type": "object",
        "properties": {**fixes, **{champ.nom: _schema_champ(champ) for champ in champs}},
        "required": [*fixes, *(champ.nom for champ in champs if champ.requis)],
    }


def _schema_champ(champ: ChampProtocole) -> dict[str, Any]:
    if champ.type == "json":
        valeur: dict[str, Any] = {"$ref": "#/$defs/document"}
    elif champ.type in _TYPES:
        valeur = {"type": _TYPES[champ.type]}
    else:
        valeur = {"$ref": f"#/$defs/{champ.type}"}
    if champ.liste:
        valeur = {"type": "array", "items": valeur}
    return {"description": champ.dit, **valeur}
