"""Heavy reads, one at a time, in a process of their own: an exchange of 18 MB takes seconds to be opened and
masked, in which no thread of this process would run.

The process is started by the first of them, and ends when none has come for a while: its memory goes with it.
It is asked by a WSGI environ (pickled, on its standard input), and writes the body that it answers to a
temporary file, from which it is sent.
"""

import contextlib
import logging
import pickle
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

from sne_interface.errors import raison_systeme
from sne_sandbox.server.execution_wsgi import Destinataire, ReponseWsgi, sature
from sne_sandbox.server.service_wsgi import ApplicationWsgi
from sne_sandbox.server.workers import lancer_module

logger = logging.getLogger(__name__)

#: Reads that wait; one more is told 503.
EN_ATTENTE_MAX: Final = 64
#: Seconds without any read after which the process ends.
OISIVE: Final = 20.0
#: Seconds that one read may take.
DELAI: Final = 120.0

PERDU: Final = "le processus des longues lectures s'est arrêté au milieu de celle-ci"

_Lecture = tuple[Destinataire, dict[str, Any]]


class Voie:
    """Our side. `lecteur` (picklable) makes the application; `au_reacteur` runs something in the reactor's
    thread."""

    def __init__(self, lecteur: Callable[[], ApplicationWsgi], au_reacteur: Callable[..., object]) -> None:
        self._lecteur = lecteur
        self._au_reacteur = au_reacteur
        self._attente: deque[_Lecture] = deque()
        self._verrou = threading.Lock()
        self._reveil = threading.Condition(self._verrou)
        self._fil: threading.Thread | None = None
        self._processus: subprocess.Popen[bytes] | None = None
        self._ferme = False

    def soumettre(self, requete: Destinataire, environ: dict[str, Any]) -> bool:
        """Has a request answered when its turn comes; False when too many wait. From any thread."""
        genres = (str, bytes, bool, tuple, type(None))
        dicible = {nom: valeur for nom, valeur in environ.items() if isinstance(valeur, genres)}
        with self._reveil:
            if len(self._attente) >= EN_ATTENTE_MAX:
                # A peer that left while it waited keeps no place.
                self._attente = deque(lecture for lecture in self._attente if not lecture[0].partie)
            if len(self._attente) >= EN_ATTENTE_MAX:
                return False
            self._attente.append((requete, dicible))
            self._reveil.notify()
            if self._fil is None and not self._ferme:
                self._fil = threading.Thread(target=self._tourner, name="sne-lectures", daemon=True)
                self._fil.start()
        return True

    def fermer(self) -> None:
        """Ends the process, whatever it is at, and leaves no file."""
        with self._reveil:
            self._ferme, fil = True, self._fil
            if self._processus is not None:
                self._processus.kill()
            self._reveil.notify()
        if fil is not None:
            fil.join(2.0)

    # --- in the thread of the reads --------------------------------------------------------------------

    def _tourner(self) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="sne-lectures-") as dossier:
                self._lire(Path(dossier))
        except OSError as erreur:  # no room, or no descriptor, for its folder
            logger.warning("heavy reads cannot be made: %s", erreur)
            with self._verrou:  # the next read tries again
                self._fil = None
                while self._attente:
                    requete, _ = self._attente.popleft()
                    self._au_reacteur(requete.repondre, *sature(raison_systeme(erreur)))
        finally:
            self._congedier()

    def _lire(self, dossier: Path) -> None:
        while (lecture := self._prendre()) is not None:
            if not lecture[0].partie:
                self._repondre(*lecture, dossier / f"corps-{time.monotonic_ns()}")
            del lecture  # waiting for the next must not keep it

    def _prendre(self) -> _Lecture | None:
        """The next read; None when none has come for a while, or the server ends: so does the thread."""
        with self._reveil:
            self._reveil.wait_for(lambda: self._attente or self._ferme, OISIVE)
            if self._attente and not self._ferme:
                return self._attente.popleft()
            self._fil = None
            return None

    def _repondre(self, requete: Destinataire, environ: dict[str, Any], fichier: Path) -> None:
        corps: bytes | IO[bytes]
        try:
            statut, en_tetes, longueur = self._demander(environ, fichier)
            reponse = ReponseWsgi(statut, en_tetes, longueur)
            corps = fichier.open("rb")
            with contextlib.suppress(OSError):  # Windows keeps one that is open
                fichier.unlink()
        except (OSError, EOFError, pickle.PickleError) as erreur:
            if not self._ferme:
                logger.warning("a heavy read failed: %s", erreur)
            self._congedier()
            fichier.unlink(missing_ok=True)
            if isinstance(erreur, OSError) and not isinstance(erreur, BrokenPipeError):
                reponse, corps = sature(raison_systeme(erreur))
            else:
                reponse, corps = sature(PERDU)
        self._au_reacteur(requete.repondre, reponse, corps)

    def _demander(self, environ: dict[str, Any], fichier: Path) -> tuple[str, list[tuple[str, str]], int]:
        """Status, headers and length of the body, which is in `fichier`. Raises OSError, EOFError."""
        processus = self._embaucher()
        assert processus.stdin is not None
        assert processus.stdout is not None
        garde = threading.Timer(DELAI, processus.kill)
        garde.daemon = True
        garde.start()
        try:
            pickle.dump((environ, str(fichier)), processus.stdin)
            processus.stdin.flush()
            lu: tuple[str, list[tuple[str, str]], int] | OSError = pickle.load(processus.stdout)  # noqa: S301 - our child's
            if isinstance(lu, OSError):
                raise lu
            return lu
        finally:
            garde.cancel()

    def _embaucher(self) -> subprocess.Popen[bytes]:
        with self._verrou:
            if self._processus is not None and self._processus.poll() is None:
                return self._processus
            if self._ferme:
                raise OSError("the server ends")
            self._processus = processus = lancer_module("processus_lecteur", subprocess.PIPE, subprocess.PIPE)
        assert processus.stdin is not None
        pickle.dump(self._lecteur, processus.stdin)
        return processus

    def _congedier(self) -> None:
        with self._verrou:
            processus, self._processus = self._processus, None
        if processus is not None:
            processus.kill()
            processus.wait()
            for bout in (processus.stdin, processus.stdout):
                with contextlib.suppress(OSError):
                    if bout is not None:
                        bout.close()
