"""The tables as SQLAlchemy sees them, for statements built on the spot: only who builds one imports this."""

from typing import Final

import sqlalchemy as sa

from sne_sandbox.store import tables

_TYPES: Final = {
    tables.TEXTE: sa.Text,
    tables.ENTIER: sa.BigInteger,
    tables.BOOLEEN: sa.Boolean,
    tables.OCTETS: sa.LargeBinary,
}


def table(decrite: tables.Table) -> sa.TableClause:
    """A table and its columns."""
    return sa.table(decrite.nom, *(sa.column(c.nom, _TYPES[c.type]()) for c in decrite.colonnes))


demande: Final = table(tables.demande)
demande_personne: Final = table(tables.demande_personne)
demande_commune: Final = table(tables.demande_commune)
demande_motif: Final = table(tables.demande_motif)
demande_stat: Final = table(tables.demande_stat)
effacee_commune: Final = table(tables.effacee_commune)
mouvement: Final = table(tables.mouvement)
flux: Final = table(tables.flux)
demande_a_part: Final = table(tables.demande_a_part)
decision: Final = table(tables.decision)
sequence: Final = table(tables.sequence)
