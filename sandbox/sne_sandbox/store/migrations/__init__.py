"""The steps that build the tables, for Alembic."""
