"""What the statistics count of a demande outlives it, and names nobody; the radiations of a period are found
by their day. Of the demandes erased before, the profile is what their movements and decisions still tell.
"""

from alembic import context, op

from sne_sandbox.store import tables
from sne_sandbox.store.rattrapage_de_migration import rattraper_le_passe
from sne_sandbox.store.schema_sql import ordres_de, refaire

revision = "v0007"
down_revision = "v0006"


def upgrade() -> None:
    moteur = op.get_bind().dialect.name
    for table in (tables.demande_stat,):
        for ordre in refaire(table, revision, moteur):
            op.execute(ordre)
    _, index = ordres_de(tables.mouvement, moteur)
    op.execute(index)
    rattraper_le_passe(context.config.attributes["magasin"])
