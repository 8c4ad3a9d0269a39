"""The technical log: what goes wrong with the sandbox itself, on stderr, one line each.

JSON where stderr is no terminal, `key=value` on one. A traceback is names of functions and lines of code: the
variables of its frames, which hold messages, tokens and passwords, are never written; what is written is
searched for them all the same.
"""

import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, Final

from sne_interface.domain.nir import masquer_secrets

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

_JETON: Final = re.compile(
    r"(?i)(\bbearer\s+|(?:jeton|token|password|mot_de_passe)[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&]+"
)
_verrou = threading.Lock()
_regle = False


def journal_technique(nom: str = "sne_sandbox") -> "FilteringBoundLogger":
    """The log, under the name of who speaks."""
    # Imported for the first line: it brings half a dozen libraries of colours.
    import structlog

    global _regle
    with _verrou:
        if not _regle:
            structlog.configure(
                processors=[
                    structlog.processors.add_log_level,
                    structlog.processors.TimeStamper(fmt="iso", utc=True),
                    structlog.processors.format_exc_info,  # without the variables of its frames
                    _masquer,
                    _rendre,
                ],
                logger_factory=lambda *noms: structlog.WriteLogger(sys.stderr),
            )
            _regle = True
    journal: FilteringBoundLogger = structlog.get_logger(nom).bind(logger=nom)
    return journal


def recueillir() -> None:
    """Collects what libraries (Twisted, Flask) tell `logging`: warnings and worse are written there too."""
    racine = logging.getLogger()
    if not any(isinstance(h, _Recueil) for h in racine.handlers):
        racine.addHandler(_Recueil(logging.WARNING))
        # It warns of each connection that PostgreSQL cuts: whose exchange it was is told by us.
        logging.getLogger("psycopg").setLevel(logging.ERROR)


class _Recueil(logging.Handler):
    """Hands the lines of `logging` over."""

    def emit(self, record: logging.LogRecord) -> None:
        """logging's: one line."""
        try:
            journal_technique(record.name).log(record.levelno, record.getMessage(), exc_info=record.exc_info)
        except Exception:  # noqa: BLE001 - logging's own way: a line that fails stops nobody
            self.handleError(record)


def propre(texte: str) -> str:
    """`texte` without NIR, password or token."""
    return _JETON.sub(r"\1…", masquer_secrets(texte))


def _masquer(_: Any, __: str, ligne: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for cle, valeur in ligne.items():
        if cle != "timestamp" and not isinstance(valeur, bool | int | float | None):
            ligne[cle] = propre(str(valeur))
    return ligne


def _rendre(journal: Any, methode: str, ligne: MutableMapping[str, Any]) -> str:
    import structlog

    rendu: Any = (
        structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "logger", "event"])
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return str(rendu(journal, methode, ligne))
