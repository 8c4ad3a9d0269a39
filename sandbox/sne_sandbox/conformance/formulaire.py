"""« Demande JSON »: the content of an element of the contract as plain JSON, and back.

Mechanical, so that an adapter needs no table: names as in the schema, in its order; a leaf is its text, a
coded element `{"code": "M"}`, an element that may repeat an array (even of one), a container an object.
Other attributes, and the text beside a code, are left out.
"""

import csv
import io
from collections.abc import Collection, Mapping
from typing import Any, Final

from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.element import Element
from sne_sandbox.errors import ContractError

#: What may repeat outside of the document of a demande, which the table of paths describes.
_AILLEURS: Final = frozenset(
    {
        "listeEvenements/evenement",
        "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique",
        "piecesJustificatives/codeCategorie",
        "listeDemandes/numUnique",
    }
)
#: Containers with a child `code`: `{"code": "BAIL"}` is one of them with nothing else in it.
_CONTENEURS_A_CODE: Final = frozenset({"caracteristiqueSpecifique", "typeEvenement"})


def repetables(contrat: Contrat) -> frozenset[str]:
    """The elements that may repeat, as « parent/name ». Raises ContractError when the contract's table of
    paths does not say it."""
    trouves = set(_AILLEURS)
    lignes = csv.DictReader(io.StringIO(contrat.fichier("chemins.csv").decode("utf-8-sig")))
    for ligne in lignes:
        if "max" not in ligne:
            raise ContractError("chemins.csv n'a pas de colonne « max ».", remede="complétez ce fichier")
        if ligne["max"] != "1":
            trouves.add("/".join(ligne["path"].split("/")[-2:]))
    return frozenset(trouves)


def en_json(
    element: Element, repetables: Collection[str], conteneurs: Collection[str] = ()
) -> dict[str, Any] | str:
    """The content of `element`. `conteneurs` are the names of elements that only hold elements: an empty
    one is `{}`, any other empty element "" (`contrat.nomenclatures.conteneurs`)."""
    if not element.enfants:
        if element.code is not None:
            return {"code": element.code}
        return {} if element.nom in conteneurs and not element.texte else element.texte
    objet: dict[str, Any] = {}
    for enfant in element.enfants:
        valeur = en_json(enfant, repetables, conteneurs)
        if f"{element.nom}/{enfant.nom}" in repetables:
            objet.setdefault(enfant.nom, []).append(valeur)
        else:
            objet[enfant.nom] = valeur
    return objet


def de_json(nom: str, valeur: Any) -> Element:
    """The element `nom` with this content. Numbers, booleans and null are read as the text one would write.
    Raises ValueError, in French, for what is no content (a list in place of an object, …)."""
    if valeur is None:
        return Element(nom)
    if isinstance(valeur, bool):
        return Element(nom, "true" if valeur else "false")
    if isinstance(valeur, str | int | float):
        return Element(nom, str(valeur))
    if not isinstance(valeur, Mapping):
        raise ValueError(f"« {nom} » : un texte ou un objet est attendu, pas une liste")  # noqa: TRY004 - said so
    if valeur.keys() == {"code"} and nom not in _CONTENEURS_A_CODE:
        code = valeur["code"]
        if not isinstance(code, str):
            raise ValueError(f"« {nom} » : son code n'est pas un texte")
        return Element(nom, "", {"code": code})
    enfants: list[Element] = []
    for enfant, contenu in valeur.items():
        plusieurs = contenu if isinstance(contenu, list) else [contenu]
        enfants.extend(de_json(str(enfant), un) for un in plusieurs)
    return Element(nom, "", None, tuple(enfants))
