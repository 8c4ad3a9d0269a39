"""One database: its connections, its transactions; who reads, who writes, and what happens when it fails.

Transactions are begun and ended by explicit commands on both engines: the driver begins none. With its
defaults, SQLite under two processes and 16 threads drew 103 distinct numbers out of 1,920, without one error.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from sne_interface.errors import MagasinIndisponible
from sne_sandbox.store.connexion import Connexion, Ligne, RequeteSql, verser
from sne_sandbox.store.connexions import POUR_VOIR, Connexions
from sne_sandbox.store.defaillances import base_en_panne, coupee
from sne_sandbox.store.moteurs import (
    CACHE_DE_LOTS,
    VerrouEcriture,
    verrou_de,
)
from sne_sandbox.store.tour import Groupe, Tour

if TYPE_CHECKING:
    pass

#: How a transaction begins, by engine and whether it writes.
_DEBUTS: Final = {
    ("sqlite", True): "BEGIN IMMEDIATE",
    ("sqlite", False): "BEGIN",
    ("postgresql", True): "BEGIN",
    ("postgresql", False): "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}
#: Bytes that the disk must have before a database that had filled it is written to again.
_PLACE_MIN: Final = 4_000_000
_VERROU_PG: Final = "SELECT pg_advisory_xact_lock(%s)"
_SEUL_PG: Final = "SELECT pg_advisory_lock(%s) IS NOT NULL"
_SEUL_SANS_ATTENDRE_PG: Final = "SELECT pg_try_advisory_lock(%s)"
#: Seconds that an exchange waits for its turn: those before it may be held up by a writer of another process.
_TOUR_MAX: Final = 0.1
#: Bytes of an exchange that is read within some milliseconds.
_TOUR_OCTETS: Final = 50_000
#: Transactions that write, after which what they wrote is moved from SQLite's log to its file. It takes the
#: same work in all, and what is moved at once takes it from the exchanges of that moment: 128 were 20 ms.
_REPORT: Final = 32
#: Pages of the log (48 MB) from which it is begun again, which wants all of it moved and nobody writing.
#: Under a load somebody always is: SQLite would stop one to move it, for as long as 70 ms.
_LONG: Final = 12_000
_REPORTER: Final = "PRAGMA wal_checkpoint(PASSIVE)"
#: Connections kept open between two transactions.
_GARDEES: Final = 16


class BaseDeDonnees(Connexions):
    """A database that is open. Shared by all threads of a process; each process opens its own."""

    def __init__(self, url: str | None, home: Path, *, synchronous: str = "NORMAL") -> None:
        """As that of `Connexions`."""
        super().__init__(url, home, synchronous)
        self.home = home
        self._verrou_semis: VerrouEcriture | None = None
        self._tours: dict[str | None, Tour] = {}
        self._ecritures = 0
        self._report: threading.Thread | None = None
        self._reporteur: Any = None
        self._trop_long = False
        self.derniere_ecriture = 0.0
        """When this process last committed what it wrote (monotonic seconds)."""
        #: Told the lock of each writer that has committed, on PostgreSQL: a base, most often.
        self.signaler: Callable[[str], None] | None = None

    def fermer(self) -> None:
        """Closes all connections, once what is being moved to the file is there."""
        if self._report is not None:
            self._report.join()
        if self._reporteur is not None:
            self._reporteur.close()
        super().fermer()
        if self._verrou_semis is not None:
            self._verrou_semis.fermer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.fermer()

    def servir(self) -> None:
        """From now on this process serves: it marks the file as its own, and a database that fails is cut
        out instead of being tried by everybody."""
        self.disjoncteur.armer()
        self.veiller()
        if self._fichier is not None:
            with suppress(MagasinIndisponible, *self._erreurs):
                self._reporteur = self._ouvrir()
                self._reporteur.execute("SELECT 1 FROM sqlite_master").fetchone()  # it has the log open
                self._fichier.garder()
            # On a full disk it begins by being cut out: what is there can be read.
            with suppress(MagasinIndisponible):
                self.ecrire_pour_voir()

    def ouvrir_connexion(self) -> Any:
        """A connection of the driver that is the caller's, to close. Raises what the driver does."""
        return self._connecter()

    def ecrire_pour_voir(self) -> None:
        """Writes something that changes nothing, and commits it. Raises StoreError when it cannot."""
        with self.transaction(ecriture=True, seule=True) as connexion:
            connexion.brut(POUR_VOIR)

    # --- transactions --------------------------------------------------------------------------------

    def tour(self, octets: int = 0) -> "PriseDeTour":
        """Lets one exchange of this process work at a time (SQLite; `store.tour` says why). After 100 ms it
        goes on beside the other. One of so many `octets` that it is long to read takes no turn: those who are
        about to write would wait for it."""
        return PriseDeTour(self, octets)

    def _tour(self, verrou: str | None) -> Tour:
        tour = self._tours.get(verrou)
        if tour is None:
            # Exchanges of PostgreSQL read beside one another: they come to the gate when they may.
            tour = self._tours.setdefault(verrou, Tour(rassemble=self.dialecte == "sqlite"))
        return tour

    def transaction(self, *, ecriture: bool, verrou: str | None = None, seule: bool = False) -> "Transaction":
        """One transaction: a context that gives its Connexion, commits at its end, and rolls back when an
        exception passes. `verrou` names what its writer holds alone on PostgreSQL; on SQLite a writer holds
        the whole file; `seule`: nobody shares it. Raises StoreError when the database fails, RuntimeError for
        a writer inside a writer of the same thread, which would wait for itself."""
        return Transaction(self, ecriture, verrou, seule=seule)

    @contextmanager
    def remplissage(self, nom: str, *, attendre: bool = True) -> Iterator[bool]:
        """While entered, this thread alone fills the base of that name (any base, on SQLite), in transactions
        between which others write: they have a connection of their own. Gives whether it is alone, which is
        waited for unless `attendre` is False. Raises StoreError when the database fails."""
        verrou, obtenu, pilote = self._verrou_semis, False, None
        try:
            pilote = self._ouvrir()
            if isinstance(self._ou, Path):
                pilote.execute(CACHE_DE_LOTS)
                if verrou is None:
                    verrou = self._verrou_semis = VerrouEcriture(verrou_de(self._ou, "semis"))
                obtenu = verrou.prendre(attendre=attendre)
            else:
                essai = _SEUL_PG if attendre else _SEUL_SANS_ATTENDRE_PG
                obtenu = pilote.execute(essai, (_cle(f"semis {nom}"),)).fetchone()[0]
            self._local.pilote = pilote
            yield obtenu
        except Exception as erreur:
            if (traduite := self.traduite(erreur)) is erreur:
                raise
            raise traduite from erreur
        finally:
            self._local.pilote = None
            if verrou is not None and obtenu:
                verrou.rendre()
            if pilote is not None:
                with suppress(*self._erreurs):
                    pilote.close()

    def ligne(self, requete: RequeteSql, parametres: Mapping[str, Any]) -> Ligne | None:
        """The first row that a statement answers, None without any: a transaction by itself, for a fifth of
        the price of one. Raises StoreError when the database fails."""
        if self.disjoncteur.coupure is not None:
            self.disjoncteur.verifier(ecriture=False)
        driver, saine = None, False
        try:
            driver, curseur = self._lancer(requete.textes[self.dialecte], parametres)
            trouvee: Ligne | None = curseur.fetchone()
            saine = True
        except Exception as erreur:
            raise self.traduite(erreur) from erreur
        finally:
            if driver is not None:
                self._remettre(driver, saine=saine)
        return trouvee

    def _faire_reporter(self, combien: int) -> None:
        """Every so many transactions, moves the log to the file, in a thread: a writer that does it itself
        waits for the disk, and all those behind it. Called by whose turn it is."""
        avant, self._ecritures = self._ecritures, self._ecritures + combien
        if avant // _REPORT == self._ecritures // _REPORT:
            return
        if self._report is None or not self._report.is_alive():
            fil = threading.Thread(target=self._reporter, name="sne-report", daemon=True)
            # Where no thread can be had, what is committed is committed: a later one will do.
            with suppress(RuntimeError):
                fil.start()
                self._report = fil

    def _reporter(self) -> None:
        # What cannot be moved stays in the log, where nothing is lost; a commit moves it when it is long. The
        # connections of those who work are theirs, with the pages that they hold.
        with suppress(*self._erreurs):
            self._reporteur = self._reporteur or self._ouvrir()
            self._trop_long = self._reporteur.execute(_REPORTER).fetchone()[1] >= _LONG

    # What a transaction asks, step by step.

    def _commencer(self, ecriture: bool, verrou: str | None) -> Groupe:
        """Begins a transaction; a writer of SQLite has the file from then on."""
        exclusion = self._verrou if ecriture else None
        if self.disjoncteur.coupure is not None:  # since this thread was let in: it waited for its turn
            self.disjoncteur.verifier(ecriture=ecriture)
        if exclusion is not None:
            exclusion.prendre()
        driver = None
        try:
            driver, _ = self._lancer(_DEBUTS[self.dialecte, ecriture])
            if verrou is not None and self.dialecte == "postgresql":
                driver.execute(_VERROU_PG, (_cle(verrou),))
        except BaseException:
            if driver is not None:
                self._remettre(driver, saine=False)
            if exclusion is not None:
                exclusion.rendre()
            raise
        return Groupe(driver)

    def _valider(self, groupe: Groupe, *, ecriture: bool) -> None:
        """Commits; what fails is rolled back, and raised as the driver tells it. Raises MagasinIndisponible
        when the file is not the one that was opened, or when nobody knows whether it was committed."""
        pilote, annonce = groupe.pilote, False
        try:
            if groupe.differees:
                verser(groupe, self.dialecte)
            if ecriture:
                self.verifier_fichier(pilote)
            annonce = ecriture
            fini = pilote.execute("COMMIT")
            annonce = False
            # PostgreSQL makes it a rollback, in silence, after an error that somebody swallowed.
            if getattr(fini, "statusmessage", "COMMIT") != "COMMIT":
                raise self._pilote.OperationalError("the transaction was rolled back")
        except BaseException as erreur:
            self._annuler(groupe, ecriture=ecriture)
            if annonce and isinstance(erreur, self._erreurs) and getattr(pilote, "closed", False):
                raise coupee(incertain=True) from erreur
            raise
        if ecriture:
            self.derniere_ecriture = time.monotonic()
            # It may have been taken away while the disk was waited for: nobody is told that it is kept.
            try:
                self.verifier_fichier()
            except MagasinIndisponible:
                self._finir(groupe, ecriture=ecriture, saine=True)
                raise
        if ecriture and self._trop_long:
            self._trop_long = False
            with suppress(*self._erreurs):
                groupe.pilote.execute(_REPORTER)  # what little came since the thread has moved the rest
        self._finir(groupe, ecriture=ecriture, saine=True)

    def _annuler(self, groupe: Groupe, *, ecriture: bool) -> None:
        """Rolls all of it back; a connection that cannot is never used again."""
        saine = True
        try:
            groupe.pilote.rollback()
        except self._erreurs:
            saine = False
        self._finir(groupe, ecriture=ecriture, saine=saine)

    def _finir(self, groupe: Groupe, *, ecriture: bool, saine: bool) -> None:
        self._remettre(groupe.pilote, saine=saine)
        if ecriture and self._verrou is not None:
            self._verrou.rendre()


