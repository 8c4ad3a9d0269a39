"""What guichets did, for dispatching."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXTE = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "changement",
        sa.Column("base", TEXTE, nullable=False),
        sa.Column("identifiant", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("territoire", TEXTE, nullable=False),
        sa.Column("numero_unique", TEXTE, nullable=False),
        sa.Column("auteur", TEXTE, nullable=False),
        sa.Column("instant", sa.BigInteger(), nullable=False),
        sa.Column("date_renouvellement", TEXTE, nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("radiation", sa.LargeBinary(), nullable=True),
        sa.Column("information_dalo", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["base"], ["base.nom"], name=op.f("fk_changement_base"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("base", "identifiant", name=op.f("pk_changement")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("changement")
