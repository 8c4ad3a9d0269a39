"""One database: its engine, its statements, its transactions; who reads, who writes, and what happens when it
fails.

Statements are written in SQLAlchemy Core, compiled once, and run on the driver. Running a cached Core
statement costs 20 to 30 µs, the driver under it 8 (measured on SQLite): with a dozen statements in a
registration that is more than half of its time. Columns hold plain values only (`lignes`), so nothing of what
Core does around a statement is missed.

Transactions are begun and ended by explicit commands on both engines: the driver begins none. With its
defaults, SQLite under two processes and 16 threads drew 103 distinct numbers out of 1,920, without one error.
"""

import fcntl
import hashlib
import os
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Final, Self

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from sne_sandbox.errors import StoreError
from sne_sandbox.raisons import raison_ecriture, raison_systeme

Ligne = tuple[Any, ...]


class RequeteSql:
    """A Core statement with named parameters, compiled once per dialect."""

    __slots__ = ("_preparees", "instruction")

    def __init__(self, instruction: Executable) -> None:
        self.instruction = instruction
        self._preparees: dict[str, tuple[str, Mapping[str, Any]]] = {}

    def preparer(self, dialecte: sa.Dialect) -> tuple[str, Mapping[str, Any]]:
        """Its text for the driver of `dialecte`, and the parameters that are constants of the statement."""
        preparee = self._preparees.get(dialecte.name)
        if preparee is None:
            assert isinstance(self.instruction, ClauseElement)
            compilee = self.instruction.compile(dialect=dialecte)
            assert isinstance(compilee, SQLCompiler)
            constantes = {nom: p.value for nom, p in compilee.binds.items() if not p.required}
            preparee = self._preparees[dialecte.name] = (str(compilee), constantes)
        return preparee


class Connexion:
    """A connection inside one transaction: `sa` for statements built on the spot, the rest for `RequeteSql`s.
    `ecriture` says whether the transaction may write."""

    __slots__ = ("_dialecte", "_driver", "ecriture", "sa")

    def __init__(self, connection: sa.Connection, *, ecriture: bool) -> None:
        self.sa = connection
        self.ecriture = ecriture
        self._dialecte = connection.dialect
        self._driver: Any = connection.connection.dbapi_connection

    @property
    def dialecte(self) -> str:
        """Which engine it is: « sqlite » or « postgresql »."""
        return self._dialecte.name

    def ligne(self, requete: RequeteSql, parametres: Mapping[str, Any]) -> Ligne | None:
        """The first row that a statement answers, None without any."""
        trouvee: Ligne | None = self._executer(requete, parametres).fetchone()
        return trouvee

    def lignes(self, requete: RequeteSql, parametres: Mapping[str, Any]) -> list[Ligne]:
        """All the rows that a statement answers."""
        trouvees: list[Ligne] = self._executer(requete, parametres).fetchall()
        return trouvees

    def faire(self, requete: RequeteSql, parametres: Mapping[str, Any]) -> int:
        """Runs a statement that answers no row; how many rows it touched."""
        touchees: int = self._executer(requete, parametres).rowcount
        return touchees

    def faire_tout(self, requete: RequeteSql, parametres: Sequence[Mapping[str, Any]]) -> None:
        """Runs it once for each set of parameters, in one call of the driver."""
        if len(parametres) == 1:
            self._executer(requete, parametres[0])
        elif parametres:
            sql, constantes = requete.preparer(self._dialecte)
            assert not constantes, sql
            self._driver.cursor().executemany(sql, parametres)

    def verser(self, table: str, colonnes: Sequence[str], lignes: Sequence[Ligne]) -> None:
        """Inserts many rows whose values are what the columns hold, by the fastest way of the engine."""
        noms = ", ".join(colonnes)
        if self.dialecte == "sqlite":
            places = ", ".join("?" * len(colonnes))
            sql = f"INSERT INTO {table} ({noms}) VALUES ({places})"  # noqa: S608 - names of ours
            self._driver.executemany(sql, lignes)
            return
        with self._driver.cursor() as curseur, curseur.copy(f"COPY {table} ({noms}) FROM STDIN") as copie:
            for ligne in lignes:
                copie.write_row(ligne)

    def _executer(self, requete: RequeteSql, parametres: Mapping[str, Any]) -> Any:
        sql, constantes = requete.preparer(self._dialecte)
        return self._driver.execute(sql, {**constantes, **parametres} if constantes else parametres)

    def annuler(self) -> None:
        """Rolls the transaction back, when one is open."""
        self._driver.rollback()

    @property
    def perdue(self) -> bool:
        """Whether the server closed the connection: it cannot be used again."""
        return bool(getattr(self._driver, "closed", False))

    def brut(self, sql: str) -> None:
        """Runs a command that is no statement: BEGIN, COMMIT."""
        self._driver.execute(sql)


