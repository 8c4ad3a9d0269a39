"""The statements of `registre` and of the bases, compiled once. Each is told where it is run.

A demande is looked for by what few have, in no order: asked for one, SQLite would walk the whole base by its
key.
"""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sne_sandbox.domain.demande import GenreMouvement
from sne_sandbox.store import tables
from sne_sandbox.store.connexion import RequeteSql
from sne_sandbox.store.lignes import COLONNES, COLONNES_BASE, COLONNES_EVENEMENT

_B: Final = tables.base.c
_C: Final = tables.changement.c
_D: Final = tables.demande.c
_E: Final = tables.evenement.c
_G: Final = tables.guichet.c
_M: Final = tables.mouvement
_P: Final = tables.demande_personne.c
_S: Final = tables.sequence
_BASE: Final[sa.BindParameter[str]] = sa.bindparam("base")
_NUMERO: Final[sa.BindParameter[str]] = sa.bindparam("numero")
# Written out: the partial indexes are used only by what is seen to imply their condition.
_ACTIVE: Final = _D.etat == sa.literal_column("'A'")
_RADIEE: Final = _D.etat == sa.literal_column("'R'")
#: `demande` under the key of a person.
_PERSONNES: Final = tables.demande_personne.join(
    tables.demande, sa.and_(_D.base == _P.base, _D.numero_unique == _P.numero_unique)
)


def _dans_sequence(rang: sa.BindParameter[int], avancer: bool) -> dict[str, RequeteSql]:
    """A counter of the base, moved on by `rang` from where it was, or set at it; answers where it is."""
    requetes = {}
    for dialecte, inserer in (("sqlite", sqlite.insert(_S)), ("postgresql", postgresql.insert(_S))):
        requetes[dialecte] = RequeteSql(
            inserer.values(base=_BASE, nom=sa.bindparam("nom"), dernier=rang)
            .on_conflict_do_update(
                index_elements=[_S.c.base, _S.c.nom],
                set_={"dernier": _S.c.dernier + rang if avancer else rang},
            )
            .returning(_S.c.dernier)
        )
    return requetes


# --- a base, its guichets and its types of events --------------------------------------------------------

_CLE: Final = _B.nom == sa.bindparam("cle")
_DE_LA_BASE: Final = (
    *COLONNES_BASE,
    # Rides on what every exchange reads anyway: a base without pannes pays one look-up in an empty index.
    sa.exists()
    .where(tables.panne.c.base == _B.nom, tables.panne.c.restantes.is_distinct_from(sa.literal_column("0")))
    .correlate(tables.base)
    .label("pannes"),
)
_ACHEVEE: Final = _B.jeton >= sa.literal_column("0")
BASE: Final = RequeteSql(sa.select(*_DE_LA_BASE).where(_CLE, _ACHEVEE))
BASES: Final = RequeteSql(sa.select(*_DE_LA_BASE).where(_ACHEVEE).order_by(_B.nom))
#: The same, be it finished or not.
BASE_MEME_INACHEVEE: Final = RequeteSql(sa.select(*_DE_LA_BASE).where(_CLE))
CREER_BASE: Final = RequeteSql(sa.insert(tables.base))
SUPPRIMER_BASE: Final = RequeteSql(sa.delete(tables.base).where(_CLE))
#: Sets some columns of a base, each bound to a parameter of its name.
REGLER_BASE: Final[Mapping[tuple[str, ...], RequeteSql]] = {
    noms: RequeteSql(sa.update(tables.base).where(_CLE).values({nom: sa.bindparam(nom) for nom in noms}))
    for noms in (("reglages",), ("fige_a", "decalage"), ("derniere_nuit",), ("jeton",))
}
VIDER: Final = {
    table: RequeteSql(sa.delete(table).where(table.c.base == sa.bindparam("cle"))) for table in tables.CONTENU
}
VIDER_COMPTEUR: Final = RequeteSql(
    # Ids go on: an address given out earlier (SNE-Echange) never comes to mean another exchange.
    sa.update(tables.journal_compteur)
    .where(tables.journal_compteur.c.base == sa.bindparam("cle"))
    .values(origine=tables.journal_compteur.c.dernier, oublies=0)
)
GUICHETS: Final = RequeteSql(sa.select(tables.guichet).where(_G.base == _BASE).order_by(_G.code))
TYPES: Final = RequeteSql(
    sa.select(tables.type_evenement)
    .where(tables.type_evenement.c.base == _BASE)
    .order_by(tables.type_evenement.c.code)
)
AJOUTER_GUICHET: Final = RequeteSql(sa.insert(tables.guichet))
OTER_GUICHET: Final = RequeteSql(
    sa.delete(tables.guichet).where(_G.base == _BASE, _G.code == sa.bindparam("code"))
)
AJOUTER_TYPE: Final = RequeteSql(sa.insert(tables.type_evenement))

# --- sequences -------------------------------------------------------------------------------------------

_RANG: Final = sa.bindparam("rang", type_=sa.BigInteger)
#: By dialect: draws `rang` numbers of a sequence.
TIRER: Final = _dans_sequence(_RANG, avancer=True)
#: By dialect: sets it at `rang`.
POSER: Final = _dans_sequence(_RANG, avancer=False)
SEQUENCE: Final = RequeteSql(
    sa.select(_S.c.dernier).where(_S.c.base == _BASE, _S.c.nom == sa.bindparam("nom"))
)

