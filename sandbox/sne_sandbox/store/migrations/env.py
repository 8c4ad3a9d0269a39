"""Alembic's environment: runs on the connection, and inside the transaction, that `store.schema_sql`
gives."""

from alembic import context

connexion = context.config.attributes["connexion"]
context.configure(connection=connexion, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
