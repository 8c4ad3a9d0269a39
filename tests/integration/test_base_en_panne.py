"""A database that fails is a quiet, cheap, honest refusal, and nothing that was acknowledged is lost: a
PostgreSQL that stops, connections that are cut, a disk that is full, a file that is taken away."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from client_mtom import Client
from foule import menages
from lxml import etree
from serveur_local import Serveur

sys.path.insert(0, str(Path(__file__).parents[1]))

from postgres_arretable import PostgresArretable, postgres_arretable

#: A token as one sends it: it must be in no log, whatever fails.
JETON: Final = "jeton-que-nul-journal-ne-doit-tenir-0123456789"
PATIENCE: Final = 60.0
CLIENTS: Final = 8
#: What the issue gives: seconds of CPU of a failed exchange, seconds that a probe waits.
PROCESSEUR_MAX: Final = 0.010
SONDE_MAX: Final = 0.100


def demander(serveur: Serveur, chemin: str, jeton: str = "") -> tuple[int, dict[str, Any], float]:
    """Status, JSON and seconds of a GET."""
    lien = serveur.lien(PATIENCE)
    depart = time.perf_counter()
    try:
        lien.request("GET", chemin, headers={"Authorization": f"Bearer {jeton}"} if jeton else {})
        reponse = lien.getresponse()
        corps = reponse.read()
        return reponse.status, json.loads(corps), time.perf_counter() - depart
    finally:
        lien.close()


def raisons(serveur: Serveur) -> dict[str, str]:
    """What /readyz finds wrong, by check."""
    statut, corps, _ = demander(serveur, "/readyz")
    mauvaises = {v["nom"]: v["raison"] for v in corps["verifications"] if not v["ok"]}
    assert (statut, corps["status"]) == ((503, "indisponible") if mauvaises else (200, "ok"))
    return mauvaises


def attendre(quoi: Callable[[], bool], patience: float = PATIENCE) -> float:
    """Waits until it is so; how many seconds it took."""
    depart = time.monotonic()
    while not quoi():
        assert time.monotonic() < depart + patience
        time.sleep(0.05)
    return time.monotonic() - depart


def lignes_du_journal(serveur: Serveur) -> list[str]:
    """What the server has said of its exchanges and of its database: not its first words, nor the line for
    each connection that listens to the other servers and was cut."""
    lignes = serveur.home.with_suffix(".log").read_text("utf-8").splitlines()
    return [ligne for ligne in lignes if ligne.startswith("{") and "plusieurs_serveurs.voisins" not in ligne]


def processeur(serveur: Serveur) -> float:
    """Seconds of CPU that the server and its workers have taken."""
    pids = [serveur.processus.pid]
    total = 0
    while pids:
        pid = pids.pop()
        champs = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        total += int(champs[11]) + int(champs[12])
        for enfants in Path(f"/proc/{pid}/task").glob("*/children"):
            pids += map(int, enfants.read_text().split())
    return total / os.sysconf("SC_CLK_TCK")


@dataclass
class Charge:
    """Clients that register households until they are told to end. `acquittes` are (numéro, name),
    `refus` (sentence, seconds)."""

    serveur: Serveur
    file: Iterator[tuple[str, bytes]] = field(default_factory=lambda: menages(400_000))
    acquittes: list[tuple[str, str]] = field(default_factory=list)
    refus: list[tuple[str, float]] = field(default_factory=list)
    fin: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def mener(self, clients: int = CLIENTS) -> Iterator["Charge"]:
        """The load, while entered."""
        verrou = threading.Lock()

        def un_client() -> None:
            client = Client(self.serveur, "G1104")
            while not self.fin.is_set():
                with verrou:
                    nom, document = next(self.file)
                depart = time.perf_counter()
                recu = client.enregistrer(document)
                if recu.phrase is None:
                    self.acquittes.append((recu.numero, nom))
                else:
                    self.refus.append((recu.phrase, time.perf_counter() - depart))
                    self.fin.wait(0.02)
            client.fermer()

        fils = [threading.Thread(target=un_client) for _ in range(clients)]
        for fil in fils:
            fil.start()
        try:
            yield self
        finally:
            self.fin.set()
            for fil in fils:
                fil.join(PATIENCE)
        assert not any(fil.is_alive() for fil in fils)

    def progresser(self) -> None:
        """Waits for one more to be acknowledged."""
        avant = len(self.acquittes)
        attendre(lambda: len(self.acquittes) > avant)


def rien_de_perdu(acquittes: list[tuple[str, str]], lien: Any) -> None:
    """No numéro was given twice, and each is that of its household in the database."""
    en_base = dict(lien.execute("SELECT numero_unique, nom_plie FROM demande_personne").fetchall())
    assert len(dict(acquittes)) == len(acquittes)
    assert {n: nom.lower() for n, nom in acquittes} == {n: en_base.get(n) for n, _ in acquittes}


def pas_de_secret(serveur: Serveur, *secrets: str) -> None:
    """None of them is in what the server said; nor a NIR, the token, a variable of ours."""
    dit = serveur.home.with_suffix(".log").read_text("utf-8")
    document = etree.fromstring(next(menages(1))[1])
    nirs = [e.text for e in document.iter() if "nir" in str(e.tag).lower() and e.text]
    for secret in (JETON, *secrets, *nirs):
        assert secret not in dit
    for ligne in lignes_du_journal(serveur):
        json.loads(ligne)  # one line, one object


@pytest.fixture
def arretable() -> Iterator[PostgresArretable]:
    """A PostgreSQL of this test."""
    with postgres_arretable() as un:
        yield un


# --- PostgreSQL -----------------------------------------------------------------------------------------


@pytest.mark.cher
@pytest.mark.charge
@pytest.mark.postgres
def test_a_stopped_postgresql_is_refused_at_once_and_cheaply(
    demarrer: Callable[..., Serveur], arretable: PostgresArretable
) -> None:
    serveur = demarrer("--seed-base", "vide", "--workers", "1", "--database", arretable.url)
    with Charge(serveur).mener() as charge:
        charge.progresser()
        attendre(lambda: raisons(serveur) == {})
        arretable.arreter()
        attendre(lambda: bool(charge.refus))
        time.sleep(1.0)  # what was under way has ended
        avant, debut, lignes = len(charge.refus), processeur(serveur), len(lignes_du_journal(serveur))
        sondes = []
        fin = time.monotonic() + 5.0
        while time.monotonic() < fin:
            for chemin, attendu in (("/healthz", 200), ("/readyz", 503), ("/api/v1/bases", 503)):
                statut, corps, duree = demander(serveur, chemin)
                assert statut == attendu
                if "api" in chemin:
                    assert "PostgreSQL ne répond pas" in corps["detail"]
                    assert "démarrez PostgreSQL" in corps["detail"]
                else:
                    sondes.append(duree)
            demander(serveur, "/api/v1/bases", JETON)
            time.sleep(0.1)
        refuses = charge.refus[avant:]
        par_echange = (processeur(serveur) - debut) / (len(refuses) + 2 * len(sondes))
        attendre(lambda: raisons(serveur).keys() >= {"lecture", "ecriture", "schema"})
        arretable.demarrer()
        repris = attendre(lambda: raisons(serveur) == {})
        charge.progresser()
    print(
        f"{len(refuses)} refusals of {par_echange * 1000:.2f} ms of CPU, "
        f"{len(lignes_du_journal(serveur))} lines; probes of {max(sondes) * 1000:.0f} ms at most; "
        f"back after {repris:.1f} s"
    )
    assert {phrase for phrase, _ in refuses} == {refuses[0][0]}
    assert "PostgreSQL ne répond pas ; rien n'a été enregistré. → démarrez PostgreSQL" in refuses[0][0]
    assert len(refuses) > 50
    assert par_echange < PROCESSEUR_MAX
    assert sorted(sondes)[len(sondes) * 95 // 100] < SONDE_MAX
    # What was under way when it fell has a line each, and what was begun before that was known; the others
    # have none.
    assert lignes - 1 <= 2 * CLIENTS
    assert len(lignes_du_journal(serveur)) <= lignes + 2
    assert [x for x in lignes_du_journal(serveur) if '"database back"' in x]
    pas_de_secret(serveur, arretable.mot_de_passe)
    with psycopg.connect(arretable.url) as lien:
        rien_de_perdu(charge.acquittes, lien)


@pytest.mark.charge
@pytest.mark.postgres
def test_a_postgresql_that_says_nothing_is_not_waited_for(
    demarrer: Callable[..., Serveur], arretable: PostgresArretable
) -> None:
    """Stopped in its tracks, as a machine that hangs: its connections are open, and nothing comes."""
    serveur = demarrer("--seed-base", "vide", "--workers", "1", "--database", arretable.url)
    with Charge(serveur).mener() as charge:
        charge.progresser()
        arretable.figer()
        dit = attendre(lambda: any("PostgreSQL ne répond pas" in phrase for phrase, _ in charge.refus))
        attendre(lambda: len(charge.refus) > 10 * CLIENTS, 10.0)
        attendre(lambda: "PostgreSQL ne répond pas" in raisons(serveur).get("base", ""))
        assert demander(serveur, "/api/v1/bases")[0] == 503
        arretable.figer(signal.SIGCONT)
        charge.progresser()
        attendre(lambda: raisons(serveur) == {})
        # What is long is not broken as long as somebody answers.
        with psycopg.connect(arretable.url) as lien:
            lien.execute("LOCK TABLE demande IN ACCESS EXCLUSIVE MODE")
            refuses = len(charge.refus)
            time.sleep(9.0)
        charge.progresser()
        assert len(charge.refus) == refuses
    print(f"said after {dit:.1f} s, {len(lignes_du_journal(serveur))} lines for {len(charge.refus)} refusals")
    assert dit < 20.0
    assert len(lignes_du_journal(serveur)) <= CLIENTS + 3
    with psycopg.connect(arretable.url) as lien:
        rien_de_perdu(charge.acquittes, lien)


@pytest.mark.charge
@pytest.mark.postgres
def test_connections_that_are_cut_cost_what_was_under_way(
    demarrer: Callable[..., Serveur], arretable: PostgresArretable
) -> None:
    serveur = demarrer("--seed-base", "vide", "--workers", "1", "--database", arretable.url)
    with Charge(serveur).mener() as charge:
        for _ in range(5):
            charge.progresser()
            arretable.couper()
        charge.progresser()
    arretable.couper()
    with Charge(serveur, charge.file).mener(1) as tranquille:
        tranquille.progresser()
    assert tranquille.refus == []  # those that were idle are replaced, and nobody hears of it
    assert {p for p, _ in charge.refus if "coupée" not in p and "s'arrête" not in p} == set()
    autres = [ligne for ligne in lignes_du_journal(serveur) if '"exchange refused"' not in ligne]
    assert autres == []
    assert len(lignes_du_journal(serveur)) <= len(charge.refus)
    pas_de_secret(serveur, arretable.mot_de_passe)
    with psycopg.connect(arretable.url) as lien:
        rien_de_perdu(charge.acquittes, lien)


@pytest.mark.charge
@pytest.mark.postgres
def test_a_read_only_postgresql_is_said_and_read(
    demarrer: Callable[..., Serveur], arretable: PostgresArretable
) -> None:
    """As a standby is, or one whose disk is full."""

    def regler(lecture_seule: str) -> None:
        with psycopg.connect(arretable.url, autocommit=True) as lien:
            lien.execute("SET default_transaction_read_only = off")
            lien.execute(f"ALTER DATABASE postgres SET default_transaction_read_only = {lecture_seule}")
        arretable.couper()

    serveur = demarrer("--seed-base", "vide", "--workers", "1", "--database", arretable.url)
    with Charge(serveur).mener(2) as charge:
        charge.progresser()
        regler("on")
        attendre(lambda: any("la base est en lecture seule" in phrase for phrase, _ in charge.refus))
        attendre(lambda: raisons(serveur).keys() == {"base", "ecriture"})
        assert demander(serveur, "/api/v1/bases")[0] == 200
        regler("off")
        charge.progresser()
    pas_de_secret(serveur, arretable.mot_de_passe)
    with psycopg.connect(arretable.url) as lien:
        rien_de_perdu(charge.acquittes, lien)


# --- the disk -------------------------------------------------------------------------------------------


@pytest.mark.charge
def test_a_full_disk_is_said_and_survived(demarrer: Callable[..., Serveur], tmp_path: Path) -> None:
    """A tmpfs of 120 MB, which somebody fills."""
    disque, lest = tmp_path / "disque", tmp_path / "disque" / "lest"
    disque.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120m", "tmpfs", str(disque)], check=True)
    try:
        serveur = demarrer("--seed-base", "vide", nom="disque/home")
        with Charge(serveur).mener() as charge:
            charge.progresser()
            attendre(lambda: raisons(serveur) == {})
            with lest.open("wb") as fichier, contextlib.suppress(OSError):
                while True:
                    fichier.write(b"\0" * 65_536)
                    fichier.flush()
            attendre(lambda: bool(charge.refus))
            time.sleep(1.0)
            avant, debut = len(charge.refus), processeur(serveur)
            time.sleep(5.0)
            refuses = charge.refus[avant:]
            par_echange = (processeur(serveur) - debut) / len(refuses)
            # What is there can be read.
            attendre(lambda: raisons(serveur).keys() == {"base", "ecriture", "place"})
            assert demander(serveur, "/healthz")[0] == 200
            lignes = len(lignes_du_journal(serveur))
            lest.unlink()
            repris = attendre(lambda: raisons(serveur) == {})
            charge.progresser()
        print(f"{len(refuses)} refusals of {par_echange * 1000:.2f} ms of CPU, {lignes} lines; back after "
              f"{repris:.1f} s")  # fmt: skip
        assert all("le disque de la base est plein" in phrase for phrase, _ in refuses)
        assert par_echange < PROCESSEUR_MAX
        assert lignes <= CLIENTS + 4
        pas_de_secret(serveur)
        with contextlib.closing(sqlite3.connect(serveur.home / "sne.sqlite3")) as lien:
            assert lien.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            rien_de_perdu(charge.acquittes, lien)
        serveur.tuer()
    finally:
        subprocess.run(["umount", "-l", str(disque)], check=False)


# --- the file that was opened ---------------------------------------------------------------------------


def _supprimer(fichier: Path) -> None:
    # The file before its log: a server that looks meanwhile says which of them is not there.
    for un in sorted(fichier.parent.glob(f"{fichier.name}*")):
        un.unlink()


def _remplacer(fichier: Path) -> None:
    copie = fichier.with_name("copie")
    shutil.copy(fichier, copie)
    copie.replace(fichier)


def _ecraser(fichier: Path) -> None:
    """As `cp` does: the same file, other bytes, fewer."""
    with contextlib.closing(sqlite3.connect(":memory:")) as vide:
        vide.execute("CREATE TABLE t (a)")
        fichier.write_bytes(vide.serialize())


def _oter_le_journal(fichier: Path) -> None:
    fichier.with_name(f"{fichier.name}-wal").unlink()


@pytest.mark.parametrize(
    ("faire", "cause"),
    [
        (_supprimer, "le fichier sne.sqlite3 a été supprimé sous le serveur"),
        (_remplacer, "le fichier sne.sqlite3 a été remplacé par un autre sous le serveur"),
        (_ecraser, "le fichier "),
        (_oter_le_journal, "le fichier sne.sqlite3-wal a été "),
    ],
)
def test_nothing_is_acknowledged_into_a_file_that_is_gone(
    demarrer: Callable[..., Serveur], faire: Callable[[Path], None], cause: str
) -> None:
    serveur = demarrer("--seed-base", "vide")
    with Charge(serveur).mener(4) as charge:
        charge.progresser()
        faire(serveur.home / "sne.sqlite3")
        # Those whose answer was on its way.
        time.sleep(0.2)
        attendre(lambda: bool(charge.refus))
        apres = len(charge.acquittes)
        attendre(lambda: len(charge.refus) > 20)
        assert len(charge.acquittes) == apres
    assert {phrase for phrase, _ in charge.refus if cause not in phrase} == set()
    assert "relancez" in charge.refus[-1][0]
    attendre(lambda: cause in str(raisons(serveur)))
    assert demander(serveur, "/healthz")[0] == 200
    assert cause in "".join(lignes_du_journal(serveur))
    pas_de_secret(serveur)


def test_a_file_that_is_put_back_is_served_again(demarrer: Callable[..., Serveur]) -> None:
    serveur = demarrer("--seed-base", "vide")
    ici, ailleurs = serveur.home / "sne.sqlite3", serveur.home / "ailleurs"
    with Charge(serveur).mener(2) as charge:
        charge.progresser()
        ici.rename(ailleurs)
        attendre(lambda: bool(charge.refus))
        ailleurs.rename(ici)
        charge.progresser()
        attendre(lambda: raisons(serveur) == {})
    with contextlib.closing(sqlite3.connect(ici)) as lien:
        rien_de_perdu(charge.acquittes, lien)


def _copier(de: Path, vers: Path) -> None:
    with contextlib.closing(sqlite3.connect(de)) as lu, contextlib.closing(sqlite3.connect(vers)) as ecrit:
        lu.backup(ecrit)


def test_an_older_state_put_back_by_sqlite_itself_is_seen(demarrer: Callable[..., Serveur]) -> None:
    """`.restore` of the shell of SQLite: the same file, through its locks, as it was before this start."""
    serveur = demarrer("--seed-base", "vide")
    serveur.arreter()
    fichier, copie = serveur.home / "sne.sqlite3", serveur.home / "copie"
    _copier(fichier, copie)
    time.sleep(1.1)  # a generation is a second
    serveur = demarrer("--seed-base", "vide")
    client = Client(serveur, "G1104")
    file = menages(10)
    assert client.enregistrer(next(file)[1]).numero
    _copier(copie, fichier)
    phrase = client.enregistrer(next(file)[1]).phrase
    assert phrase is not None
    assert "ramené à un état antérieur sous le serveur" in phrase


# --- who watches ----------------------------------------------------------------------------------------


@pytest.mark.cher
@pytest.mark.charge
def test_probes_are_answered_at_once_whatever_the_load(demarrer: Callable[..., Serveur]) -> None:
    serveur = demarrer("--seed-base", "vide", "--workers", "1")
    durees = []
    with Charge(serveur).mener(32) as charge:
        charge.progresser()
        attendre(lambda: demander(serveur, "/readyz")[0] == 200)
        fin = time.monotonic() + 10.0
        while time.monotonic() < fin:
            for chemin in ("/healthz", "/readyz"):
                statut, corps, duree = demander(serveur, chemin)
                assert (statut, corps["status"]) == (200, "ok"), corps
                durees.append(duree)
            time.sleep(0.05)
    milieu = sorted(durees)[len(durees) // 2]
    print(
        f"{len(charge.acquittes)} registrations by 32 clients; of {len(durees)} probes the median is "
        f"{milieu * 1000:.1f} ms, the slowest {max(durees) * 1000:.1f} ms"
    )
    # The machine of a test holds the clients too, and may stop a process for as long as it likes.
    assert sorted(durees)[len(durees) * 95 // 100] < SONDE_MAX
