"""`sne-sandbox serve` in a thread of the test: the command, its sockets and its TLS, and no process to start.

What starts, ends or kills a server is tried on processes; whoever only calls one has it from here.
"""

import contextlib
import json
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from unittest import mock

from sne_sandbox.cli.main import cli
from sne_sandbox.server import lancement
from sne_sandbox.server.serveur_enfant import ServeurEnfant

#: Seconds that a busy machine takes at most, to begin or to end.
DELAI: Final = 60.0


class ProcessusAbsent:
    """What a server in a thread has for a process: it never ends by itself."""

    returncode: Final = None

    def poll(self) -> None:
        """Still there."""


@contextlib.contextmanager
def servir_en_fil(options: Sequence[str] = (), *, home: Path | None = None) -> Iterator[ServeurEnfant]:
    """As `servir_en_enfant`, which it may stand for: free ports, a home that is thrown away unless one is
    given. Raises what the command raises before it serves."""
    with contextlib.ExitStack() as pile:
        if home is None:
            home = Path(tempfile.mkdtemp(prefix="sne-"))
            pile.callback(shutil.rmtree, home, ignore_errors=True)
        home.mkdir(parents=True, exist_ok=True)
        pret = Path(pile.enter_context(tempfile.TemporaryDirectory(prefix=".pret-", dir=home))) / "pret.json"
        mots = ["--home", str(home), "--ready-file", str(pret), "--https-port", "0", "--http-port", "0"]
        service = _Service([*mots, *options])
        pile.callback(service.arreter)
        service.demarrer()
        lu: dict[str, Any] = json.loads(pret.read_text("utf-8"))
        yield ServeurEnfant(lu, home, home / "serveur.log", ProcessusAbsent())  # type: ignore[arg-type]


class _Service:
    """The command `serve` with these words, in a thread of its own."""

    def __init__(self, mots: list[str]) -> None:
        self._mots = mots
        self._ecoute, self._arret = threading.Event(), threading.Event()
        self._echec: BaseException | None = None
        self._fil = threading.Thread(target=self._servir, name="serveur", daemon=True)

    def demarrer(self) -> None:
        """Comes back once it listens."""
        # One at a time: the command does not say who is to stop what it serves.
        with mock.patch.object(lancement, "servir", self._tourner):
            self._fil.start()
            assert self._ecoute.wait(DELAI), "the server does not listen"
        if self._echec is not None:
            raise self._echec

    def arreter(self) -> None:
        """Ends what is under way, and waits for it."""
        self._arret.set()
        self._fil.join(DELAI)
        assert not self._fil.is_alive(), "the server does not end"

    def _servir(self) -> None:
        try:
            cli.main(["serve", *self._mots], standalone_mode=False)
        except SystemExit:  # its normal end
            pass
        except BaseException as erreur:  # noqa: BLE001 - raised again where it was started from
            self._echec = erreur
        finally:
            self._ecoute.set()

    def _tourner(self, lancement: Any, taches: Any, prises: Any, *, pret: Any) -> None:
        def annoncer(adresses: Any) -> None:
            pret(adresses)
            self._ecoute.set()

        _SERVIR(lancement, taches, prises, pret=annoncer, arret=self._arret)


_SERVIR: Final = lancement.servir
