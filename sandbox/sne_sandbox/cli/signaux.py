"""The signals that end a command: raised where it is, so that it leaves nothing half done."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Final, Self

from sne_interface import systeme

SIGNAUX: Final = systeme.FINS
#: Signals that are waited for in peace: a CI that cancels sends two. The next one ends us at once.
_PATIENCE: Final = 2


class Interrompu(KeyboardInterrupt):
    """We are told to end. `str()` is the name of the signal, `numero` its number."""

    def __init__(self, numero: int) -> None:
        super().__init__(signal.Signals(numero).name)
        self.numero = numero


class Signaux:
    """While it is entered, the first signal raises `Interrompu` where we are, unless it is held back. `recus`
    are the numbers of those that came."""

    def __init__(self) -> None:
        self.recus: list[int] = []
        self._tenus = False
        self._anciens: dict[int, object] = {}

    def tenir(self) -> None:
        """From now on what comes is held back: `permis` raises it, `recus` tells it."""
        self._tenus = True

    @contextlib.contextmanager
    def permis(self) -> Iterator[None]:
        """Lets signals through while entered: raises Interrompu for a signal that was held back, or that
        comes meanwhile. Enter it only where our own code runs: a signal may come anywhere in it, and
        Hypothesis or a garbage collector's callback turns an unexpected exception into something else."""
        if self.recus:
            raise Interrompu(self.recus[0])
        self._tenus = False
        try:
            yield
        finally:
            self._tenus = True

    def sortie(self, code: int) -> int:
        """The exit code: `code`, or by convention 128 + the number of the first signal."""
        return 128 + self.recus[0] if self.recus else code

    def dire(self, quoi: str) -> str:
        """« Interrompu (SIGTERM) : QUOI ; ce rapport est partiel. », "" when nothing came."""
        if not self.recus:
            return ""
        return f"Interrompu ({signal.Signals(self.recus[0]).name}) : {quoi} ; ce rapport est partiel."

    def _recevoir(self, numero: int, trame: FrameType | None) -> None:
        self.recus.append(numero)
        if len(self.recus) > _PATIENCE:
            signal.signal(numero, signal.SIG_DFL)
            signal.raise_signal(numero)
        if not self._tenus:
            self._tenus = True  # once: what ends us must end
            raise Interrompu(numero)

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for numero in SIGNAUX:
                if signal.getsignal(numero) is not signal.SIG_IGN:  # nohup
                    self._anciens[numero] = signal.signal(numero, self._recevoir)
        return self

    def __exit__(self, *_: object) -> None:
        for numero, ancien in self._anciens.items():
            signal.signal(numero, ancien)  # type: ignore[arg-type]
