"""The tables, the same on SQLite and PostgreSQL. Every key begins with the base: bases never meet.

Instants are integers (microseconds since 1970, UTC), days ISO text, both of which sort the same on either
engine; text compares by code point (`C` collation). `migrations/` builds the same tables step by step, and
`test_schema` proves it.
"""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

#: The Alembic revision that `metadata` stands for.
REVISION: Final = "v0001"
#: Revisions of before the first release: no database at one of them is migrated.
REVISIONS_SANS_SUITE: Final = frozenset({"0001", "0002", "0003", "0004", "0005"})
#: Revisions whose tables are those of `metadata`, column for column: their snapshots are restored.
REVISIONS_EGALES: Final = frozenset({REVISION, "0005"})

metadata: Final = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

TEXTE: Final = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _texte(nom: str, **options: Any) -> sa.Column[str]:
    return sa.Column(nom, TEXTE, nullable=options.pop("nullable", False), **options)


def _cle(nom: str) -> sa.Column[str]:
    return sa.Column(nom, TEXTE, primary_key=True)


def _instant(nom: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(nom, sa.BigInteger, nullable=nullable)


def _entier(nom: str, *, cle: bool = False, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(nom, sa.BigInteger, primary_key=cle, nullable=nullable, autoincrement=False)


def _octets(nom: str, *, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(nom, sa.LargeBinary, nullable=nullable)


def _de_la_base() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["base"], ["base.nom"], ondelete="CASCADE")


def _de_la_demande() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["base", "numero_unique"], ["demande.base", "demande.numero_unique"], ondelete="CASCADE"
    )


base: Final = sa.Table(
    "base",
    metadata,
    _cle("nom"),
    _texte("semence"),
    _entier("seed"),
    _instant("fige_a"),
    _entier("decalage"),  # microseconds
    _texte("reglages"),  # JSON
    _texte("derniere_nuit", nullable=True),
    _instant("creee_le"),
    # Drawn again whenever guichets or event types change: what a process remembers of them is then stale.
    _entier("jeton"),
    _entier("taille", nullable=True),
)

guichet: Final = sa.Table(
    "guichet",
    metadata,
    _cle("base"),
    _cle("code"),
    _texte("nature"),
    _texte("territoire"),
    _texte("nom"),
    _texte("adresse"),
    _texte("ouvert_le"),
    _texte("ferme_le", nullable=True),
    _de_la_base(),
)

type_evenement: Final = sa.Table(
    "type_evenement",
    metadata,
    _cle("base"),
    _cle("code"),
    _texte("territoire", nullable=True),
    _texte("definition"),  # JSON
    _de_la_base(),
)

#: Counters: of numéros (named by the prefix « TTTMMAA » they share) and of events (named « evenement »).
sequence: Final = sa.Table(
    "sequence",
    metadata,
    _cle("base"),
    _cle("nom"),
    _entier("dernier"),
    _de_la_base(),
    sqlite_with_rowid=False,
)

demande: Final = sa.Table(
    "demande",
    metadata,
    _cle("base"),
    _cle("numero_unique"),
    _entier("revision"),
    _texte("territoire"),
    _texte("etat"),
    _texte("version"),
    _texte("guichet_createur"),
    _texte("guichet_dernier"),
    sa.Column("touchee_par_autrui", sa.Boolean, nullable=False),
    _texte("date_creation"),
    _texte("debut_validite"),
    _texte("fin_validite"),
    _texte("date_renouvellement", nullable=True),
    _texte("date_radiation", nullable=True),
    _texte("motif_radiation", nullable=True),
    _instant("radiation_enregistree_le"),
    _texte("statut_dalo", nullable=True),
    _instant("dalo_enregistre_le"),
    _texte("numero_associe", nullable=True),
    # Drawn from the documents, for searches only.
    _texte("ref_interne", nullable=True),
    _texte("association_plie", nullable=True),
    _texte("type_reservataire", nullable=True),
    _texte("commune_attribution", nullable=True),
    # Last, so that a search reads the head of a row and no more. Compressed (zlib).
    _octets("document"),
    _octets("radiation", nullable=True),
    _octets("information_dalo", nullable=True),
    _de_la_base(),
)

demande_personne: Final = sa.Table(
    "demande_personne",
    metadata,
    _cle("base"),
    _cle("numero_unique"),
    _entier("rang", cle=True),
    _texte("role"),
    _texte("nom_plie"),
    _texte("patronymique_plie"),
    _texte("prenom_plie"),
    _texte("date_naissance", nullable=True),
    _texte("nir", nullable=True),
    _de_la_demande(),
    sqlite_with_rowid=False,
)

demande_commune: Final = sa.Table(
    "demande_commune",
    metadata,
    _cle("base"),
    _cle("numero_unique"),
    _cle("commune"),
    _de_la_demande(),
    sqlite_with_rowid=False,
)

demande_motif: Final = sa.Table(
    "demande_motif",
    metadata,
    _cle("base"),
    _cle("numero_unique"),
    _cle("motif"),
    _de_la_demande(),
    sqlite_with_rowid=False,
)

#: What the statistics sort a demande by, kept narrow: they read every row of it. Ages are taken, and incomes
#: told, as on the day the present year of validity began.
demande_stat: Final = sa.Table(
    "demande_stat",
    metadata,
    _cle("base"),
    _cle("numero_unique"),
    _texte("date_creation"),
    _texte("composition"),
    _entier("personnes"),
    _texte("date_naissance", nullable=True),
    _texte("nationalite", nullable=True),
    _texte("situation", nullable=True),
    _texte("contrat", nullable=True),
    _entier("ressources"),  # euros a month
    _entier("ressources_uc", nullable=True),  # euros a year and per UC, rounded down
    _texte("commune", nullable=True),  # the first one wished
    _de_la_demande(),
    sqlite_with_rowid=False,
)

#: No foreign key to the demande: its past outlives it.
mouvement: Final = sa.Table(
    "mouvement",
    metadata,
    _cle("base"),
    _cle("numero_unique"),
    _entier("rang", cle=True),
    _texte("genre"),
    _texte("jour"),
    _entier("effet"),
    sa.Column("association", sa.Boolean, nullable=False),
    _texte("motif", nullable=True),
    _de_la_base(),
    sqlite_with_rowid=False,
)

evenement: Final = sa.Table(
    "evenement",
    metadata,
    _cle("base"),
    _entier("identifiant", cle=True),
    _texte("numero_unique"),
    _texte("code_type"),
    _texte("auteur_creation"),
    _instant("cree_le", nullable=False),
    _texte("nature"),
    _texte("date_survenance", nullable=True),
    _texte("commentaire", nullable=True),
    _texte("caracteristiques"),  # JSON
    _texte("auteur_modification", nullable=True),
    _instant("modifie_le"),
    _de_la_demande(),
)

#: No foreign key: what is sent to a base that does not exist has its line too.
echange: Final = sa.Table(
    "echange",
    metadata,
    _cle("base"),
    _entier("identifiant", cle=True),
    _instant("recu_le", nullable=False),
    _instant("instant_base"),
    _texte("verdict"),
    _entier("statut"),
    _entier("duree_us"),
    _texte("methode"),
    _texte("chemin"),
    _texte("guichet", nullable=True),
    _texte("service", nullable=True),
    _texte("operation", nullable=True),
    _texte("type_fichier", nullable=True),
    _texte("version", nullable=True),
    _texte("numero_unique", nullable=True),
    _texte("details"),  # JSON
    _octets("requete"),
    _octets("reponse"),
)

#: Exchanges of a base: id of the last, id before the first since the journal was emptied, how many dropped.
journal_compteur: Final = sa.Table(
    "journal_compteur",
    metadata,
    _cle("base"),
    _entier("dernier"),
    _entier("origine"),
    _entier("oublies"),
    sqlite_with_rowid=False,
)

panne: Final = sa.Table(
    "panne",
    metadata,
    _cle("base"),
    _entier("identifiant", cle=True),
    _texte("definition"),  # JSON
    _entier("restantes", nullable=True),
    _instant("armee_le", nullable=False),
    _de_la_base(),
)

#: Inboxes and outboxes of the asynchronous channel; `boite` is « entree » or « sortie ».
fichier: Final = sa.Table(
    "fichier",
    metadata,
    _cle("base"),
    _cle("guichet"),
    _cle("boite"),
    _cle("nom"),
    _instant("depose_le", nullable=False),
    _instant("traite_le"),
    _octets("contenu"),
    _de_la_base(),
)

#: What guichets did, in order, for dispatching: the state before each change, as `demande` holds it (nothing
#: for a creation). No foreign key to the demande: it may be gone.
changement: Final = sa.Table(
    "changement",
    metadata,
    _cle("base"),
    _entier("identifiant", cle=True),
    _texte("territoire"),
    _texte("numero_unique"),
    _texte("auteur"),
    _instant("instant", nullable=False),
    _texte("date_renouvellement", nullable=True),
    _octets("document", nullable=True),
    _octets("radiation", nullable=True),
    _octets("information_dalo", nullable=True),
    _de_la_base(),
    sqlite_with_rowid=False,
)


def _index(table: sa.Table, *colonnes: str, quand: str | None = None) -> sa.Index:
    """An index that begins with the base; with `quand`, of the rows of interest only."""
    condition = sa.text(quand) if quand else None
    return sa.Index(
        f"ix_{table.name}_{colonnes[0]}",
        table.c.base,
        *(table.c[colonne] for colonne in colonnes),
        sqlite_where=condition,
        postgresql_where=condition,
    )


# Partial wherever most rows have nothing to say: a plain registration pays for two of these and the key.
_index(demande, "date_creation")
_index(demande, "fin_validite", quand="etat = 'A'")
_index(demande, "ref_interne", "guichet_createur", quand="ref_interne IS NOT NULL")
_index(demande, "association_plie", quand="association_plie IS NOT NULL")
_index(demande, "date_renouvellement", quand="date_renouvellement IS NOT NULL")
_index(demande, "date_radiation", quand="date_radiation IS NOT NULL")
_index(demande, "motif_radiation", quand="motif_radiation IS NOT NULL")
_index(demande, "commune_attribution", quand="commune_attribution IS NOT NULL")
_index(demande, "radiation_enregistree_le", "numero_unique", quand="radiation_enregistree_le IS NOT NULL")
_index(demande, "dalo_enregistre_le", "numero_unique", quand="dalo_enregistre_le IS NOT NULL")
_index(demande_personne, "nom_plie", "prenom_plie", "date_naissance")
# Holds all that the search of duplicates reads: SQLite prefers the table's own key to an index that does not.
_index(demande_personne, "date_naissance", "prenom_plie", "nom_plie", "patronymique_plie")
_index(demande_personne, "nir", quand="nir IS NOT NULL")
_index(demande_commune, "commune", "numero_unique")
_index(demande_motif, "motif", "numero_unique")
_index(evenement, "numero_unique", "identifiant")
_index(echange, "numero_unique", "identifiant", quand="numero_unique IS NOT NULL")
# Holds all that the measures read: they never walk through the bytes of the exchanges.
_index(echange, "operation", "verdict", "duree_us")

#: The state of a base, children first: what « etat » empties.
ETAT: Final = (
    fichier,
    changement,
    evenement,
    mouvement,
    demande_stat,
    demande_motif,
    demande_commune,
    demande_personne,
    demande,
    sequence,
)
#: Everything of a base but its own row, children first.
CONTENU: Final = (*ETAT, panne, echange, journal_compteur, type_evenement, guichet)
