"""A decision keeps whether the register knew the household as recognised (DALO), apart from what was said."""

from alembic import op

from sne_sandbox.store import tables
from sne_sandbox.store.schema_sql import refaire

revision = "v0008"
down_revision = "v0007"


def upgrade() -> None:
    for ordre in refaire(tables.decision, revision, op.get_bind().dialect.name):
        op.execute(ordre)
