"""Whether the file of SQLite is still the one that was opened: a process goes on writing to a file that was
deleted or replaced under it, and all that it acknowledges is lost when it ends."""

import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from sne_interface.errors import MagasinIndisponible
from sne_interface.raisons import raison_systeme

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
        self._journal = f"{chemin}-wal"
        vu = chemin.stat()
        self._lui = _qui(vu)
        self._taille = vu.st_size
        self._lui_wal: tuple[int, int] | None = None
        self._generation = 0
        self._marque: float | None = None

    def garder(self) -> None:
        """From now on a connection stays open, and with it the log of SQLite (`-wal`): it is the same too.
        What is written from now on gives the file its generations."""
        self._marque = 0.0
        with suppress(MagasinIndisponible):  # a disk that has no WAL
            self._lui_wal = _qui(_regarder(self._journal))

    def verifier(self, driver: Any = None) -> None:
        """Raises MagasinIndisponible when the path does not lead any more to what was opened. `driver` is a
        connection that is about to commit, and comes once a transaction: what it sees is looked at too. Some
        microseconds."""
        nom = self._chemin.name
        vu = _regarder(str(self._chemin))
        if _qui(vu) != self._lui:
            raise _perdu(f"le fichier {nom} a été remplacé par un autre sous le serveur")
        if self._lui_wal is not None and _qui(_regarder(self._journal)) != self._lui_wal:
            raise _perdu(f"le fichier {nom}-wal a été remplacé par un autre sous le serveur")
        if driver is None:
            return
        generation = driver.execute(_LIRE).fetchone()[0]
        if generation < self._generation:
            raise _perdu(f"le fichier {nom} a été ramené à un état antérieur sous le serveur")
        self._generation = generation  # as others committed it: ours is written below
        if vu.st_size < self._taille and _pages(driver) > vu.st_size and not self._entier():
            raise _perdu(f"le fichier {nom} a été écrasé par une copie sous le serveur")
        self._taille = vu.st_size
        if self._marque is not None and time.monotonic() - self._marque >= _AGE:
            # The first by the clock: two copies that went on apart have not the same. The next ones by one,
            # or a process that does not see the older copy would hide it from the others.
            suivante = max(generation + 1, 0 if self._marque else int(time.time()) & 0x7FFF_FFFF)
            driver.execute(f"{_LIRE} = {suivante}")
            self._marque = time.monotonic()

    def _entier(self) -> bool:
        """Whether all pages can be read where some are beyond the end of the file: after VACUUM they are in
        the log; a copy that was written over the file has lost them. By a connection that has none in
        memory; it takes the time of reading the file."""
        try:
            with closing(sqlite3.connect(f"{self._chemin.absolute().as_uri()}?mode=ro", uri=True)) as autre:
                return bool(autre.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        except sqlite3.Error:
            return False


def _regarder(chemin: str) -> os.stat_result:
    nom = os.path.basename(chemin)  # noqa: PTH119
    try:
        return os.stat(chemin)  # noqa: PTH116 - three times the price by Path
    except FileNotFoundError:
        raise _perdu(f"le fichier {nom} a été supprimé sous le serveur") from None
    except OSError as erreur:
        raise _perdu(f"le fichier {nom} ne se voit plus ({raison_systeme(erreur)})") from None


def _qui(vu: os.stat_result) -> tuple[int, int]:
    return vu.st_dev, vu.st_ino


def _pages(driver: Any) -> int:
    """Bytes of the pages of the base, as the connection sees it."""
    return int(driver.execute("PRAGMA page_count").fetchone()[0]) * int(
        driver.execute("PRAGMA page_size").fetchone()[0]
    )


def _perdu(cause: str) -> MagasinIndisponible:
    return MagasinIndisponible(cause, remede=_REMEDE)
