"""The rights of the guichets (`guichets.toml` of a contract): the deeds of each kind of guichet, the
départements of systèmes particuliers, the collectivities that the register does not cover."""

from typing import Final

from sne_interface.contract.overlay import choix_de, table_de
from sne_interface.domain.anomalie import Fidelite
from sne_interface.domain.base import Acte, DroitDeNature, DroitsGuichets, ListeDeTerritoires, NatureGuichet
from sne_interface.errors import ContractError
from sne_interface.resources import TableToml

_TABLES: Final = ("actes", "natures", "systemes_particuliers", "hors_registre")
_NATURE: Final = ("nationale", "siren", "droits")
_DROIT: Final = ("permis", "fidelite", "source")
_LISTE: Final = ("codes", "fidelite", "source")


def lire_droits(tables: TableToml, fichier: str) -> DroitsGuichets:
    """The rights of a contract. Raises ContractError, with file and key, for an unknown kind, deed or key, or
    a wrong value."""
    table_de(tables, fichier, _TABLES)
    natures = {
        choix_de(NatureGuichet, nom, f"{fichier} [natures]"): table_de(
            table, f"{fichier} [natures.{nom}]", _NATURE
        )
        for nom, table in table_de(tables.get("natures", {}), f"{fichier} [natures]").items()
    }
    actes = table_de(tables.get("actes", {}), f"{fichier} [actes]")
    return DroitsGuichets(
        {n: _droits(n, t, fichier) for n, t in natures.items()},
        {choix_de(Acte, nom, f"{fichier} [actes]"): str(dit) for nom, dit in actes.items()},
        frozenset(n for n, table in natures.items() if table.get("nationale") is True),
        frozenset(n for n, table in natures.items() if table.get("siren") is True),
        _liste(tables, "systemes_particuliers", fichier),
        _liste(tables, "hors_registre", fichier),
    )


def _droits(nature: NatureGuichet, table: TableToml, fichier: str) -> dict[Acte, DroitDeNature]:
    lieu = f"{fichier} [natures.{nature}.droits]"
    droits = {}
    for nom, droit in table_de(table.get("droits", {}), lieu).items():
        acte = choix_de(Acte, nom, lieu)
        lu = table_de(droit, f"{lieu} {nom}", _DROIT)
        if lu.get("permis", True) is True:
            droits[acte] = DroitDeNature(*_origine(lu, f"{lieu} {nom}"))
    return droits


def _liste(tables: TableToml, cle: str, fichier: str) -> ListeDeTerritoires:
    if cle not in tables:
        return ListeDeTerritoires()
    lieu = f"{fichier} [{cle}]"
    table = table_de(tables[cle], lieu, _LISTE)
    codes = table.get("codes")
    if not isinstance(codes, list) or not all(isinstance(code, str) and len(code) == 3 for code in codes):
        raise ContractError(
            f"{lieu} : « codes » attend une liste de codes de trois caractères.", remede='codes = ["044"]'
        )
    return ListeDeTerritoires(frozenset(codes), *_origine(table, lieu))


def _origine(table: TableToml, lieu: str) -> tuple[Fidelite, str]:
    source = table.get("source")
    if not isinstance(source, str) or not source:
        raise ContractError(f"{lieu} : la clé « source » manque.", remede="citez l'article ou le texte")
    return choix_de(Fidelite, str(table.get("fidelite", "rien")), f"{lieu} fidelite"), source
