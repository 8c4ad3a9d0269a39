"""What the servers of one database share, beside its bases."""

from alembic import op

from sne_sandbox.store import tables
from sne_sandbox.store.schema import ordres_de

revision = "v0005"
down_revision = "v0004"


def upgrade() -> None:
    for table in tables.PARTAGE:
        for ordre in ordres_de(table, op.get_bind().dialect.name):
            op.execute(ordre)
