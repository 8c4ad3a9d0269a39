"""Who may do what (`guichets.toml` of a contract): the deeds of each kind of guichet, the départements of
systèmes particuliers, the collectivities that the register does not cover."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeVar

from sne_interface.domain.anomalie import Fidelite
from sne_interface.domain.base import Acte, Guichet, NatureGuichet
from sne_interface.errors import ContractError

_TABLES: Final = ("actes", "natures", "systemes_particuliers", "hors_registre")
_NATURE: Final = ("nationale", "siren", "droits")
_DROIT: Final = ("permis", "fidelite", "source")
_LISTE: Final = ("codes", "fidelite", "source")
_VIDE: Final[Mapping[Any, Any]] = MappingProxyType({})

_Mot = TypeVar("_Mot", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class DroitDeNature:
    """That a kind of guichet may do something: how surely, and by which article."""

    fidelite: Fidelite
    source: str


@dataclass(frozen=True, slots=True)
class ListeDeTerritoires:
    """Territories (« 044 », « 988 ») of which something holds: how surely, and by what source."""

    codes: frozenset[str]
    fidelite: Fidelite
    source: str


_AUCUN: Final = ListeDeTerritoires(frozenset(), Fidelite.CONVENTION, "")


@dataclass(frozen=True, slots=True)
class DroitsGuichets:
    """What each kind of guichet may do. Without any table, nobody is kept from anything.

    `libelles` says each deed in French; `nationales` are the kinds whose guichets have no territory of their
    own, `avec_siren` those whose guichets are bodies that have a SIREN.
    """

    droits: Mapping[NatureGuichet, Mapping[Acte, DroitDeNature]] = field(default_factory=lambda: _VIDE)
    libelles: Mapping[Acte, str] = field(default_factory=lambda: _VIDE)
    nationales: frozenset[NatureGuichet] = frozenset()
    avec_siren: frozenset[NatureGuichet] = frozenset()
    systemes_particuliers: ListeDeTerritoires = _AUCUN
    hors_registre: ListeDeTerritoires = _AUCUN

    def peut(self, guichet: Guichet, acte: Acte) -> bool:
        """Whether a guichet may do that: by what its base says of it, else by its kind."""
        if guichet.actes is not None:
            return acte in guichet.actes
        return not self.droits or acte in self.droits.get(guichet.nature, _VIDE)

    def habilites(self, acte: Acte) -> tuple[NatureGuichet, ...]:
        """The kinds that may do that, in the order of the kinds."""
        return tuple(nature for nature in NatureGuichet if acte in self.droits.get(nature, _VIDE))


def lire_droits(tables: Mapping[str, Any], fichier: str) -> DroitsGuichets:
    """The rights of a contract. Raises ContractError, with file and key, for an unknown kind, deed or key, or
    a wrong value."""
    _connues(tables, _TABLES, fichier)
    natures = {
        _mot(NatureGuichet, nom, f"{fichier} [natures]"): _table(table, f"{fichier} [natures.{nom}]", _NATURE)
        for nom, table in _table(tables.get("natures", {}), f"{fichier} [natures]").items()
    }
    actes = _table(tables.get("actes", {}), f"{fichier} [actes]")
    return DroitsGuichets(
        MappingProxyType({n: MappingProxyType(_droits(n, t, fichier)) for n, t in natures.items()}),
        MappingProxyType({_mot(Acte, nom, f"{fichier} [actes]"): str(dit) for nom, dit in actes.items()}),
        frozenset(n for n, table in natures.items() if table.get("nationale") is True),
        frozenset(n for n, table in natures.items() if table.get("siren") is True),
        _liste(tables, "systemes_particuliers", fichier),
        _liste(tables, "hors_registre", fichier),
    )


def _droits(nature: NatureGuichet, table: Mapping[str, Any], fichier: str) -> dict[Acte, DroitDeNature]:
    lieu = f"{fichier} [natures.{nature}.droits]"
    droits = {}
    for nom, droit in _table(table.get("droits", {}), lieu).items():
        acte = _mot(Acte, nom, lieu)
        lu = _table(droit, f"{lieu} {nom}", _DROIT)
        if lu.get("permis", True) is True:
            droits[acte] = DroitDeNature(*_origine(lu, f"{lieu} {nom}"))
    return droits


def _liste(tables: Mapping[str, Any], cle: str, fichier: str) -> ListeDeTerritoires:
    if cle not in tables:
        return _AUCUN
    lieu = f"{fichier} [{cle}]"
    table = _table(tables[cle], lieu, _LISTE)
    codes = table.get("codes")
    if not isinstance(codes, list) or not all(isinstance(code, str) and len(code) == 3 for code in codes):
        raise ContractError(
            f"{lieu} : « codes » attend une liste de codes de trois caractères.", remede='codes = ["044"]'
        )
    return ListeDeTerritoires(frozenset(codes), *_origine(table, lieu))


def _origine(table: Mapping[str, Any], lieu: str) -> tuple[Fidelite, str]:
    source = table.get("source")
    if not isinstance(source, str) or not source:
        raise ContractError(f"{lieu} : la clé « source » manque.", remede="citez l'article ou le texte")
    return _mot(Fidelite, str(table.get("fidelite", "rien")), f"{lieu} fidelite"), source


def _table(table: Any, lieu: str, connues: tuple[str, ...] | None = None) -> Mapping[str, Any]:
    if not isinstance(table, Mapping):
        raise ContractError(f"{lieu} n'est pas une table.", remede="écrivez-la entre crochets ou accolades")
    if connues is not None:
        _connues(table, connues, lieu)
    return table


def _connues(table: Mapping[str, Any], cles: tuple[str, ...], lieu: str) -> None:
    for cle in table:
        if cle not in cles:
            raise ContractError(
                f"{lieu} : clé inconnue « {cle} ».", remede=f"clés connues : {', '.join(cles)}"
            )


def _mot(enum: type[_Mot], mot: str, lieu: str) -> _Mot:
    try:
        return enum(mot)
    except ValueError:
        raise ContractError(
            f"{lieu} : « {mot} » n'existe pas.", remede=f"valeurs : {', '.join(enum)}"
        ) from None
