"""The tables, the same on SQLite and PostgreSQL, as data (their columns are `tables.csv`): a start reads no
library for them. Every key begins with the base: bases never meet.

Instants are integers (microseconds since 1970, UTC), days ISO text, both of which sort the same on either
engine; text compares by code point (`C` collation). `schema_sql` makes them, `metadonnees` shows them to
SQLAlchemy; `migrations/` builds the same tables step by step, and `test_schema_sql.py` proves it.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from sne_interface.resources import table

#: The Alembic revision that these tables stand for.
REVISION: Final = "v0007"
#: Revisions of before the first release: no database at one of them is migrated.
REVISIONS_SANS_SUITE: Final = frozenset({"0001", "0002", "0003", "0004", "0005"})
#: Revisions whose tables are these, but for what is deduced and for what came later (`depuis`): their
#: snapshots are restored, with nothing there but what `rattrapage_de_migration` fills.
REVISIONS_EGALES: Final = frozenset({REVISION, "v0006", "v0005", "v0004", "v0003", "v0002", "v0001", "0005"})

#: Types of columns, as SQLite has them, and what a value of theirs is.
TEXTE, ENTIER, BOOLEEN, OCTETS = "TEXT", "BIGINT", "BOOLEAN", "BLOB"


@dataclass(frozen=True)
class Colonne:
    """A column; `nulle` says whether it may hold nothing. `deduite` is what a new row has in it, in SQL, when
    it follows from other rows: no snapshot holds it. `depuis` is the revision that added it, "" for the
    first: what is older has nothing there, which it may hold."""

    nom: str
    type: str
    nulle: bool = False
    deduite: str = ""
    depuis: str = ""


@dataclass(frozen=True)
class Index:
    """An index that begins with the base, then `colonnes`; with `quand`, of the rows of interest only.
    `depuis` is the revision that added it."""

    colonnes: str
    quand: str | None = None
    depuis: str = ""


@dataclass(frozen=True)
class Table:
    """A table, whose first columns, `cle` of them, are its key. `parent` is the table whose row its rows go
    with, `range_par_cle` whether SQLite keeps them in the order of the key (WITHOUT ROWID), `deduite` that
    its rows follow from others: triggers (`schema_sql`) write them, and no snapshot holds them; `depuis` the
    revision that added it (see `Colonne`)."""

    nom: str
    cle: int
    colonnes: tuple[Colonne, ...]
    parent: str | None = None
    range_par_cle: bool = False
    index: tuple[Index, ...] = ()
    deduite: bool = False
    depuis: str = ""

    @property
    def noms(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(colonne.nom for colonne in self.colonnes)

    @property
    def gardees(self) -> tuple[Colonne, ...]:
        """Its columns that are not deduced."""
        return tuple(colonne for colonne in self.colonnes if not colonne.deduite)

    def a_la_revision(self, revision: str) -> "Table":
        """The table as that revision left it."""
        colonnes = tuple(colonne for colonne in self.colonnes if colonne.depuis <= revision)
        return replace(
            self, colonnes=colonnes, index=tuple(index for index in self.index if index.depuis <= revision)
        )


def _table(nom: str, cle: int, **autres: Any) -> Table:
    colonnes = (ligne for ligne in _COLONNES if ligne["table"] == nom)
    return Table(
        nom,
        cle,
        tuple(
            Colonne(c["colonne"], c["type"], bool(c["nulle"]), c["deduite"], c["depuis"]) for c in colonnes
        ),
        **autres,
    )


_COLONNES: Final = table(__file__)

base: Final = _table("base", 1)

guichet: Final = _table("guichet", 2, parent="base")

type_evenement: Final = _table("type_evenement", 2, parent="base")

#: Counters: of numéros (named by the prefix « TTTMMAA » they share) and of events (named « evenement »).
sequence: Final = _table("sequence", 2, parent="base", range_par_cle=True)

demande: Final = _table(
    "demande",
    2,
    parent="base",
    index=(
        Index("date_creation, numero_unique"),  # a search by day reads it, and no demande
        Index("etat, date_creation, numero_unique", "etat = 'R'", "v0003"),  # the latest are seldom so
        Index("fin_validite", "etat = 'A'"),
        Index("ref_interne, guichet_createur", "ref_interne IS NOT NULL"),
        Index("association_plie", "association_plie IS NOT NULL"),
        Index("date_renouvellement, numero_unique", "date_renouvellement IS NOT NULL"),
        Index("date_radiation, numero_unique", "date_radiation IS NOT NULL"),
        # The nights ask for those radiated for want of renewal, by the start of their validity.
        Index("motif_radiation, debut_validite", "motif_radiation IS NOT NULL"),
        Index("commune_attribution", "commune_attribution IS NOT NULL"),
        Index("radiation_enregistree_le, numero_unique", "radiation_enregistree_le IS NOT NULL"),
        Index("dalo_enregistre_le, numero_unique", "dalo_enregistre_le IS NOT NULL"),
    ),
)

demande_personne: Final = _table(
    "demande_personne",
    3,
    parent="demande",
    range_par_cle=True,
    index=(
        Index("nom_plie, prenom_plie, date_naissance"),
        # Holds all that the search of duplicates reads: SQLite prefers the key to one that does not.
        Index("date_naissance, prenom_plie, nom_plie, patronymique_plie"),
        Index("nir", "nir IS NOT NULL"),
    ),
)

demande_commune: Final = _table(
    "demande_commune",
    3,
    parent="demande",
    range_par_cle=True,
    index=(Index("commune, date_creation, numero_unique"),),
)

demande_motif: Final = _table(
    "demande_motif",
    3,
    parent="demande",
    range_par_cle=True,
    index=(Index("motif, date_creation, numero_unique"),),
)

#: What the statistics sort a demande by, kept narrow: they read every row of it. Ages are taken, and incomes
#: told, as on the day the present year of validity began. No foreign key to the demande: the row outlives it,
#: and then names nobody (`requetes_sql.EFFACER`).
demande_stat: Final = _table(
    "demande_stat",
    2,
    parent="base",
    range_par_cle=True,
    index=(Index("souhaitees", "souhaitees IS NOT NULL", "v0007"),),
)

#: The ledger of attributions (`domain.livre_des_attributions`): `rang` is the
#: event that tells one, 0 for what its radiation tells. No foreign key to the demande: its past outlives it.
decision: Final = _table(
    "decision",
    3,
    parent="base",
    range_par_cle=True,
    depuis="v0004",
    index=(Index("logement, jour", "logement IS NOT NULL", "v0007"), Index("jour, guichet", depuis="v0007")),
)

#: No foreign key to the demande: its past outlives it.
mouvement: Final = _table(
    "mouvement",
    3,
    parent="base",
    range_par_cle=True,
    index=(Index("jour, motif, numero_unique", "genre = 'RAD'", "v0007"),),
)

#: How many movements of a kind there were on a day in a territory; `motif` is « » without one.
flux: Final = _table("flux", 7, parent="base", range_par_cle=True, deduite=True)

#: Demandes that did not enter once and then leave at most once, always as the same kind of applicant: of
#: these alone, sums of `flux` do not tell whether they were in the stock.
demande_a_part: Final = _table("demande_a_part", 2, parent="base", range_par_cle=True, deduite=True)

evenement: Final = _table(
    "evenement",
    2,
    parent="demande",
    index=(Index("numero_unique, identifiant"), Index("suite_le", "suite_le IS NOT NULL", "v0004")),
)

#: No foreign key: what is sent to a base that does not exist has its line too.
echange: Final = _table(
    "echange",
    2,
    index=(
        Index("numero_unique, identifiant", "numero_unique IS NOT NULL"),
        # Holds all that the measures read: they never walk through the bytes of the exchanges.
        Index("operation, verdict, duree_us"),
        # Few are so, and are looked for among all.
        Index("verdict, identifiant", "verdict IN ('fault', 'refus', 'erreur')", "v0003"),
    ),
)

#: Exchanges of a base: id of the last, id before the first since the journal was emptied, how many dropped.
journal_compteur: Final = _table("journal_compteur", 1, range_par_cle=True)

panne: Final = _table("panne", 2, parent="base")

#: Inboxes and outboxes of the asynchronous channel; `boite` is « entree » or « sortie ».
fichier: Final = _table("fichier", 4, parent="base")

#: What guichets did, in order, for dispatching: the state before each change, as `demande` holds it (nothing
#: for a creation). No foreign key to the demande: it may be gone.
changement: Final = _table("changement", 2, parent="base", range_par_cle=True)

#: Who may enter beside SOAP (`store.jetons_en_base`): the hash of a token, never the token. `droit` is
#: « tout », « base » (of `base`) or « lecture »; the row of the read-only link has no hash: its token is made
#: of the key of the cookies and of `cree_le`.
jeton: Final = _table("jeton", 1, depuis="v0005")

#: The codes of a link that have been used, until they would be too old anyway.
code_utilise: Final = _table("code_utilise", 1, range_par_cle=True, depuis="v0005")

#: How often a wrong token came, and when the last did: one row, `nom` « refus ».
jeton_compteur: Final = _table("jeton_compteur", 1, depuis="v0005")

#: The state of a base, children first: what « etat » empties.
ETAT: Final = (
    fichier,
    changement,
    evenement,
    flux,
    demande_a_part,
    mouvement,
    decision,
    demande_stat,
    demande_motif,
    demande_commune,
    demande_personne,
    demande,
    sequence,
)
#: Everything of a base but its own row, children first.
CONTENU: Final = (*ETAT, panne, echange, journal_compteur, type_evenement, guichet)

#: Bytes that the servers of one database share (`coffre`), whatever the base. `version` counts how
#: often they were written.
coffre: Final = _table("coffre", 1, depuis="v0005")
#: The processes that serve this database (`store.plusieurs_serveurs.voisins`), while they live.
serveur: Final = _table("serveur", 1, depuis="v0005")
#: Files that the servers of this database share (`plusieurs_serveurs.fichiers_partages`), cut into pieces.
piece: Final = _table("piece", 3, depuis="v0005")
#: What belongs to no base: `CONTENU` and snapshots know nothing of it.
PARTAGE: Final = (coffre, serveur, piece, jeton, code_utilise, jeton_compteur)
