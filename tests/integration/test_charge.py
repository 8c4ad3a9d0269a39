"""Load and crash: no number twice, no document lost, nothing half written."""

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path
from random import Random

import psycopg
import pytest
from client_mtom import Client
from foule import en_parallele, enregistrer, enregistrer_tout, menages, pairs_muets
from mesures import lire_budgets
from serveur_local import Serveur

from sne_interface.contract.codec import NS

pytestmark = pytest.mark.charge

DEMANDES = 1_000
MUETS = 64
#: Times the server is killed, and clients who use it meanwhile.
MISES_A_MORT = int(os.environ.get("MISES_A_MORT", "6"))
ASSIDUS = 8


def _relire(client: Client, attendu: tuple[str, str]) -> None:
    """The document of an acknowledged number is readable, and it is that household's."""
    numero, nom = attendu
    document = client.relire(numero).document
    assert document.findtext(f".//{{{NS}}}numUnique") == numero
    assert document.findtext(f".//{{{NS}}}demandeur/{{{NS}}}nom") == nom


@pytest.mark.cher
@pytest.mark.parametrize("moteur", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_sixteen_clients_on_two_workers(
    demarrer: Callable[..., Serveur], request: pytest.FixtureRequest, moteur: str
) -> None:
    options = ["--workers", "2", "--seed-base", "vide"]
    if moteur == "postgres":
        options += ["--database", request.getfixturevalue("serveur_postgres").nouvelle()]
    serveur = demarrer(*options)
    acquittes: list[tuple[str, str]] = []
    with pairs_muets(serveur, MUETS):
        enregistrer_tout(serveur, DEMANDES, acquittes)
        en_parallele(serveur, _relire, acquittes)
    assert len(acquittes) == DEMANDES
    assert len({numero for numero, _ in acquittes}) == DEMANDES
    assert len({nom for _, nom in acquittes}) == DEMANDES
    assert serveur.arreter() == 0


@pytest.mark.interprete
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc tells what a process holds")
def test_a_process_stays_small(demarrer: Callable[..., Serveur]) -> None:
    """After two thousand exchanges it holds what its budget says, in megabytes, or a tenth more."""
    serveur = demarrer("--workers", "1", "--seed-base", "vide")
    enregistrer_tout(serveur, 2 * DEMANDES, [])
    dit = Path(f"/proc/{serveur.processus.pid}/status").read_text("ascii")
    tenus = int(dit.partition("VmRSS:")[2].split()[0]) / 1024
    assert 30 < tenus < 1.1 * lire_budgets()["memory.exchanges"], tenus


@pytest.mark.parametrize("moteur", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_an_acknowledged_number_survives_kill_9(
    demarrer: Callable[..., Serveur], request: pytest.FixtureRequest, moteur: str
) -> None:
    """The server of one home is killed again and again under load, and nothing that it said is lost, said
    twice, or written by half. `MISES_A_MORT=50` does it fifty times."""
    options = ["--workers", "2", "--seed-base", "vide"]
    if moteur == "postgres":
        options += ["--database", request.getfixturevalue("serveur_postgres").nouvelle()]
    file, hasard = menages(200_000), Random(11)
    acquittes: list[tuple[str, str]] = []
    sursis = []
    for _ in range(MISES_A_MORT):
        serveur, avant = demarrer(*options), len(acquittes)
        url = options[-1] if moteur == "postgres" else str(Path(serveur.home) / "sne.sqlite3")
        tue = threading.Event()
        charge = threading.Thread(target=enregistrer, args=(serveur, file, acquittes, tue, ASSIDUS))
        charge.start()
        # From the first answers on, for some time.
        while len(acquittes) == avant and charge.is_alive():
            tue.wait(0.01)
        tue.wait(hasard.uniform(0.0, 1.0))
        assert charge.is_alive(), "the load ended before the kill"
        serveur.tuer()
        tue.set()
        charge.join()
        sursis.append(len(acquittes) - avant)
        _rien_a_moitie(url, acquittes)
    assert all(sursis), sursis
    relance = demarrer(*options)
    en_parallele(relance, _relire, acquittes[-200:])
    # The restarted server goes on where the other stopped: no number is given again.
    enregistrer(relance, islice(file, 50), acquittes)
    _rien_a_moitie(url, acquittes)


def _rien_a_moitie(url: str, acquittes: list[tuple[str, str]]) -> None:
    """No number was given twice, and each is that of its household. Every stored demande has its persons,
    communes, reasons, statistics, movement and journal line; none of them is there without it."""
    donnes = dict(acquittes)
    assert len(donnes) == len(acquittes)
    with closing(sqlite3.connect(url) if "://" not in url else psycopg.connect(url)) as lien:
        if isinstance(lien, sqlite3.Connection):
            assert lien.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert lien.execute("PRAGMA foreign_key_check").fetchall() == []
        noms = dict(lien.execute("SELECT numero_unique, nom_plie FROM demande_personne").fetchall())
        for numero, nom in acquittes:
            assert noms[numero] == nom.lower()
        for table in ("demande", "demande_commune", "demande_motif", "demande_stat", "mouvement", "echange"):
            lignes = lien.execute(f"SELECT DISTINCT numero_unique FROM {table}").fetchall()
            assert {numero for (numero,) in lignes if numero} == noms.keys(), table
        depots = "SELECT numero_unique FROM echange WHERE operation = 'getNumUnique' AND verdict = 'accepté'"
        assert sorted(numero for (numero,) in lien.execute(depots).fetchall()) == sorted(noms)
