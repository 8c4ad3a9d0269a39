"""The connections to one database: how they are had, kept and lost, and what is told when they fail.

Beside them, what a server watches: whether the database answers, and whether its file is still the one
that was opened.
"""

import errno
import os
import socket
import sqlite3
import sys
import threading
import time
from contextlib import nullcontext, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sne_interface.errors import MagasinIndisponible, StoreError
from sne_sandbox.store.defaillances import (
    ABIME,
    INJOIGNABLE,
    base_en_panne,
    defaillance_de,
    est_de_la_base,
    fermee_a_l_ouverture,
)
from sne_sandbox.store.disjoncteur import Disjoncteur
from sne_sandbox.store.moteurs import (
    FichierOuvert,
    VerrouEcriture,
    adresse,
    ouvrir_postgresql,
    ouvrir_sqlite,
    place_libre,
    preparer_fichier,
)

if TYPE_CHECKING:
    import sqlalchemy as sa

#: A row that every database has, read, and written as it is.
_LIRE_POUR_VOIR: Final = "SELECT version_num FROM alembic_version"
POUR_VOIR: Final = "UPDATE alembic_version SET version_num = version_num"
#: Bytes that the disk must have before a database that had filled it is written to again.
_PLACE_MIN: Final = 4_000_000
#: Connections kept open between two transactions.
_GARDEES: Final = 16
#: Tries to open a connection that PostgreSQL closes meanwhile.
_ESSAIS: Final = 3
#: Seconds that a transaction of PostgreSQL lasts before it is asked whether there is still somebody to answer
#: it, and between two looks.
_SANS_NOUVELLES: Final = 6.0
_RONDE: Final = 1.0


class _DuFil(threading.local):
    """The state of one thread: the connection by which it fills a base, whether it writes; `driver`,
    which SQLAlchemy is given."""

    pilote: Any = None
    ecrit = False


