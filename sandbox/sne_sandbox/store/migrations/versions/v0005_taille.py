"""How many households a base was asked for: put back to its start, it has as many again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("base", sa.Column("taille", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("base", "taille")
