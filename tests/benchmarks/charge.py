"""A load run over HTTP, by wrk: clients that keep their connection and register one household after another.

wrk shares the machine with the servers that it asks: a figure is that of a machine that holds both.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from menages import CHEMIN

SCRIPT: Final = Path(__file__).with_suffix(".lua")
_TETE: Final = (
    "POST {chemin} HTTP/1.1\r\nHost: sne.logement.gouv.fr\r\nContent-Type: {type}\r\n"
    "Accept-Encoding: deflate\r\nContent-Length: {taille}\r\n\r\n"
)


class WrkManque(SystemExit):
    """There is no wrk on this machine: ends what cannot do without."""

    def __init__(self) -> None:
        """How to have it."""
        super().__init__("wrk manque : apt-get install wrk")


@dataclass(frozen=True, slots=True)
class Mesure:
    """What a run gave: how many exchanges, seconds it lasted, milliseconds of an exchange (median, 99th
    centile, in which wrk counts those that a slow one kept waiting)."""

    echanges: int
    duree: float
    mediane: float
    centile: float

    @property
    def debit(self) -> float:
        """Requests a second."""
        return self.echanges / self.duree


def charger(port: int, requetes: Iterable[tuple[str, bytes]], clients: int, duree: int) -> Mesure:
    """`clients` connections send `requetes`, each once, for `duree` seconds or until there are no more.
    Raises RuntimeError for an answer that gives no numéro, WrkManque."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise WrkManque
    with tempfile.NamedTemporaryFile() as fichier:
        for type_, corps in requetes:
            message = _TETE.format(chemin=CHEMIN, type=type_, taille=len(corps)).encode() + corps
            fichier.write(b"%d\n%s" % (len(message), message))
        fichier.flush()
        options = ("-t1", f"-c{clients}", f"-d{duree}s", "--timeout", "60s", "-s", SCRIPT)
        commande = [wrk, *options, f"http://127.0.0.1:{port}", "--", fichier.name]
        fini = subprocess.run(commande, capture_output=True, text=True, errors="replace")
    rates, echanges, duree_us, mediane, centile = map(float, fini.stdout.splitlines()[-1].split())
    if fini.stderr or rates:
        raise RuntimeError(f"{rates:.0f} of {echanges:.0f} exchanges failed: {fini.stderr}")
    return Mesure(int(echanges), duree_us / 1e6, mediane / 1e3, centile / 1e3)
