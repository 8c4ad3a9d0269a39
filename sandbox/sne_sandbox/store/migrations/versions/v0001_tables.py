"""The first tables: those of `store/tables.py`, while nothing comes after them.

No database passes here: an empty one gets the tables of the day in one go (`schema.preparer`). Whoever writes
v0002 first writes out, in this place, the tables as they were before it: until then `test_schema`, which
builds them both ways, fails.
"""

from alembic import op

from sne_sandbox.store.schema import ordres

revision = "v0001"
down_revision = None


def upgrade() -> None:
    for ordre in ordres(op.get_bind().dialect.name):
        op.execute(ordre)
