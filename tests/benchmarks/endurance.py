"""A load that goes on while everything breaks: 32 clients register households on two servers of one
PostgreSQL, servers are killed (-9) in turn, the disk of the database fills up, the database crashes and
starts again. Counts what was lost, told twice, refused, and for how long. Needs root (a tmpfs) and the
package postgresql.

    python tests/benchmarks/endurance.py --secondes 600

Exit code 1 when something was lost or twice, or refused longer than it was away.
"""

import argparse
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any, Final

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from insistance import Compte, insister, messages, verifier
from reseau import Cluster, cluster

#: Seconds that a refusal may last beyond what was away: a client tries again, another server is found.
MARGE: Final = 10.0
_PATIENCE: Final = 120.0
_HORLOGE: Final = "2018-03-15T12:00:00"


@dataclass
class Serveur:
    """A `serve` with its home, on a port of its own."""

    home: Path
    port: int
    options: tuple[str, ...]
    processus: Any = None

    def lancer(self) -> None:
        """Starts it and waits until it is ready."""
        pret = self.home.with_suffix(".json")
        pret.unlink(missing_ok=True)
        with self.home.with_suffix(".log").open("ab") as journal:
            self.processus = subprocess.Popen(
                [sys.executable, "-m", "sne_sandbox", "serve", "--home", str(self.home), "--http-port",
                 str(self.port), "--https-port", "-1", "--ready-file", str(pret), *self.options],
                stdout=journal, stderr=journal, start_new_session=True,
            )  # fmt: skip
        limite = time.monotonic() + _PATIENCE
        while not pret.exists():
            if self.processus.poll() is not None:  # its database is away: as an orchestrator, again
                time.sleep(0.5)
                self.lancer()
                return
            if time.monotonic() > limite:
                raise RuntimeError(self.home.with_suffix(".log").read_text("utf-8", "replace")[-3000:])
            time.sleep(0.02)

    def tuer(self) -> None:
        """kill -9, workers included."""
        with suppress(ProcessLookupError):
            os.killpg(self.processus.pid, signal.SIGKILL)
        self.processus.wait(_PATIENCE)

    def memoire(self) -> float:
        """Resident memory of its processes, in MB."""
        pages = 0
        for statut in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                champs = statut.read_text().rpartition(")")[2].split()
                if int(champs[2]) == self.processus.pid:  # its group
                    pages += int(champs[21])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass
class Suivi:
    """What was done to them: (what, from, until), seconds of the run; and what they took."""

    depart: float
    absences: list[tuple[str, float, float]] = field(default_factory=list)
    memoires: list[float] = field(default_factory=list)

    @contextmanager
    def absence(self, quoi: str) -> Iterator[None]:
        """While entered, something is away."""
        debut = time.monotonic()
        print(f"{debut - self.depart:7.1f} s  {quoi}", file=sys.stderr, flush=True)
        yield
        self.absences.append((quoi, debut, time.monotonic()))


@contextmanager
def disque(mo: int) -> Iterator[Path]:
    """A disk of so many MB, in memory."""
    with tempfile.TemporaryDirectory(prefix="sne-disque-") as dossier:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mo}m,mode=755", "tmpfs", dossier], check=True)
        try:
            yield Path(dossier)
        finally:
            subprocess.run(["umount", "-l", dossier], check=False)


def remplir_le_disque(ou: Path, base: Cluster, suivi: Suivi, secondes: float) -> None:
    """No byte is free for some seconds; the database is started again if it did not live through it."""
    bouchon = ou / "bouchon"
    with suivi.absence("disque plein"):
        with bouchon.open("wb", buffering=0) as fichier, suppress(OSError):
            while True:
                fichier.write(bytes(1 << 16))
        time.sleep(secondes)
        bouchon.unlink()
        if not base.vit:
            base.demarrer()


def malmener(
    serveurs: list[Serveur], base: Cluster, ou: Path, suivi: Suivi, fin: float, seed: int, pas: float
) -> None:
    """Until `fin`: a kill every `pas` seconds, of each server in turn; a crash of the database in place of
    every fourth, a full disk in the middle."""
    hasard, plein = Random(seed), False
    milieu = suivi.depart + (fin - suivi.depart) / 2
    for rang in count():
        attente = pas * hasard.uniform(0.7, 1.3)
        if time.monotonic() + attente > fin - pas:
            return
        time.sleep(attente)
        suivi.memoires += [serveur.memoire() for serveur in serveurs]
        if not plein and time.monotonic() > milieu:
            plein = True
            remplir_le_disque(ou, base, suivi, min(10.0, pas))
        elif rang % 4 == 2:
            with suivi.absence("PostgreSQL arrêté net, relancé"):
                base.arreter()
                time.sleep(1)
                base.demarrer()
        else:
            serveur = serveurs[rang % len(serveurs)]
            with suivi.absence(f"kill -9 du serveur {rang % len(serveurs) + 1}"):
                serveur.tuer()
                time.sleep(0.5)
                serveur.lancer()


