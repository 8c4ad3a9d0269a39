"""What tells `run` to end while its command works."""

import os
import signal
import threading
from collections.abc import Callable

import pytest

from sne_conformite.cli import commande_run

#: Seconds after which a command is taken to be waited for in vain, and killed.
_PATIENCE = 20.0


@pytest.fixture
def dire(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """`dire(signaler)`: what is done in another thread once the command has begun."""
    monkeypatch.setattr("sys.stdin", None)
    relayer = commande_run._Signaux.relayer

    def guetter(signaler: Callable[[], None]) -> None:
        def relayer_puis(
            signaux: commande_run._Signaux, processus: "commande_run.subprocess.Popen[bytes]"
        ) -> None:
            relayer(signaux, processus)
            threading.Timer(0.3, signaler).start()
            secours = threading.Timer(_PATIENCE, processus.kill)
            secours.daemon = True
            secours.start()

        monkeypatch.setattr(commande_run._Signaux, "relayer", relayer_puis)

    return guetter


def test_a_signal_that_does_not_end_a_system_call_is_told_to_the_command(
    dire: Callable[[Callable[[], None]], None],
) -> None:
    """As when it lands between Python's last look and the call: noted, and nothing in the system is ended.
    Here another thread takes it."""
    recus: list[int] = []
    dire(lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM))
    assert commande_run._executer(["sleep", "600"], {}, recus) == 128 + signal.SIGTERM
    assert recus == [signal.SIGTERM]


def test_a_command_that_does_not_end_is_killed(
    dire: Callable[[Callable[[], None]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commande_run, "_DELAI_FIN", 0.1)
    monkeypatch.setattr(commande_run, "_TOUR", 0.1)
    recus: list[int] = []
    dire(lambda: os.kill(os.getpid(), signal.SIGTERM))
    sourde = ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"]
    assert commande_run._executer(sourde, {}, recus) == 128 + signal.SIGKILL
    assert recus == [signal.SIGTERM]
