"""What the measures of the journal read, in an index of their own."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_echange_operation", "echange", ["base", "operation", "verdict", "duree_us"])


def downgrade() -> None:
    op.drop_index("ix_echange_operation", "echange")
