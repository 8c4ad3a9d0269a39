"""The tables, the same on SQLite and PostgreSQL, as data: `tables_cles.csv`, in an order that can be made,
their columns (`tables.csv`) and their indexes (`tables_index.csv`). A start reads no library for them. Every
key begins with the base: bases never meet.

Instants are integers (microseconds since 1970, UTC), days ISO text, both of which sort the same on either
engine; text compares by code point (`C` collation). `schema_sql` makes them, `metadonnees` shows them to
SQLAlchemy; `migrations/` builds the same tables step by step, and `test_schema_sql.py` proves it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from sne_interface.resources import table

#: The Alembic revision that these tables stand for.
REVISION: Final = "v0008"
#: Revisions of before the first release: no database at one of them is migrated.
REVISIONS_SANS_SUITE: Final = frozenset({"0001", "0002", "0003", "0004", "0005"})
#: Revisions whose tables are these, but for what is deduced and for what came later (`depuis`): their
#: snapshots are restored, with nothing there but what `rattrapage_de_migration` fills.
REVISIONS_EGALES: Final = frozenset(
    {REVISION, "v0007", "v0006", "v0005", "v0004", "v0003", "v0002", "v0001", "0005"}
)

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
    quand: str = ""
    depuis: str = ""


@dataclass(frozen=True)
class Table:
    """A table, whose first columns, `cle` of them, are its key. `parent` is the table whose row its rows go
    with, `range_par_cle` whether SQLite keeps them in the order of the key (WITHOUT ROWID), `deduite` that
    its rows follow from others: triggers (`schema_sql`) write them, and no snapshot holds them; `depuis` the
    revision that added it (see `Colonne`). `portee` is « etat » (what
    « etat » empties of a base), « contenu » (the rest of a base but its own row), « partage » (what belongs
    to no base)."""

    nom: str
    cle: int
    colonnes: tuple[Colonne, ...]
    parent: str | None = None
    range_par_cle: bool = False
    index: tuple[Index, ...] = ()
    deduite: bool = False
    depuis: str = ""
    portee: str = ""

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


def _tables() -> Iterator[Table]:
    colonnes, index, cles = (table(f"{_ICI}{suite}") for suite in (".csv", "_index.csv", "_cles.csv"))
    for lue in cles:
        yield Table(
            lue["nom"],
            int(lue["cle"]),
            tuple(
                Colonne(c["colonne"], c["type"], bool(c["nulle"]), c["deduite"], c["depuis"])
                for c in colonnes
                if c["table"] == lue["nom"]
            ),
            lue["parent"] or None,
            bool(lue["range_par_cle"]),
            tuple(Index(i["colonnes"], i["quand"], i["depuis"]) for i in index if i["table"] == lue["nom"]),
            bool(lue["deduite"]),
            lue["depuis"],
            lue["portee"],
        )


def _de_portee(portee: str) -> tuple[Table, ...]:
    return tuple(lue for lue in reversed(_TABLES.values()) if lue.portee == portee)


_ICI: Final = __file__.removesuffix(".py")
_TABLES: Final = {lue.nom: lue for lue in _tables()}

base: Final = _TABLES["base"]
guichet: Final = _TABLES["guichet"]
type_evenement: Final = _TABLES["type_evenement"]
sequence: Final = _TABLES["sequence"]
demande: Final = _TABLES["demande"]
demande_personne: Final = _TABLES["demande_personne"]
demande_commune: Final = _TABLES["demande_commune"]
demande_motif: Final = _TABLES["demande_motif"]
demande_stat: Final = _TABLES["demande_stat"]
effacee_commune: Final = _TABLES["effacee_commune"]
decision: Final = _TABLES["decision"]
mouvement: Final = _TABLES["mouvement"]
flux: Final = _TABLES["flux"]
demande_a_part: Final = _TABLES["demande_a_part"]
evenement: Final = _TABLES["evenement"]
echange: Final = _TABLES["echange"]
journal_compteur: Final = _TABLES["journal_compteur"]
panne: Final = _TABLES["panne"]
fichier: Final = _TABLES["fichier"]
changement: Final = _TABLES["changement"]
jeton: Final = _TABLES["jeton"]
piece: Final = _TABLES["piece"]

#: The state of a base, children first: what « etat » empties.
ETAT: Final = _de_portee("etat")
#: Everything of a base but its own row, children first.
CONTENU: Final = (*ETAT, *_de_portee("contenu"))
#: What belongs to no base: `CONTENU` and snapshots know nothing of it.
PARTAGE: Final = _de_portee("partage")[::-1]
