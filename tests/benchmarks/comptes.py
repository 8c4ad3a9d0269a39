"""Counts what an accepted getNumUnique takes, in process: the same code counts the same on every machine.

    python comptes.py HOME [fonctions]

prints the counts as JSON, by the names of `tests/guards/budgets.toml`: the means of `LOT` exchanges, which
follow as many; of `CLIENTS` that share a transaction, all that they ask of the database together. The
household is `menages.SPECIMEN`. With `fonctions`, those that are called most come first.
"""

import cProfile
import json
import pstats
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from math import ceil
from pathlib import Path
from typing import Any, Final

import menages
from appels import appeler

from sne_interface.domain.base import Horloge
from sne_sandbox.store import base_de_donnees, commit_groupe
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration

CLIENTS: Final = 8
LOT: Final = 6 * CLIENTS
_ATTEND: Final = threading.Event()


class _File(base_de_donnees.File):
    """Tells that somebody has come to wait."""

    def entrer(self, travail: commit_groupe.Travail) -> bool:
        """As usual."""
        mene = super().entrer(travail)
        _ATTEND.set()
        return mene


def main(home: str, *, par_fonction: bool) -> None:
    """Counts, prints."""
    base_de_donnees.File = _File  # type: ignore[misc]
    commit_groupe.OUVERT_MAX_S = 60  # type: ignore[misc]
    base_de_donnees._REPORT = sys.maxsize  # type: ignore[misc]
    # An index of the journal is in the order of durations: how many of its pages change would follow them.
    time.perf_counter = lambda: 0.0
    app = creer_application(Configuration(home=Path(home), horloge=Horloge(fige_a=menages.MIDI)))
    magasin, fichier = app.extensions["sne"].magasin, Path(home) / "sne.sqlite3"
    journal = fichier.with_name("sne.sqlite3-wal")
    messages = list(menages.requetes(0, 3 * LOT))
    for message in messages[:LOT]:
        appeler(app, *message)
    seul = [_profiler(appeler, app, *message) for message in messages[LOT : 2 * LOT]]
    with closing(sqlite3.connect(fichier, isolation_level=None)) as lecteur:
        # While somebody reads, the log is not begun again: what is written makes it longer.
        lecteur.execute("BEGIN")
        lecteur.execute("SELECT count(*) FROM base").fetchone()
        avant = journal.stat().st_size
        ensemble = [
            profil
            for debut in range(2 * LOT, 3 * LOT, CLIENTS)
            for profil in _ensemble(magasin, app, messages[debut : debut + CLIENTS])
        ]
        ecrits = journal.stat().st_size - avant
        garde = "SELECT avg(length(requete) + length(reponse) + length(details)) FROM echange"
        (gardes,) = lecteur.execute(garde).fetchone()
    appels = _appels(seul)
    if par_fonction:
        for (fichier, ligne, nom), combien in sorted(appels.items(), key=lambda un: -un[1])[:60]:
            print(f"{combien / LOT:7.1f} {fichier.rpartition('/sne_')[2]}:{ligne} {nom}")
    comptes = {
        "calls.getnumunique": sum(appels.values()) / LOT,
        "files.getnumunique": len({ou for ou, *_ in appels if "/sne_" in ou}),
        "sql.alone": _instructions(appels) / LOT,
        "sql.eight": _instructions(_appels(ensemble)) / LOT * CLIENTS,
        "log.bytes": ecrits / LOT,
        "journal.bytes": gardes,
    }
    print(json.dumps({nom: ceil(compte) for nom, compte in comptes.items()}))


def _ensemble(magasin: Any, app: Any, messages: Sequence[tuple[str, bytes]]) -> list[cProfile.Profile]:
    """The profiles of exchanges that came while somebody wrote, who then does what they all have to write."""
    profils: list[cProfile.Profile] = []
    fils = [
        threading.Thread(target=lambda message=message: profils.append(_profiler(appeler, app, *message)))
        for message in messages
    ]

    def attendre(_: Any) -> None:
        for fil in fils:
            _ATTEND.clear()
            fil.start()
            _ATTEND.wait()

    profils.append(_profiler(magasin.grouper, "ecole", attendre))
    for fil in fils:
        fil.join()
    return profils


def _profiler(faire: Callable[..., Any], *arguments: Any) -> cProfile.Profile:
    profil = cProfile.Profile()
    profil.runcall(faire, *arguments)
    return profil


def _appels(profils: Sequence[cProfile.Profile]) -> dict[tuple[str, int, str], int]:
    """How many times each function was called: by its file, line and name."""
    lus: Any = pstats.Stats(*profils)
    return {ou: appels for ou, (_, appels, *_) in lus.stats.items()}


def _instructions(appels: dict[tuple[str, int, str], int]) -> int:
    return sum(combien for (*_, nom), combien in appels.items() if "'execute" in nom and "sqlite3" in nom)


if __name__ == "__main__":
    main(sys.argv[1], par_fonction="fonctions" in sys.argv)
