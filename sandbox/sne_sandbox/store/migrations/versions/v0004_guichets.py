"""Guichets have a SIREN, other territories than their own, and deeds that their base gives them; a change
says in what other territories its demande wishes a commune.

The table of changes is made again: what is sought in it stands before its documents.
"""

from alembic import op

from sne_sandbox.store import tables
from sne_sandbox.store.schema import ordres_de

revision = "v0004"
down_revision = "v0003"


def upgrade() -> None:
    moteur = op.get_bind().dialect.name
    for table in (tables.guichet, tables.changement):
        nom = table.nom
        anciennes = ", ".join(c.nom for c in table.colonnes if c.depuis != revision)
        op.execute(f"CREATE TABLE avant AS SELECT * FROM {nom}")
        op.execute(f"DROP TABLE {nom}")
        for ordre in ordres_de(table, moteur):
            op.execute(ordre)
        op.execute(f"INSERT INTO {nom} ({anciennes}) SELECT {anciennes} FROM avant")
        op.execute("DROP TABLE avant")
