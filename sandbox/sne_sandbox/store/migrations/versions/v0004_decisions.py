"""Decisions are counted apart, and outlive their demande; the statistics know the reason of a demande and the
size it asks for.
"""

from alembic import context, op

from sne_sandbox.store import tables
from sne_sandbox.store.rattrapage import rattraper
from sne_sandbox.store.schema import ordres_de

revision = "v0004"
down_revision = "v0003"


def upgrade() -> None:
    moteur = op.get_bind().dialect.name
    for ordre in ordres_de(tables.decision, moteur):
        op.execute(ordre)
    # Made again: a column that is added to it would come after its constraints.
    op.execute("CREATE TABLE avant AS SELECT * FROM demande_stat")
    op.execute("DROP TABLE demande_stat")
    for ordre in ordres_de(tables.demande_stat, moteur):
        op.execute(ordre)
    op.execute("INSERT INTO demande_stat SELECT t.*, NULL, NULL FROM avant AS t ORDER BY base, numero_unique")
    op.execute("DROP TABLE avant")
    rattraper(context.config.attributes["magasin"])
