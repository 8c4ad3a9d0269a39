"""The functions that only POSIX has, and what replaces them elsewhere: the one place that asks which system
this is.

Windows has one process over SQLite: `serve`, `run`, `conform`, `check`, the pytest fixture. Several
processes, and households drawn by processes beside, want Linux.
"""

import _thread
import contextlib
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path
from typing import Final

if sys.platform != "win32":
    import fcntl

WINDOWS: Final = sys.platform == "win32"
#: Whether sockets can be handed to a process that was started, each in a message of its own.
PLUSIEURS_PROCESSUS: Final = sys.platform == "linux"
#: What we write in a home, at its top.
DU_HOME: Final = ("pki", "bases", "conformite", "contrats", "hypothesis", "console.key", "jeton",
                  "serveur.log", "sne.sqlite3*", ".pret-*", ".console.key.*", ".jeton.*")  # fmt: skip
#: What tells a command to end.
FINS: Final = tuple(getattr(signal, nom) for nom in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, nom))
#: Of `os.open`: bytes as they are; and neither a link nor a pipe that somebody put in the place of a file.
OCTETS: Final = getattr(os, "O_BINARY", 0)
SANS_PIEGE: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
#: Kept from others by `reserver`: the mask that the user's own commands are given back.
_masque: int | None = None


def coeurs() -> int:
    """How many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def descripteurs_permis() -> int | None:
    """How many files and connections this process may hold open; None where nothing says so."""
    if sys.platform == "win32":
        return None
    import resource

    permis = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if permis == resource.RLIM_INFINITY else permis


def decouper(ligne: str) -> list[str]:
    """The words of a command line, as the shell of this system cuts it. Raises ValueError."""
    if not WINDOWS:
        return shlex.split(ligne)
    # There a backslash is one of a path.
    return [mot.strip('"') for mot in shlex.split(ligne, posix=False)]


# --- processes ---------------------------------------------------------------------------------------


def se_terminer() -> None:
    """Ends the process as SIGTERM does, from any thread: a handler in the main thread hears it."""
    if not WINDOWS:
        os.kill(os.getpid(), signal.SIGTERM)
    elif callable(signal.getsignal(signal.SIGTERM)):
        _thread.interrupt_main(signal.SIGTERM)
    else:
        os._exit(128 + signal.SIGTERM)


def prevenir(processus: "subprocess.Popen[bytes]", numero: int, *, groupe: bool = False) -> None:
    """Tells a process, or all those of its group, to end by this signal; nothing when it is gone. Windows has
    none to send: it is ended, and what it had started is not."""
    if sys.platform == "win32":
        processus.terminate()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if groupe:
            os.killpg(processus.pid, numero)
        else:
            processus.send_signal(numero)


def tuer(processus: "subprocess.Popen[bytes]", *, groupe: bool = False) -> None:
    """Ends a process, or all those of its group, at once."""
    if sys.platform == "win32":
        processus.kill()
    else:
        prevenir(processus, signal.SIGKILL, groupe=groupe)


# --- files -------------------------------------------------------------------------------------------


def reserver() -> None:
    """From now on, what this process writes is for its owner alone (on Windows, as its folder says)."""
    global _masque
    _masque = os.umask(0o077)


def masque_de_l_utilisateur() -> int:
    """The umask of before `reserver`, for `Popen`; -1, which changes nothing, when it was not called."""
    return -1 if _masque is None or WINDOWS else _masque


def resserrer(home: Path) -> None:
    """Takes from others what an earlier version let them: a home, and what we wrote in it. A file of a user,
    whose home is a folder of theirs, is left alone, and so is that folder."""
    if WINDOWS or not home.is_dir():
        return
    entrees = list(home.iterdir())
    notres = [e for e in entrees if any(fnmatch(e.name, motif) for motif in DU_HOME)]
    for chemin in (*([home] if len(notres) == len(entrees) else []), *notres, *chain(*map(_dessous, notres))):
        with contextlib.suppress(OSError):
            lu = chemin.lstat()
            if lu.st_mode & 0o077 and not chemin.is_symlink():
                chemin.chmod(lu.st_mode & 0o700)


def _dessous(dossier: Path) -> Iterator[Path]:
    for racine, dossiers, fichiers in os.walk(dossier):
        yield from (Path(racine, nom) for nom in (*dossiers, *fichiers))


class VerrouDeFichier:
    """The lock of a file between processes, which the system drops with the one that holds it. Windows has
    filelock: a process that waits tries again and again. Elsewhere the system wakes it, without an import."""

    def __init__(self, fichier: Path) -> None:
        if sys.platform == "win32":
            from filelock import FileLock

            self._verrou = FileLock(fichier, thread_local=False, poll_interval=0.005)
        else:
            self._descripteur = os.open(fichier, os.O_RDWR | os.O_CREAT, 0o600)

    def prendre(self, *, attendre: bool = True) -> bool:
        """Takes it; whether it is ours, which it always is in the end unless `attendre` is False."""
        if sys.platform == "win32":
            from filelock import Timeout

            try:
                self._verrou.acquire(timeout=-1 if attendre else 0)
            except Timeout:
                return False
        else:
            try:
                fcntl.flock(self._descripteur, fcntl.LOCK_EX if attendre else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def rendre(self) -> None:
        """Gives it back."""
        if sys.platform == "win32":
            self._verrou.release()
        else:
            fcntl.flock(self._descripteur, fcntl.LOCK_UN)

    def fermer(self) -> None:
        """Gives it back and closes its file; it cannot be taken any more."""
        if sys.platform == "win32":
            self._verrou.release(force=True)
        else:
            os.close(self._descripteur)


@contextlib.contextmanager
def tenu(fichier: Path, *, attendre: bool = True) -> Iterator[bool]:
    """Holds the lock of a file, made when it is not there; whether it could, which it always can in the end
    unless `attendre` is False."""
    verrou = VerrouDeFichier(fichier)
    try:
        pris = verrou.prendre(attendre=attendre)
        try:
            yield pris
        finally:
            if pris:
                verrou.rendre()
    finally:
        verrou.fermer()
