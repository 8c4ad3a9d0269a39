"""A verifier's challenge: from its text come the seed, the households and the clock of a run, so that no
package written before it can answer it."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sne_interface.domain.dates import PARIS

#: The first day that a clock may begin on, how many may follow, and the first of its hours.
_PREMIER: Final = datetime(2025, 1, 1, 9, tzinfo=PARIS)
_JOURS: Final = 365
_MINUTES: Final = 8 * 60


def graine_et_horloge(defi: str) -> tuple[int, datetime]:
    """The seed and the clock that a challenge gives, drawn from its SHA-256: a minute of an office day."""
    tire = hashlib.sha256(f"sne-sandbox/defi/{defi}".encode()).digest()
    jours, minutes = int.from_bytes(tire[4:8]) % _JOURS, int.from_bytes(tire[8:12]) % _MINUTES
    horloge = (_PREMIER + timedelta(days=jours)).replace(minute=0) + timedelta(minutes=minutes)
    return int.from_bytes(tire[:4]), horloge


def proposer() -> str:
    """A challenge that nobody can guess."""
    return secrets.token_urlsafe(18)
