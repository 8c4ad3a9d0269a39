"""A decision keeps since when the register knew the household as recognised (DALO), apart from what was said.

The lines of the ledger are told again; of the demandes erased before v0007, the profile is what their
movements and decisions still tell.
"""

from alembic import context, op

from sne_sandbox.store import tables
from sne_sandbox.store.rattrapage_de_migration import rattraper_le_passe, tenir_les_livres
from sne_sandbox.store.schema_sql import refaire

revision = "v0008"
down_revision = "v0007"


def upgrade() -> None:
    for ordre in refaire(tables.decision, revision, op.get_bind().dialect.name):
        op.execute(ordre)
    magasin, presente = context.config.attributes["magasin"], context.config.attributes["presente"] or ""
    tenir_les_livres(magasin, presente)
    if presente < "v0007":
        rattraper_le_passe(magasin)
