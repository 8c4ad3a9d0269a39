"""A server in a child process: started on free ports, known by its ready file, ended whatever happens."""

import contextlib
import json
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sne_interface import systeme
from sne_interface.errors import OperatorError, UsageError, raison_ecriture

#: Seconds given to the server to be ready, then to end the exchanges under way.
DELAI_DEPART: Final = 60.0
DELAI_ARRET: Final = 15.0
#: Lines of its log that an error shows.
_DERNIERES: Final = 8


class EnfantPerdu(OperatorError):
    """The server did not start, or ended by itself."""


@dataclass(frozen=True, slots=True)
class ServeurEnfant:
    """A running child. `pret` is the content of its ready file, `journal` the file of its log."""

    pret: Mapping[str, Any]
    home: Path
    journal: Path
    processus: "subprocess.Popen[bytes]"

    def verifier(self) -> None:
        """Raises EnfantPerdu, with its last words, when the server has ended."""
        code = self.processus.poll()
        if code is not None:
            raise _perdu(f"Le serveur s'est arrêté (code {code}).", self.journal)


@contextlib.contextmanager
def servir_en_enfant(options: Sequence[str] = (), *, home: Path | None = None) -> Iterator[ServeurEnfant]:
    """`sne-sandbox serve` with these options, on `home` (default: a folder thrown away at the end).

    The options may choose ports; without, free ones are taken. The log goes to `home/serveur.log`. At the end
    and when this process dies, even by SIGKILL, the server is told to finish what is under way, then killed.
    Raises UsageError or EnfantPerdu, with the last lines of its log, when it does not start.
    """
    with contextlib.ExitStack() as pile:
        if home is None:
            home = Path(tempfile.mkdtemp(prefix="sne-"))
            pile.callback(shutil.rmtree, home, ignore_errors=True)
        yield pile.enter_context(partir(options, home))()


@contextlib.contextmanager
def partir(
    options: Sequence[str], home: Path, variables: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Callable[[], ServeurEnfant]]:
    """As `servir_en_enfant`, while the caller does something else; what it then calls waits for the server,
    and raises when it did not start. `variables` are put into its environment: what no list of processes
    shows."""
    _creer(home)
    with tempfile.TemporaryDirectory(prefix=".pret-", dir=home, ignore_cleanup_errors=True) as dossier:
        pret, journal = Path(dossier) / "pret.json", home / "serveur.log"
        processus = _lancer(home, pret, journal, options, variables)
        try:
            yield lambda: ServeurEnfant(_attendre(processus, pret, journal), home, journal, processus)
        finally:
            _arreter(processus)


def _creer(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as erreur:
        raise EnfantPerdu(
            f"Le dossier [{home}] ne peut pas être créé : {raison_ecriture(erreur)}.",
            remede="choisissez un autre dossier par --home",
        ) from None


def _lancer(
    home: Path, pret: Path, journal: Path, options: Sequence[str], variables: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    # -P: the user may well be in a folder that has a `sne_sandbox` of their own.
    commande = [sys.executable, "-P", "-m", "sne_sandbox", "--with-parent", "serve", "--home", str(home),
                "--ready-file", str(pret), "--https-port", "0", "--http-port", "0", *options]  # fmt: skip
    try:
        sortie = journal.open("wb")
    except OSError as erreur:
        raise EnfantPerdu(
            f"Le fichier [{journal}] ne peut pas être écrit : {raison_ecriture(erreur)}.",
            remede="vérifiez les droits du dossier, ou choisissez-en un autre par --home",
        ) from None
    with sortie:
        return subprocess.Popen(  # noqa: S603 - our own command
            commande,
            stdin=subprocess.PIPE,  # closed by our death: what --with-parent waits for
            stdout=sortie,
            stderr=sortie,
            env=_environnement(variables),
            start_new_session=True,  # a Ctrl-C meant for us must not end it before what uses it
        )


def _environnement(variables: Mapping[str, str]) -> dict[str, str]:
    """Ours and `variables`; the folder of this very package first: the child must be the same version."""
    racine = str(Path(__file__).resolve().parents[2])
    chemins = [racine, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, **variables, "PYTHONPATH": os.pathsep.join(chemins)}


def _attendre(processus: "subprocess.Popen[bytes]", pret: Path, journal: Path) -> Mapping[str, Any]:
    limite = time.monotonic() + DELAI_DEPART
    while not pret.is_file():
        code = processus.poll()
        if code == UsageError.exit_code:
            raise UsageError(f"Le serveur refuse ses options.\n{_derniers_mots(journal)}")
        if code is not None:
            raise _perdu(f"Le serveur n'a pas démarré (code {code}).", journal)
        if time.monotonic() > limite:
            raise _perdu(f"Le serveur n'est pas prêt après {DELAI_DEPART:.0f} s.", journal)
        time.sleep(0.005)
    lu: Mapping[str, Any] = json.loads(pret.read_text("utf-8"))
    return lu


def _arreter(processus: "subprocess.Popen[bytes]") -> None:
    """SIGTERM, then SIGKILL to the whole session: its workers too."""
    assert processus.stdin is not None
    if systeme.WINDOWS:
        processus.stdin.close()  # heard by --with-parent: `terminate` would leave exchanges half done
    else:
        processus.terminate()
    try:
        limite = time.monotonic() + DELAI_ARRET
        _guetter_la_fin(processus)
        processus.wait(max(0.1, limite - time.monotonic()))
    except subprocess.TimeoutExpired:
        systeme.tuer(processus, groupe=True)
        processus.wait()
    finally:
        processus.stdin.close()


def _guetter_la_fin(processus: "subprocess.Popen[bytes]") -> None:
    """Comes back as soon as it has ended: `wait` looks by turns, further and further apart."""
    if sys.platform == "linux" and processus.poll() is None:
        descripteur = os.pidfd_open(processus.pid)
        try:
            with selectors.DefaultSelector() as guet:  # `select` refuses the descriptors of a busy process
                guet.register(descripteur, selectors.EVENT_READ)
                guet.select(DELAI_ARRET)
        finally:
            os.close(descripteur)


def _perdu(quoi: str, journal: Path) -> EnfantPerdu:
    return EnfantPerdu(f"{quoi}\n{_derniers_mots(journal)}".rstrip())


def _derniers_mots(journal: Path) -> str:
    try:
        with journal.open(encoding="utf-8", errors="replace") as lignes:
            return "".join(deque(lignes, _DERNIERES)).rstrip()
    except OSError:
        return ""
