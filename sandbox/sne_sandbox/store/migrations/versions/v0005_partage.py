"""The rows that the servers of one database share, beside its bases; the journal of PostgreSQL is divided
(`store/plusieurs_serveurs/partitions_du_journal.py`), its rows where they belong."""

from alembic import context, op

from sne_sandbox.store import tables
from sne_sandbox.store.connexion_en_transaction import RequeteSql
from sne_sandbox.store.plusieurs_serveurs.partitions_du_journal import TAILLE, ouvrir
from sne_sandbox.store.schema_sql import ordres_de

revision = "v0005"
down_revision = "v0004"

# Every slice that holds an exchange, and the one where the next goes.
_PRESENTES = RequeteSql(
    f"SELECT DISTINCT base, identifiant / {TAILLE} * {TAILLE} FROM avant "
    "UNION SELECT base, dernier + 1 FROM journal_compteur"
)


def upgrade() -> None:
    moteur = op.get_bind().dialect.name
    if moteur == "postgresql":
        # Before a row is read: a server of before goes on meanwhile, and what it commits after the copy would
        # be dropped with the old table. It waits, then finds the new one under the same name.
        op.execute("LOCK TABLE echange IN ACCESS EXCLUSIVE MODE")
    for table in tables.PARTAGE:
        for ordre in ordres_de(table, moteur):
            op.execute(ordre)
    if moteur == "postgresql":
        _diviser_le_journal()


def _diviser_le_journal() -> None:
    magasin = context.config.attributes["magasin"]
    op.execute("CREATE TABLE avant AS SELECT * FROM echange")
    op.execute("DROP TABLE echange")
    ordres = list(ordres_de(tables.echange, "postgresql"))
    index = [ordre for ordre in ordres if ordre.startswith("CREATE INDEX")]
    for ordre in ordres[: -len(index)]:
        op.execute(ordre)
    for base, identifiant in magasin.lignes(_PRESENTES, {}):
        ouvrir(magasin, base, (identifiant,))
    noms = ", ".join(tables.echange.noms)
    op.execute(f"INSERT INTO echange ({noms}) SELECT {noms} FROM avant")
    op.execute("DROP TABLE avant")
    # After the rows: an index that is built at once is smaller, and built faster.
    for ordre in index:
        op.execute(ordre)
