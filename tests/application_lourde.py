"""The application that the process of heavy reads runs in tests: it imports this module alone."""

import errno
import os
import signal
from collections.abc import Iterable
from typing import Any

from sne_interface.domain.echange import LOURD


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Tells which process answers, or dies."""
    if environ["PATH_INFO"] == "/mourir":
        os.kill(os.getpid(), signal.SIGKILL)
    if environ["PATH_INFO"] == "/plein":
        start_response("200 OK", [])
        return _jusqu_au_plein()
    corps = f"{os.getpid()} {environ['PATH_INFO']} {environ[LOURD]} ".encode()
    start_response("200 OK", [("Content-Length", str(len(corps) + 2_000_000))])
    return [corps, bytes(2_000_000)]


def _jusqu_au_plein() -> Iterable[bytes]:
    yield bytes(100_000)
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def lecteur() -> Any:
    """Makes the application of the process."""
    return application