class Connexions:
    """The connections of one process to one database. Its threads share them."""

    def __init__(self, url: str | None, home: Path, synchronous: str) -> None:
        """The database at `url`, the embedded SQLite file of `home` for None; `synchronous` is the setting of
        that name. Raises StoreError."""
        self._ou = adresse(url, home)
        self._synchronous = synchronous
        self._verrou: VerrouEcriture | None = None
        self._fichier: FichierOuvert | None = None
        self._pilote: Any = sqlite3
        self.dialecte = "sqlite"
        if isinstance(self._ou, Path):
            self._verrou = preparer_fichier(self._ou)
            with suppress(OSError):  # one that cannot be made: the engine says it
                self._fichier = FichierOuvert(self._ou)
        else:
            import psycopg

            self._pilote, self.dialecte = psycopg, "postgresql"
        self._libres: list[Any] = []
        #: Connections of PostgreSQL that somebody works with, and since when (monotonic seconds).
        self._occupees: dict[Any, float] = {}
        self._fini = threading.Event()
        self._local = _DuFil()
        self._ferme = False
        self._abime = False
        self._en_wal = False
        self.disjoncteur: Final = Disjoncteur(self._sonder)

    def fermer(self) -> None:
        """Closes all connections."""
        self.disjoncteur.fermer()
        self._ferme = True
        self._fini.set()
        while self._libres:
            self._libres.pop().close()
        if self._verrou is not None:
            self._verrou.fermer()

    @property
    def bogues(self) -> tuple[type[Exception], ...]:
        """Mistakes of ours: they pass as they are, and are reported as such."""
        pilote = self._pilote
        propres = (pilote.ProgrammingError, pilote.IntegrityError, pilote.DataError)
        if (exc := sys.modules.get("sqlalchemy.exc")) is None:
            return propres
        return (*propres, exc.ProgrammingError, exc.IntegrityError, exc.DataError)

    @property
    def _erreurs(self) -> tuple[type[Exception], ...]:
        exc = sys.modules.get("sqlalchemy.exc")
        return (self._pilote.Error,) if exc is None else (self._pilote.Error, exc.DBAPIError)

    def traduite(self, erreur: BaseException) -> BaseException:
        """Returns the error to raise for an error met in a transaction: a StoreError for a failure of the
        database, even when other code wrapped it in an error of its own (a rule that threw)."""
        cause: BaseException | None = erreur
        while cause is not None and not isinstance(cause, StoreError):
            if isinstance(cause, self._erreurs):
                notre = isinstance(cause, self.bogues) and not est_de_la_base(cause)
                return erreur if notre else self._defaillir(cause)
            cause = cause.__cause__
        return erreur

    def _defaillir(self, erreur: BaseException, *, connexion: bool = False) -> MagasinIndisponible:
        """Returns the error to raise for a failure. A failure that will last cuts the database out."""
        try:
            self.verifier_fichier()  # whatever SQLite says of it, this is why
        except MagasinIndisponible as dite:
            return dite
        traduite = base_en_panne(erreur, connexion=connexion)
        lue = defaillance_de(erreur, connexion=connexion)
        if portee := lue.portee:
            self._abime = self._abime or lue is ABIME
            self.disjoncteur.couper(traduite, ecriture_seule=portee == "ecriture")
        return traduite

    # --- what a server watches -----------------------------------------------------------------------

    def verifier_fichier(self, driver: Any = None) -> None:
        """Raises MagasinIndisponible, and cuts the database out, when the file of SQLite is not the one that
        was opened. `driver` is a connection that writes, if there is one."""
        if self._fichier is None:
            return
        try:
            self._fichier.verifier(driver)
        except MagasinIndisponible as erreur:
            self.disjoncteur.couper(erreur, ecriture_seule=False)
            raise

    @property
    def fichier(self) -> Path | None:
        """The file of SQLite; None for PostgreSQL."""
        return self._ou if isinstance(self._ou, Path) else None

    def _sonder(self, ecriture: bool) -> None:
        """Tries the database as an exchange would, and raises what it fails on."""
        if self._fichier is not None and isinstance(self._ou, Path):
            self._fichier.verifier()
            if ecriture and place_libre(self._ou) < _PLACE_MIN:  # a row may fit where a message does not
                raise OSError(errno.ENOSPC, "too little room")
        driver = self.ouvrir_connexion()
        self._occuper(driver)
        try:
            if self._abime and driver.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise self._pilote.DatabaseError("still damaged")
            self._abime = False
            with self._verrou or nullcontext():
                driver.execute("BEGIN IMMEDIATE" if self.dialecte == "sqlite" else "BEGIN")
                driver.execute(POUR_VOIR if ecriture else _LIRE_POUR_VOIR)
                if self._fichier is not None:
                    self._fichier.verifier(driver)
                driver.execute("COMMIT")
        finally:
            self._occupees.pop(driver, None)
            driver.close()

    def _occuper(self, driver: Any) -> None:
        if self.dialecte == "postgresql":
            self._occupees[driver] = time.monotonic()

    def veiller(self) -> None:
        """From now on who waits for a PostgreSQL that says nothing any more (stopped in its tracks, behind a
        network that lets nothing through) does not wait for ever: no time-out of the network sees one whose
        machine still takes what is sent."""
        if self.dialecte == "postgresql":
            threading.Thread(target=self._veiller, name="sne-veille", daemon=True).start()

    def _veiller(self) -> None:
        while not self._fini.wait(_RONDE):
            depuis = min(list(self._occupees.values()), default=None)
            if depuis is None or time.monotonic() - depuis < _SANS_NOUVELLES:
                continue
            try:
                self.ouvrir_connexion().close()  # what is long, or waits for a lock, may go on
            except self._erreurs as erreur:
                if defaillance_de(erreur, connexion=True) is INJOIGNABLE:
                    self._defaillir(erreur, connexion=True)
                    for driver in list(self._occupees):
                        _rompre(driver)

    # --- connections ---------------------------------------------------------------------------------

    def _prendre(self) -> Any:
        """The last connection that was used, and that nobody uses: the pages that it keeps are the freshest;
        that of this thread, while it fills a base."""
        driver = self._local.pilote
        if driver is None:
            try:
                driver = self._libres.pop()
            except IndexError:
                driver = self._ouvrir()
        self._occuper(driver)
        return driver

    def _ouvrir(self) -> Any:
        """Raises MagasinIndisponible."""
        if self.disjoncteur.coupure is not None:  # since this thread was let in: it waited for its turn
            self.disjoncteur.verifier(ecriture=False)
        try:
            return self.ouvrir_connexion()
        except self._erreurs as erreur:
            if isinstance(erreur, self.bogues):
                raise
            if self.disjoncteur.coupure is not None:  # somebody found it meanwhile, and has told it
                self.disjoncteur.verifier(ecriture=False)
            raise self._defaillir(erreur, connexion=True) from erreur

    def ouvrir_connexion(self) -> Any:
        """A connection of the driver that is the caller's, to close. Raises what the driver does."""
        if isinstance(self._ou, Path):
            driver, self._en_wal = ouvrir_sqlite(self._ou, self._synchronous, en_wal=self._en_wal)
            return driver
        for essai in range(1, _ESSAIS + 1):
            try:
                return ouvrir_postgresql(self._ou)
            except self._pilote.OperationalError as erreur:
                # Nothing was begun. What lasts (a proxy with nobody behind it) fails each time.
                if essai == _ESSAIS or not fermee_a_l_ouverture(erreur):
                    raise
        raise AssertionError  # the loop returns or raises

    def _remettre(self, driver: Any, *, saine: bool) -> None:
        """Keeps it for the next; closes one that cannot be used again, and those kept: what it died of, a
        server that was started again, they may have too."""
        self._occupees.pop(driver, None)
        if driver is self._local.pilote:
            return
        if (
            saine
            and not self._ferme
            and len(self._libres) < _GARDEES
            and not getattr(driver, "closed", False)
        ):
            self._libres.append(driver)
        else:
            perdus = [driver]
            if not saine:
                perdus, self._libres = [driver, *self._libres], []
            for perdu in perdus:
                with suppress(*self._erreurs):
                    perdu.close()

    def _lancer(self, texte: str, parametres: Any = ()) -> tuple[Any, Any]:
        """A connection, and the cursor of the first statement that it runs; one that had died is replaced."""
        for essai in (1, 2):
            driver = self._prendre()
            try:
                return driver, driver.execute(texte, parametres)
            except BaseException:
                # PostgreSQL has closed it meanwhile. Nothing was begun: another connection will do.
                gardee = self.dialecte == "postgresql" and driver is not self._local.pilote
                morte = gardee and driver.closed
                # Those that were kept are closed with it: the second is new, or the reason why there is none.
                self._remettre(driver, saine=False)
                if not morte or essai == 2:
                    raise
        raise AssertionError  # the loop returns or raises

    def envelopper(self, driver: Any) -> "sa.Connection":
        """SQLAlchemy's connection over one that is open: it begins, ends and closes nothing by itself."""
        self._local.driver = driver
        return self._moteur.connect()

    @cached_property
    def _moteur(self) -> "sa.Engine":
        import sqlalchemy as sa

        options: dict[str, Any] = {"paramstyle": "named"}
        if self.dialecte == "postgresql":
            options = {"use_native_hstore": False}
        moteur = sa.create_engine(
            "sqlite://" if self.dialecte == "sqlite" else "postgresql+psycopg://",
            creator=lambda: self._local.driver,
            poolclass=sa.NullPool,
            pool_reset_on_return=None,
            **options,
        )

        def rien(_: Any) -> None:
            """The connection and its transaction are ours."""

        dialecte: Any = moteur.dialect
        dialecte.do_close = dialecte.do_commit = dialecte.do_rollback = dialecte.do_begin = rien
        return moteur


def _rompre(driver: Any) -> None:
    """Has who waits for a connection of PostgreSQL find it closed."""
    with suppress(Exception), socket.socket(fileno=os.dup(driver.fileno())) as prise:  # closed meanwhile
        prise.shutdown(socket.SHUT_RDWR)
