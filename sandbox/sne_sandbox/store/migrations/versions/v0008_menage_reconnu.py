"""A decision keeps whether the register knew the household as recognised (DALO), apart from what was said.

Of a database of before v0007, the lines of the ledger are told again; of the demandes erased before, the
profile is what their movements and decisions still tell.
"""

from alembic import context, op

from sne_sandbox.store import tables
from sne_sandbox.store.rattrapage_de_migration import rattraper_le_passe, reconnaitre, tenir_les_livres
from sne_sandbox.store.schema_sql import refaire

revision = "v0008"
down_revision = "v0007"


def upgrade() -> None:
    for ordre in refaire(tables.decision, revision, op.get_bind().dialect.name):
        op.execute(ordre)
    magasin, presente = (context.config.attributes[nom] for nom in ("magasin", "presente"))
    if presente is None or presente < "v0007":
        tenir_les_livres(magasin)
        rattraper_le_passe(magasin)
    reconnaitre(magasin)
