"""Compressed columns have a dictionary (`store/lignes.py`). Older rows stay as they are, and can be read; a
server that does not know the dictionary could not read the new ones, and refuses this revision."""

revision = "v0006"
down_revision = "v0005"


def upgrade() -> None:
    """Changes nothing."""
