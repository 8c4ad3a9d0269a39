"""The failures of the database, in French: their cause, their remedy, and what can still be done with them.

The engines tell them in English, or in the language of a server; this module recognises them by their codes.
"""

import re
import sqlite3
from dataclasses import dataclass
from typing import Any, Final, Literal

from sne_interface.domain.nir import masquer_secrets
from sne_interface.errors import MagasinIndisponible

Portee = Literal["", "ecriture", "tout"]


@dataclass(frozen=True, slots=True)
class Defaillance:
    """A way to fail. `portee` says what it is useless to try until it is mended: writing, anything, or
    nothing (« »: the next one may succeed)."""

    cause: str
    remede: str
    portee: Portee = ""


_PLACE: Final = "faites de la place sur le disque"
_DEMARREZ: Final = "démarrez PostgreSQL, ou vérifiez l'adresse donnée à --database ; le serveur réessaie seul"
_DISQUE: Final = Defaillance("le disque de la base est plein", _PLACE, "ecriture")
_LECTURE_SEULE: Final = Defaillance(
    "la base est en lecture seule", "rendez-la inscriptible : droits, montage, serveur de secours", "ecriture"
)
_ARRET: Final = Defaillance("PostgreSQL s'arrête ou démarre", _DEMARREZ)
_COUPEE: Final = Defaillance("la connexion à PostgreSQL a été coupée", _DEMARREZ)
INJOIGNABLE: Final = Defaillance("PostgreSQL ne répond pas", _DEMARREZ, "tout")
_REFUS: Final = Defaillance(
    "PostgreSQL refuse l'utilisateur ou son mot de passe", "vérifiez l'adresse donnée à --database", "tout"
)
_INCONNUE: Final = Defaillance(
    "PostgreSQL n'a pas de base de ce nom", "créez-la, ou vérifiez l'adresse donnée à --database", "tout"
)
_INTERROMPUE: Final = Defaillance(
    "PostgreSQL a interrompu une requête",
    "relevez statement_timeout et lock_timeout, ou voyez qui tient les tables",
)
_SANS_TABLES: Final = Defaillance(
    "des tables ne sont plus dans la base", "remettez une sauvegarde de la base, puis relancez le serveur"
)
_SANS_DROIT: Final = Defaillance(
    "PostgreSQL refuse à l'utilisateur un droit sur les tables", "rendez-lui ses droits (GRANT)"
)
_COMPLET: Final = Defaillance(
    "PostgreSQL n'a plus de connexion libre", "relevez max_connections, ou baissez --workers et --threads"
)
ABIME: Final = Defaillance(
    "le fichier de la base est abîmé",
    "arrêtez le serveur, remettez une sauvegarde du fichier (sans -wal ni -shm), et relancez",
    "ecriture",
)
_AUTRE: Final = "vérifiez son adresse, les droits, la place du disque, et qu'aucun autre outil ne la tient"

#: By primary code of SQLite (sqlite.org/rescode.html).
_SQLITE: Final = {
    sqlite3.SQLITE_BUSY: Defaillance(
        "un autre outil tient le fichier de la base", "fermez-le, ou attendez qu'il ait fini", "ecriture"
    ),
    sqlite3.SQLITE_READONLY: _LECTURE_SEULE,
    sqlite3.SQLITE_IOERR: Defaillance(
        "le disque de la base a failli", "vérifiez le disque, son quota, et le journal du système", "ecriture"
    ),
    sqlite3.SQLITE_CORRUPT: ABIME,
    sqlite3.SQLITE_NOTADB: ABIME,
    sqlite3.SQLITE_FULL: _DISQUE,
    sqlite3.SQLITE_CANTOPEN: Defaillance(
        "le fichier de la base ne s'ouvre pas", "vérifiez qu'il est là, et les droits sur son dossier"
    ),
}
#: By the first characters of PostgreSQL's SQLSTATE, the longest first.
_POSTGRESQL: Final = (
    ("25006", _LECTURE_SEULE),
    ("53100", _DISQUE),
    ("53300", _COMPLET),
    ("57P04", _INCONNUE),
    ("57P", _ARRET),
    ("57014", _INTERROMPUE),
    ("55P03", _INTERROMPUE),
    ("42P01", _SANS_TABLES),
    ("42501", _SANS_DROIT),
    ("3D000", _INCONNUE),
    ("28", _REFUS),
    ("08", _COUPEE),
)
#: A connection that was not had has no SQLSTATE: by what its message says.
_SANS_CODE: Final = (
    (re.compile(r"password|no pg_hba|role .* does not exist", re.IGNORECASE), _REFUS),
    (re.compile(r"too many|remaining connection slots", re.IGNORECASE), _COMPLET),
    (re.compile(r"terminating connection", re.IGNORECASE), _COUPEE),
    (re.compile(r"database .* does not exist", re.IGNORECASE), _INCONNUE),
)
#: PostgreSQL was reached, and closed before the connection was had: an operator ended it, its process died.
_FERMEE: Final = re.compile(r"terminating connection|server closed the connection", re.IGNORECASE)
#: Nor has one that broke; in the middle of an executemany, psycopg tells only that its pipeline did not end.
_EN_ROUTE: Final = re.compile(r"connection|consuming input|server closed|pipeline mode", re.IGNORECASE)


def est_de_la_base(erreur: BaseException) -> bool:
    """True when the error that a driver reports as a mistake of ours has its cause in the database: tables or
    rights that are gone."""
    etat = getattr(getattr(erreur, "orig", None) or erreur, "sqlstate", None)
    return etat in ("42P01", "42501")


def defaillance_de(erreur: BaseException, *, connexion: bool = False) -> Defaillance:
    """Finds the failure that an error of a driver tells; `connexion` says that a connection was being
    opened."""
    origine: Any = getattr(erreur, "orig", None) or erreur  # what SQLAlchemy wraps
    if isinstance(origine, sqlite3.Error):
        code = getattr(origine, "sqlite_errorcode", None)
        connue = _SQLITE.get(code & 0xFF) if code is not None else None
    else:
        etat = getattr(origine, "sqlstate", None)
        connue = next((d for debut, d in _POSTGRESQL if etat and etat.startswith(debut)), None)
        if connue is None and etat is None:
            dit = str(origine)
            if connexion:
                connue = next((d for motif, d in _SANS_CODE if motif.search(dit)), INJOIGNABLE)
            elif _EN_ROUTE.search(dit):
                connue = _COUPEE
    if connue is not None:
        return connue
    dite = next(iter(str(erreur).splitlines()), repr(erreur))
    return Defaillance(masquer_secrets(dite).rstrip("."), _AUTRE)


def fermee_a_l_ouverture(erreur: BaseException) -> bool:
    """True when PostgreSQL closed a connection that was being opened: another one may open at once."""
    return _FERMEE.search(str(erreur)) is not None


def coupee(*, incertain: bool) -> MagasinIndisponible:
    """Makes the error that tells that the connection broke in the middle of a transaction."""
    return MagasinIndisponible(_COUPEE.cause, remede=_COUPEE.remede, incertain=incertain)


def base_en_panne(erreur: BaseException, *, connexion: bool = False) -> MagasinIndisponible:
    """Makes the error that an operator reads of a failure of the database: a new error each time."""
    if isinstance(erreur, MagasinIndisponible):
        return erreur.pareille()
    lue = defaillance_de(erreur, connexion=connexion)
    return MagasinIndisponible(lue.cause, remede=lue.remede)
