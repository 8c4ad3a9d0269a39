"""The ledger of attributions: a decision says its dwelling, its contingent, its rank, its categories, and
what followed it; a lease is on one line. The lines that are there are told again. The facts that statistics
count of a demande outlive it, and name nobody; the radiations of a period are found by their day. Of the
demandes erased before, the profile is what their movements and decisions still tell.
"""

from alembic import context, op

from sne_sandbox.store import tables
from sne_sandbox.store.rattrapage_de_migration import rattraper_le_passe, tenir_les_livres
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
    tenir_les_livres(context.config.attributes["magasin"])
    rattraper_le_passe(context.config.attributes["magasin"])
