"""The statements of `registre` and of the bases, the same text on both engines.

A demande is looked for by what few have, in no order: asked for one, SQLite would walk the whole base by its
key. States are written out: the partial indexes are used only by what is seen to imply their condition. Of
those that are `libre`, `connexion_en_transaction` says what it means.
"""

from functools import cache
from typing import Final

from sne_interface.domain.demande import GenreMouvement
from sne_sandbox.store import tables
from sne_sandbox.store.connexion_en_transaction import RequeteSql
from sne_sandbox.store.lignes import COLONNES, COLONNES_BASE, COLONNES_EVENEMENT

_DEMANDE: Final = "WHERE base = :base AND numero_unique = :numero"
_LUE: Final = ", ".join(COLONNES)


def inserer(table: tables.Table, *, libre: bool = False) -> RequeteSql:
    """A new row of a table, each column a parameter of its name, but for those that are deduced."""
    valeurs = ", ".join(colonne.deduite or f":{colonne.nom}" for colonne in table.colonnes)
    return RequeteSql(f"INSERT INTO {table.nom} ({', '.join(table.noms)}) VALUES ({valeurs})", libre=libre)


def _affecter(*colonnes: str) -> str:
    return ", ".join(f"{nom} = :{nom}" for nom in colonnes)


# --- a base, its guichets and its types of events --------------------------------------------------------

# The last one rides on what every exchange reads anyway: a base without pannes pays one look-up in an empty
# index.
_DE_LA_BASE: Final = (
    f"SELECT {', '.join(COLONNES_BASE)}, EXISTS (SELECT 1 FROM panne WHERE panne.base = base.nom "
    "AND (restantes IS NULL OR restantes <> 0)) FROM base"
)
BASE: Final = RequeteSql(f"{_DE_LA_BASE} WHERE nom = :cle AND jeton >= 0", libre=True)
BASES: Final = RequeteSql(f"{_DE_LA_BASE} WHERE jeton >= 0 ORDER BY nom")
INACHEVEES: Final = RequeteSql("SELECT nom FROM base WHERE jeton < 0 ORDER BY nom")
#: The same, be it finished or not.
BASE_MEME_INACHEVEE: Final = RequeteSql(f"{_DE_LA_BASE} WHERE nom = :cle")
CREER_BASE: Final = inserer(tables.base)
SUPPRIMER_BASE: Final = RequeteSql("DELETE FROM base WHERE nom = :cle")
#: By table.
VIDER: Final = {t.nom: RequeteSql(f"DELETE FROM {t.nom} WHERE base = :cle") for t in tables.CONTENU}
# Ids go on: an address given out earlier (SNE-Echange) never comes to mean another exchange.
VIDER_COMPTEUR: Final = RequeteSql(
    "UPDATE journal_compteur SET origine = dernier, oublies = 0 WHERE base = :cle"
)
GUICHETS: Final = RequeteSql(
    f"SELECT {', '.join(tables.guichet.noms)} FROM guichet WHERE base = :base ORDER BY code",
    libre=True,
)
TYPES: Final = RequeteSql(
    f"SELECT {', '.join(tables.type_evenement.noms)} FROM type_evenement WHERE base = :base ORDER BY code",
    libre=True,
)
AJOUTER_GUICHET: Final = inserer(tables.guichet)
OTER_GUICHET: Final = RequeteSql("DELETE FROM guichet WHERE base = :base AND code = :code")
AJOUTER_TYPE: Final = inserer(tables.type_evenement)


@cache
def regler_base(*colonnes: str) -> RequeteSql:
    """Sets these columns of a base, each bound to a parameter of its name."""
    return RequeteSql(f"UPDATE base SET {_affecter(*colonnes)} WHERE nom = :cle")


# --- sequences -------------------------------------------------------------------------------------------

_SEQUENCE: Final = (
    "INSERT INTO sequence (base, nom, dernier) VALUES (:base, :nom, {}) ON CONFLICT (base, nom) "
)
#: Draws the next number of a sequence.
TIRER: Final = RequeteSql(
    f"{_SEQUENCE.format(1)} DO UPDATE SET dernier = sequence.dernier + 1 RETURNING dernier", libre=True
)
#: Sets it at `rang`.
POSER: Final = RequeteSql(f"{_SEQUENCE.format(':rang')} DO UPDATE SET dernier = :rang")
SEQUENCE: Final = RequeteSql("SELECT dernier FROM sequence WHERE base = :base AND nom = :nom")

# --- demandes --------------------------------------------------------------------------------------------

