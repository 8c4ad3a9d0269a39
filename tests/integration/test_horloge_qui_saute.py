"""The clock of the machine jumps under a server, and comes back: libfaketime, Debian's package faketime."""

import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from client_mtom import Client
from serveur_local import DELAI, Serveur

pytestmark = [pytest.mark.charge, pytest.mark.interprete]

LIBRARY: Final = "/usr/lib/{}-linux-gnu/faketime/libfaketimeMT.so.1"
MENAGES: Final = 200
JOURS: Final = 800


def _bibliotheque() -> Path:
    trouvees = [Path(LIBRARY.format(machine)) for machine in ("x86_64", "aarch64")]
    presentes = [chemin for chemin in trouvees if chemin.is_file()]
    assert presentes, "libfaketime manque : apt-get install faketime"
    return presentes[0]


@pytest.fixture
def heure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """`heure(jours)` moves the clock of the server to come, and of one that runs, so many days ahead."""
    fichier = tmp_path / "heure"
    monkeypatch.setenv("LD_PRELOAD", str(_bibliotheque()))
    monkeypatch.setenv("FAKETIME_TIMESTAMP_FILE", str(fichier))
    monkeypatch.setenv("FAKETIME_NO_CACHE", "1")
    # Waits and time-outs go by the monotonic clock, which no jump moves.
    monkeypatch.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")

    def aller(jours: int) -> None:
        provisoire = fichier.with_suffix(".nouvelle")
        provisoire.write_text(f"+{jours}d\n" if jours else "+0\n")
        provisoire.replace(fichier)

    aller(0)
    return aller


@pytest.fixture
def reel(heure: Callable[[int], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serveur]:
    """A server on real time, with 200 seeded households."""
    demarre = Serveur.demarrer(
        tmp_path / "home", "--seed-base", "ecole", "--seed-size", str(MENAGES), commande=("serve",)
    )
    for nom in [nom for nom in os.environ if nom.startswith("FAKETIME") or nom == "LD_PRELOAD"]:
        monkeypatch.delenv(nom)  # the tests themselves stay in their own time
    yield demarre
    demarre.tuer()


def _demandes(serveur: Serveur) -> list[tuple[str, str]]:
    """Number and state of each."""
    (fichier,) = serveur.home.glob("*.sqlite3")
    with contextlib.closing(sqlite3.connect(fichier)) as lien:
        return lien.execute("SELECT numero_unique, etat FROM demande ORDER BY 1").fetchall()


def _pret(serveur: Serveur) -> tuple[int, dict[str, Any]]:
    statut, _, corps = serveur.demander("GET", "/readyz")
    return statut, json.loads(corps)


def test_a_jump_of_800_days_and_its_return_lose_nothing(reel: Serveur, heure: Callable[[int], None]) -> None:
    ouvert = Client(reel, "G1226")
    avant, derniere = _demandes(reel), reel.lire("/api/v1/bases/ecole/clock")["derniere_nuit"]
    assert len(avant) >= MENAGES / 2
    heure(JOURS)
    assert reel.lire("/api/v1/bases/ecole/clock")["nuits_en_attente"] in (JOURS - 1, JOURS, JOURS + 1)
    for _ in range(3):
        assert ouvert.relire("0620318999999G1226").phrase is not None
    questions = reel.journal(operation="NUIT")
    assert ["Nuits en attente" in ligne["chemin"] for ligne in questions].count(True) == 1
    limite = time.monotonic() + DELAI
    while not (dit := _pret(reel)[1].get("avertissements")) and time.monotonic() < limite:
        time.sleep(0.2)
    assert dit
    assert "clock nuits" in dit[0]
    heure(0)
    lue = reel.lire("/api/v1/bases/ecole/clock")
    assert (lue["nuits_en_attente"], lue["derniere_nuit"]) == (0, derniere)
    assert ouvert.relire("0620318999999G1226").phrase is not None
    assert _demandes(reel) == avant
    ouvert.fermer()
