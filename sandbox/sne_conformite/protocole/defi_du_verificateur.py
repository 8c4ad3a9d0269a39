"""A verifier's challenge: from its text come the clock of a run and, with the identity that the application
answers to it, the seed and the households, so that no package written before it can answer it, nor one whose
application is renamed afterwards."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sne_interface.domain.dates import PARIS

#: The first day that a clock may begin on, how many may follow, and the first of its hours.
_PREMIER: Final = datetime(2025, 1, 1, 9, tzinfo=PARIS)
_JOURS: Final = 365
_MINUTES: Final = 8 * 60


def horloge_du_defi(defi: str) -> datetime:
    """The clock that a challenge gives: a minute of an office day."""
    tire = _tirer("defi", defi)
    jours, minutes = int.from_bytes(tire[4:8]) % _JOURS, int.from_bytes(tire[8:12]) % _MINUTES
    return (_PREMIER + timedelta(days=jours)).replace(minute=0) + timedelta(minutes=minutes)


def graine_du_defi(defi: str, identite: str) -> int:
    """The seed that a challenge gives to an application: `identite` is its name and its version, as it
    answers them to the challenge."""
    return int.from_bytes(_tirer("identite", f"{defi}\n{identite}")[:4])


def _tirer(quoi: str, texte: str) -> bytes:
    return hashlib.sha256(f"sne-sandbox/{quoi}/{texte}".encode()).digest()


def proposer() -> str:
    """A challenge that nobody can guess."""
    return secrets.token_urlsafe(18)
