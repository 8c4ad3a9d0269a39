"""The statements of `registre` and of the bases, the same text on both engines.

A demande is looked for by what few have, in no order: asked for one, SQLite would walk the whole base by its
key. States are written out: the partial indexes are used only by what is seen to imply their condition. Of
those that are `libre`, `connexion_en_transaction` says what it means. The statements whose text
never changes are in `requetes_sql.sql`.
"""

from functools import cache
from typing import Final

from sne_sandbox.store import tables
from sne_sandbox.store.connexion_en_transaction import RequeteSql, lire_requetes
from sne_sandbox.store.lignes import COLONNES, COLONNES_BASE, COLONNES_EVENEMENT

_DEMANDE: Final = "WHERE base = :base AND numero_unique = :numero"


def inserer(table: tables.Table, *, libre: bool = False) -> RequeteSql:
    """A new row of a table, each column a parameter of its name, but for those that are deduced."""
    valeurs = ", ".join(colonne.deduite or f":{colonne.nom}" for colonne in table.colonnes)
    return RequeteSql(f"INSERT INTO {table.nom} ({', '.join(table.noms)}) VALUES ({valeurs})", libre=libre)


def _affecter(*colonnes: str) -> str:
    return ", ".join(f"{nom} = :{nom}" for nom in colonnes)


#: By name.
SQL: Final = lire_requetes(
    __file__,
    base=", ".join(COLONNES_BASE),
    changement=", ".join(tables.changement.noms),
    changement_dit=f":{', :'.join(tables.changement.noms[2:])}",
    decision=", ".join(tables.decision.noms[1:]),
    demande=", ".join(COLONNES),
    demande_affectee=_affecter(*tables.demande.noms[2:]),
    evenement=", ".join(COLONNES_EVENEMENT),
    evenement_affecte=_affecter(*(nom for nom in COLONNES_EVENEMENT if nom != "identifiant")),
    guichet=", ".join(tables.guichet.noms),
    mouvement=", ".join(tables.mouvement.noms),
    type_evenement=", ".join(tables.type_evenement.noms),
)
CREER_BASE: Final = inserer(tables.base)
#: By table.
VIDER: Final = {t.nom: RequeteSql(f"DELETE FROM {t.nom} WHERE base = :cle") for t in tables.CONTENU}
AJOUTER_GUICHET: Final = inserer(tables.guichet)
AJOUTER_TYPE: Final = inserer(tables.type_evenement)


@cache
def regler_base(*colonnes: str) -> RequeteSql:
    """Sets these columns of a base, each bound to a parameter of its name."""
    return RequeteSql(f"UPDATE base SET {_affecter(*colonnes)} WHERE nom = :cle")


AJOUTER: Final = inserer(tables.demande, libre=True)
AJOUTER_PERSONNE: Final = inserer(tables.demande_personne, libre=True)
AJOUTER_COMMUNE: Final = inserer(tables.demande_commune)
AJOUTER_MOTIF: Final = inserer(tables.demande_motif)
#: Of a demande that has its row already, what is deduced stays.
AJOUTER_STAT: Final = RequeteSql(
    f"{inserer(tables.demande_stat).textes['sqlite']} ON CONFLICT (base, numero_unique) DO UPDATE SET "
    + ", ".join(f"{c.nom} = excluded.{c.nom}" for c in tables.demande_stat.gardees[2:]),
    libre=True,
)
#: The profile that the statistics count of a demande that is erased, before it is: neither numéro nor day of
#: birth, the resources of the month cut to hundreds.
EFFACER: Final = (
    RequeteSql(
        "UPDATE demande_stat SET numero_unique = :anonyme, date_naissance = substr(date_naissance, 1, 4) "
        f"|| '-01-01', ressources = ressources / 100 * 100 {_DEMANDE}"
    ),
    RequeteSql(
        "INSERT INTO effacee_commune (base, numero_unique, commune) "
        f"SELECT base, :anonyme, commune FROM demande_commune {_DEMANDE}"
    ),
)
#: What else outlives it takes the name of the profile; a decision forgets the dwelling, where the household
#: that signed lives, and the id of its event, which the guichet and the journal know: below 0, in its place.
ANONYMISER: Final = (
    RequeteSql(
        "UPDATE decision SET rang = -lues.ordre FROM ("
        "SELECT rang AS dit, row_number() OVER (ORDER BY rang DESC) AS ordre FROM decision "
        f"{_DEMANDE} AND rang > 0) AS lues {_DEMANDE} AND rang = lues.dit"
    ),
    *(
        RequeteSql(f"UPDATE {quoi} numero_unique = :anonyme {_DEMANDE}")
        for quoi in ("mouvement SET", "demande_a_part SET", "decision SET logement = NULL,")
    ),
)
SUPPRIMER_ENFANTS: Final = tuple(
    RequeteSql(f"DELETE FROM {table.nom} {_DEMANDE}")
    for table in (tables.demande_personne, tables.demande_commune, tables.demande_motif)
)


@cache
def radiees(*criteres: str) -> RequeteSql:
    """The feed of radiations, narrowed by the columns named, each bound to a parameter of its name."""
    et = "".join(f" AND {nom} = :{nom}" for nom in criteres)
    return RequeteSql(
        f"SELECT {', '.join(COLONNES)} FROM demande WHERE base = :base AND etat = 'R' "
        f"AND radiation_enregistree_le >= :instant{et} ORDER BY radiation_enregistree_le, numero_unique"
    )


AJOUTER_MOUVEMENT: Final = inserer(tables.mouvement, libre=True)
NOTER_DECISION: Final = RequeteSql(
    f"{inserer(tables.decision).textes['sqlite']} ON CONFLICT (base, numero_unique, rang) DO UPDATE SET "
    + ", ".join(f"{nom} = excluded.{nom}" for nom in tables.decision.noms[3:]),
    libre=True,
)
AJOUTER_EVENEMENT: Final = inserer(tables.evenement)


@cache
def changements(nombre: int) -> RequeteSql:
    """The changes in `nombre` territories, `t0`, `t1`…, after one, oldest first."""
    territoires = ", ".join(f":t{rang}" for rang in range(nombre))
    return RequeteSql(
        "SELECT identifiant, numero_unique, auteur FROM changement WHERE base = :base "
        f"AND identifiant > :identifiant AND territoire IN ({territoires}) ORDER BY identifiant"
    )