# --- demandes --------------------------------------------------------------------------------------------

LIRE: Final = RequeteSql(sa.select(*COLONNES).where(_D.base == _BASE, _D.numero_unique == _NUMERO))
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
#: Radiates a demande, its document unread.
RADIER: Final = RequeteSql(
    sa.update(tables.demande)
    .where(_D.base == _BASE, _D.numero_unique == sa.bindparam("numero"))
    .values(
        etat=sa.literal_column("'R'"),
        revision=_D.revision + sa.literal_column("1"),
        date_radiation=sa.bindparam("jour"),
        motif_radiation=sa.bindparam("motif"),
        radiation=sa.bindparam("element"),
        radiation_enregistree_le=sa.bindparam("instant"),
    )
)
SUPPRIMER: Final = RequeteSql(sa.delete(tables.demande).where(_D.base == _BASE, _D.numero_unique == _NUMERO))
SUPPRIMER_ENFANTS: Final = tuple(
    RequeteSql(sa.delete(table).where(table.c.base == _BASE, table.c.numero_unique == _NUMERO))
    for table in (tables.demande_personne, tables.demande_commune, tables.demande_motif, tables.demande_stat)
)

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
        _P.base == _BASE, _P.nir == sa.bindparam("nir"), _D.territoire == sa.bindparam("territoire"), _ACTIVE
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


# --- movements -------------------------------------------------------------------------------------------


def _sortie(genre: GenreMouvement, *, rang: int, actives_seules: bool) -> RequeteSql:
    """The leaving of a demande, drawn from its row."""
    choix = sa.select(
        _D.base,
        _D.numero_unique,
        # Written out: a bound constant would have to be given again for each row.
        _D.revision + sa.literal_column(str(rang)),
        sa.literal_column(f"'{genre.value}'"),
        sa.bindparam("jour", type_=tables.TEXTE),
        sa.literal_column("-1"),
        _D.association_plie.is_not(None),
        sa.bindparam("motif", type_=tables.TEXTE),
    ).where(_D.base == _BASE, _D.numero_unique == _NUMERO)
    if actives_seules:
        choix = choix.where(_ACTIVE)
    return RequeteSql(sa.insert(_M).from_select([c.name for c in _M.c], choix))


AJOUTER_MOUVEMENT: Final = RequeteSql(sa.insert(_M))
#: The movement of a demande that was just radiated; of an active one that is about to be deleted.
NOTER_RADIATION: Final = _sortie(GenreMouvement.RADIATION, rang=0, actives_seules=False)
NOTER_SUPPRESSION: Final = _sortie(GenreMouvement.SUPPRESSION, rang=1, actives_seules=True)
MOUVEMENTS: Final = RequeteSql(
    sa.select(_M.c.rang, _M.c.genre, _M.c.jour, _M.c.effet, _M.c.association, _M.c.motif)
    .where(_M.c.base == _BASE, _M.c.numero_unique == _NUMERO)
    .order_by(_M.c.rang)
)

# --- events ----------------------------------------------------------------------------------------------

EVENEMENT: Final = RequeteSql(
    sa.select(*COLONNES_EVENEMENT).where(_E.base == _BASE, _E.identifiant == sa.bindparam("identifiant"))
)
EVENEMENTS: Final = RequeteSql(
    sa.select(*COLONNES_EVENEMENT)
    .where(_E.base == _BASE, _E.numero_unique == _NUMERO)
    .order_by(_E.identifiant)
)
AJOUTER_EVENEMENT: Final = RequeteSql(sa.insert(tables.evenement))
MODIFIER_EVENEMENT: Final = RequeteSql(
    sa.update(tables.evenement)
    .where(_E.base == sa.bindparam("cle_base"), _E.identifiant == sa.bindparam("cle"))
    .values({c.name: sa.bindparam(c.name) for c in COLONNES_EVENEMENT if c.name != "identifiant"})
)

# --- changes, for dispatching ----------------------------------------------------------------------------

_IDENTIFIANT: Final = sa.bindparam("identifiant", type_=sa.BigInteger)
# Ranks go on: the last change is never purged, and a base has one writer at a time.
_PROCHAIN: Final = (
    sa.select(sa.func.coalesce(sa.func.max(_C.identifiant), sa.literal_column("0")) + sa.literal_column("1"))
    .where(_C.base == _BASE)
    .scalar_subquery()
)
NOTER_CHANGEMENT: Final = RequeteSql(
    sa.insert(tables.changement)
    .values({c.name: sa.bindparam(c.name) for c in _C} | {"identifiant": _PROCHAIN})
    .returning(_C.identifiant)
)
PURGER_CHANGEMENTS: Final = RequeteSql(
    sa.delete(tables.changement).where(_C.base == _BASE, _C.identifiant <= _IDENTIFIANT)
)
CHANGEMENTS: Final = RequeteSql(
    sa.select(_C.identifiant, _C.numero_unique, _C.auteur)
    .where(_C.base == _BASE, _C.identifiant > _IDENTIFIANT, _C.territoire == sa.bindparam("territoire"))
    .order_by(_C.identifiant)
)
CHANGEMENT: Final = RequeteSql(
    sa.select(_C.instant, _C.date_renouvellement, _C.document, _C.radiation, _C.information_dalo).where(
        _C.base == _BASE, _C.identifiant == _IDENTIFIANT
    )
)
