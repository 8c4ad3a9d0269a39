"""Processes of `sne-sandbox` without the second that each takes to import the same modules.

A process stands ready, everything imported, and is copied (fork) for each `python -m sne_sandbox …` that a
test or the product starts: a process like any other, with its own number, streams, folder, environment,
signals and exit code, waited for by whoever started it. What is about the interpreter itself starts one:
another encoding, another language, `sne-sandbox` as it is installed; so does everything, where there is no
Linux.
"""

import atexit
import contextlib
import ctypes
import fcntl
import gc
import importlib
import io
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import lu_une_fois

#: The modules that a copy may be asked to run, by `-m`.
_MODULES: Final = (
    "sne_sandbox", "sne_temoin", "fautes", "pytest",
    "sne_sandbox.server.worker", "sne_sandbox.server.processus_lecteur",
)  # fmt: skip
#: How a program, by `-c`, says that it may run in a copy.
_COPIABLE: Final = "# copie"
#: What is imported once for all: the commands, and all that is heavy of what they import when called.
_TOUT: Final = (
    "pytest", "rich.progress", "sne_sandbox.cli.main", "sne_conformite.cli.sorties_de_rapport",
    "sne_sandbox.server.lancement", "sne_conformite.derniers_echanges_racontes",
    "sne_sandbox.web.application_wsgi", "sne_sandbox.pytest_plugin", "sne_conformite.pilotage.pilotage",
    "sne_sandbox.bases.semis", "sne_sandbox.server.processus_serveur",
    "sne_conformite.rapports.rapport_html", "sne_conformite.rapports.rapport_json",
    "sne_conformite.rapports.rapport_junit", "sne_conformite.rapports.avancement_au_terminal",
    "sne_temoin.adaptateur", "fautes", "sne_console.api.application_api", "sqlalchemy.dialects.sqlite",
    "sne_console.messages.recherche_xpath", "psycopg", "sqlalchemy.dialects.postgresql",
)  # fmt: skip
#: The interpreter reads them when it starts; a copy heeds two of them, and what it has imported stays.
_DE_L_INTERPRETE: Final = ("PYTHON", "LC_", "LANG", "TZ")
_SANS_SUITE: Final = frozenset({"PYTHONPATH", "PYTHONUNBUFFERED"})
#: Commands that start a server, and with it processes; `serve` does when it is the command itself.
_SERVENT: Final = frozenset(("run", "conform", "demo", "diagnostic", "pytest"))
#: Signals to a process and its group, which mean nothing to the child that stands ready in it.
_DU_GROUPE: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_CHILD_SUBREAPER: Final = 36
#: What `subprocess` had.
POPEN: Final = subprocess.Popen


