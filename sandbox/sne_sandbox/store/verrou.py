"""Who writes to the SQLite file, one at a time.

`BEGIN IMMEDIATE` alone is right, but those who wait for it sleep between tries, up to 100 ms. This lock makes
them wait in the kernel instead: threads on a mutex, processes on the lock of a file. The kernel drops it with
the process that held it.
"""

import fcntl
import os
import threading
from pathlib import Path

from sne_sandbox.errors import StoreError
from sne_sandbox.raisons import raison_systeme


class VerrouEcriture:
    """A mutex between all threads of all processes that write to one database file."""

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
        """Closes the file."""
        os.close(self._descripteur)