# --- engines ---------------------------------------------------------------------------------------------

_CACHE: Final = "PRAGMA cache_size = -8000"  # KiB a connection
#: For one that fills a base: it writes to all pages of all indexes.
_CACHE_DE_LOTS: Final = "PRAGMA cache_size = -256000"
_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 30000",  # ms
    "PRAGMA synchronous = NORMAL",  # survives kill -9, not a power cut
    "PRAGMA foreign_keys = ON",
    _CACHE,
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
            self._descripteur = os.open(fichier, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as erreur:
            raise StoreError(
                f"Le verrou [{fichier}] ne peut pas être ouvert : {raison_systeme(erreur)}.",
                remede="vérifiez les droits sur ce dossier",
            ) from erreur

    def __enter__(self) -> None:
        self._mutex.acquire()
        try:
            fcntl.flock(self._descripteur, fcntl.LOCK_EX)
        except BaseException:
            self._mutex.release()
            raise

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._descripteur, fcntl.LOCK_UN)
        self._mutex.release()

    def fermer(self) -> None:
        """Closes the file of the lock; it cannot be taken any more."""
        os.close(self._descripteur)


# --- transactions ----------------------------------------------------------------------------------------


def _verrou_pg(fonction: str) -> RequeteSql:
    cle = sa.bindparam("cle", type_=sa.BigInteger)
    return RequeteSql(sa.select(getattr(sa.func, fonction)(cle)))


_VERROU_PG: Final = _verrou_pg("pg_advisory_xact_lock")
_VERROU_SESSION_PG: Final = _verrou_pg("pg_advisory_lock")
_DEVERROU_SESSION_PG: Final = _verrou_pg("pg_advisory_unlock")
#: Seconds that an exchange waits for its turn: those before it may be held up by a writer of another process.
_TOUR_MAX: Final = 0.1
#: Transactions that write, after which what they wrote is moved from SQLite's log to its file. Some 16 MB.
_REPORT: Final = 128
#: Mistakes of ours: they pass as they are, and are reported as such.
_BOGUES: Final = (exc.ProgrammingError, exc.IntegrityError, exc.DataError)


