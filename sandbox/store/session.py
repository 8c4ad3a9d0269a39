"""The store: one database, many bases; who reads, who writes, and what happens when it fails."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Final, Self

import sqlalchemy as sa
from sqlalchemy import exc

from sandbox.errors import StoreError
from sandbox.settings import PAR_NOM
from sandbox.store import schema
from sandbox.store.bases import Bases
from sandbox.store.connexion import Connexion, Requete
from sandbox.store.journal import Journal
from sandbox.store.moteur import adresse, ouvrir_moteur
from sandbox.store.registre import RegistreBase
from sandbox.store.verrou import VerrouEcriture

_VERROU_PG: Final = Requete(
    sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("cle", type_=sa.BigInteger)))
)
#: Mistakes of ours: they pass as they are, and are reported as such.
_BOGUES: Final = (exc.ProgrammingError, exc.IntegrityError, exc.DataError)


class Magasin:
    """The store of one database. Shared by all threads of a process; each process opens its own."""

    def __init__(self, moteur: sa.Engine, verrou: VerrouEcriture | None, *, journal_max: int) -> None:
        self._moteur = moteur
        self._verrou = verrou
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
            except OSError as erreur:
                raise StoreError(
                    f"Le dossier [{fichier.parent}] ne peut pas être créé : {erreur.strerror}.",
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
        self._moteur.dispose()
        if self._verrou is not None:
            self._verrou.fermer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.fermer()

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
            except BaseException as erreur:
                self._annuler(connection, connexion, erreur)
                raise
            finally:
                if ecriture:
                    self._local.ecrit = False

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
