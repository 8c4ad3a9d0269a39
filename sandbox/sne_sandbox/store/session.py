"""The store: one database, many bases; who reads, who writes, and what happens when it fails."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Final, Self

import sqlalchemy as sa
from sqlalchemy import exc

from sne_sandbox.errors import StoreError
from sne_sandbox.raisons import raison_ecriture
from sne_sandbox.settings import PAR_NOM
from sne_sandbox.store import schema
from sne_sandbox.store.bases import Bases
from sne_sandbox.store.connexion import Connexion, RequeteSql
from sne_sandbox.store.journal import Journal
from sne_sandbox.store.moteur import adresse, ouvrir_moteur
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.store.verrou import VerrouEcriture

_VERROU_PG: Final = RequeteSql(
    sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("cle", type_=sa.BigInteger)))
)
#: Seconds that an exchange waits for its turn: those before it may be held up by a writer of another process.
_TOUR_MAX: Final = 0.1
#: Transactions that write, after which what they wrote is moved from SQLite's log to its file. Some 16 MB.
_REPORT: Final = 128
#: Mistakes of ours: they pass as they are, and are reported as such.
_BOGUES: Final = (exc.ProgrammingError, exc.IntegrityError, exc.DataError)


class Magasin:
    """The store of one database. Shared by all threads of a process; each process opens its own."""

    def __init__(self, moteur: sa.Engine, verrou: VerrouEcriture | None, *, journal_max: int) -> None:
        self._moteur = moteur
        self._verrou = verrou
        self._tour = threading.Lock()
        self._ecritures = 0
        self._report: threading.Thread | None = None
        self._local = threading.local()
        pilote = moteur.dialect.loaded_dbapi
        self._erreurs = (pilote.Error, exc.DBAPIError, exc.TimeoutError)
        self._bogues = (pilote.ProgrammingError, pilote.IntegrityError, pilote.DataError, *_BOGUES)
        self.journal = Journal(self, maximum=journal_max)
        self.bases = Bases(self)

    @classmethod
    def ouvrir(
        cls,
        url: str | None,
        home: Path,
        *,
        migrer: bool = True,
        journal_max: int = PAR_NOM["journal_max"].defaut,
    ) -> Self:
        """Opens the database at `url`, the embedded SQLite file of `home` for None, and brings its tables up
        to date (`migrer=False`: refuses one that is not). Raises StoreError, with its remedy."""
        ou = adresse(url, home)
        verrou = None
        if ou.get_backend_name() == "sqlite":
            fichier = Path(ou.database or "")
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
            verrou = VerrouEcriture(fichier.with_name(fichier.name + "-verrou"))
        magasin = cls(ouvrir_moteur(ou), verrou, journal_max=journal_max)
        try:
            schema.preparer(magasin, migrer=migrer)
        except magasin._bogues as erreur:
            # No right on the schema, for one.
            magasin.fermer()
            raise _panne(erreur) from erreur
        except BaseException:
            magasin.fermer()
            raise
        return magasin

    def migrer(self) -> None:
        """Brings the tables to the present revision (`db upgrade`)."""
        schema.preparer(self, migrer=True)

    def fermer(self) -> None:
        """Closes all connections."""
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
        """A whole exchange, after the one under way in this process, or after 100 ms beside it. It protects
        nothing: on SQLite threads wait for nobody but one another, and the interpreter passes from one to the
        next at each statement, which costs half as much again as the work."""
        pris = self._verrou is not None and self._tour.acquire(timeout=_TOUR_MAX)
        try:
            yield
        finally:
            if pris:
                self._tour.release()

    # --- transactions ----------------------------------------------------------------------------

    @contextmanager
    def ecrire(self, base: str) -> Iterator[RegistreBase]:
        """The register of `base`, to be written: its only writer until the end. Committed at the end, rolled
        back when an exception passes. Raises BaseInconnue, and StoreError when the database fails."""
        with self.transaction(ecriture=True, verrou=base) as connexion:
            yield RegistreBase(connexion, self.bases.dans(connexion, base), self.bases)

    @contextmanager
    def lire(self, base: str) -> Iterator[RegistreBase]:
        """The register of `base` as it is at one moment. Raises as `ecrire`."""
        with self.transaction(ecriture=False) as connexion:
            yield RegistreBase(connexion, self.bases.dans(connexion, base), self.bases)

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
        except self._bogues:
            raise
        except self._erreurs as erreur:
            raise _panne(erreur) from erreur


def _cle(verrou: str) -> int:
    """The number of a PostgreSQL advisory lock: the same in every process."""
    octets = hashlib.blake2b(verrou.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(octets, signed=True)


def _panne(erreur: BaseException) -> StoreError:
    return StoreError(
        f"La base de données ne répond pas comme prévu : {str(erreur).splitlines()[0]}",
        remede="vérifiez son adresse, les droits, la place du disque, et qu'aucun autre outil ne la tient",
    )
