"""Guichets have a SIREN, other territories than their own, and deeds that their base gives them; an event of
a decision, what a radiation has to follow (of what was told before, nights say nothing). Decisions are kept
apart, and outlive their demande; the statistics know the first reason of a demande, and the first size that
it names.

Tables are made again: their new columns would stand after their constraints.
"""

from alembic import context, op

from sne_sandbox.store import tables
from sne_sandbox.store.rattrapage_de_migration import rattraper
from sne_sandbox.store.schema_sql import ordres_de

revision = "v0004"
down_revision = "v0003"


def upgrade() -> None:
    moteur = op.get_bind().dialect.name
    for table in (tables.guichet, tables.evenement, tables.demande_stat):
        nom = table.nom
        anciennes = ", ".join(c.nom for c in table.colonnes if c.depuis != revision)
        op.execute(f"CREATE TABLE avant AS SELECT * FROM {nom}")
        op.execute(f"DROP TABLE {nom}")
        for ordre in ordres_de(table, moteur):
            op.execute(ordre)
        op.execute(f"INSERT INTO {nom} ({anciennes}) SELECT {anciennes} FROM avant ORDER BY 1, 2")
        op.execute("DROP TABLE avant")
    for ordre in ordres_de(tables.decision, moteur):
        op.execute(ordre)
    rattraper(context.config.attributes["magasin"])