LIRE: Final = RequeteSql(f"SELECT {_LUE} FROM demande {_DEMANDE}", libre=True)
_COMPTER: Final = "SELECT count(*) FROM (SELECT 1 FROM demande WHERE base = :base{} LIMIT :jusqua) AS d"
COMPTER: Final = RequeteSql(_COMPTER.format(""))
COMPTER_ACTIVES: Final = RequeteSql(_COMPTER.format(" AND etat = 'A'"))

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
REMPLACER: Final = RequeteSql(
    f"UPDATE demande SET {_affecter(*tables.demande.noms[2:])} "
    "WHERE base = :base AND numero_unique = :numero_unique AND revision = :revision_lue"
)
#: Radiates a demande, its document unread.
RADIER: Final = RequeteSql(
    "UPDATE demande SET etat = 'R', revision = revision + 1, date_radiation = :jour, "
    "motif_radiation = :motif, radiation = :element, radiation_enregistree_le = :instant "
    f"{_DEMANDE}"
)
SUPPRIMER: Final = RequeteSql(f"DELETE FROM demande {_DEMANDE}")
#: The profile that the statistics count of a demande that is erased, before it is: neither numéro nor day of
#: birth, the resources of the month cut to hundreds.
EFFACER: Final = RequeteSql(
    {
        moteur: "UPDATE demande_stat SET numero_unique = :anonyme, "
        "date_naissance = substr(date_naissance, 1, 4) || '-01-01', ressources = ressources / 100 * 100, "
        f"souhaitees = coalesce((SELECT {liste}(commune, ' ') FROM demande_commune {_DEMANDE}), '') "
        f"{_DEMANDE}"
        for moteur, liste in (("sqlite", "group_concat"), ("postgresql", "string_agg"))
    }
)
#: What else outlives it takes the name of the profile; a decision forgets the dwelling, where the household
#: that signed lives.
ANONYMISER: Final = tuple(
    RequeteSql(f"UPDATE {quoi} numero_unique = :anonyme {_DEMANDE}")
    for quoi in ("mouvement SET", "demande_a_part SET", "decision SET logement = NULL,")
)
SUPPRIMER_ENFANTS: Final = tuple(
    RequeteSql(f"DELETE FROM {table.nom} {_DEMANDE}")
    for table in (tables.demande_personne, tables.demande_commune, tables.demande_motif)
)

#: `demande` under the key of a person.
_PERSONNES: Final = (
    "FROM demande_personne AS p JOIN demande AS d ON d.base = p.base AND d.numero_unique = p.numero_unique "
    "WHERE p.base = :base AND d.territoire = :territoire AND d.etat = 'A'"
)
#: Those who have this first name and this day of birth, with both folded names. Serves both searches of
#: duplicates. A null name is equal to none: who lacks one has no homonym.
PROCHES: Final = RequeteSql(
    f"SELECT p.numero_unique, p.nom_plie, p.patronymique_plie {_PERSONNES} AND p.date_naissance = :naissance "
    "AND p.prenom_plie = :prenom AND (p.nom_plie = :nom OR p.patronymique_plie = :patronymique)",
    libre=True,
)
#: NIRs of the persons of a demande, in order.
NIRS: Final = RequeteSql(
    "SELECT nir FROM demande_personne WHERE base = :base AND numero_unique = :numero ORDER BY rang",
    libre=True,
)
NIR: Final = RequeteSql(f"SELECT p.numero_unique {_PERSONNES} AND p.nir = :nir", libre=True)
REFERENCE: Final = RequeteSql(
    "SELECT numero_unique FROM demande WHERE base = :base AND ref_interne = :ref "
    "AND guichet_createur = :guichet AND etat = 'A' LIMIT 1",
    libre=True,
)

DALOES: Final = RequeteSql(
    f"SELECT {_LUE} FROM demande WHERE base = :base AND dalo_enregistre_le >= :instant "
    "ORDER BY dalo_enregistre_le, numero_unique"
)


@cache
def radiees(*criteres: str) -> RequeteSql:
    """The feed of radiations, narrowed by the columns named, each bound to a parameter of its name."""
    et = "".join(f" AND {nom} = :{nom}" for nom in criteres)
    return RequeteSql(
        f"SELECT {_LUE} FROM demande WHERE base = :base AND etat = 'R' "
        f"AND radiation_enregistree_le >= :instant{et} ORDER BY radiation_enregistree_le, numero_unique"
    )


# --- movements -------------------------------------------------------------------------------------------


