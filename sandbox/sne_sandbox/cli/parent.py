"""A command that ends with the process that began it, however that one ends."""

import os
import signal
import threading


def finir_avec_le_parent() -> None:
    """From now on, the end of our standard input is the end of us, as by SIGTERM: a parent that holds the
    other side of the pipe and dies, even by SIGKILL, closes it."""
    threading.Thread(target=_attendre, name="sne-parent", daemon=True).start()


def _attendre() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
