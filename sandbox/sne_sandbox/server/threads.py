"""The threads that run the application: a fixed number of them, fed by one queue."""

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

logger = logging.getLogger(__name__)

Tache = tuple[Callable[..., None], tuple[Any, ...]]


class Fils:
    """`nombre` daemon threads. A task that raises is logged; its thread goes on."""

    def __init__(self, nombre: int) -> None:
        self._file: SimpleQueue[Tache | None] = SimpleQueue()
        self._fils = [
            threading.Thread(target=self._tourner, name=f"sne-{rang}", daemon=True) for rang in range(nombre)
        ]
        for fil in self._fils:
            fil.start()

    def soumettre(self, tache: Callable[..., None], *arguments: Any) -> None:
        """Runs `tache(*arguments)` in the first free thread."""
        self._file.put((tache, arguments))

    def arreter(self, attente: float) -> bool:
        """Ends the threads, waiting `attente` seconds for each at most. False when one is still at work."""
        for _ in self._fils:
            self._file.put(None)
        for fil in self._fils:
            fil.join(attente)
        return not any(fil.is_alive() for fil in self._fils)

    def _tourner(self) -> None:
        while (tache := self._file.get()) is not None:
            fonction, arguments = tache
            try:
                fonction(*arguments)
            except Exception:
                logger.exception("a task of the server failed")
            # Waiting for the next task must not keep the last one's request, body and answer alive.
            del tache, fonction, arguments
