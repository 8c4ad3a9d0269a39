"""The first tables: those of `store/tables.py`, columns and keys; the indexes that later revisions change or
add are as they were before them.

No database passes here: an empty one gets the tables of the day in one go (`schema.preparer`). Whoever
changes a column first writes out, in this place, the tables as they were: until then `test_schema`, which
builds them both ways, fails.
"""

from alembic import op

from sne_sandbox.store.schema import ordres

revision = "v0001"
down_revision = None

#: By name, what these indexes held.
INDEX = {
    "ix_demande_date_creation": "date_creation)",
    "ix_demande_motif_radiation": "motif_radiation) WHERE motif_radiation IS NOT NULL",
}
AJOUTES = {"ix_demande_etat", "ix_echange_verdict"}


def upgrade() -> None:
    for ordre in ordres(op.get_bind().dialect.name):
        nom = ordre.split()[2]
        if nom in AJOUTES:
            continue
        op.execute(f"CREATE INDEX {nom} ON demande (base, {INDEX[nom]}" if nom in INDEX else ordre)
