"""The types of events of a contract, from `evenements.toml`."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final, TypeVar

from sne_sandbox.domain.evenement import Caracteristique, TypeEvenement
from sne_sandbox.errors import ContractError

#: Said of a type for the reader of the file; the type itself does not hold them.
_DOCUMENTATION: Final = ("fidelite", "source")
_Valeur = TypeVar("_Valeur", TypeEvenement, Caracteristique)
_TYPES: Final = ("DAT", "TXT", "BOO", "NUM", "LST")


def lire_evenements(tables: Mapping[str, Any], fichier: str) -> tuple[TypeEvenement, ...]:
    """The types, in the order of the file. Raises ContractError for an unknown key or a missing one."""
    return tuple(_type(code, table, fichier) for code, table in tables.items())


def _type(code: str, table: Any, fichier: str) -> TypeEvenement:
    valeurs = {cle: valeur for cle, valeur in dict(table).items() if cle not in _DOCUMENTATION}
    valeurs["caracteristiques"] = tuple(
        _caracteristique(code, entree, fichier) for entree in valeurs.get("caracteristiques", ())
    )
    return _construire(TypeEvenement, {"code": code, **valeurs}, f"{fichier} : [{code}]")


def _caracteristique(code: str, entree: Mapping[str, Any], fichier: str) -> Caracteristique:
    valeurs = dict(entree)
    lieu = f"{fichier} : [{code}] caractéristique {valeurs.get('code', '?')}"
    if valeurs.get("type") not in _TYPES:
        raise ContractError(
            f"{lieu} : type [{valeurs.get('type', '')}] inconnu.", remede=f"types : {', '.join(_TYPES)}"
        )
    valeurs["valeurs"] = tuple((str(cle), str(libelle)) for cle, libelle in valeurs.get("valeurs", ()))
    if valeurs["type"] == "LST" and not valeurs["valeurs"]:
        raise ContractError(f"{lieu} : une liste sans valeurs.", remede='valeurs = [["CODE", "libellé"]]')
    return _construire(Caracteristique, valeurs, lieu)


def _construire(classe: type[_Valeur], valeurs: Mapping[str, Any], lieu: str) -> _Valeur:
    try:
        return classe(**valeurs)
    except TypeError:
        connues = {f.name for f in fields(classe)}
        inconnues = sorted(valeurs.keys() - connues)
        faute = f"clé inconnue « {inconnues[0]} »" if inconnues else "clé obligatoire absente"
        raise ContractError(f"{lieu} : {faute}.", remede=f"clés : {', '.join(sorted(connues))}") from None
