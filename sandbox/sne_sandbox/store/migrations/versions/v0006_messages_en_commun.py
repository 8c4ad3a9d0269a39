"""Messages of the journal are compressed with a dictionary (`store/lignes.py`). Older rows stay as they are,
and can be read; a server that does not know the dictionary could not read the new ones: the revision has it
refuse them."""

revision = "v0006"
down_revision = "v0005"


def upgrade() -> None:
    """Changes nothing."""
