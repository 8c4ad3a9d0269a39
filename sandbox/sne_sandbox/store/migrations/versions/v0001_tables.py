"""The first tables: the tables of `store/tables.py`, without the deduced data, which v0003 adds, and without
the tables and columns that later revisions add. The indexes that later revisions change or add are as they
were before, and the journal is one table.

No database passes here: an empty one gets the tables of the day in one go (`schema_sql.preparer`). A
developer who changes a column first writes out, in this place, the tables as they were: until then
`test_schema_sql.py`, which builds them both ways, fails.
"""

from dataclasses import replace

from alembic import op

from sne_sandbox.store import tables
from sne_sandbox.store.plusieurs_serveurs import partitions_du_journal
from sne_sandbox.store.schema_sql import ordres_de

revision = "v0001"
down_revision = None

#: By name, what these indexes held.
INDEX = {
    "ix_demande_date_creation": "date_creation)",
    "ix_demande_motif_radiation": "motif_radiation) WHERE motif_radiation IS NOT NULL",
    "ix_demande_date_renouvellement": "date_renouvellement) WHERE date_renouvellement IS NOT NULL",
    "ix_demande_date_radiation": "date_radiation) WHERE date_radiation IS NOT NULL",
    "ix_demande_commune_commune": "commune, numero_unique)",
    "ix_demande_motif_motif": "motif, numero_unique)",
}


def upgrade() -> None:
    for table in (tables.base, *reversed(tables.CONTENU)):
        if table.deduite or table.depuis:
            continue
        premieres = tuple(colonne for colonne in table.gardees if not colonne.depuis)
        alors = replace(table.a_la_revision(""), colonnes=premieres)
        for ordre in ordres_de(alors, op.get_bind().dialect.name):
            nom = ordre.split()[2]
            if ordre in partitions_du_journal.DIVISER:
                continue
            entiere = ordre.partition(" PARTITION BY ")[0]
            op.execute(f"CREATE INDEX {nom} ON {table.nom} (base, {INDEX[nom]}" if nom in INDEX else entiere)
