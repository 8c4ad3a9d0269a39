"""Read by every interpreter that has this folder in PYTHONPATH: our code then meets a system without POSIX.

What our modules ask of `sys`, `os`, `signal`, `socket`, `select` and `subprocess` is answered as Windows
does; the libraries, and the interpreter itself, go on with the system that there is. What is asked and not
there is written to the file of SANS_POSIX, so that no `except` hides it.
"""

import builtins
import os
import select
import signal
import socket
import subprocess
import sys
import types

ABSENTS = {
    "os": {
        "fork", "forkpty", "killpg", "getpgid", "setsid", "getuid", "geteuid", "getgid", "chown", "fchown",
        "fchmod", "mkfifo", "O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY", "O_CLOEXEC", "sched_getaffinity",
        "pidfd_open", "register_at_fork", "nice", "getloadavg", "statvfs", "sysconf", "uname", "wait",
        "posix_spawn", "pread", "sync", "set_blocking",
    },
    "signal": {
        "SIGHUP", "SIGALRM", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGPIPE", "SIGQUIT", "setitimer",
        "alarm", "pthread_sigmask", "pthread_kill", "sigwait", "ITIMER_REAL", "ITIMER_PROF", "pause",
    },
    "socket": {"AF_UNIX", "SO_REUSEPORT", "SOCK_SEQPACKET", "send_fds", "recv_fds", "sendmsg"},
    "select": {"poll", "epoll", "POLLOUT", "POLLIN"},
}  # fmt: skip
AILLEURS = {("sys", "platform"): "win32", ("os", "name"): "nt"}
SANS_MODULE = {"fcntl", "pwd", "grp", "resource", "termios", "pty", "tty", "syslog", "posix"}


def _de_nous(profondeur):
    return "/sne_" in sys._getframe(profondeur + 1).f_code.co_filename


def _noter(quoi):
    fichier, ligne = sys._getframe(2).f_code.co_filename, sys._getframe(2).f_lineno
    with open(os.environ["SANS_POSIX"], "a", encoding="utf-8") as sortie:  # noqa: PTH123 - no pathlib yet
        sortie.write(f"{quoi} : {fichier}:{ligne}\n")


class _Ampute(types.ModuleType):
    def __getattribute__(self, nom):
        module = types.ModuleType.__getattribute__(self, "__name__")
        if (module, nom) in AILLEURS and _de_nous(1):
            return AILLEURS[module, nom]
        if nom in ABSENTS.get(module, ()) and _de_nous(1):
            if (
                "hasattr" not in sys._getframe(1).f_code.co_names
                and "getattr" not in sys._getframe(1).f_code.co_names
            ):
                _noter(f"{module}.{nom}")
            raise AttributeError(f"module {module!r} has no attribute {nom!r}")
        return types.ModuleType.__getattribute__(self, nom)


for _module in (os, select, signal, socket, sys):
    _module.__class__ = _Ampute

_importer = builtins.__import__


def _import(nom, globales=None, *reste, **autres):
    if nom in SANS_MODULE and _de_nous(1):
        _noter(f"import {nom}")
        raise ModuleNotFoundError(f"No module named {nom!r}", name=nom)
    return _importer(nom, globales, *reste, **autres)


builtins.__import__ = _import

_lancer = subprocess.Popen.__init__


def _popen(self, *mots, **options):
    if _de_nous(1):
        for option in ("pass_fds", "preexec_fn"):
            if options.get(option):
                _noter(f"Popen({option})")
                raise ValueError(f"{option} is not supported on Windows platforms")
    _lancer(self, *mots, **options)


subprocess.Popen.__init__ = _popen
