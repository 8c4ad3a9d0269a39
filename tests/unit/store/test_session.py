"""Many writers, and sudden deaths."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from exemples_store import GUICHETS, stockee

from sne_sandbox.domain.base import Base
from sne_sandbox.errors import StoreError
from sne_sandbox.store import session
from sne_sandbox.store.session import Magasin

ICI = Path(__file__).parent

TIREUR = """
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from sne_sandbox.store.session import Magasin
sys.path.insert(0, sys.argv[3])
from exemples_store import stockee

magasin = Magasin.ouvrir(sys.argv[1], Path(sys.argv[2]))
modele = stockee("x")

def tirer(_):
    with magasin.ecrire("ecole") as registre:
        numero = registre.prochain_numero("111", date(2018, 3, 15), "G1104")
        registre.ajouter(replace(modele, numero_unique=numero))
    os.write(1, f"{numero}\\n".encode())  # at once: threads would mix what they print

with ThreadPoolExecutor(int(sys.argv[4])) as fils:
    list(fils.map(tirer, range(int(sys.argv[5]))))
"""


def _tireur(url: str, dossier: Path, fils: int, combien: int) -> subprocess.Popen[str]:
    arguments = [url, str(dossier), str(ICI), str(fils), str(combien)]
    return subprocess.Popen(
        [sys.executable, "-c", TIREUR, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_two_processes_of_eight_threads_draw_distinct_numbers(
    magasin: Magasin, url: str, tmp_path: Path
) -> None:
    tireurs = [_tireur(url, tmp_path, 8, 500) for _ in range(2)]
    sorties = [tireur.communicate(timeout=900) for tireur in tireurs]
    assert [(tireur.returncode, sortie[1]) for tireur, sortie in zip(tireurs, sorties, strict=True)] == [
        (0, ""),
        (0, ""),
    ]
    numeros = [numero for sortie, _ in sorties for numero in sortie.split()]
    assert sorted(numeros) == [f"1110318{rang:06d}G1104" for rang in range(1, 1001)]
    with magasin.lire("ecole") as registre:
        assert [s.numero_unique for s in registre.iterer()] == sorted(numeros)


def test_an_acknowledged_number_survives_kill_9(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/essai.sqlite3"
    with Magasin.ouvrir(url, tmp_path) as magasin:
        magasin.bases.creer(Base("ecole"))
    tireur = _tireur(url, tmp_path, 4, 100_000)
    assert tireur.stdout is not None
    recus = [tireur.stdout.readline().strip() for _ in range(200)]
    tireur.kill()
    # What was in the pipe was acknowledged too; a last line cut short was not.
    recus += [ligne.strip() for ligne in tireur.stdout if ligne.endswith("\n")]
    tireur.wait()
    with Magasin.ouvrir(url, tmp_path) as magasin, magasin.ecrire("ecole") as registre:
        stockees = list(registre.iterer())
        assert set(recus) <= {s.numero_unique for s in stockees}
        for stockee_ in stockees:
            personnes = stockee_.demande.titulaires
            assert registre.doublons("111", personnes)
        suivant = registre.prochain_numero("111", date(2018, 3, 15), "G1104")
        assert suivant == f"1110318{len(stockees) + 1:06d}G1104"


def test_concurrent_changes_of_one_demande_are_all_kept(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee("1110318000001G1104"))

    def changer(_: int) -> None:
        with magasin.ecrire("ecole") as registre:
            lue = registre.demande("1110318000001G1104")
            assert lue is not None
            registre.remplacer(replace(lue, version=f"{int(lue.version[:2]):02d}.{lue.revision:02d}"))

    with ThreadPoolExecutor(8) as fils:
        list(fils.map(changer, range(40)))
    with magasin.lire("ecole") as registre:
        lue = registre.demande("1110318000001G1104")
    assert lue is not None
    assert lue.revision == 41


def test_a_reader_sees_one_moment_and_waits_for_nobody(magasin: Magasin) -> None:
    with magasin.lire("ecole") as avant:
        assert avant.compter() == 0
        with ThreadPoolExecutor(1) as fil:
            fil.submit(_ajouter_une, magasin).result(timeout=240)
        assert avant.compter() == 0
    with magasin.lire("ecole") as apres:
        assert apres.compter() == 1


def _ajouter_une(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee("1110318000001G1104"))


def test_a_reader_during_a_write_sees_what_was_committed(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee("1110318000001G1104"))
        with magasin.lire("ecole") as lecteur:
            assert lecteur.compter() == 0


@pytest.mark.postgres
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_writers_of_different_bases_do_not_wait_for_each_other(magasin: Magasin) -> None:
    magasin.bases.creer(Base("voisine"), GUICHETS)
    fini = threading.Event()

    def ecrire_voisine() -> None:
        with magasin.ecrire("voisine") as registre:
            registre.ajouter(stockee("1110318000001G1104"))
        fini.set()

    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee("1110318000001G1104"))
        fil = threading.Thread(target=ecrire_voisine)
        fil.start()
        assert fini.wait(timeout=240)
    fil.join()


def test_a_writer_inside_a_writer_is_a_mistake_said_at_once(magasin: Magasin) -> None:
    with magasin.ecrire("ecole"), pytest.raises(RuntimeError, match="already open"):
        magasin.bases.supprimer("ecole")
    magasin.bases.supprimer("ecole")


@pytest.mark.parametrize(
    ("url", "ensemble"),
    [("sqlite", 1), pytest.param("postgres", 4, marks=pytest.mark.postgres)],
    indirect=["url"],
)
def test_exchanges_take_turns_where_they_only_wait_for_one_another(
    magasin: Magasin, ensemble: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_TOUR_MAX", 240.0)
    presents, vus = [], []
    tous = threading.Barrier(ensemble)

    def echanger(rang: int) -> None:
        with magasin.tour():
            presents.append(rang)
            tous.wait(timeout=240)
            vus.append(len(presents))
            tous.wait(timeout=240)
            presents.remove(rang)

    with ThreadPoolExecutor(4) as fils:
        list(fils.map(echanger, range(4)))
    assert vus == [ensemble] * 4


def test_an_exchange_that_lasts_does_not_keep_the_others_waiting(tmp_path: Path) -> None:
    with Magasin.ouvrir(None, tmp_path) as magasin, ThreadPoolExecutor(1) as fil:

        def un_autre() -> str:
            with magasin.tour():
                return "passé"

        with magasin.tour():
            assert fil.submit(un_autre).result(timeout=240) == "passé"


def test_what_is_written_leaves_the_log_without_a_writer_waiting_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_REPORT", 1)
    with Magasin.ouvrir(None, tmp_path / "home") as magasin:
        magasin.bases.creer(Base("ecole"), GUICHETS)
        _attendre_le_report()
        _ajouter_une(magasin)
        _attendre_le_report()
        # The file alone, without its log.
        seul = shutil.copy(tmp_path / "home" / "sne.sqlite3", tmp_path / "seul.sqlite3")
        with closing(sqlite3.connect(seul)) as fichier:
            assert fichier.execute("SELECT count(*) FROM demande").fetchone() == (1,)


def _attendre_le_report() -> None:
    for fil in threading.enumerate():
        if fil.name == "sne-report":
            fil.join()


def test_two_processes_may_create_the_tables_at_once(tmp_path: Path) -> None:
    programme = (
        "import sys; from pathlib import Path; from sne_sandbox.store.session import Magasin\n"
        "Magasin.ouvrir(None, Path(sys.argv[1])).fermer()"
    )
    ouvreurs = [
        subprocess.Popen([sys.executable, "-c", programme, str(tmp_path)], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [ouvreur.communicate(timeout=240)[1] for ouvreur in ouvreurs] == ["", ""]


@pytest.mark.postgres
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_connection_that_the_server_closed_is_not_used_again(magasin: Magasin) -> None:
    with pytest.raises(StoreError), magasin.transaction(ecriture=True) as connexion:
        connexion.brut("SELECT pg_terminate_backend(pg_backend_pid())")
    assert magasin.bases.lire("ecole").nom == "ecole"