class BaseDeDonnees:
    """A database that is open. Shared by all threads of a process; each process opens its own."""

    def __init__(self, url: str | None, home: Path) -> None:
        """The database at `url`, the embedded SQLite file of `home` for None. Raises StoreError."""
        ou = adresse(url, home)
        self._verrou: VerrouEcriture | None = None
        if ou.get_backend_name() == "sqlite":
            self._verrou = _preparer_fichier(Path(ou.database or ""))
        self._moteur = ouvrir_moteur(ou)
        self._tour = threading.Lock()
        self._ecritures = 0
        self._report: threading.Thread | None = None
        self._local = threading.local()
        pilote = self._moteur.dialect.loaded_dbapi
        self._erreurs = (pilote.Error, exc.DBAPIError, exc.TimeoutError)
        self.bogues = (pilote.ProgrammingError, pilote.IntegrityError, pilote.DataError, *_BOGUES)

    def fermer(self) -> None:
        """Closes all connections, once what is being moved to the file is there."""
        if self._report is not None:
            self._report.join()
        self._moteur.dispose()
        if self._verrou is not None:
            self._verrou.fermer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.fermer()

    @contextmanager
    def tour(self) -> Iterator[None]:
        """Lets one exchange of this process run whole before the next, for speed alone (SQLite: threads that
        take turns at each statement cost half as much again). After 100 ms it goes on beside the other."""
        pris = self._verrou is not None and self._tour.acquire(timeout=_TOUR_MAX)
        try:
            yield
        finally:
            if pris:
                self._tour.release()

    @contextmanager
    def transaction(self, *, ecriture: bool, verrou: str | None = None) -> Iterator[Connexion]:
        """One transaction. `verrou` names what its writer holds alone on PostgreSQL; on SQLite a writer holds
        the whole file. Raises StoreError when the database fails, RuntimeError for a writer inside a writer
        of the same thread, which would wait for itself."""
        if ecriture and getattr(self._local, "ecrit", False):
            raise RuntimeError("a transaction that writes is already open in this thread")
        exclusion: AbstractContextManager[None] = nullcontext()
        if ecriture and self._verrou is not None:
            exclusion = self._verrou
        with exclusion, self._traduire(), self._moteur.connect() as connection:
            connexion = Connexion(connection, ecriture=ecriture)
            self._local.ecrit = ecriture or getattr(self._local, "ecrit", False)
            try:
                connexion.brut(self._commencer(ecriture))
                if verrou is not None and self._verrou is None:
                    connexion.ligne(_VERROU_PG, {"cle": _cle(verrou)})
                yield connexion
                connexion.brut("COMMIT")
                if ecriture and self._verrou is not None:
                    self._faire_reporter()
            except BaseException as erreur:
                self._annuler(connection, connexion, erreur)
                raise
            finally:
                if ecriture:
                    self._local.ecrit = False

    @contextmanager
    def par_lots(
        self, connexion: Connexion, verrou: str, defaire: Callable[[], None]
    ) -> Iterator[Callable[[], None]]:
        """Inside a transaction that writes under `verrou`: what to call to commit what was written so far and
        go on, as the only writer all along. `defaire` deletes it all, when an exception passes."""
        cle = {"cle": _cle(verrou)}

        def commencer() -> None:
            connexion.brut(self._commencer(ecriture=True))

        def valider() -> None:
            connexion.brut("COMMIT")
            commencer()

        if self._verrou is not None:
            connexion.brut(_CACHE_DE_LOTS)
        else:  # that of the transaction would end with the first batch; this one is the session's
            connexion.ligne(_VERROU_SESSION_PG, cle)
        try:
            yield valider
        except BaseException:
            with suppress(*self._erreurs):
                connexion.annuler()
                commencer()
                defaire()
                connexion.brut("COMMIT")
            with suppress(*self._erreurs):
                connexion.annuler()
                commencer()
            raise
        finally:
            with suppress(*self._erreurs):
                if self._verrou is not None:
                    connexion.brut(_CACHE)
                else:
                    connexion.ligne(_VERROU_PG, cle)  # until what is left is committed
                    connexion.ligne(_DEVERROU_SESSION_PG, cle)

    def _faire_reporter(self) -> None:
        """Every so many transactions, moves the log to the file, in a thread: a writer that does it itself
        waits for the disk, and all those behind it. Called under the lock of writers."""
        self._ecritures += 1
        if self._ecritures % _REPORT == 0 and (self._report is None or not self._report.is_alive()):
            fil = threading.Thread(target=self._reporter, name="sne-report", daemon=True)
            # Where no thread can be had, what is committed is committed: a later one will do.
            with suppress(RuntimeError):
                fil.start()
                self._report = fil

    def _reporter(self) -> None:
        # What cannot be moved stays in the log, where nothing is lost; a commit moves it when it is long. The
        # pool's connections keep their pages to those who work.
        dialecte = self._moteur.dialect
        arguments, options = dialecte.create_connect_args(self._moteur.url)
        with suppress(*self._erreurs), closing(dialecte.connect(*arguments, **options)) as connexion:
            connexion.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _commencer(self, ecriture: bool) -> str:
        if self._verrou is not None:
            return "BEGIN IMMEDIATE" if ecriture else "BEGIN"
        return "BEGIN" if ecriture else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    def _annuler(self, connection: sa.Connection, connexion: Connexion, erreur: BaseException) -> None:
        """Rolls back; a connection that cannot is never used again. The first error stays the one told."""
        try:
            connexion.annuler()
        except self._erreurs as suite:
            erreur.add_note(f"rollback failed: {suite}")
            connection.invalidate()
        else:
            if connexion.perdue:
                connection.invalidate()

    @contextmanager
    def _traduire(self) -> Iterator[None]:
        try:
            yield
        except self.bogues:
            raise
        except self._erreurs as erreur:
            raise base_en_panne(erreur) from erreur


def _cle(verrou: str) -> int:
    """The number of a PostgreSQL advisory lock: the same in every process."""
    octets = hashlib.blake2b(verrou.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(octets, signed=True)


def base_en_panne(erreur: BaseException) -> StoreError:
    """What an operator reads of a failure of the database."""
    return StoreError(
        f"La base de données ne répond pas comme prévu : {str(erreur).splitlines()[0]}",
        remede="vérifiez son adresse, les droits, la place du disque, et qu'aucun autre outil ne la tient",
    )


def _preparer_fichier(fichier: Path) -> VerrouEcriture:
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
    return VerrouEcriture(fichier.with_name(fichier.name + "-verrou"))
