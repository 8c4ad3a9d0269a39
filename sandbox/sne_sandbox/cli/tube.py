"""Standard streams whose reader may go away (`… 2>&1 | head`): the rest is lost, the exit code is not.

rich leaves with code 1 on a broken pipe, and the interpreter with 120 when it flushes one at the end; here
the descriptor is turned to the null device the first time, and nobody above hears of it.
"""

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from sne_sandbox.errors import OperatorError
from sne_sandbox.raisons import raison_systeme

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Tube(io.FileIO):
    """A descriptor that is written to, reader or no reader."""

    def write(self, octets: "ReadableBuffer", /) -> int:
        """Bytes written; all of them when nobody reads. Raises OperatorError, once, when none can be."""
        if not memoryview(octets).nbytes:
            return 0  # click tries streams out so, and hides what they answer
        try:
            return super().write(octets)
        except BrokenPipeError:
            self._perdre()
            return memoryview(octets).nbytes
        except OSError as erreur:
            self._perdre()
            raise OperatorError(
                f"Ce que dit la commande ne peut pas être écrit : {raison_systeme(erreur)}.",
                remede="faites de la place, ou dirigez la sortie ailleurs",
            ) from erreur

    def _perdre(self) -> None:
        with Path(os.devnull).open("wb") as nulle_part:
            os.dup2(nulle_part.fileno(), self.fileno())


def tenir() -> None:
    """Makes stdout and stderr such streams, when they are real ones."""
    sys.stdout = _tenu(sys.stdout)
    sys.stderr = _tenu(sys.stderr)


def _tenu(flux: TextIO) -> TextIO:
    if not isinstance(flux, io.TextIOWrapper) or not isinstance(flux.buffer, io.BufferedWriter | io.FileIO):
        return flux
    flux.flush()
    tube = Tube(flux.fileno(), "wb", closefd=False)
    return io.TextIOWrapper(
        # PYTHONUNBUFFERED leaves no buffer between the text and the descriptor.
        tube if isinstance(flux.buffer, io.FileIO) else io.BufferedWriter(tube),
        encoding=flux.encoding,
        # A terminal that has no « → » gets a « ? »: better than a command that ends there.
        errors="replace" if flux.errors in ("strict", "surrogateescape") else flux.errors,
        line_buffering=flux.line_buffering,
        write_through=flux.write_through,
    )
