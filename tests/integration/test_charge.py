"""Load and crash: no number twice, no document lost, nothing half written."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from client_mtom import Client, adapter, specimen
from foule import en_parallele, enregistrer_tout, pairs_muets
from serveur_local import Serveur

from sne_sandbox.contract.codec import NS

pytestmark = pytest.mark.charge

DEMANDES = 1_000
MUETS = 64
#: Acknowledged registrations before the kill.
AVANT_KILL = 600


def _relire(client: Client, attendu: tuple[str, str]) -> None:
    """The document of an acknowledged number is readable, and it is that household's."""
    numero, nom = attendu
    document = client.relire(numero).document
    assert document.findtext(f".//{{{NS}}}numUnique") == numero
    assert document.findtext(f".//{{{NS}}}demandeur/{{{NS}}}nom") == nom


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


def test_an_acknowledged_number_survives_kill_9(demarrer: Callable[..., Serveur]) -> None:
    options = ("--workers", "2", "--seed-base", "vide")
    serveur = demarrer(*options)
    acquittes: list[tuple[str, str]] = []
    tue = threading.Event()
    charge = threading.Thread(target=enregistrer_tout, args=(serveur, 20 * AVANT_KILL, acquittes, tue))
    charge.start()
    while len(acquittes) < AVANT_KILL and charge.is_alive():
        tue.wait(0.01)
    assert charge.is_alive(), "the load ended before the kill"
    serveur.tuer()
    tue.set()
    charge.join()
    assert len(acquittes) >= AVANT_KILL

    _rien_a_moitie(Path(serveur.home) / "sne.sqlite3", {numero for numero, _ in acquittes})
    relance = demarrer(*options)
    en_parallele(relance, _relire, acquittes)
    # The restarted server goes on where the other stopped: no number is given again.
    client = Client(relance, "G1104")
    nouveau = client.enregistrer(adapter(specimen("demandes/personne_seule"), nom="Zozor")).numero
    client.fermer()
    assert nouveau not in {numero for numero, _ in acquittes}


def _rien_a_moitie(fichier: Path, acquittes: set[str]) -> None:
    """Every stored demande has its persons, communes, reasons, statistics, movement and journal line, and
    every acknowledged one is stored."""
    with closing(sqlite3.connect(fichier)) as lien:
        assert lien.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert lien.execute("PRAGMA foreign_key_check").fetchall() == []
        stockes = {numero for (numero,) in lien.execute("SELECT numero_unique FROM demande")}
        assert acquittes <= stockes
        for table in ("demande_personne", "demande_commune", "demande_motif", "demande_stat", "mouvement",
                      "echange"):  # fmt: skip
            siens = {n for (n,) in lien.execute(f"SELECT DISTINCT numero_unique FROM {table}") if n}
            assert siens == stockes, table
