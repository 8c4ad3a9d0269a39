"""Values published as JSON, by the command line and by the API alike.

The fields of a frozen dataclass are those of the answer, under their names. The API's description of a field
stands beside its type, in French: `octets: Annotated[int, "taille du fichier"]`; a mapping beside it adds to
the description (`{"example": "v5.2"}`), and `TU` keeps the field out of the answer. Nothing else describes an
answer."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Final, TypeVar, get_type_hints

_Valeur = TypeVar("_Valeur")
#: Beside the type of a field that is not published.
TU: Final = "\0tu"


@cache
def champs_publies(classe: type) -> Mapping[str, Any]:
    """The published fields of a dataclass: name, and annotation."""
    annotations = get_type_hints(classe, include_extras=True)
    noms = (champ.name for champ in fields(classe))
    return {nom: annotations[nom] for nom in noms if TU not in getattr(annotations[nom], "__metadata__", ())}


def en_json(valeur: Any) -> Any:
    """A value as JSON has it: a dataclass by its published fields, days and instants in ISO 8601, a member
    of an enumeration as its value, a decimal as a number."""
    match valeur:
        case None | bool() | str() | int() | float() if not isinstance(valeur, Enum):
            return valeur
        case Enum():
            return valeur.value
        case date():  # an instant is one too
            return valeur.isoformat()
        case Decimal():
            return float(valeur)
        case Mapping():
            return {str(en_json(cle)): en_json(v) for cle, v in valeur.items()}
        case _ if is_dataclass(valeur):
            return {nom: en_json(getattr(valeur, nom)) for nom in champs_publies(valeur.__class__)}
        case _:
            return [en_json(v) for v in valeur]


def tirer(classe: type[_Valeur], source: object, **autres: Any) -> _Valeur:
    """A value of `classe`: the fields of `autres`, the others from the attributes of `source` of their
    names."""
    noms = (champ.name for champ in fields(classe))  # type: ignore[arg-type]
    return classe(**{nom: autres[nom] if nom in autres else getattr(source, nom) for nom in noms})
