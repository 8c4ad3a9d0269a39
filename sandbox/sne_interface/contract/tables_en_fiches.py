"""A table of TOML read into a dataclass: its keys are the fields, its values what their annotations say.

Each function raises ContractError, with the place of what does not fit, and the remedy.
"""

from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from types import UnionType
from typing import Any, Final, Literal, TypeVar, get_args, get_origin, get_type_hints

from sne_interface.errors import ContractError
from sne_interface.resources import TableToml

_Fiche = TypeVar("_Fiche")
#: Of each plain type, what its value is in French, and one that is written well.
_SIMPLES: Final[Mapping[type, tuple[str, str]]] = {
    str: ("un texte", 'entre guillemets : "…"'),
    bool: ("oui ou non", "true ou false, sans guillemets"),
    int: ("un nombre entier", "sans guillemets : 10"),
    date: ("une date", "sans guillemets : 2018-01-30"),
}


def table_de(valeur: Any, lieu: str, cles: Collection[str] | None = None) -> TableToml:
    """A table, whose keys are among `cles` when these are given."""
    if not isinstance(valeur, Mapping):
        raise ContractError(f"{lieu} n'est pas une table.", remede="écrivez-la entre crochets ou accolades")
    inconnues = [cle for cle in valeur if cles is not None and cle not in cles]
    if inconnues:
        raise ContractError(
            f"{lieu} : clé inconnue « {inconnues[0]} ».", remede=f"clés connues : {', '.join(cles or ())}"
        )
    return valeur


def fiche_de(classe: type[_Fiche], valeur: Any, lieu: str, **dits: Any) -> _Fiche:
    """A dataclass from the table that gives its fields, but for those that are said here. No field that has
    to be there is an empty text."""
    champs = [champ for champ in fields(classe) if champ.name not in dits]  # type: ignore[arg-type]
    lue = champs_de(classe, valeur, lieu, [champ.name for champ in champs])
    obligatoires = [champ.name for champ in champs if _est_obligatoire(champ)]
    absentes = [f"« {nom} »" for nom in obligatoires if lue.get(nom, "") == ""]
    if absentes:
        raise ContractError(
            f"{lieu} : il manque {', '.join(absentes)}.",
            remede=f"clés obligatoires : {', '.join(obligatoires)}",
        )
    return classe(**dits, **lue)


def champs_de(classe: type, valeur: Any, lieu: str, cles: Collection[str]) -> dict[str, Any]:
    """The fields of a dataclass that a table gives, among `cles`."""
    genres = get_type_hints(classe)
    table = table_de(valeur, lieu, cles)
    return {cle: valeur_de(genres[cle], dite, f"{lieu} {cle}") for cle, dite in table.items()}


def valeur_de(genre: Any, valeur: Any, lieu: str) -> Any:
    """A value of the type that an annotation says: a text, yes or no, an integer, a day, a member of an
    enumeration; a list, a table or a dataclass of such; one of these or None. A list has no empty text."""
    sorte, arguments = get_origin(genre) or genre, get_args(genre)
    if sorte is Any:
        return valeur
    if sorte is UnionType:
        return valeur_de(arguments[0], valeur, lieu)
    if sorte is Literal:
        return _une_de(arguments, valeur, lieu)
    if sorte is Mapping:
        lus = table_de(valeur, lieu).items()
        return {
            valeur_de(arguments[0], cle, lieu): valeur_de(arguments[1], v, f"{lieu}.{cle}") for cle, v in lus
        }
    if sorte in (tuple, frozenset):
        if not isinstance(valeur, list) or "" in valeur:
            raise ContractError(f"{lieu} attend une liste, sans texte vide.", remede='["…", "…"]')
        return sorte(
            [valeur_de(arguments[0], membre, f"{lieu}[{rang}]") for rang, membre in enumerate(valeur, 1)]
        )
    if isinstance(sorte, type) and is_dataclass(sorte):
        return fiche_de(sorte, valeur, lieu)
    if sorte in _SIMPLES:
        attendu, remede = _SIMPLES[sorte]
        if type(valeur) is not sorte:
            raise ContractError(f"{lieu} attend {attendu}, reçu {valeur!r}.", remede=remede)
        return valeur
    return sorte(_une_de(list(sorte), valeur, lieu))


def _une_de(valeurs: Collection[str], valeur: Any, lieu: str) -> Any:
    if valeur not in valeurs:
        raise ContractError(f"{lieu} : « {valeur} » n'existe pas.", remede=f"valeurs : {', '.join(valeurs)}")
    return valeur


def _est_obligatoire(champ: "Field[Any]") -> bool:
    return champ.default is MISSING and champ.default_factory is MISSING