class PriseDeTour:
    """See `BaseDeDonnees.tour`."""

    __slots__ = ("_local", "_tour")

    def __init__(self, donnees: BaseDeDonnees, octets: int) -> None:
        self._local = donnees._local
        a_tour = donnees.dialecte == "sqlite" and octets <= _TOUR_OCTETS
        self._tour = donnees._tour(None) if a_tour else None

    def __enter__(self) -> None:
        if self._tour is not None:
            self._local.a_la_main = self._tour.lire(_TOUR_MAX)

    def __exit__(self, *_: object) -> None:
        if self._tour is not None and self._local.a_la_main:
            self._local.a_la_main = False
            self._tour.rendre()


class Transaction:
    """See `BaseDeDonnees.transaction`. Writers of a process that wait for the same thing share one COMMIT."""

    __slots__ = ("_connexion", "_donnees", "_ecriture", "_groupe", "_seule", "_tour", "_verrou")

    def __init__(
        self, donnees: BaseDeDonnees, ecriture: bool, verrou: str | None, *, seule: bool = False
    ) -> None:
        self._donnees = donnees
        self._seule = seule
        self._ecriture = ecriture
        self._verrou = verrou if donnees.dialecte == "postgresql" else None
        self._tour: Tour | None = None
        self._groupe: Groupe
        self._connexion: Connexion

    def __enter__(self) -> Connexion:
        donnees, local = self._donnees, self._donnees._local
        if donnees.disjoncteur.coupure is not None:
            donnees.disjoncteur.verifier(ecriture=self._ecriture)
        try:
            if self._ecriture:
                if getattr(local, "ecrit", False):
                    raise RuntimeError("a transaction that writes is already open in this thread")
                if donnees.dialecte == "sqlite" or self._verrou is not None:
                    self._tour = donnees._tour(self._verrou)
                    self._tour.ecrire(a_la_main=getattr(local, "a_la_main", False))
                    local.a_la_main = False
                local.ecrit = True
            self._groupe = self._entrer()
        except Exception as erreur:
            if (traduite := donnees.traduite(erreur)) is erreur:
                raise
            raise traduite from erreur
        self._connexion = Connexion(
            self._groupe, donnees.dialecte, ecriture=self._ecriture, envelopper=donnees.envelopper
        )
        return self._connexion

    def _entrer(self) -> Groupe:
        """The transaction that is open, where this member begins; a new one when none is."""
        tour = self._tour
        groupe = tour.groupe if tour is not None else None
        if groupe is not None and tour is not None and self._seule:
            self._terminer(groupe, tour)
            groupe = None
        try:
            if groupe is not None:
                groupe.commencer_un_membre()
                groupe.pilote.execute("SAVEPOINT membre")
                return groupe
            groupe = self._donnees._commencer(self._ecriture, self._verrou)
        except BaseException as erreur:
            if self._ecriture:
                self._donnees._local.ecrit = False
            if tour is not None:
                if groupe is not None:  # the one that was open is lost, with its members
                    self._perdre(groupe, erreur)
                tour.rendre()
            raise
        if tour is not None:
            tour.groupe = groupe
        return groupe

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        donnees = self._donnees
        self._connexion.fermer()
        if self._ecriture:
            donnees._local.ecrit = False
        try:
            if erreur is None:
                self._garder()
            else:
                self._defaire(erreur)
        except Exception as echec:
            if (traduite := donnees.traduite(echec)) is echec:
                raise
            raise traduite from echec
        if erreur is not None and (traduite := donnees.traduite(erreur)) is not erreur:
            raise traduite from erreur

    def _garder(self) -> None:
        """This member's work is to be committed: by the next one, if somebody waits."""
        groupe, tour = self._groupe, self._tour
        groupe.membres += 1
        if tour is None:
            self._donnees._valider(groupe, ecriture=self._ecriture)
            return
        attente = groupe.inscrire()
        if self._seule or groupe.plein or not tour.passer_a_un_ecrivain():
            groupe.attentes.remove(attente)
            self._valider(groupe, tour)
            return
        attente.acquire()
        if groupe.echec is not None:
            raise base_en_panne(groupe.echec) from groupe.echec

    def _valider(self, groupe: Groupe, tour: Tour) -> None:
        """Commits for all members, tells them, and gives the turn back."""
        try:
            if (echec := self._terminer(groupe, tour)) is not None:
                raise echec
        finally:
            tour.rendre()

    def _terminer(self, groupe: Groupe, tour: Tour) -> Exception | None:
        """Commits for all members and tells them; what it failed on."""
        tour.finir(groupe)
        echec: Exception | None = None
        try:
            self._donnees._valider(groupe, ecriture=True)
        except Exception as erreur:  # noqa: BLE001 - each of them is told
            echec = erreur
        except BaseException as erreur:
            groupe.annoncer(erreur)
            raise
        groupe.annoncer(echec)
        if echec is None and self._donnees._verrou is not None:
            self._donnees._faire_reporter(groupe.membres)
        elif echec is None and self._donnees.signaler is not None and self._verrou is not None:
            self._donnees.signaler(self._verrou)
        return echec

    def _defaire(self, erreur: BaseException) -> None:
        """Rolls this member back, alone; those before it are committed."""
        donnees, groupe, tour = self._donnees, self._groupe, self._tour
        if tour is None or not groupe.membres:
            if tour is not None:
                tour.finir(groupe)
            donnees._annuler(groupe, ecriture=self._ecriture)
            if tour is not None:
                tour.rendre()
            return
        try:
            groupe.pilote.execute("ROLLBACK TO membre")
            groupe.oublier_le_membre()
        except donnees._erreurs as perte:
            # The engine has rolled the whole of it back (a full disk), or is gone.
            dite = donnees.traduite(erreur)
            self._perdre(groupe, dite if isinstance(dite, MagasinIndisponible) else perte)
            tour.rendre()
            return
        if groupe.plein or not tour.passer_a_un_ecrivain():
            with suppress(Exception):  # told to its members
                self._valider(groupe, tour)

    def _perdre(self, groupe: Groupe, erreur: BaseException) -> None:
        assert self._tour is not None
        self._tour.finir(groupe)
        self._donnees._annuler(groupe, ecriture=True)
        groupe.annoncer(erreur)


def _cle(verrou: str) -> int:
    """The number of a PostgreSQL advisory lock: the same in every process."""
    octets = hashlib.blake2b(verrou.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(octets, signed=True)
