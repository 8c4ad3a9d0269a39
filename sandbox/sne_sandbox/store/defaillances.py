"""The failures of the database, in French: their cause, their remedy, and what can still be done with them.

The engines tell them in English, or in the language of a server; this module recognises them by their codes
(`defaillances.csv`).
"""

import re
import sqlite3
from dataclasses import dataclass
from typing import Any, Final

from sne_interface.domain.nir import masquer_secrets
from sne_interface.errors import MagasinIndisponible
from sne_interface.resources import table


@dataclass(frozen=True)
class Defaillance:
    """A way to fail. `portee` says what it is useless to try until it is mended: writing (« ecriture »),
    anything (« tout »), or nothing (« »: the next one may succeed)."""

    cause: str
    remede: str
    portee: str = ""


_LUES: Final = table(__file__)
_PAR_NOM: Final = {lue["nom"]: Defaillance(lue["cause"], lue["remede"], lue["portee"]) for lue in _LUES}
ABIME: Final = _PAR_NOM["abime"]
INJOIGNABLE: Final = _PAR_NOM["injoignable"]
_COUPEE: Final = _PAR_NOM["coupee"]
_AUTRE: Final = "vérifiez son adresse, les droits, la place du disque, et qu'aucun autre outil ne la tient"
#: By primary code of SQLite (sqlite.org/rescode.html).
_SQLITE: Final = {
    getattr(sqlite3, f"SQLITE_{code}"): _PAR_NOM[lue["nom"]]
    for lue in _LUES
    for code in lue["sqlite"].split()
}
#: By the first characters of PostgreSQL's SQLSTATE.
_POSTGRESQL: Final = {code: _PAR_NOM[lue["nom"]] for lue in _LUES for code in lue["postgresql"].split()}
#: A connection that was not had has no SQLSTATE: by what its message says.
_SANS_CODE: Final = [
    (re.compile(lue["message"], re.IGNORECASE), _PAR_NOM[lue["nom"]]) for lue in _LUES if lue["message"]
]
#: PostgreSQL was reached, and closed before the connection was had: an operator ended it, its process died.
_FERMEE: Final = re.compile(r"terminating connection|server closed the connection", re.IGNORECASE)
#: Nor has one that broke; in the middle of an executemany, psycopg tells only that its pipeline did not end.
_EN_ROUTE: Final = re.compile(r"connection|consuming input|server closed|pipeline mode", re.IGNORECASE)


def est_de_la_base(erreur: BaseException) -> bool:
    """True when the error that a driver reports as a mistake of ours has its cause in the database: tables or
    rights that are gone."""
    return getattr(getattr(erreur, "orig", None) or erreur, "sqlstate", None) in ("42P01", "42501")


def defaillance_de(erreur: BaseException, *, connexion: bool = False) -> Defaillance:
    """Finds the failure that an error of a driver tells; `connexion` says that a connection was being
    opened."""
    origine: Any = getattr(erreur, "orig", None) or erreur  # what SQLAlchemy wraps
    if isinstance(origine, sqlite3.Error):
        code = getattr(origine, "sqlite_errorcode", None)
        connue = _SQLITE.get(code & 0xFF) if code is not None else None
    else:
        etat = getattr(origine, "sqlstate", None)
        connue = next((_POSTGRESQL[etat[:n]] for n in (5, 3, 2) if etat and etat[:n] in _POSTGRESQL), None)
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
