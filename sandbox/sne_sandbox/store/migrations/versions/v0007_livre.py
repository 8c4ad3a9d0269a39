"""The ledger of attributions: a decision says its dwelling, its contingent, its rank, its categories, and
what followed it; a lease is on one line. The lines that are there are told again.

The table is made again: its new columns would stand after its constraints.
"""

from alembic import context, op

from sne_sandbox.store import tables
from sne_sandbox.store.rattrapage_de_migration import tenir_les_livres
from sne_sandbox.store.schema_sql import ordres_de

revision = "v0007"
down_revision = "v0006"


def upgrade() -> None:
    moteur = op.get_bind().dialect.name
    anciennes = ", ".join(c.nom for c in tables.decision.colonnes if c.depuis != revision)
    op.execute("CREATE TABLE avant AS SELECT * FROM decision")
    op.execute("DROP TABLE decision")
    for ordre in ordres_de(tables.decision, moteur):
        op.execute(ordre)
    op.execute(f"INSERT INTO decision ({anciennes}) SELECT {anciennes} FROM avant")
    op.execute("DROP TABLE avant")
    tenir_les_livres(context.config.attributes["magasin"])