def _sortie(genre: GenreMouvement, *, rang: int, ou: str = "") -> RequeteSql:
    """The leaving of a demande, drawn from its row."""
    return RequeteSql(
        f"INSERT INTO mouvement ({', '.join(tables.mouvement.noms)}) "
        f"SELECT base, numero_unique, revision + {rang}, '{genre.value}', CAST(:jour AS TEXT), -1, "
        f"association_plie IS NOT NULL, CAST(:motif AS TEXT) FROM demande {_DEMANDE}{ou}"
    )


AJOUTER_MOUVEMENT: Final = inserer(tables.mouvement, libre=True)
#: The movement of a demande that was just radiated; of an active one that is about to be deleted.
NOTER_RADIATION: Final = _sortie(GenreMouvement.RADIATION, rang=0)
NOTER_SUPPRESSION: Final = _sortie(GenreMouvement.SUPPRESSION, rang=1, ou=" AND etat = 'A'")
MOUVEMENTS: Final = RequeteSql(
    f"SELECT rang, genre, jour, effet, association, motif FROM mouvement {_DEMANDE} ORDER BY rang"
)

# --- the ledger of attributions ----------------------------------------------------------------------

_LIGNES: Final = f"SELECT {', '.join(tables.decision.noms[1:])} FROM decision"
LIVRE: Final = RequeteSql(f"{_LIGNES} {_DEMANDE} ORDER BY rang")
SEANCES: Final = RequeteSql(
    f"{_LIGNES} WHERE base = :base AND rang > 0 AND jour BETWEEN :du AND :au "
    "ORDER BY jour, numero_unique, rang"
)
JOURS_DE_SEANCE: Final = RequeteSql(
    "SELECT DISTINCT jour FROM decision WHERE base = :base AND rang > 0 AND jour BETWEEN :du AND :au "
    "ORDER BY jour DESC LIMIT :limite"
)
DU_LOGEMENT: Final = RequeteSql(f"{_LIGNES} WHERE base = :base AND logement = :logement ORDER BY jour")
NOTER_DECISION: Final = RequeteSql(
    f"{inserer(tables.decision).textes['sqlite']} ON CONFLICT (base, numero_unique, rang) DO UPDATE SET "
    + ", ".join(f"{nom} = excluded.{nom}" for nom in tables.decision.noms[3:]),
    libre=True,
)
OTER_DECISION: Final = RequeteSql(f"DELETE FROM decision {_DEMANDE} AND rang = :rang", libre=True)
#: All those of a demande.
OTER_DECISIONS: Final = RequeteSql(f"DELETE FROM decision {_DEMANDE}")

# --- events ----------------------------------------------------------------------------------------------

_EVENEMENT: Final = f"SELECT {', '.join(COLONNES_EVENEMENT)} FROM evenement"
EVENEMENT: Final = RequeteSql(f"{_EVENEMENT} WHERE base = :base AND identifiant = :identifiant")
EVENEMENTS: Final = RequeteSql(f"{_EVENEMENT} {_DEMANDE} ORDER BY identifiant")
AJOUTER_EVENEMENT: Final = inserer(tables.evenement)
MODIFIER_EVENEMENT: Final = RequeteSql(
    f"UPDATE evenement SET {_affecter(*(n for n in COLONNES_EVENEMENT if n != 'identifiant'))} "
    "WHERE base = :base AND identifiant = :identifiant"
)

# --- changes, for dispatching ----------------------------------------------------------------------------

# Ranks go on: the last change is never purged, and a base has one writer at a time.
NOTER_CHANGEMENT: Final = RequeteSql(
    f"INSERT INTO changement ({', '.join(tables.changement.noms)}) "
    "VALUES (:base, (SELECT coalesce(max(identifiant), 0) + 1 FROM changement WHERE base = :base), "
    f":{', :'.join(tables.changement.noms[2:])})",
    libre=True,
)
PURGER_CHANGEMENTS: Final = RequeteSql(
    "DELETE FROM changement WHERE base = :base AND identifiant <= "
    "(SELECT max(identifiant) FROM changement WHERE base = :base) - :gardes"
)


@cache
def changements(nombre: int) -> RequeteSql:
    """The changes in `nombre` territories, `t0`, `t1`…, after one, oldest first."""
    territoires = ", ".join(f":t{rang}" for rang in range(nombre))
    return RequeteSql(
        "SELECT identifiant, numero_unique, auteur FROM changement WHERE base = :base "
        f"AND identifiant > :identifiant AND territoire IN ({territoires}) ORDER BY identifiant"
    )


CHANGEMENT: Final = RequeteSql(
    "SELECT instant, date_renouvellement, document, radiation, information_dalo FROM changement "
    "WHERE base = :base AND identifiant = :identifiant"
)
