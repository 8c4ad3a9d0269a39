"""`sne-sandbox serve` as a process of its own: how long until it is ready, what memory it holds."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from menages import MIDI

#: Seconds that a server has to start, and to end.
_PATIENCE: Final = 30.0


@dataclass(frozen=True, slots=True)
class Serveur:
    """A server that is ready. `demarrage` is in seconds, from the command to the ready file."""

    pid: int
    port: int
    demarrage: float

    def memoires(self) -> list[float]:
        """Resident memory of each process that serves, in MB; none where /proc does not tell."""
        fichier = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        enfants = fichier.read_text().split() if fichier.exists() else []
        return [m for m in (_memoire(pid) for pid in enfants or [str(self.pid)]) if m is not None]


def _memoire(pid: str) -> float | None:
    try:
        lignes = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(ligne.split()[1]) / 1024 for ligne in lignes if ligne.startswith("VmRSS:")), None)


@contextlib.contextmanager
def demarrer(home: Path, *options: str) -> Iterator[Serveur]:
    """A server over `home`, on free ports of the loopback, ended with the block."""
    pret = home.with_name(f"{home.name}.pret.json")
    pret.unlink(missing_ok=True)
    commande = [
        str(Path(sys.executable).with_name("sne-sandbox")), "serve", "--home", str(home),
        "--http-port", "0", "--https-port", "0", "--clock", MIDI.isoformat(), "--ready-file", str(pret),
        *options,
    ]  # fmt: skip
    journal = home.with_name(f"{home.name}.log")
    debut = time.perf_counter()
    with journal.open("w") as sortie, subprocess.Popen(commande, stderr=sortie) as processus:
        try:
            while not pret.exists():
                if processus.poll() is not None or time.perf_counter() - debut > _PATIENCE:
                    raise RuntimeError(f"the server does not start: {journal.read_text()[-2000:]}")
                time.sleep(0.002)
            demarrage = time.perf_counter() - debut
            adresse: str = json.loads(pret.read_text("utf-8"))["http"]
            yield Serveur(processus.pid, int(adresse.rpartition(":")[2]), demarrage)
        finally:
            processus.terminate()
            try:
                processus.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                processus.kill()
