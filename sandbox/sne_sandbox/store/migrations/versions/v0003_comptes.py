"""Movements are counted as they are written; a search by day of deposit and commune or reason, of renewal or
of radiation reads one index, and one of what is rare, radiated demandes or refused exchanges, too.

The tables that get a column are made again, in the order of their keys: rows that grow where they are leave
their pages half empty.
"""

from alembic import op

from sne_sandbox.store import tables
from sne_sandbox.store.schema_sql import declencheurs, ordres_de

revision = "v0003"
down_revision = "v0002"

_DE_T = "m.base = t.base AND m.numero_unique = t.numero_unique"
_DEPOT = f"(SELECT m.date_creation FROM demande AS m WHERE {_DE_T})"
_SEJOUR = (
    f"CASE WHEN NOT EXISTS (SELECT 1 FROM demande_a_part AS m WHERE {_DE_T}) THEN "
    f"(SELECT max(m.jour) FROM mouvement AS m WHERE {_DE_T} AND m.effet > 0) END, "
    f"(SELECT max(m.jour) FROM mouvement AS m WHERE {_DE_T} AND m.effet < 0)"
)


def upgrade() -> None:
    moteur = op.get_bind().dialect.name
    for ordre in (*ordres_de(tables.demande_a_part, moteur), *ordres_de(tables.flux, moteur)):
        op.execute(ordre)
    op.execute(
        "INSERT INTO flux SELECT base, substr(numero_unique, 1, 3), jour, genre, effet, association, "
        "coalesce(motif, ''), count(*) FROM mouvement GROUP BY 1, 2, 3, 4, 5, 6, 7"
    )
    op.execute(
        "INSERT INTO demande_a_part SELECT base, numero_unique FROM mouvement GROUP BY base, numero_unique "
        "HAVING count(DISTINCT association) > 1 OR sum(CASE WHEN effet > 0 THEN 1 ELSE 0 END) <> 1 "
        "OR sum(CASE WHEN effet < 0 THEN 1 ELSE 0 END) > 1 "
        "OR min(CASE WHEN effet < 0 THEN jour END) < min(CASE WHEN effet > 0 THEN jour END)"
    )
    for table, deduites in (
        (tables.demande_commune, _DEPOT),
        (tables.demande_motif, _DEPOT),
        (tables.demande_stat, _SEJOUR),
    ):
        nom = table.nom
        op.execute(f"CREATE TABLE avant AS SELECT * FROM {nom}")
        op.execute(f"DROP TABLE {nom}")
        creer, *index = ordres_de(table.a_la_revision(revision), moteur)
        op.execute(creer)
        op.execute(f"INSERT INTO {nom} SELECT t.*, {deduites} FROM avant AS t ORDER BY base, numero_unique")
        op.execute("DROP TABLE avant")
        for ordre in index:
            op.execute(ordre)
    for jour in ("date_renouvellement", "date_radiation"):
        op.execute(f"DROP INDEX ix_demande_{jour}")
        op.execute(
            f"CREATE INDEX ix_demande_{jour} ON demande (base, {jour}, numero_unique) "
            f"WHERE {jour} IS NOT NULL"
        )
    op.execute(
        "CREATE INDEX ix_demande_etat ON demande (base, etat, date_creation, numero_unique) WHERE etat = 'R'"
    )
    op.execute(
        "CREATE INDEX ix_echange_verdict ON echange (base, verdict, identifiant) "
        "WHERE verdict IN ('fault', 'refus', 'erreur')"
    )
    for ordre in declencheurs(moteur):
        op.execute(ordre)