def poser() -> Callable[[], None]:
    """Has `subprocess` make its processes of `sne-sandbox` from copies; what undoes it."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    subprocess.Popen = _PopenDuMoule  # type: ignore[misc]

    def lever() -> None:
        subprocess.Popen = POPEN  # type: ignore[misc]
        _PopenDuMoule.fermer()

    return lever


class _Demande:
    """The command that a process is asked for: its words, folder, environment, mask of rights, whether it has
    a session or a group of its own, and the numbers of its descriptors."""

    def __init__(
        self, args: Any, cwd: Any, env: Mapping[str, str] | None, numeros: Sequence[int], *etat: int
    ) -> None:
        self.umask, self.detachee, self.groupe = etat
        self.numeros = (0, 1, 2, *numeros)
        mots = [os.fspath(mot) for mot in args] if isinstance(args, list | tuple) else []
        if "-mpytest" in mots[1:2]:  # as pytest writes it
            mots[1:2] = ["-m", "pytest"]
        self.mots = mots
        self.cwd = os.fspath(cwd) if cwd is not None else str(Path.cwd())
        self.env = dict(os.environ if env is None else env)

    @property
    def moulable(self) -> bool:
        """Whether it is one of ours, and asks the interpreter for nothing."""
        if _de_l_interprete(self.env) != _de_l_interprete(os.environ) or self.mots[:1] != [sys.executable]:
            return False
        if self.mots[1:2] == ["-c"]:
            return self.mots[2].startswith(_COPIABLE)
        if "-m" not in self.mots[1:3]:
            return False
        rang = self.mots.index("-m")
        return (
            self.mots[1:rang] in ([], ["-P"])
            and len(self.mots) > rang + 1
            and self.mots[rang + 1] in _MODULES
        )

    def en_json(self) -> str:
        """For the other side."""
        return json.dumps(vars(self))


def _de_l_interprete(env: Mapping[str, str]) -> dict[str, str]:
    return {n: v for n, v in env.items() if n.startswith(_DE_L_INTERPRETE) and n not in _SANS_SUITE}


# --- whoever starts processes ---


class _PopenMoule(subprocess.Popen):  # type: ignore[type-arg]
    """`subprocess.Popen`, but for how a process of ours begins."""

    _verrou: Final = threading.Lock()
    #: To the process that stands ready, None where there is none.
    _ligne: socket.socket | None = None

    def _naitre(self, demande: _Demande, flux: list[int]) -> int | None:
        """The number of the process that has become what is asked, on these standard streams; None when there
        is none to become it."""
        with self._verrou:
            if self._ligne is None:
                return None
            # A copy is made by a process that ends at once: it is ours from then on, to wait for.
            _adopter(True)
            _envoyer(self._ligne, demande, flux)
            numero = int.from_bytes(_lire(self._ligne, 4), "big")
            _adopter(False)
            return numero

    def _execute_child(self, *arguments: Any) -> None:
        args, executable, preexec_fn, _, pass_fds, cwd, env, _, _, shell, *tubes = arguments
        demande = _Demande(args, cwd, env, pass_fds, *tubes[10:])
        numero = None
        if demande.moulable and not (executable or preexec_fn or shell):
            siens = (tubes[0], tubes[3], tubes[5])  # of each pipe, the end of the process
            flux = [n if donne == -1 else donne for n, donne in enumerate(siens)]
            numero = self._naitre(demande, [*flux, *pass_fds])
        if numero is None:
            super()._execute_child(*arguments)  # type: ignore[misc]
            return
        self.pid = numero
        self._child_created = True
        self._close_pipe_fds(*tubes[:6])  # type: ignore[attr-defined]


class _PopenDuMoule(_PopenMoule):
    """In a test: a copy of the process that stands ready, from the first that is asked for."""

    _moule: "subprocess.Popen[bytes] | None" = None

    def _naitre(self, demande: _Demande, flux: list[int]) -> int | None:
        with self._verrou:
            if self._ligne is None:
                self._ouvrir()
        return super()._naitre(demande, flux)

    @classmethod
    def _ouvrir(cls) -> None:
        cls._ligne, sienne = socket.socketpair()
        with sienne:
            cls._moule = POPEN(
                [sys.executable, __file__, str(sienne.fileno())],
                pass_fds=[sienne.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @classmethod
    def fermer(cls) -> None:
        """Ends the process that copies are made of."""
        if cls._ligne is not None and cls._moule is not None:
            cls._ligne.close()
            cls._moule.wait()
        cls._ligne = cls._moule = None


def _adopter(oui: bool) -> None:
    """Whether processes whose parent ends become ours."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(oui), 0, 0, 0)


def _envoyer(ligne: socket.socket, demande: _Demande, flux: Sequence[int]) -> None:
    octets = demande.en_json().encode()
    socket.send_fds(ligne, [len(octets).to_bytes(4, "big")], flux)
    ligne.sendall(octets)


def _lire(ligne: socket.socket, combien: int) -> bytes:
    octets = b""
    while len(octets) < combien:
        morceau = ligne.recv(combien - len(octets))
        if not morceau:
            raise EOFError
        octets += morceau
    return octets


# --- the process that stands ready, and its copies ---


def _attendre(ligne: socket.socket) -> None:
    """Copies itself for each demand, until the other side is gone."""
    lu_une_fois.poser()
    for nom in _TOUT:
        importlib.import_module(nom)
    from sne_conformite.rapports import rapport_html
    from sne_sandbox.offres_des_paquets import commandes

    for commande in commandes().values():
        importlib.import_module(commande.module)
    rapport_html._modele()
    _lire_le_contrat()
    gc.collect()
    gc.freeze()
    _copier(ligne)


