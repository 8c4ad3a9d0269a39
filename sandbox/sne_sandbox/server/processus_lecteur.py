"""Entry point of the process of heavy reads (`server.lectures_lourdes`): answers them in turn, ends with its
parent."""

import ctypes
import gc
import io
import os
import pickle
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from sne_interface import systeme

if TYPE_CHECKING:
    from sne_sandbox.server.service_wsgi import ApplicationWsgi  # with Twisted under it


def principal() -> None:
    """Answers until nothing more is asked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it ends us
    if hasattr(os, "nice"):
        os.nice(5)  # registrations come first
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as sortie:
        # What is printed is no answer.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        entree = sys.stdin.buffer
        with suppress(EOFError, BrokenPipeError):
            application = pickle.load(entree)()  # noqa: S301 - written by our parent
            while True:
                environ, fichier = pickle.load(entree)  # noqa: S301
                try:
                    lu: object = repondre(application, environ, Path(fichier))
                except OSError as erreur:  # no room for it
                    lu = erreur
                pickle.dump(lu, sortie)
                sortie.flush()
                rendre_memoire()


def repondre(
    application: "ApplicationWsgi", environ: dict[str, Any], fichier: Path
) -> tuple[str, list[tuple[str, str]], int]:
    """Status, headers and length of the answer, whose body is written to `fichier`, readable by its owner
    alone. Raises OSError."""
    dite: list[tuple[str, list[tuple[str, str]]]] = []
    ecrits: list[bytes] = []

    def start_response(statut: str, en_tetes: list[tuple[str, str]], exc_info: Any = None) -> Any:
        dite[:] = [(statut, en_tetes)]
        return ecrits.append

    corps: IO[bytes] = io.BytesIO()
    complet = {**environ, "wsgi.input": corps, "wsgi.errors": sys.stderr}
    complet["wsgi.multithread"] = complet["wsgi.multiprocess"] = False
    iterable = application(complet, start_response)
    try:
        descripteur = os.open(fichier, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | systeme.OCTETS, 0o600)
        with os.fdopen(descripteur, "wb") as sortie:
            for morceau in (*ecrits, *iterable):
                sortie.write(morceau)
            longueur = sortie.tell()
    finally:
        fermer = getattr(iterable, "close", None)
        if fermer is not None:
            fermer()
    statut, en_tetes = dite[0]
    return statut, en_tetes, longueur


def rendre_memoire() -> None:
    """Gives back to the system what the last read took; does nothing with another library than glibc."""
    gc.collect()
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


if __name__ == "__main__":
    principal()
