"""The tables, the same on SQLite and PostgreSQL. Every key begins with the base: bases never meet.

Instants are integers (microseconds since 1970, UTC), days ISO text, both of which sort the same on either
engine; text compares by code point (`C` collation). `migrations/` builds the same tables step by step, and
`test_schema` proves it.
"""

from typing import Final

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


def _texte(nom: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(nom, TEXTE, nullable=nullable)


def _textes(*noms: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [_texte(nom, nullable=nullable) for nom in noms]


def _cles(*noms: str) -> list[sa.Column[str]]:
    return [sa.Column(nom, TEXTE, primary_key=True) for nom in noms]


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
    *_cles("nom"),
    _texte("semence"),
    _entier("seed"),
    _instant("fige_a"),
    _entier("decalage"),  # microseconds
    _texte("reglages"),  # JSON
    _texte("derniere_nuit", nullable=True),
    _instant("creee_le"),
    # Drawn again whenever guichets or event types change: what a process remembers of them is then stale.
    # Negative until the base is filled: nobody but who fills it sees it.
    _entier("jeton"),
    _entier("taille", nullable=True),
)

guichet: Final = sa.Table(
    "guichet",
    metadata,
    *_cles("base", "code"),
    *_textes("nature", "territoire", "nom", "adresse", "ouvert_le"),
    _texte("ferme_le", nullable=True),
    _de_la_base(),
)

type_evenement: Final = sa.Table(
    "type_evenement",
    metadata,
    *_cles("base", "code"),
    _texte("territoire", nullable=True),
    _texte("definition"),  # JSON
    _de_la_base(),
)

#: Counters: of numéros (named by the prefix « TTTMMAA » they share) and of events (named « evenement »).
sequence: Final = sa.Table(
    "sequence", metadata, *_cles("base", "nom"), _entier("dernier"), _de_la_base(), sqlite_with_rowid=False
)

demande: Final = sa.Table(
    "demande",
    metadata,
    *_cles("base", "numero_unique"),
    _entier("revision"),
    *_textes("territoire", "etat", "version", "guichet_createur", "guichet_dernier"),
    sa.Column("touchee_par_autrui", sa.Boolean, nullable=False),
    *_textes("date_creation", "debut_validite", "fin_validite"),
    *_textes("date_renouvellement", "date_radiation", "motif_radiation", nullable=True),
    _instant("radiation_enregistree_le"),
    _texte("statut_dalo", nullable=True),
    _instant("dalo_enregistre_le"),
    _texte("numero_associe", nullable=True),
    # Drawn from the documents, for searches only.
    *_textes("ref_interne", "association_plie", "type_reservataire", "commune_attribution", nullable=True),
    # Last, so that a search reads the head of a row and no more. Compressed (zlib).
    _octets("document"),
    _octets("radiation", nullable=True),
    _octets("information_dalo", nullable=True),
    _de_la_base(),
)

demande_personne: Final = sa.Table(
    "demande_personne",
    metadata,
    *_cles("base", "numero_unique"),
    _entier("rang", cle=True),
    *_textes("role", "nom_plie", "patronymique_plie", "prenom_plie"),
    *_textes("date_naissance", "nir", nullable=True),
    _de_la_demande(),
    sqlite_with_rowid=False,
)

demande_commune: Final = sa.Table(
    "demande_commune",
    metadata,
    *_cles("base", "numero_unique", "commune"),
    _de_la_demande(),
    sqlite_with_rowid=False,
)

demande_motif: Final = sa.Table(
    "demande_motif",
    metadata,
    *_cles("base", "numero_unique", "motif"),
    _de_la_demande(),
    sqlite_with_rowid=False,
)

#: What the statistics sort a demande by, kept narrow: they read every row of it. Ages are taken, and incomes
#: told, as on the day the present year of validity began.
demande_stat: Final = sa.Table(
    "demande_stat",
    metadata,
    *_cles("base", "numero_unique"),
    *_textes("date_creation", "composition"),
    _entier("personnes"),
    *_textes("date_naissance", "nationalite", "situation", "contrat", nullable=True),
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
    *_cles("base", "numero_unique"),
    _entier("rang", cle=True),
    *_textes("genre", "jour"),
    _entier("effet"),
    sa.Column("association", sa.Boolean, nullable=False),
    _texte("motif", nullable=True),
    _de_la_base(),
    sqlite_with_rowid=False,
)

evenement: Final = sa.Table(
    "evenement",
    metadata,
    *_cles("base"),
    _entier("identifiant", cle=True),
    *_textes("numero_unique", "code_type", "auteur_creation"),
    _instant("cree_le", nullable=False),
    _texte("nature"),
    *_textes("date_survenance", "commentaire", nullable=True),
    _texte("caracteristiques"),  # JSON
    _texte("auteur_modification", nullable=True),
    _instant("modifie_le"),
    _de_la_demande(),
)

#: No foreign key: what is sent to a base that does not exist has its line too.
echange: Final = sa.Table(
    "echange",
    metadata,
    *_cles("base"),
    _entier("identifiant", cle=True),
    _instant("recu_le", nullable=False),
    _instant("instant_base"),
    _texte("verdict"),
    _entier("statut"),
    _entier("duree_us"),
    *_textes("methode", "chemin"),
    *_textes("guichet", "service", "operation", "type_fichier", "version", "numero_unique", nullable=True),
    _texte("details"),  # JSON
    _octets("requete"),
    _octets("reponse"),
)

#: Exchanges of a base: id of the last, id before the first since the journal was emptied, how many dropped.
journal_compteur: Final = sa.Table(
    "journal_compteur",
    metadata,
    *_cles("base"),
    _entier("dernier"),
    _entier("origine"),
    _entier("oublies"),
    sqlite_with_rowid=False,
)

panne: Final = sa.Table(
    "panne",
    metadata,
    *_cles("base"),
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
    *_cles("base", "guichet", "boite", "nom"),
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
    *_cles("base"),
    _entier("identifiant", cle=True),
    *_textes("territoire", "numero_unique", "auteur"),
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
