"""Loaded by the interpreter of a server that is measured (`PYTHONPATH`): counts its SQL statements, and the
microseconds for which it held the lock of those who write to the file of SQLite.

Whoever wants the counts makes the folder `lire` in `BANC_SONDE`; each process writes what it has counted
there, in a file of its number.
"""

import fcntl
import os
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

_DOSSIER = Path(os.environ["BANC_SONDE"])
_comptes = [0, 0]
_depuis: dict[int, float] = {}


class _Curseur(sqlite3.Cursor):
    """One call of the driver is one statement, whatever the rows it is given."""

    def execute(self, *args: Any) -> Any:
        """Counted."""
        _comptes[0] += 1
        return super().execute(*args)

    def executemany(self, *args: Any) -> Any:
        """Counted once."""
        _comptes[0] += 1
        return super().executemany(*args)


class _Connexion(sqlite3.Connection):
    def cursor(self, *_: Any) -> Any:
        """One that counts."""
        return super().cursor(_Curseur)

    def execute(self, *args: Any) -> Any:
        """By such a cursor, which the library's own does not pass by."""
        return self.cursor().execute(*args)

    def executemany(self, *args: Any) -> Any:
        """The same."""
        return self.cursor().executemany(*args)


_ouvrir = sqlite3.connect


def _connecter(*args: Any, **options: Any) -> Any:
    return _ouvrir(*args, **{"factory": _Connexion, **options})


sqlite3.connect = sqlite3.dbapi2.connect = _connecter  # type: ignore[assignment]


_verrouiller = fcntl.flock


def _flock(descripteur: int, operation: int) -> None:
    if operation & fcntl.LOCK_UN and descripteur in _depuis:
        _comptes[1] += int((time.perf_counter() - _depuis.pop(descripteur)) * 1e6)
    _verrouiller(descripteur, operation)
    if operation & fcntl.LOCK_EX:
        _depuis[descripteur] = time.perf_counter()


fcntl.flock = _flock


def _guetter() -> None:
    while True:
        time.sleep(0.02)
        fichier = _DOSSIER / "lire" / str(os.getpid())
        if fichier.parent.exists() and not fichier.exists():
            fichier.with_suffix(".tmp").write_text(" ".join(map(str, _comptes)))
            fichier.with_suffix(".tmp").rename(fichier)


threading.Thread(target=_guetter, daemon=True).start()
