"""Entry point of a worker process: reads its Consigne on standard input, serves, ends with its parent."""

import gc
import os
import pickle
import signal
import socket
import sys
import threading
from dataclasses import replace

from sne_interface.errors import OperatorError
from sne_sandbox.server.listeners import AdressesServies
from sne_sandbox.server.processus_serveur import servir
from sne_sandbox.server.workers import PRET, Consigne


def principal() -> int:
    """Serves until SIGTERM, or until the parent is gone. Returns the exit code."""
    gc.disable()  # until it serves: start-up makes few objects that die
    ligne = socket.socket(fileno=os.dup(0))
    with ligne.makefile("rb") as entree:
        consigne: Consigne = pickle.load(entree)  # noqa: S301 - written by our parent
    arret = threading.Event()
    threading.Thread(target=_veiller, args=(ligne, arret), name="sne-parent", daemon=True).start()
    arrivees = socket.socket(fileno=consigne.arrivees)

    def pret(adresses: AdressesServies) -> None:
        ligne.sendall(PRET)

    try:
        taches = consigne.fabrique()
        if consigne.rang != 0:
            taches = replace(taches, periodique=None)
        servir(consigne.ecoute, taches, consigne.autorite, arrivees=arrivees, pret=pret, arret=arret)
        taches.fin()
    except OperatorError as erreur:
        sys.stderr.write(erreur.diagnostics() + "\n")
        return erreur.exit_code
    return 0


def _veiller(ligne: socket.socket, arret: threading.Event) -> None:
    """Waits for the parent to close its end: it does by dying, even of SIGKILL."""
    try:
        while ligne.recv(64):
            pass
    except OSError:
        pass  # a reset says the same: the parent is gone
    arret.set()


if __name__ == "__main__":
    # Until the server listens to them, a signal ends the process: nothing is under way yet.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(principal())
