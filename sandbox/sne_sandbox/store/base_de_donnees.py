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
from typing import Any, Final, Self, TypeVar

from sne_interface.errors import MagasinIndisponible
from sne_sandbox.store.commit_groupe import File, Groupe, Travail
from sne_sandbox.store.connexion_en_transaction import Connexion, Ligne, RequeteSql, verser
from sne_sandbox.store.defaillances import base_en_panne, coupee
from sne_sandbox.store.moteurs import CACHE_DE_LOTS, VerrouEcriture, verrou_de
from sne_sandbox.store.reserve_de_connexions import POUR_VOIR, Connexions

_Fait = TypeVar("_Fait")

#: How a transaction begins, by engine and whether it writes.
_DEBUTS: Final = {
    ("sqlite", True): "BEGIN IMMEDIATE",
    ("sqlite", False): "BEGIN",
    ("postgresql", True): "BEGIN",
    ("postgresql", False): "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}
_VERROU_PG: Final = "SELECT pg_advisory_xact_lock(%s)"
_SEUL_PG: Final = "SELECT pg_advisory_lock(%s) IS NOT NULL"
_SEUL_SANS_ATTENDRE_PG: Final = "SELECT pg_try_advisory_lock(%s)"
#: Transactions that write, after which what they wrote is moved from SQLite's log to its file. It takes the
#: same work in all, and what is moved at once takes it from the exchanges of that moment: 128 were 20 ms.
_REPORT: Final = 32
#: Pages of the log (48 MB) from which it is begun again, which wants all of it moved and nobody writing.
#: Under a load somebody always is: SQLite would stop one to move it, for as long as 70 ms.
_LONG: Final = 12_000
_REPORTER: Final = "PRAGMA wal_checkpoint(PASSIVE)"


class BaseDeDonnees(Connexions):
    """A database that is open. Shared by all threads of a process; each process opens its own."""

    def __init__(self, url: str | None, home: Path, *, synchronous: str = "NORMAL") -> None:
        """As that of `Connexions`."""
        super().__init__(url, home, synchronous)
        self.home = home.absolute()
        self._verrou_semis: VerrouEcriture | None = None
        self._files: dict[str | None, File] = {}
        self._ecritures = 0
        self._report: threading.Thread | None = None
        self._reporteur: Any = None
        self._trop_long = False
        #: When this process last committed what it wrote (monotonic seconds).
        self.derniere_ecriture = 0.0
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

    def ecrire_pour_voir(self) -> None:
        """Writes something that changes nothing, and commits it. Raises StoreError when it cannot."""
        with self.transaction(ecriture=True) as connexion:
            connexion.brut(POUR_VOIR)

    # --- transactions --------------------------------------------------------------------------------

    @contextmanager
    def transaction(self, *, ecriture: bool, verrou: str | None = None) -> Iterator[Connexion]:
        """One transaction: a context that gives its Connexion, commits at its end, and rolls back when an
        exception passes. `verrou` names what its writer holds alone on PostgreSQL; on SQLite a writer holds
        the whole file. Raises StoreError when the database fails, RuntimeError for a writer inside a writer
        of the same thread, which would wait for itself."""
        self.disjoncteur.verifier(ecriture=ecriture)
        with self._traduites():
            if ecriture:
                self._ecrire()
            try:
                groupe = self._commencer(ecriture, verrou)
                connexion = Connexion(groupe, self.dialecte, ecriture=ecriture, envelopper=self.envelopper)
                try:
                    try:
                        yield connexion
                    finally:
                        connexion.fermer()
                except BaseException:
                    self._annuler(groupe, ecriture=ecriture)
                    raise
                self._valider(groupe, ecriture=ecriture)
            finally:
                if ecriture:
                    self._local.ecrit = False
        if ecriture:
            self._apres(1, verrou)

    def _ecrire(self) -> None:
        if self._local.ecrit:
            raise RuntimeError("a transaction that writes is already open in this thread")
        self._local.ecrit = True

    @contextmanager
    def _traduites(self) -> Iterator[None]:
        """Failures of the database are raised as StoreError."""
        try:
            yield
        except Exception as erreur:
            if (traduite := self.traduite(erreur)) is erreur:
                raise
            raise traduite from erreur

    # --- transactions that are shared ----------------------------------------------------------------

    def grouper(self, verrou: str, faire: Callable[[Connexion], _Fait]) -> _Fait:
        """Returns the answer of `faire`, once its writes are committed, together with the works that wait for
        the same thing (`store.commit_groupe`). It may run in the thread of another work. When it raises, it
        is rolled back alone. Raises as `transaction`."""
        self.disjoncteur.verifier(ecriture=True)
        self._ecrire()
        try:
            cle = verrou if self.dialecte == "postgresql" else None
            file = self._files.get(cle) or self._files.setdefault(cle, File())
            travail = Travail(faire)
            if not file.entrer(travail):
                travail.attente.acquire()
            if not travail.fait:
                self._mener(file, verrou)
        finally:
            self._local.ecrit = False
        if travail.echec is None:
            fait: _Fait = travail.resultat
            return fait
        try:
            with self._traduites():
                raise travail.echec
        finally:
            del travail  # its failure holds this frame

    def _mener(self, file: File, verrou: str) -> None:
        """Does the works that wait, ours first, commits them, and tells whose they are."""
        travaux = [file.attendent.popleft()]
        try:
            if self.dialecte == "sqlite":
                file.rassembler()
            groupe = self._commencer(True, verrou)
            try:
                self._faire(groupe, travaux[0])
                while file.attendent and not groupe.plein:
                    travaux.append(file.attendent.popleft())
                    self._faire(groupe, travaux[-1])
            except BaseException:
                self._annuler(groupe, ecriture=True)
                raise
            self._valider(groupe, ecriture=True)
        except BaseException as erreur:  # noqa: BLE001 - each is told, and raises it in its own thread
            for travail in travaux:
                # The mistake as it is to who led; to the others, that the database did not do it.
                travail.echec = travail.echec or (erreur if travail is travaux[0] else base_en_panne(erreur))
        else:
            self._apres(len(travaux), verrou)
        finally:
            for travail in travaux:
                travail.fait = True
                travail.attente.release()
            file.passer(len(travaux))

    def _faire(self, groupe: Groupe, travail: Travail) -> None:
        """Has a work written. One that fails is rolled back alone; raises when nothing is left then."""
        groupe.commencer_un_membre()
        connexion = Connexion(groupe, self.dialecte, ecriture=True, envelopper=self.envelopper)
        try:
            try:
                travail.resultat = travail.faire(connexion)
            finally:
                connexion.fermer()
        except BaseException as erreur:
            travail.echec = erreur
            if not groupe.membres:
                raise
            try:
                groupe.oublier_le_membre()
            except self._erreurs as perte:
                # The engine has rolled the whole of it back (a full disk), or is gone.
                dite = self.traduite(erreur)
                raise (dite if isinstance(dite, MagasinIndisponible) else perte) from None
        else:
            groupe.membres += 1

    @contextmanager
    def remplissage(self, nom: str, *, attendre: bool = True) -> Iterator[bool]:
        """While entered, this thread alone fills the base of that name (any base, on SQLite), in transactions
        between which others write: they have a connection of their own. Gives whether it is alone, which is
        waited for unless `attendre` is False. Raises StoreError when the database fails."""
        verrou, obtenu, pilote = self._verrou_semis, False, None
        try:
            with self._traduites():
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

    def lignes(self, requete: RequeteSql, parametres: Mapping[str, Any]) -> list[Ligne]:
        """All the rows that a statement answers, in a transaction of its own. Raises StoreError when the
        database fails."""
        with self.transaction(ecriture=False) as connexion:
            return connexion.lignes(requete, parametres)

    def _apres(self, combien: int, verrou: str | None) -> None:
        """Does the work that follows a commit: tells whose it was on PostgreSQL; on SQLite, every so many
        transactions, moves the log to the file, in a thread: a writer that does it itself waits for the disk,
        and all those behind it."""
        if self._verrou is None:
            if self.signaler is not None and verrou is not None:
                self.signaler(verrou)
            return
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
        if ecriture and self._trop_long:
            self._trop_long = False
            with suppress(*self._erreurs):
                pilote.execute(_REPORTER)  # what little came since the thread has moved the rest
        self._finir(groupe, ecriture=ecriture, saine=True)
        if ecriture:
            self.derniere_ecriture = time.monotonic()
            # It may have been taken away while the disk was waited for: nobody is told that it is kept.
            self.verifier_fichier()

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


def _cle(verrou: str) -> int:
    """The number of a PostgreSQL advisory lock: the same in every process."""
    octets = hashlib.blake2b(verrou.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(octets, signed=True)
