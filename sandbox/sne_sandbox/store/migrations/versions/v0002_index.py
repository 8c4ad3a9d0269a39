"""Two indexes hold what a search and a night read beside: neither opens a row any more."""

from alembic import op

revision = "v0002"
down_revision = "v0001"


def upgrade() -> None:
    op.execute("DROP INDEX ix_demande_date_creation")
    op.execute("CREATE INDEX ix_demande_date_creation ON demande (base, date_creation, numero_unique)")
    op.execute("DROP INDEX ix_demande_motif_radiation")
    op.execute(
        "CREATE INDEX ix_demande_motif_radiation ON demande (base, motif_radiation, debut_validite) "
        "WHERE motif_radiation IS NOT NULL"
    )
