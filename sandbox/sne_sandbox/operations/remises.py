"""The line that a state put back leaves in the journal of its base."""

from datetime import UTC, datetime

from sne_sandbox.domain.base import Base
from sne_sandbox.domain.journal import REMISE, Echange, VerdictEchange
from sne_sandbox.store.session import Magasin


def consigner(magasin: Magasin, base: Base, phrase: str) -> None:
    """Writes in the journal of `base` that its state was put back."""
    maintenant = datetime.now(UTC)
    magasin.journal.consigner(
        None,
        Echange(
            base=base.nom,
            recu_le=maintenant,
            methode=REMISE,
            chemin=phrase,
            verdict=VerdictEchange.ACCEPTE,
            instant_base=base.horloge.maintenant(maintenant),
        ),
    )
