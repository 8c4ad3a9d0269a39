"""Two indexes of what is rare: radiated demandes by date, exchanges that SOAP or HTTP refused."""

from alembic import op

revision = "v0004"
down_revision = "v0002"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_demande_etat ON demande (base, etat, date_creation, numero_unique) WHERE etat = 'R'"
    )
    op.execute(
        "CREATE INDEX ix_echange_verdict ON echange (base, verdict, identifiant) "
        "WHERE verdict IN ('fault', 'refus', 'erreur')"
    )
