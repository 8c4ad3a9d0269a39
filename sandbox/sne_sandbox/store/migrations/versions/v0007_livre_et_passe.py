"""The ledger of attributions: a decision says its dwelling, its contingent, its rank, its categories, and
what followed it; a lease is on one line. The facts that statistics count of a demande outlive it, and name
nobody; the radiations of a period are found by their day. v0008 fills them.
"""

from alembic import op

from sne_sandbox.store import tables
from sne_sandbox.store.schema_sql import ordres_de, refaire

revision = "v0007"
down_revision = "v0006"


def upgrade() -> None:
    moteur = op.get_bind().dialect.name
    for table in (tables.demande_stat, tables.decision):
        for ordre in refaire(table, revision, moteur):
            op.execute(ordre)
    _, index = ordres_de(tables.mouvement, moteur)
    for ordre in (index, *ordres_de(tables.effacee_commune, moteur)):
        op.execute(ordre)
