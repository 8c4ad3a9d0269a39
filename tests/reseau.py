"""Hosts on one machine: network namespaces on a bridge, and a PostgreSQL of the system. Needs root, and the
packages iproute2 and postgresql; all is taken away at the end, and what a killed run has left at the next
start."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

_PREFIXE: Final = "snet"
_NOM: Final = re.compile(rf"{_PREFIXE}(\d+)[-b]")
_PATIENCE: Final = 60.0


def _ip(*arguments: str, tolerer: bool = False) -> str:
    fini = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if fini.returncode and not tolerer:
        raise AssertionError(f"ip {' '.join(arguments)}: {fini.stderr}")
    return fini.stdout


@dataclass
class Reseau:
    """A bridge, with hosts on it; the machine itself is the client, at `.1`."""

    hotes: dict[str, str] = field(default_factory=dict)
    _processus: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        assert os.geteuid() == 0, "network namespaces want root"
        self._balayer()
        self._numero = os.getpid()
        self._reseau = f"10.{200 + self._numero % 50}.{self._numero // 50 % 250}"
        self._pont = f"{_PREFIXE}{self._numero}b"
        try:
            _ip("link", "add", self._pont, "type", "bridge")
            _ip("addr", "add", f"{self._reseau}.1/24", "dev", self._pont)
            _ip("link", "set", self._pont, "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for processus in self._processus:
            self.tuer(processus)
        for nom in self.hotes:
            _ip("netns", "del", self._espace(nom), tolerer=True)
        _ip("link", "del", self._pont, tolerer=True)

    def _espace(self, nom: str) -> str:
        return f"{_PREFIXE}{self._numero}-{nom}"

    def _balayer(self) -> None:
        """What is left of runs that were killed."""
        restes = _ip("netns", "list").split() + re.findall(
            r"\d+: (\w+)", _ip("link", "show", "type", "bridge")
        )
        for reste in restes:
            trouve = _NOM.match(reste)
            if trouve is not None and not Path(f"/proc/{trouve[1]}").exists():
                genre = "link" if reste.endswith("b") else "netns"
                _ip(genre, "del", reste, tolerer=True)

    def hote(self, nom: str) -> str:
        """A new host, by a name of eight letters at most; its address."""
        espace, rang = self._espace(nom), len(self.hotes) + 10
        adresse, fil = f"{self._reseau}.{rang}", f"{_PREFIXE}{self._numero % 10_000}v{rang}"
        self.hotes[nom] = adresse
        _ip("netns", "add", espace)
        _ip("link", "add", fil, "type", "veth", "peer", "name", "eth0", "netns", espace)
        _ip("link", "set", fil, "master", self._pont, "up")
        _ip("-n", espace, "addr", "add", f"{adresse}/24", "dev", "eth0")
        _ip("-n", espace, "link", "set", "eth0", "up")
        _ip("-n", espace, "link", "set", "lo", "up")
        return adresse

    @property
    def masque(self) -> str:
        """The network, as a firewall writes it."""
        return f"{self._reseau}.0/24"

    def commande(self, nom: str, *mots: str) -> list[str]:
        """What runs a command on a host."""
        return ["ip", "netns", "exec", self._espace(nom), *mots]

    def lancer(
        self, nom: str, *mots: str, journal: Path, variables: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """A process on a host, in a group of its own, whose words go to `journal`."""
        with journal.open("ab") as sortie:
            processus = subprocess.Popen(
                self.commande(nom, *mots), stdout=sortie, stderr=sortie, start_new_session=True,
                env={**os.environ, **(variables or {})},
            )  # fmt: skip
        self._processus.append(processus)
        return processus

    def tuer(self, processus: subprocess.Popen[bytes]) -> None:
        """kill -9 of a process and all it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(processus.pid, signal.SIGKILL)
        processus.wait(_PATIENCE)


@dataclass
class Cluster:
    """A PostgreSQL of the system, with its defaults, its durability above all. `prefixe`: what
    runs a command where it is (`Reseau.commande`)."""

    dossier: Path
    adresse: str
    port: int
    prefixe: Sequence[str] = ()

    @property
    def url(self) -> str:
        """Of a database of the cluster; the password is one of a test."""
        return f"postgresql://postgres:essai@{self.adresse}:{self.port}/postgres"

    def _pg(self, outil: str, *mots: str) -> None:
        binaires = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{outil}"))
        assert binaires, "the package postgresql is missing"
        fini = subprocess.run(
            [*self.prefixe, "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
             str(binaires[-1]), *mots],
            capture_output=True, text=True, check=False, cwd="/",
        )  # fmt: skip
        if fini.returncode:
            raise AssertionError(f"{outil}: {fini.stdout}{fini.stderr}{self.journal()}")

    def journal(self) -> str:
        """The last words of the server."""
        fichier = self.dossier / "journal"
        return fichier.read_text("utf-8", "replace")[-3000:] if fichier.is_file() else ""

    def creer(self, reseau: str) -> None:
        """Makes it, open to `reseau` with the password, and starts it."""
        shutil.chown(self.dossier, "postgres", "postgres")
        (self.dossier / "mot").write_text("essai")
        shutil.chown(self.dossier / "mot", "postgres", "postgres")
        donnees = self.dossier / "donnees"
        self._pg("initdb", "-D", str(donnees), "-U", "postgres", "--auth=scram-sha-256", "--locale=C.UTF-8",
                 f"--pwfile={self.dossier / 'mot'}")  # fmt: skip
        with (donnees / "pg_hba.conf").open("a") as regles:
            regles.write(f"host all all {reseau} scram-sha-256\n")
        self.demarrer()

    def demarrer(self) -> None:
        """Starts it, and waits until it answers."""
        options = (
            f"-p {self.port} -c listen_addresses={self.adresse} -c unix_socket_directories={self.dossier}"
        )
        self._pg("pg_ctl", "start", "-w", "-t", str(int(_PATIENCE)), "-D", str(self.dossier / "donnees"),
                 "-l", str(self.dossier / "journal"), "-o", options)  # fmt: skip

    def arreter(self, mode: str = "immediate") -> None:
        """Stops it; « immediate » is a crash."""
        self._pg("pg_ctl", "stop", "-w", "-m", mode, "-D", str(self.dossier / "donnees"))

    @property
    def vit(self) -> bool:
        """Whether it runs."""
        pid = self.dossier / "donnees" / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            return Path(f"/proc/{pid.read_text().splitlines()[0]}").exists()
        return False


@contextlib.contextmanager
def cluster(
    adresse: str = "127.0.0.1",
    port: int = 5432,
    *,
    reseau: str = "127.0.0.1/32",
    prefixe: Sequence[str] = (),
    parent: Path | None = None,
) -> Iterator[Cluster]:
    """A cluster in a folder of its own, below `parent`; stopped and taken away at the end."""
    # The system's temporary directory: user postgres must reach it.
    dossier = Path(tempfile.mkdtemp(prefix="sne-pg-", dir=parent))
    un = Cluster(dossier, adresse, port, prefixe)
    try:
        un.creer(reseau)
        yield un
    finally:
        if un.vit:
            un.arreter()
        for _ in range(20):  # its last processes still write
            shutil.rmtree(dossier, ignore_errors=True)
            if not dossier.exists():
                break
            time.sleep(0.1)