def main() -> None:
    """Runs the load and prints its figures."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--secondes", type=float, default=600.0)
    options.add_argument("--clients", type=int, default=32)
    options.add_argument("--serveurs", type=int, default=2)
    options.add_argument("--workers", type=int, default=1, help="processus de chaque serveur")
    options.add_argument("--disque", type=int, default=2_000, help="Mo du disque de la base de données")
    options.add_argument("--tous-les", type=float, default=20.0, help="secondes entre deux accidents")
    options.add_argument("--journal-max", type=int, default=50_000)
    options.add_argument("--seed", type=int, default=11)
    donnees = options.parse_args()
    pas = min(donnees.tous_les, donnees.secondes / 8)
    compte = Compte()
    with ExitStack() as pile:
        ou = pile.enter_context(disque(donnees.disque))
        base = pile.enter_context(cluster(port=_port_libre(), parent=ou))
        homes = Path(pile.enter_context(tempfile.TemporaryDirectory(prefix="sne-endurance-")))
        (homes / "secret").write_text(secrets.token_urlsafe(32))
        communes = (
            "--database", base.url, "--secret-file", str(homes / "secret"), "--workers", str(donnees.workers),
            "--seed-base", "vide", "--clock", _HORLOGE, "--journal-max", str(donnees.journal_max),
        )  # fmt: skip
        serveurs = [
            Serveur(homes / f"serveur-{rang}", _port_libre(), communes) for rang in range(donnees.serveurs)
        ]
        for serveur in serveurs:
            pile.callback(serveur.tuer)
            serveur.lancer()
        suivi = Suivi(time.monotonic())
        fin = suivi.depart + donnees.secondes
        essais = [0] * donnees.clients

        def ouvrir(rang: int) -> http.client.HTTPConnection:
            # Each to its own server first, to the next one when it breaks: what a load balancer does.
            essais[rang] += 1
            port = serveurs[(rang + essais[rang]) % len(serveurs)].port
            return http.client.HTTPConnection("127.0.0.1", port)

        charge = threading.Thread(
            target=insister,
            args=(ouvrir, messages(), donnees.clients, compte, lambda: time.monotonic() > fin),
        )
        charge.start()
        malmener(serveurs, base, ou, suivi, fin, donnees.seed, pas)
        charge.join()
        duree = time.monotonic() - suivi.depart
        with psycopg.connect(base.url) as lien:
            stockes = lien.execute(
                "SELECT numero_unique, nom_plie FROM demande_personne WHERE base = 'ecole'"
            ).fetchall()
            (taille,) = lien.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
        suivi.memoires += [serveur.memoire() for serveur in serveurs]
        sys.exit(rendre_compte(compte, verifier(compte, stockes), suivi, duree, taille))


def _port_libre() -> int:
    import socket

    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


def rendre_compte(compte: Compte, constat: dict[str, int], suivi: Suivi, duree: float, taille: int) -> int:
    """Prints the figures, in JSON; the exit code."""
    par_genre: dict[str, list[tuple[float, float]]] = {}
    trop_longs = 0
    for quoi, debut, fin in suivi.absences:
        refuse = compte.plus_long(debut - 1, fin)
        trop_longs += refuse > fin - debut + MARGE
        par_genre.setdefault(quoi, []).append((fin - debut, refuse))
    hors = [
        refus for refus in compte.refus
        if not any(debut - 1 <= refus.debut <= fin + MARGE for _, debut, fin in suivi.absences)
    ]  # fmt: skip
    centiles = quantiles(compte.latences, n=100)
    print(json.dumps(
        {
            "secondes": round(duree, 1),
            "enregistrées": len(compte.acquittes),
            "par seconde": round(len(compte.acquittes) / duree, 1),
            "latence, ms": {"médiane": round(centiles[49] * 1e3), "99 %": round(centiles[98] * 1e3)},
            **constat,
            "retrouvées par doublon": compte.retrouves,
            "refus, par cause": dict(compte.causes()),
            "refus hors de toute panne": len(hors),
            "refus plus longs que la panne": trop_longs,
            "pannes": {
                quoi: {
                    "fois": len(mesures),
                    "absence la plus longue, s": round(max(absence for absence, _ in mesures), 1),
                    "refus le plus long, s": round(max(refuse for _, refuse in mesures), 1),
                }
                for quoi, mesures in sorted(par_genre.items())
            },
            "mémoire d'un serveur, Mo": [round(min(suivi.memoires)), round(max(suivi.memoires))],
            "base de données, Mo": round(taille / 1e6),
        },
        ensure_ascii=False, indent=2,
    ))  # fmt: skip
    return int(bool(constat["perdus"] or constat["deux fois"] or hors or trop_longs))


if __name__ == "__main__":
    main()
