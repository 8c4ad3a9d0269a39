"""The two engines: where a database is, how a connection to it is opened, who writes to the file of
SQLite, and whether that file is still the one that was opened: a process goes on writing to a file that was
deleted or replaced under it, and all that it acknowledges is lost when it ends."""

import os
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from sne_interface.errors import MagasinIndisponible, StoreError, raison_ecriture, raison_systeme
from sne_interface.systeme import VerrouDeFichier

CACHE: Final = "PRAGMA cache_size = -600"  # KiB a connection, of which there is one a thread
#: For one that fills a base: it writes to all pages of all indexes.
CACHE_DE_LOTS: Final = "PRAGMA cache_size = -256000"
_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 30000",  # ms
    "PRAGMA foreign_keys = ON",
    CACHE,
    "PRAGMA temp_store = MEMORY",
    # Pages (64 MB): a thread has moved nearly all of them by then (`Magasin`), and who commits need not wait
    # for the disk.
    "PRAGMA wal_autocheckpoint = 16000",
)
_ESSAIS_WAL: Final = 200
#: A server that is not there is given up soon, and one that went away without a word (its machine, the
#: network) as well: an exchange waits for it. Seconds, but for the last, in milliseconds.
_PATIENCE_PG: Final[Mapping[str, Any]] = {
    "application_name": "sne-sandbox",
    "connect_timeout": "3",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
#: A page read by an index costs about as much as another, unless an administrator says otherwise: at four
#: times as much, the night of 2.2 million demandes read their whole table.
_PAGES_PG: Final = (
    "SELECT set_config(name, '1.1', false) FROM pg_settings WHERE name = 'random_page_cost' "
    "AND source = 'default'"
)
#: What stands between the user of an address and its host.
_MOT_DE_PASSE: Final = re.compile(r"(//[^/@:]*:).*@")


_POSTGRESQL: Final = ("postgres", "postgresql", "postgresql+psycopg")


def adresse(url: str | None, home: Path) -> str | Path:
    """Where the database is: the file of SQLite at `url`, that of `home` for None; the address of PostgreSQL,
    as its own library reads it. Raises StoreError when it is not one that we can serve."""
    if url is None:
        return home / "sne.sqlite3"
    genre, separe, reste = url.partition("://")
    try:
        urlsplit(url).port  # noqa: B018 - raises for what is no port
        if not separe or (genre == "sqlite" and (reste[:1] not in ("", "/") or "?" in reste)):
            raise ValueError(url)
        if genre in _POSTGRESQL:
            from psycopg import ProgrammingError
            from psycopg.conninfo import conninfo_to_dict

            try:
                conninfo_to_dict(f"postgresql://{reste}")
            except ProgrammingError as erreur:
                raise ValueError(url) from erreur
    except ImportError:
        remede = "pip install 'sne-sandbox[postgresql]'"
        raise StoreError("Le pilote de PostgreSQL, psycopg, n'est pas installé.", remede=remede) from None
    except ValueError:
        # Neither the sentence nor its cause may repeat a password: what serve says goes to a log.
        propre = _MOT_DE_PASSE.sub(r"\1…@", url)
        raise StoreError(
            f"L'adresse de base de données [{propre}] est illisible.", remede=_REMEDE_URL
        ) from None
    if genre in _POSTGRESQL:
        return f"postgresql://{reste}"
    if genre != "sqlite":
        raise StoreError(
            f"Le type de base de données [{genre}] n'est pas pris en charge.", remede=_REMEDE_URL
        )
    chemin = unquote(reste.partition("?")[0]).removeprefix("/")
    if chemin in ("", ":memory:"):
        raise StoreError(
            "Une base SQLite en mémoire ne se partage pas entre fils d'exécution.",
            remede="donnez un fichier : sqlite:///chemin/sne.sqlite3",
        )
    return Path(chemin).absolute()


_REMEDE_URL: Final = (
    "exemples : sqlite:///chemin/sne.sqlite3, postgresql://utilisateur:motdepasse@serveur:5432/sne"
)


def ouvrir_sqlite(fichier: Path, synchronous: str, *, en_wal: bool) -> tuple[Any, bool]:
    """A connection to a file that is there, and whether the file has a log (WAL): one that was deleted under
    us is not made again, empty. With `synchronous` FULL a commit waits for the disk and survives a power cut;
    with NORMAL it survives a kill -9. `en_wal`: it had one; without, it is another file (DatabaseError)."""
    connexion = sqlite3.connect(
        f"{fichier.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in _PRAGMAS:
            connexion.execute(pragma)
        connexion.execute(f"PRAGMA synchronous = {synchronous}")
        # Kept by the file: only the first connection ever has something to change, and it must be alone.
        mode = connexion.execute("PRAGMA journal_mode").fetchone()[0]
        if mode != "wal":
            if en_wal:
                # Not to be changed: those who wait for its locks would wait for ever.
                autre = sqlite3.DatabaseError("the file has lost its log")
                autre.sqlite_errorcode = sqlite3.SQLITE_NOTADB
                raise autre
            mode = _passer_en_wal(connexion)
    except BaseException:
        connexion.close()
        raise
    return connexion, mode == "wal"


def ouvrir_postgresql(url: str) -> Any:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    # What the address says itself comes first.
    connexion = psycopg.connect(make_conninfo(**{**_PATIENCE_PG, **conninfo_to_dict(url)}), autocommit=True)
    connexion.execute(_PAGES_PG)
    return connexion


def place_libre(fichier: Path) -> int:
    """Bytes that are free on the disk of a file. Raises OSError."""
    return shutil.disk_usage(fichier.parent).free


def _passer_en_wal(connexion: Any) -> str:
    # SQLite does not honour busy_timeout here.
    for essai in range(1, _ESSAIS_WAL + 1):
        try:
            return str(connexion.execute("PRAGMA journal_mode = WAL").fetchone()[0])
        except sqlite3.OperationalError:
            if essai == _ESSAIS_WAL:
                raise
            time.sleep(0.02)
    raise AssertionError  # the loop returns or raises


# --- who writes to the SQLite file, one at a time --------------------------------------------------------


class VerrouEcriture:
    """A mutex between all threads of all processes that write to one database file.

    `BEGIN IMMEDIATE` alone is right, but those who wait for it sleep between tries, up to 100 ms. This lock
    makes them wait in the kernel instead: threads on a mutex, processes on the lock of a file. The kernel
    drops it with the process that held it.
    """

    def __init__(self, fichier: Path) -> None:
        self._mutex = threading.Lock()
        try:
            self._fichier = VerrouDeFichier(fichier)
        except OSError as erreur:
            raise StoreError(
                f"Le verrou [{fichier}] ne peut pas être ouvert : {raison_systeme(erreur)}.",
                remede="vérifiez les droits sur ce dossier",
            ) from erreur

    def prendre(self, *, attendre: bool = True) -> bool:
        """Takes it; whether it is ours, which it always is in the end unless `attendre` is False."""
        pris = False
        if self._mutex.acquire(blocking=attendre):
            try:
                pris = self._fichier.prendre(attendre=attendre)
            finally:
                if not pris:
                    self._mutex.release()
        return pris

    def __enter__(self) -> None:
        self.prendre()

    def __exit__(self, *_: object) -> None:
        self.rendre()

    def rendre(self) -> None:
        """Gives it back."""
        self._fichier.rendre()
        self._mutex.release()

    def fermer(self) -> None:
        """Closes the file of the lock; it cannot be taken any more."""
        self._fichier.fermer()


def preparer_fichier(fichier: Path) -> VerrouEcriture:
    """The lock of the writers of an SQLite database; its folder and file are made when they are not there."""
    try:
        fichier.parent.mkdir(parents=True, exist_ok=True)
        if not fichier.exists():
            with suppress(OSError):  # the engine says it
                # NIRs are in clear in it; SQLite opens its other files with the same rights.
                fichier.touch(mode=0o600)
    except OSError as erreur:
        raise StoreError(
            f"Le dossier [{fichier.parent}] ne peut pas être créé : {raison_ecriture(erreur)}.",
            remede="choisissez un autre dossier par --home",
        ) from erreur
    return VerrouEcriture(verrou_de(fichier, "verrou"))


def verrou_de(fichier: Path, quoi: str) -> Path:
    """Where a lock of an SQLite database is, by what it is for."""
    return fichier.with_name(f"{fichier.name}-{quoi}")


# --- the file of SQLite is still the one that was opened -----------------------------------------------

#: The generation of a file is a number in its header that SQLite leaves to applications: it goes up each time
#: a server opens the file, and every second in which one writes, so that an older copy, put back in its
#: place, shows a smaller one.
_LIRE: Final = "PRAGMA user_version"
#: Seconds between two generations: each is a page more to write.
_AGE: Final = 1.0
_REMEDE: Final = (
    "remettez le fichier d'origine à sa place, et les échanges reprennent ; ou arrêtez le serveur, mettez le "
    "fichier voulu (sans -wal ni -shm d'un autre), et relancez"
)


class FichierOuvert:
    """The file at `chemin` as it was when it was opened."""

    def __init__(self, chemin: Path) -> None:
        """Raises OSError."""
        self._chemin = chemin
        self._ou = str(chemin)
        self._journal = f"{chemin}-wal"
        vu = chemin.stat()
        self._lui = _qui(vu)
        self._taille = vu.st_size
        self._lui_wal: tuple[int, int] | None = None
        self._generation = 0
        self._marque: float | None = None

    def garder(self) -> None:
        """Notes that a connection stays open from now on, and with it the log of SQLite (`-wal`): the log
        stays the same too. Writes from now on give the file its generations."""
        self._marque = 0.0
        with suppress(MagasinIndisponible):  # a disk that has no WAL
            self._lui_wal = _qui(_regarder(self._journal))

    def verifier(self, driver: Any = None) -> None:
        """Raises MagasinIndisponible when the path does not lead any more to what was opened. `driver` is a
        connection that is about to commit, and comes once a transaction: what it sees is looked at too. Some
        microseconds."""
        vu = _regarder(self._ou)
        if _qui(vu) != self._lui:
            raise _perdu(f"le fichier {self._chemin.name} a été remplacé par un autre sous le serveur")
        if self._lui_wal is not None and _qui(_regarder(self._journal)) != self._lui_wal:
            raise _perdu(f"le fichier {self._chemin.name}-wal a été remplacé par un autre sous le serveur")
        if driver is None:
            return
        generation = driver.execute(_LIRE).fetchone()[0]
        if generation < self._generation:
            raise _perdu(f"le fichier {self._chemin.name} a été ramené à un état antérieur sous le serveur")
        self._generation = generation  # as others committed it: ours is written below
        if vu.st_size < self._taille and _pages(driver) > vu.st_size and not self._entier():
            raise _perdu(f"le fichier {self._chemin.name} a été écrasé par une copie sous le serveur")
        self._taille = vu.st_size
        if self._marque is not None and time.monotonic() - self._marque >= _AGE:
            # The first by the clock: two copies that went on apart have not the same. The next ones by one,
            # or a process that does not see the older copy would hide it from the others.
            suivante = max(generation + 1, 0 if self._marque else int(time.time()) & 0x7FFF_FFFF)
            driver.execute(f"{_LIRE} = {suivante}")
            self._marque = time.monotonic()

    def _entier(self) -> bool:
        """True when all pages can be read although some are beyond the end of the file: after VACUUM they are
        in the log; a copy that was written over the file has lost them. A connection with no page in memory
        reads them; it takes the time of reading the file."""
        try:
            with closing(sqlite3.connect(f"{self._chemin.absolute().as_uri()}?mode=ro", uri=True)) as autre:
                return bool(autre.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        except sqlite3.Error:
            return False


def _regarder(chemin: str) -> os.stat_result:
    try:
        return os.stat(chemin)  # noqa: PTH116 - three times the price by Path
    except FileNotFoundError:
        raise _perdu(f"le fichier {Path(chemin).name} a été supprimé sous le serveur") from None
    except OSError as erreur:
        raise _perdu(f"le fichier {Path(chemin).name} ne se voit plus ({raison_systeme(erreur)})") from None


def _qui(vu: os.stat_result) -> tuple[int, int]:
    return vu.st_dev, vu.st_ino


def _pages(driver: Any) -> int:
    """Bytes of the pages of the base, as the connection sees it."""
    return int(driver.execute("PRAGMA page_count").fetchone()[0]) * int(
        driver.execute("PRAGMA page_size").fetchone()[0]
    )


def _perdu(cause: str) -> MagasinIndisponible:
    return MagasinIndisponible(cause, remede=_REMEDE)