def _copier(ligne: socket.socket) -> None:
    """Makes a copy for each demand, a child of who asks for it, until the other side is gone."""
    while True:
        entete, flux, _, _ = socket.recv_fds(ligne, 4, 9)
        if len(entete) < 4:
            return
        demande = json.loads(_lire(ligne, int.from_bytes(entete, "big")))
        lire, ecrire = os.pipe()
        if (passeur := os.fork()) == 0:
            copie = os.fork()
            if copie == 0:
                if demande["detachee"]:
                    os.setsid()
                _devenir(demande, flux)
            os.write(ecrire, copie.to_bytes(4, "big"))
            os._exit(0)
        numero = os.read(lire, 4)
        for descripteur in (*flux, lire, ecrire):
            os.close(descripteur)
        # Told once it is the other side's child, which only the end of the one between makes it.
        os.waitpid(passeur, 0)
        ligne.sendall(numero)


def _lire_le_contrat() -> None:
    """The contract that is served unless one is chosen, and the plan: no copy reads them again."""
    from sne_conformite.bilan.mentions import charger_referentiel
    from sne_interface.contract import contrats_charges

    lu = contrats_charges.charger()
    lu.territoires.prechauffer()
    charger_referentiel(lu.dossiers)


def _devenir(demande: Mapping[str, Any], flux: Sequence[int]) -> None:
    """Runs the command as the interpreter would, to its end."""
    au_dela = max(demande["numeros"]) + 1
    ecartes = [fcntl.fcntl(descripteur, fcntl.F_DUPFD, au_dela) for descripteur in flux]
    os.closerange(3, au_dela)
    for ecarte, numero in zip(ecartes, demande["numeros"], strict=True):
        os.dup2(ecarte, numero)
    os.closerange(au_dela, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(demande["env"])
    os.chdir(demande["cwd"])
    if demande["umask"] >= 0:
        os.umask(demande["umask"])
    if demande["groupe"] >= 0:
        os.setpgid(0, demande["groupe"])
    entree = io.BufferedReader(io.FileIO(0, closefd=False))
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(entree, encoding=sys.stdin.encoding)
    sys.stdout = sys.__stdout__ = _sortie(1, sys.stdout)
    sys.stderr = sys.__stderr__ = _sortie(2, sys.stderr)
    signal.set_wakeup_fd(-1)
    for numero in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(numero, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _DU_GROUPE)
    mots = demande["mots"]
    rang = 1 if mots[1] == "-c" else mots.index("-m")
    sys.path[:0] = filter(None, demande["env"].get("PYTHONPATH", "").split(os.pathsep))
    if "-P" not in mots[:rang]:
        sys.path.insert(0, demande["cwd"])
    sys.argv = mots[rang + 1 :]
    subprocess.Popen = _PopenParCopie  # type: ignore[misc]
    if _SERVENT & {*sys.argv[:5]} or sys.argv[1:2] == ["serve"]:
        _PopenParCopie.preparer()
    try:
        if mots[rang] == "-c":
            exec(sys.argv[0], {"__name__": "__main__"})
        else:
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        code: object = 0
    except SystemExit as fin:
        code = fin.code or 0
    if isinstance(code, int):
        # All that an interpreter does at its end but to free, one by one, the objects of all modules.
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code & 0xFF)
    sys.exit(code)


def _sortie(descripteur: int, modele: Any) -> io.TextIOWrapper:
    """A stream on this descriptor, as the interpreter opened that one."""
    brut = io.FileIO(descripteur, "w", closefd=False)
    nu = bool(os.environ.get("PYTHONUNBUFFERED"))
    return io.TextIOWrapper(
        brut if nu else io.BufferedWriter(brut),  # type: ignore[arg-type]
        encoding=modele.encoding,
        errors=modele.errors,
        line_buffering=brut.isatty() or descripteur == 2,
        write_through=nu,
    )


class _PopenParCopie(_PopenMoule):
    """In a copy: a copy of its own child, made before it had done anything (a copy of one that has opened a
    database may not open it again), that stands ready as long as it lives."""

    @classmethod
    def preparer(cls) -> None:
        """Makes that child."""
        ici, la_bas = socket.socketpair()
        if os.fork():
            la_bas.close()
            cls._ligne = ici
            return
        signal.pthread_sigmask(signal.SIG_BLOCK, _DU_GROUPE)
        ici.close()
        rien = os.open(os.devnull, os.O_RDWR)
        for descripteur in range(
            3
        ):  # what a copy says is its own; nobody waits for the end of what this one says
            os.dup2(rien, descripteur)
        _copier(la_bas)
        os._exit(0)


if __name__ == "__main__":
    _attendre(socket.socket(fileno=int(sys.argv[1])))
