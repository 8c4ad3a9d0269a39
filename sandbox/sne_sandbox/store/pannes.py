"""The armed pannes of a base: written, listed, counted down. Inside a transaction of the caller.

Whoever plays one holds the base's writing lock, in whatever process: none is played once too often.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from sne_sandbox.domain.panne import PanneDefinition
from sne_sandbox.store import tables
from sne_sandbox.store.connexion import Connexion, RequeteSql
from sne_sandbox.store.valeurs import IDENTIFIANT_MAX, instant_de, micros

#: Pannes that are over stay listed, the last so many of a base.
GARDEES: Final = 100

_P: Final = tables.panne.c
_DE_LA_BASE: Final = _P.base == sa.bindparam("cle")
_UNE: Final = _P.identifiant == sa.bindparam("numero")
_AJOUTER: Final = RequeteSql(sa.insert(tables.panne))
_DERNIERE: Final = RequeteSql(sa.select(sa.func.max(_P.identifiant)).where(_DE_LA_BASE))
_LISTER: Final = RequeteSql(
    sa.select(_P.identifiant, _P.definition, _P.restantes, _P.armee_le)
    .where(_DE_LA_BASE)
    .order_by(_P.identifiant)
)
_NOTER: Final = RequeteSql(
    sa.update(tables.panne)
    .where(_DE_LA_BASE, _UNE)
    .values(definition=sa.bindparam("valeur"), restantes=sa.bindparam("reste"))
)
_OUBLIER: Final = RequeteSql(
    sa.delete(tables.panne).where(
        _DE_LA_BASE, _P.restantes == sa.bindparam("zero"), _P.identifiant <= sa.bindparam("jusqua")
    )
)
_SUPPRIMER: Final = RequeteSql(sa.delete(tables.panne).where(_DE_LA_BASE, _UNE))
_SUPPRIMER_TOUT: Final = RequeteSql(sa.delete(tables.panne).where(_DE_LA_BASE))


@dataclass(frozen=True, slots=True)
class PanneArmee:
    """A panne of a base. `restantes` is None for one that lasts, 0 for one that is over; `jouees` counts the
    exchanges it was played on, `tirages` those it was drawn for (with a rate)."""

    identifiant: int
    definition: PanneDefinition
    restantes: int | None
    armee_le: datetime
    jouees: int = 0
    tirages: int = 0


def armer(connexion: Connexion, base: str, definition: PanneDefinition, instant: datetime) -> int:
    """Stores a panne; answers its id. `instant` is the machine's (aware)."""
    ligne = connexion.ligne(_DERNIERE, {"cle": base})
    identifiant = int((ligne[0] if ligne is not None else None) or 0) + 1
    connexion.faire(_OUBLIER, {"cle": base, "zero": 0, "jusqua": identifiant - GARDEES})
    connexion.faire(
        _AJOUTER,
        {
            "base": base,
            "identifiant": identifiant,
            "definition": _ecrire(definition, 0, 0),
            "restantes": definition.fois,
            "armee_le": micros(instant),
        },
    )
    return identifiant


def lister(connexion: Connexion, base: str) -> list[PanneArmee]:
    """The pannes of a base, oldest first, those that are over included."""
    return [_armee(*ligne) for ligne in connexion.lignes(_LISTER, {"cle": base})]


def noter(connexion: Connexion, base: str, armee: PanneArmee) -> None:
    """Writes back the counters of a panne."""
    definition = _ecrire(armee.definition, armee.jouees, armee.tirages)
    connexion.faire(
        _NOTER,
        {"cle": base, "numero": armee.identifiant, "valeur": definition, "reste": armee.restantes},
    )


def desarmer(connexion: Connexion, base: str, identifiant: int | None) -> int:
    """Deletes a panne, or all of them for None; how many."""
    if identifiant is None:
        return connexion.faire(_SUPPRIMER_TOUT, {"cle": base})
    if not 0 < identifiant <= IDENTIFIANT_MAX:
        return 0
    return connexion.faire(_SUPPRIMER, {"cle": base, "numero": identifiant})


def _ecrire(definition: PanneDefinition, jouees: int, tirages: int) -> str:
    valeur = {"panne": definition.en_json(), "jouees": jouees, "tirages": tirages}
    return json.dumps(valeur, ensure_ascii=False, sort_keys=True)


def _armee(identifiant: int, texte: str, restantes: int | None, armee_le: int) -> PanneArmee:
    valeur: dict[str, Any] = json.loads(texte)
    return PanneArmee(
        identifiant,
        PanneDefinition.de_json(valeur["panne"]),
        restantes,
        instant_de(armee_le),
        valeur["jouees"],
        valeur["tirages"],
    )
