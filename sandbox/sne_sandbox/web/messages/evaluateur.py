"""An XPath expression evaluated in a process of its own: libxml2 holds the interpreter and cannot be stopped,
and what an expression costs cannot be read off it."""

import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from lxml import etree

from sne_sandbox.errors import ConflitEtat, UsageError

#: Seconds of processor that one page of a search may take, and of the clock where the system cannot count.
CPU_MAX: Final = 1
MONTRE_MAX: Final = 15.0
#: Seconds to wait for the search of somebody else. One at a time: the others keep the server.
ATTENTE_MAX: Final = 2.0
#: Shown beside an expression that is none.
EXEMPLE: Final = "exemple : //demandeur[nom='Dupont'], ou count(//personneACharge) > 2"
_PROGRAMME: Final = Path(__file__).with_name("xpath_enfant.py")
_TOUR: Final = threading.Lock()


class TropLong(Exception):
    """The expression took too long over a document, or too much memory; the process is no more."""


class Evaluateur:
    """The process, for the length of a `with`. Raises ConflitEtat when another search does not end."""

    def __init__(self, expression: str) -> None:
        self._expression = expression

    def __enter__(self) -> Self:
        if not _TOUR.acquire(timeout=ATTENTE_MAX):
            raise ConflitEtat(
                "Une autre recherche par XPath est en cours : il n'y en a qu'une à la fois.",
                remede="recommencez dans un instant",
            )
        try:
            self._enfant = subprocess.Popen(  # noqa: S603 - our own program; the expression is one argument
                [sys.executable, "-I", str(_PROGRAMME), self._expression, str(CPU_MAX)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except BaseException:
            _TOUR.release()
            raise
        self._montre = threading.Timer(MONTRE_MAX, self._enfant.kill)
        self._montre.daemon = True
        self._montre.start()
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._montre.cancel()
        self._enfant.kill()
        for tube in (self._enfant.stdin, self._enfant.stdout):
            with suppress(OSError):
                if tube is not None:
                    tube.close()
        self._enfant.wait()
        _TOUR.release()

    def vrai(self, racine: Any) -> bool:
        """Whether the expression answers something in a tree (lxml): a node, a true, a number but zero, a
        text. Raises TropLong, and UsageError when it cannot be evaluated."""
        octets = etree.tostring(racine, encoding="UTF-8")
        ligne = b""
        with suppress(BrokenPipeError):
            self._ecrire(b"%d\n%b" % (len(octets), octets))
            assert self._enfant.stdout is not None
            ligne = self._enfant.stdout.readline()
        if not ligne:
            raise TropLong
        if ligne == b"faute\n":
            raise UsageError(
                f"L'expression XPath [{self._expression}] ne s'évalue pas : elle nomme ce qui n'existe pas.",
                remede=EXEMPLE,
            )
        return ligne == b"oui\n"

    def _ecrire(self, octets: bytes) -> None:
        assert self._enfant.stdin is not None
        self._enfant.stdin.write(octets)
        self._enfant.stdin.flush()
