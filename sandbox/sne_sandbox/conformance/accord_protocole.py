"""Whether an answer is one that the protocol allows, by its tables."""

import difflib
from collections.abc import Mapping
from typing import Any

from sne_sandbox.conformance.protocole import COMMANDES, COMMUNS, FORMES, TYPES_JSON, ChampProtocole, Statut


def verifier_reponse(commande: str, reponse: Any) -> str:
    """What is wrong with an answer to `commande`, in French; "" when nothing is. Unknown fields pass."""
    if not isinstance(reponse, Mapping):
        return "la réponse n'est pas un objet JSON"
    statut = reponse.get("statut")
    if statut not in tuple(Statut):
        ecart = "manque" if statut is None else f"vaut {_montrer(statut)}"
        return f"« statut » {ecart} ; valeurs permises : {', '.join(Statut)}"
    for champ in (*COMMUNS, *COMMANDES[commande].reponse):
        ecart = _verifier_champ(champ, reponse, exiger=statut == Statut.FAIT)
        if ecart:
            return ecart
    return _inconnues(reponse) if commande == "demarrer" and statut == Statut.FAIT else ""


def _inconnues(reponse: Mapping[str, Any]) -> str:
    """What is wrong with the commands that an application says it knows."""
    for nom in reponse["commandes"]:
        if nom not in COMMANDES:
            proches = difflib.get_close_matches(nom, COMMANDES, 1)
            conseil = f" (vouliez-vous dire « {proches[0]} » ?)" if proches else ""
            return f"commandes : « {nom} » n'est pas une commande du protocole{conseil}"
    return ""


def _verifier_champ(champ: ChampProtocole, objet: Mapping[str, Any], *, exiger: bool = True) -> str:
    valeur = objet.get(champ.nom)
    if valeur is None:
        return f"« {champ.nom} » manque" if champ.requis and exiger else ""
    if not champ.liste:
        return _verifier_valeur(champ, valeur)
    if not isinstance(valeur, list):
        return f"« {champ.nom} » n'est pas une liste"
    return next((ecart for un in valeur if (ecart := _verifier_valeur(champ, un))), "")


def _verifier_valeur(champ: ChampProtocole, valeur: Any) -> str:
    if champ.type in TYPES_JSON:
        attendu, _ = TYPES_JSON[champ.type]
        bon = isinstance(valeur, attendu) and (champ.type != "nombre" or not isinstance(valeur, bool))
        return "" if bon else f"« {champ.nom} » vaut {_montrer(valeur)} : ce n'est pas un {champ.type}"
    if not isinstance(valeur, Mapping):
        return f"« {champ.nom} » vaut {_montrer(valeur)} : ce n'est pas un objet"
    for interieur in FORMES[champ.type]:
        ecart = _verifier_champ(interieur, valeur)
        if ecart:
            return f"{champ.nom} : {ecart}"
    return ""


def _montrer(valeur: Any) -> str:
    texte = repr(valeur)
    return texte if len(texte) <= 60 else texte[:59] + "…"
