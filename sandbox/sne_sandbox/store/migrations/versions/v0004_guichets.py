"""Guichets have a SIREN, other territories than their own, and deeds that their base gives them; an event of
a decision, what a radiation has to follow (of what was told before, nights say nothing). Decisions are kept
apart, and outlive their demande; the statistics know the first reason of a demande, and the first size that
it names.
"""

from alembic import context, op

from sne_sandbox.store import tables
from sne_sandbox.store.rattrapage_de_migration import decrire
from sne_sandbox.store.schema_sql import ordres_de, refaire

revision = "v0004"
down_revision = "v0003"


def upgrade() -> None:
    moteur = op.get_bind().dialect.name
    for table in (tables.guichet, tables.evenement, tables.demande_stat):
        for ordre in refaire(table, revision, moteur):
            op.execute(ordre)
    for ordre in ordres_de(tables.decision.a_la_revision(revision), moteur):
        op.execute(ordre)
    decrire(context.config.attributes["magasin"])
