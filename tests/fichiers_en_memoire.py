"""Temporary files of the tests, in memory: on a disk a database of PostgreSQL takes five times longer."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

#: The folder that Linux keeps in memory, and the room that it must have: the tests take 1.7 GB.
_MEMOIRE: Final = Path("/dev/shm")
_PLACE: Final = 4 << 30


def poser() -> None:
    """For this process and those that it starts, unless TMPDIR says where, room lacks or no program may run
    there. Takes away what runs that have ended left."""
    if os.environ.get("TMPDIR") or not os.access(_MEMOIRE, os.W_OK):
        return
    for ancien in _MEMOIRE.glob("sne-essais-*"):
        if not Path("/proc", ancien.name.rpartition("-")[2]).exists():
            shutil.rmtree(ancien, ignore_errors=True)
    etat = os.statvfs(_MEMOIRE)
    if etat.f_bavail * etat.f_frsize >= _PLACE and not etat.f_flag & os.ST_NOEXEC:
        dossier = _MEMOIRE / f"sne-essais-{os.getpid()}"
        dossier.mkdir(exist_ok=True)
        os.environ["TMPDIR"] = str(dossier)
        tempfile.tempdir = None
