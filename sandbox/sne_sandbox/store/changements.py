"""What guichets did to the demandes of a base, in order: what dispatching is worked out from.

A row holds the state **before** the change, as the demande's own columns hold it: the state after is that
before the next change of the same demande, or the one stored now. A creation has no state before it, and
costs a hundred bytes.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sne_sandbox.domain.demande_stockee import DemandeStockee
from sne_sandbox.store import tables
from sne_sandbox.store.connexion import Connexion, RequeteSql
from sne_sandbox.store.valeurs import (
    detasser_ou_rien,
    instant_de,
    iso_ou_rien,
    jour_ou_rien,
    micros,
    tasser,
    tasser_ou_rien,
)

#: Changes kept for those who have not come yet (convention); older ones go, `PAS` at a time.
MAXIMUM: Final = 50_000
PAS: Final = 1_000

_C: Final = tables.changement.c
_S: Final = tables.sequence
_BASE: Final[sa.BindParameter[str]] = sa.bindparam("base")
_ETAT: Final = (_C.instant, _C.date_renouvellement, _C.document, _C.radiation, _C.information_dalo)
_RANG: Final = (
    sa.select(sa.func.coalesce(sa.func.max(_C.identifiant), sa.literal_column("0")) + sa.literal_column("1"))
    .where(_C.base == _BASE)
    .scalar_subquery()
)
# Ranks go on: the last change is never purged, and a base has one writer at a time.
_AJOUTER: Final = RequeteSql(
    sa.insert(tables.changement)
    .values({c.name: sa.bindparam(c.name) for c in _C} | {"identifiant": _RANG})
    .returning(_C.identifiant)
)
_PURGER: Final = RequeteSql(
    sa.delete(tables.changement).where(
        _C.base == _BASE, _C.identifiant <= sa.bindparam("jusqua", type_=sa.BigInteger)
    )
)
_DEPUIS: Final = RequeteSql(
    sa.select(_C.identifiant, _C.numero_unique, _C.auteur)
    .where(
        _C.base == _BASE,
        _C.identifiant > sa.bindparam("depuis", type_=sa.BigInteger),
        _C.territoire == sa.bindparam("territoire"),
    )
    .order_by(_C.identifiant)
)
_LIRE: Final = RequeteSql(
    sa.select(*_ETAT).where(
        _C.base == _BASE, _C.identifiant == sa.bindparam("identifiant", type_=sa.BigInteger)
    )
)
_CURSEUR: Final = RequeteSql(
    sa.select(_S.c.dernier).where(_S.c.base == _BASE, _S.c.nom == sa.bindparam("nom"))
)


def _avancer(inserer: sqlite.Insert | postgresql.Insert) -> RequeteSql:
    return RequeteSql(
        inserer.values(
            base=_BASE, nom=sa.bindparam("nom"), dernier=sa.bindparam("dernier", type_=sa.BigInteger)
        ).on_conflict_do_update(
            index_elements=[_S.c.base, _S.c.nom], set_={"dernier": inserer.excluded.dernier}
        )
    )


_AVANCER: Final = {"sqlite": _avancer(sqlite.insert(_S)), "postgresql": _avancer(postgresql.insert(_S))}


@dataclass(frozen=True, slots=True)
class Trace:
    """A change: its rank in the base, the demande, the guichet that made it."""

    identifiant: int
    numero_unique: str
    auteur: str


@dataclass(frozen=True, slots=True)
class Avant:
    """The state before a change made at `instant` (the base's clock); `document` None: there was none."""

    instant: datetime
    date_renouvellement: date | None
    document: bytes | None
    radiation: bytes | None
    information_dalo: bytes | None


def noter(
    connexion: Connexion,
    base: str,
    avant: DemandeStockee | None,
    apres: DemandeStockee,
    auteur: str,
    instant: datetime,
) -> None:
    """Records that `auteur` made `apres` of `avant` (None: a creation) at `instant` (aware)."""
    ligne = connexion.ligne(
        _AJOUTER,
        {
            "base": base,
            "territoire": apres.territoire,
            "numero_unique": apres.numero_unique,
            "auteur": auteur,
            "instant": micros(instant),
            "date_renouvellement": None if avant is None else iso_ou_rien(avant.date_renouvellement),
            "document": None if avant is None else tasser(avant.document),
            "radiation": None if avant is None else tasser_ou_rien(avant.radiation),
            "information_dalo": None if avant is None else tasser_ou_rien(avant.information_dalo),
        },
    )
    assert ligne is not None
    identifiant = int(ligne[0])
    if identifiant % PAS == 0:
        connexion.faire(_PURGER, {"base": base, "jusqua": identifiant - MAXIMUM})


def depuis(connexion: Connexion, base: str, territoire: str, identifiant: int) -> list[Trace]:
    """The changes of a territory after that one, oldest first."""
    cle = {"base": base, "depuis": identifiant, "territoire": territoire}
    return [Trace(*ligne) for ligne in connexion.lignes(_DEPUIS, cle)]


def lire(connexion: Connexion, base: str, identifiant: int) -> Avant:
    """The state before a change that `depuis` told of. Raises LookupError when it is gone."""
    ligne = connexion.ligne(_LIRE, {"base": base, "identifiant": identifiant})
    if ligne is None:
        raise LookupError(identifiant)
    instant, renouvellement, document, radiation, dalo = ligne
    return Avant(
        instant_de(instant),
        jour_ou_rien(renouvellement),
        detasser_ou_rien(document),
        detasser_ou_rien(radiation),
        detasser_ou_rien(dalo),
    )


def curseur(connexion: Connexion, base: str, guichet: str) -> int:
    """Rank of the last change that was dispatched to a guichet, 0 before the first."""
    ligne = connexion.ligne(_CURSEUR, {"base": base, "nom": _nom(guichet)})
    return 0 if ligne is None else int(ligne[0])


def avancer(connexion: Connexion, base: str, guichet: str, identifiant: int) -> None:
    """Records that a guichet was told of all changes up to that one."""
    connexion.faire(
        _AVANCER[connexion.dialecte], {"base": base, "nom": _nom(guichet), "dernier": identifiant}
    )


def _nom(guichet: str) -> str:
    return f"dispatching:{guichet}"
