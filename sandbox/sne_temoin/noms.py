"""Names of the files sent: kind, guichet, minute, six digits; never twice the same."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sne_temoin.memoire import Memoire

PARIS = ZoneInfo("Europe/Paris")


class Noms:
    """The names that one guichet gives."""

    def __init__(self, memoire: Memoire) -> None:
        self.memoire = memoire

    def fichier(self, genre: str, guichet: str, maintenant: datetime) -> str:
        """`DEMG1226-201803151654-000042.xml`: the rank is kept in memory, hence new each time."""
        rang = self.memoire.rang_suivant() % 1_000_000
        return f"{genre}{guichet}-{tampon(maintenant)}-{rang:06d}.xml"

    def certificat(self, guichet: str, maintenant: datetime) -> str:
        """`CERG1226-201803151654.pem`."""
        return f"CER{guichet}-{tampon(maintenant)}.pem"


def tampon(instant: datetime) -> str:
    """`YYYYMMDDHHMM`, Paris time."""
    return instant.astimezone(PARIS).strftime("%Y%m%d%H%M")


def date_heure(instant: datetime) -> str:
    """An `xs:dateTime` of Paris, with milliseconds and offset."""
    return instant.astimezone(PARIS).isoformat(timespec="milliseconds")


def jour(instant: datetime) -> str:
    """An `xs:date` of Paris."""
    return instant.astimezone(PARIS).date().isoformat()
