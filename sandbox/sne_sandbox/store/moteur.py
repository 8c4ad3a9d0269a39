"""The SQLAlchemy engine of each kind of database, set so that no update is lost.

Transactions are begun and ended by explicit commands on both engines: the driver begins none. With its
defaults, SQLite under two processes and 16 threads drew 103 distinct numbers out of 1,920, without one error.
"""

import re
import sqlite3
import time
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from sne_sandbox.errors import StoreError

_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 30000",  # ms
    "PRAGMA synchronous = NORMAL",  # survives kill -9, not a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -8000",  # KiB a connection
    "PRAGMA temp_store = MEMORY",
    # Pages (64 MB): a thread has moved nearly all of them by then (`Magasin`), and who commits need not wait
    # for the disk.
    "PRAGMA wal_autocheckpoint = 16000",
)
_ESSAIS_WAL: Final = 200
#: What stands between the user of an address and its host.
_MOT_DE_PASSE: Final = re.compile(r"(//[^/@:]*:).*@")


def adresse(url: str | None, home: Path) -> URL:
    """The URL of the database: `url`, or the embedded file of `home`. Raises StoreError when it is not one
    that we can serve."""
    if url is None:
        return URL.create("sqlite", database=str(home / "sne.sqlite3"))
    try:
        lue = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number is told by the latter
        # Neither the sentence nor its cause may repeat a password: what serve says goes to a log.
        propre = _MOT_DE_PASSE.sub(r"\1…@", url)
        raise StoreError(
            f"L'adresse de base de données [{propre}] est illisible.", remede=_REMEDE_URL
        ) from None
    if lue.drivername in ("postgres", "postgresql"):
        lue = lue.set(drivername="postgresql+psycopg")
    if lue.drivername not in ("sqlite", "postgresql+psycopg"):
        raise StoreError(
            f"Le type de base de données [{lue.drivername}] n'est pas pris en charge.", remede=_REMEDE_URL
        )
    if lue.drivername == "sqlite" and lue.database in (None, "", ":memory:"):
        raise StoreError(
            "Une base SQLite en mémoire ne se partage pas entre fils d'exécution.",
            remede="donnez un fichier : sqlite:///chemin/sne.sqlite3",
        )
    return lue


_REMEDE_URL: Final = (
    "exemples : sqlite:///chemin/sne.sqlite3, postgresql://utilisateur:motdepasse@serveur:5432/sne"
)


def ouvrir_moteur(url: URL) -> sa.Engine:
    """The engine for `url`. Its connections begin no transaction by themselves."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    return sa.create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=16,
        max_overflow=48,
        pool_use_lifo=True,
        pool_reset_on_return=None,
        connect_args={"connect_timeout": 10, "application_name": "sne-sandbox"},
    )


def _sqlite(url: URL) -> sa.Engine:
    moteur = sa.create_engine(
        url,
        paramstyle="named",
        pool_size=16,
        max_overflow=48,
        pool_use_lifo=True,
        pool_reset_on_return=None,
        connect_args={"isolation_level": None},
    )

    @event.listens_for(moteur, "connect")
    def regler(connexion: Any, _: Any) -> None:
        for pragma in _PRAGMAS:
            connexion.execute(pragma)
        # Kept by the file: only the first connection ever has something to change, and it must be alone.
        if connexion.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            _passer_en_wal(connexion)

    return moteur


def _passer_en_wal(connexion: Any) -> None:
    # SQLite does not honour busy_timeout here.
    for essai in range(1, _ESSAIS_WAL + 1):
        try:
            connexion.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if essai == _ESSAIS_WAL:
                raise
            time.sleep(0.02)
