"""Guichets have a SIREN, other territories than their own, and deeds that their base gives them."""

from alembic import op

from sne_sandbox.store import tables
from sne_sandbox.store.schema import ordres_de

revision = "v0004"
down_revision = "v0003"


def upgrade() -> None:
    anciennes = ", ".join(c.nom for c in tables.guichet.colonnes if c.depuis != revision)
    op.execute("CREATE TABLE avant AS SELECT * FROM guichet")
    op.execute("DROP TABLE guichet")
    for ordre in ordres_de(tables.guichet, op.get_bind().dialect.name):
        op.execute(ordre)
    op.execute(f"INSERT INTO guichet ({anciennes}) SELECT {anciennes} FROM avant")
    op.execute("DROP TABLE avant")
