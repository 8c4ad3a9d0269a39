"""The tables of a database, brought to the present revision when it is opened.

An empty database gets its tables in one go, by the DDL that `ordres` writes; an older one is migrated, by the
steps of `migrations/versions/`, and only then is Alembic imported.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sne_interface.errors import StoreError
from sne_sandbox.store import tables
from sne_sandbox.store.base_de_donnees import BaseDeDonnees
from sne_sandbox.store.connexion_en_transaction import Connexion, RequeteSql
from sne_sandbox.store.plusieurs_serveurs import partitions_du_journal
from sne_sandbox.store.tables import REVISION, REVISIONS_SANS_SUITE

if TYPE_CHECKING:
    from alembic.config import Config

_TABLES: Final = RequeteSql(
    {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
    }
)
_REVISION: Final = RequeteSql("SELECT version_num FROM alembic_version")
_MARQUER: Final = RequeteSql("INSERT INTO alembic_version (version_num) VALUES (:revision)")
_TYPES_PG: Final = {tables.TEXTE: 'TEXT COLLATE "C"', tables.OCTETS: "BYTEA"}


def preparer(donnees: BaseDeDonnees, *, migrer: bool) -> None:
    """Creates or migrates the tables of `donnees`. Raises StoreError when they are not ours, newer than us,
    made before the first release, or, with `migrer` False, older."""
    if revision(donnees) == REVISION:
        return
    with donnees.transaction(ecriture=True, verrou="sne-sandbox:schema") as connexion:
        # Another process may have done it while we waited for our turn.
        presente = revision(connexion)
        if presente == REVISION:
            return
        if presente is None:
            _creer(connexion)
        elif presente in REVISIONS_SANS_SUITE:
            raise StoreError(
                f"La base de données est à la révision {presente}, d'avant la première version publiée : "
                "cette version ne la lit pas.",
                remede="avec la version qui l'a faite, gardez chaque base par « sne-sandbox db snapshot » ; "
                "puis repartez d'un dossier neuf (--home) ou d'une autre base (--database), et remettez-les "
                "par « sne-sandbox db restore »",
            )
        elif migrer:
            monter(connexion, presente)
        else:
            raise StoreError(
                f"La base de données est à la révision {presente}, il faut la {REVISION}.",
                remede="lancez « sne-sandbox db upgrade »",
            )


def revision(connexion: Connexion | BaseDeDonnees) -> str | None:
    """The revision of the tables, None for a database without any. Raises StoreError for tables not ours."""
    presentes = {nom for (nom,) in connexion.lignes(_TABLES, {})}
    if "alembic_version" in presentes and (lue := connexion.ligne(_REVISION, {})) is not None:
        return str(lue[0])
    if presentes - {"alembic_version"}:
        raise StoreError(
            "Cette base de données contient des tables qui ne sont pas celles du bac à sable.",
            remede="donnez une base vide par --database",
        )
    return None


def _creer(connexion: Connexion) -> None:
    for ordre in ordres(connexion.dialecte):
        connexion.brut(ordre)
    connexion.brut(
        "CREATE TABLE IF NOT EXISTS alembic_version ( version_num VARCHAR(32) NOT NULL, "
        "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num) )"
    )
    connexion.faire(_MARQUER, {"revision": REVISION})


def ordres(dialecte: str) -> Iterator[str]:
    """The DDL of the tables of `tables` and of their indexes, for one engine, in an order that can be run."""
    for table in (tables.base, *reversed(tables.CONTENU), *tables.PARTAGE):
        yield from ordres_de(table, dialecte)
    yield from declencheurs(dialecte)


def ordres_de(table: tables.Table, dialecte: str) -> Iterator[str]:
    """The DDL of one table, and of its indexes."""
    # The journal of PostgreSQL has partitions.
    divisee = table is tables.echange and dialecte == "postgresql"
    yield _table(table, dialecte) + (" PARTITION BY RANGE (identifiant)" if divisee else "")
    if divisee:
        yield from partitions_du_journal.DIVISER
    for index in table.index:
        premiere = index.colonnes.partition(",")[0]
        quand = f" WHERE {index.quand}" if index.quand else ""
        yield f"CREATE INDEX ix_{table.nom}_{premiere} ON {table.nom} (base, {index.colonnes}){quand}"


def refaire(table: tables.Table, revision: str, dialecte: str) -> Iterator[str]:
    """The orders that give a table what a revision changed in it: its columns would stand after its
    constraints. A server of before that still writes waits, and writes to the new one."""
    nom, anciennes = table.nom, ", ".join(c.nom for c in table.colonnes if c.depuis < revision)
    if dialecte == "postgresql":
        yield f"LOCK TABLE {nom} IN ACCESS EXCLUSIVE MODE"
    yield f"CREATE TABLE avant AS SELECT * FROM {nom}"
    yield f"DROP TABLE {nom}"
    yield from ordres_de(table.a_la_revision(revision), dialecte)
    yield f"INSERT INTO {nom} ({anciennes}) SELECT {anciennes} FROM avant ORDER BY 1, 2"
    yield "DROP TABLE avant"


def _table(table: tables.Table, dialecte: str) -> str:
    types = {} if dialecte == "sqlite" else _TYPES_PG
    nom, cle = table.nom, ", ".join(table.noms[: table.cle])
    lignes = [f"{c.nom} {types.get(c.type, c.type)}{'' if c.nulle else ' NOT NULL'}" for c in table.colonnes]
    lignes.append(f"CONSTRAINT pk_{nom} PRIMARY KEY ({cle})")
    if table.parent is not None:
        siennes, celles = _PARENTS[table.parent]
        lignes.append(
            f"CONSTRAINT fk_{nom}_{table.parent} FOREIGN KEY({siennes}) "
            f"REFERENCES {table.parent} ({celles}) ON DELETE CASCADE"
        )
    fin = " WITHOUT ROWID" if table.range_par_cle and dialecte == "sqlite" else ""
    return f"CREATE TABLE {nom} ( {', '.join(lignes)} ){fin}"


#: By parent: the columns that name its row, in a table of its rows and in its own.
_PARENTS: Final = {"base": ("base", "nom"), "demande": ("base, numero_unique", "base, numero_unique")}


def declencheurs(dialecte: str) -> Iterator[str]:
    """The orders that make the triggers of one engine (`declencheurs_*.sql`), each in one line."""
    _, _, ecrits = Path(__file__).with_name(f"declencheurs_{dialecte}.sql").read_text("utf-8").partition("\n")
    yield from (" ".join(ordre.split()) for ordre in ecrits.split("\n\n"))


def configuration(connexion: Connexion | None = None, presente: str | None = None) -> "Config":
    """The Alembic configuration; `migrations/env.py` runs on `connexion`, inside its transaction; what a
    migration takes from the documents too, by the revision that it finds (`presente`)."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connexion"] = connexion.sa if connexion is not None else None
    config.attributes.update(magasin=connexion, presente=presente)
    return config


def monter(connexion: Connexion, presente: str | None, *, jusqua: str = REVISION) -> None:
    """Migrates from revision `presente` (None: no table) to the present one, or to `jusqua`. Raises
    StoreError when that revision is not one of ours."""
    from alembic import command
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = configuration(connexion, presente)
    if presente is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(presente)
        except CommandError as erreur:
            raise StoreError(
                f"La base de données est à la révision [{presente}], inconnue de cette version.",
                remede="mettez sne-sandbox à jour, ou donnez une autre base par --database",
            ) from erreur
    command.upgrade(config, jusqua)
