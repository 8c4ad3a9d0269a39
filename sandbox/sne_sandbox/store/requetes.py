"""The statements of `registre`, compiled once."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sne_sandbox.store import tables
from sne_sandbox.store.connexion import RequeteSql
from sne_sandbox.store.lignes import COLONNES

_D: Final = tables.demande.c
_P: Final = tables.demande_personne.c
_S: Final = tables.sequence
_BASE: Final[sa.BindParameter[str]] = sa.bindparam("base")
# Written out: the partial indexes are used only by what is seen to imply their condition.
_ACTIVE: Final = _D.etat == sa.literal_column("'A'")
_RADIEE: Final = _D.etat == sa.literal_column("'R'")
#: `demande` under the key of a person.
_PERSONNES: Final = tables.demande_personne.join(
    tables.demande, sa.and_(_D.base == _P.base, _D.numero_unique == _P.numero_unique)
)


def _suivant(inserer: sqlite.Insert | postgresql.Insert) -> RequeteSql:
    combien = sa.bindparam("combien", type_=sa.BigInteger)
    return RequeteSql(
        inserer.values(base=_BASE, nom=sa.bindparam("nom"), dernier=combien)
        .on_conflict_do_update(index_elements=[_S.c.base, _S.c.nom], set_={"dernier": _S.c.dernier + combien})
        .returning(_S.c.dernier)
    )


SUIVANT: Final = {"sqlite": _suivant(sqlite.insert(_S)), "postgresql": _suivant(postgresql.insert(_S))}

LIRE: Final = RequeteSql(
    sa.select(*COLONNES).where(_D.base == _BASE, _D.numero_unique == sa.bindparam("numero"))
)
PAGE: Final = RequeteSql(
    sa.select(*COLONNES)
    .where(_D.base == _BASE, _D.numero_unique > sa.bindparam("apres"))
    .order_by(_D.numero_unique)
    .limit(sa.bindparam("limite", type_=sa.BigInteger))
)
COMPTER: Final = RequeteSql(sa.select(sa.func.count()).select_from(tables.demande).where(_D.base == _BASE))
COMPTER_ACTIVES: Final = RequeteSql(
    sa.select(sa.func.count()).select_from(tables.demande).where(_D.base == _BASE, _ACTIVE)
)

AJOUTER: Final = RequeteSql(sa.insert(tables.demande))
AJOUTER_PERSONNE: Final = RequeteSql(sa.insert(tables.demande_personne))
AJOUTER_COMMUNE: Final = RequeteSql(sa.insert(tables.demande_commune))
AJOUTER_MOTIF: Final = RequeteSql(sa.insert(tables.demande_motif))
AJOUTER_STAT: Final = RequeteSql(sa.insert(tables.demande_stat))
REMPLACER: Final = RequeteSql(
    sa.update(tables.demande)
    .where(
        _D.base == sa.bindparam("cle_base"),
        _D.numero_unique == sa.bindparam("cle_numero"),
        _D.revision == sa.bindparam("revision_lue", type_=sa.BigInteger),
    )
    .values({c.name: sa.bindparam(c.name) for c in _D if c.name not in ("base", "numero_unique")})
)
SUPPRIMER: Final = RequeteSql(
    sa.delete(tables.demande).where(_D.base == _BASE, _D.numero_unique == sa.bindparam("numero"))
)
SUPPRIMER_ENFANTS: Final = tuple(
    RequeteSql(sa.delete(table).where(table.c.base == _BASE, table.c.numero_unique == sa.bindparam("numero")))
    for table in (tables.demande_personne, tables.demande_commune, tables.demande_motif, tables.demande_stat)
)

# The next three answer few rows, in no order: asked for one, SQLite would walk the whole base by its key.
#: Those who have this first name and this day of birth, with both folded names. Serves both searches of
#: duplicates.
PROCHES: Final = RequeteSql(
    sa.select(_P.numero_unique, _P.nom_plie, _P.patronymique_plie)
    .select_from(_PERSONNES)
    .where(
        _P.base == _BASE,
        _P.date_naissance == sa.bindparam("naissance"),
        _P.prenom_plie == sa.bindparam("prenom"),
        # A null name is equal to none: who lacks one has no homonym.
        sa.or_(
            _P.nom_plie == sa.bindparam("nom", type_=sa.Text),
            _P.patronymique_plie == sa.bindparam("patronymique", type_=sa.Text),
        ),
        _D.territoire == sa.bindparam("territoire"),
        _ACTIVE,
    )
)
NIR: Final = RequeteSql(
    sa.select(_P.numero_unique)
    .select_from(_PERSONNES)
    .where(
        _P.base == _BASE,
        _P.nir == sa.bindparam("nir"),
        _D.territoire == sa.bindparam("territoire"),
        _ACTIVE,
    )
)
REFERENCE: Final = RequeteSql(
    sa.select(_D.numero_unique)
    .where(
        _D.base == _BASE,
        _D.ref_interne == sa.bindparam("ref"),
        _D.guichet_createur == sa.bindparam("guichet"),
        _ACTIVE,
    )
    .limit(1)
)

DALOES: Final = RequeteSql(
    sa.select(*COLONNES)
    .where(_D.base == _BASE, _D.dalo_enregistre_le >= sa.bindparam("instant"))
    .order_by(_D.dalo_enregistre_le, _D.numero_unique)
)


def radiees(*criteres: str) -> sa.Select[Any]:
    """The feed of radiations, narrowed by the columns named, each bound to a parameter of its name."""
    return (
        sa.select(*COLONNES)
        .where(
            _D.base == _BASE,
            _RADIEE,
            _D.radiation_enregistree_le >= sa.bindparam("instant"),
            *(_D[nom] == sa.bindparam(nom) for nom in criteres),
        )
        .order_by(_D.radiation_enregistree_le, _D.numero_unique)
    )
