"""`sne-sandbox serve` of a checkout as a process of its own: what it holds and takes."""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import charge
from menages import MIDI
from versions import Version

#: Seconds that a server has to start, and to end.
_PATIENCE: Final = 60.0
_TICS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Serveur:
    """A server that is ready. `demarrage`: seconds until its ready file; `jeton` opens its API."""

    pid: int
    port: int
    demarrage: float
    jeton: str | None

    @property
    def en_tetes(self) -> dict[str, str]:
        """What lets one into the API and the console."""
        return {} if self.jeton is None else {"Authorization": f"Bearer {self.jeton}"}

    def processus(self) -> list[int]:
        """Those that serve: the children, the server itself when it has none."""
        enfants = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="utf-8").split()
        return [int(pid) for pid in enfants] or [self.pid]

    def memoire(self) -> float:
        """Resident memory of the largest process that serves, in MB."""
        return max(
            int(ligne.split()[1]) / 1024
            for pid in self.processus()
            for ligne in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
            if ligne.startswith("VmRSS:")
        )

    def cpu(self) -> float:
        """Seconds of processor that it has taken so far, user and system, in all its processes."""
        total = 0.0
        for pid in {self.pid, *self.processus()}:
            champs = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            total += (int(champs[11]) + int(champs[12])) / _TICS
        return total

    def charger(
        self, requetes: Iterable[tuple[str, bytes]], clients: int, secondes: int = 600
    ) -> tuple[charge.Mesure, float]:
        """A load run, and the milliseconds of processor that one exchange of it takes; the server is still
        when it ends: for a second it takes nothing."""
        avant = self.cpu()
        mesure = charge.charger(self.port, requetes, clients, secondes)
        pris, fin = -1.0, time.monotonic() + _PATIENCE
        while self.cpu() > pris + 1.5 / _TICS and time.monotonic() < fin:
            pris = self.cpu()
            time.sleep(1)
        return mesure, (pris - avant) * 1000 / mesure.echanges

    def connexions(self, ports: set[int]) -> list[int]:
        """How many of the connections from these ports each process serves, the most loaded first."""
        prises = {}
        for ligne in Path("/proc/net/tcp").read_text(encoding="utf-8").splitlines()[1:]:
            champs = ligne.split()
            if int(champs[1].rpartition(":")[2], 16) == self.port:
                prises[f"socket:[{champs[9]}]"] = int(champs[2].rpartition(":")[2], 16)
        comptes = []
        for pid in self.processus():
            tenues = set()
            for lien in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    tenues.add(prises.get(str(lien.readlink())))
            comptes.append(len(ports & tenues))
        return sorted(comptes, reverse=True)


@contextlib.contextmanager
def demarrer(
    version: Version, home: Path, *options: str, environnement: Mapping[str, str] | None = None
) -> Iterator[Serveur]:
    """A server over `home`, on free ports of the loopback, ended with the block."""
    pret = home.with_name(f"{home.name}.pret.json")
    pret.unlink(missing_ok=True)
    commande = [
        version.commande, "serve", "--home", str(home), "--http-port", "0", "--https-port", "0",
        "--clock", MIDI.isoformat(), "--ready-file", str(pret), *options,
    ]  # fmt: skip
    journal = home.with_name(f"{home.name}.log")
    debut = time.perf_counter()
    ou = {**os.environ, **(environnement or {})}
    with journal.open("w") as sortie, subprocess.Popen(commande, stderr=sortie, env=ou) as processus:
        try:
            while not pret.exists():
                if processus.poll() is not None or time.perf_counter() - debut > _PATIENCE:
                    raise RuntimeError(f"the server does not start: {journal.read_text()[-2000:]}")
                time.sleep(0.002)
            demarrage = time.perf_counter() - debut
            dit = json.loads(pret.read_text("utf-8"))
            port = int(dit["http"].rpartition(":")[2])
            yield Serveur(processus.pid, port, demarrage, dit.get("admin_token"))
        finally:
            processus.terminate()
            try:
                processus.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                processus.kill()
