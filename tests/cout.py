"""How much of a processor each test takes, and how much memory: `make test COUT=1`.

The time is that of the process and of those that the test starts and waits for. A server that a module or the
session shares is told with the test that ends it.
"""

import contextlib
import ctypes
import gc
import os
import resource
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from sne_interface.contract.contrats_charges import Contrat

#: How many files, and how many tests, are told.
_CHERS: Final = 40
#: The most that a worker may hold, in megabytes. 600 is wanted; 627 was measured on 3 December 2026.
MEMOIRE_MAX_MO: Final = 740
#: From where a process gives back what it can, and how much more it then takes to try again.
_BEAUCOUP_MO: Final = 400
_PAS_MO: Final = 40


def secondes() -> float:
    """Of this process and of its children that have ended, since they began."""
    temps = os.times()
    return temps.user + temps.system + temps.children_user + temps.children_system


def memoire_mo() -> int:
    """The most that this process has held since it was last asked, where the system tells that apart."""
    pointe = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    return pointe


class Releve:
    """Where tests run: notes the seconds of each phase of a test, which travel with its report."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._depuis = self._collecte = 0.0
        self._pointe = 0

    def pytest_collection_finish(self) -> None:
        """All that it took to find the tests, imports included."""
        self._collecte = secondes()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call: Any) -> Iterator[None]:
        """A phase has ended; the next begins with it."""
        report = yield
        maintenant = secondes()
        if call.when == "setup":
            self._depuis = self._depuis or self._collecte
        pointe = memoire_mo()
        report.user_properties = [("cpu", maintenant - self._depuis), ("mo", pointe)]
        self._depuis, self._pointe = maintenant, max(self._pointe, pointe)
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """What the whole took, of a worker."""
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput["cout"] = (self._collecte, secondes(), self._pointe)


def tenue_mo() -> int:
    """What this process holds now, 0 where the system does not say it."""
    dit = Path("/proc/self/statm")
    return int(dit.read_text("ascii").split()[1]) * resource.getpagesize() >> 20 if dit.exists() else 0


class Menage:
    """Where tests run: gives back to the system what they have left, whenever it is much."""

    def __init__(self) -> None:
        self._seuil = _BEAUCOUP_MO

    def pytest_runtest_logfinish(self) -> None:
        """A test is over."""
        if tenue_mo() > self._seuil:
            # They hold the contracts of folders that a test has made, which a server has one of.
            Contrat.a_venir.cache_clear()
            Contrat.versions_du.cache_clear()
            gc.collect()
            ctypes.CDLL(None).malloc_trim(0)
            self._seuil = max(_BEAUCOUP_MO, tenue_mo() + _PAS_MO)


class Memoire:
    """Where the run is told: what the workers held, of which too much fails the run."""

    def __init__(self, terminal: Any) -> None:
        self._terminal = terminal
        self._tenues: list[int] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended."""
        if "cout" in getattr(node, "workeroutput", {}):
            self._tenues.append(node.workeroutput["cout"][2])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """All have."""
        if self._tenues:
            dites = ", ".join(map(str, self._tenues))
            self._terminal.write_line(
                f"Memory of the workers, at most: {dites} MB ({MEMOIRE_MAX_MO} allowed)"
            )
            if max(self._tenues) > MEMOIRE_MAX_MO:
                session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


class Addition:
    """Where the run is told: adds up."""

    def __init__(self, config: pytest.Config) -> None:
        self._racine = config.rootpath
        self._par_test: Counter[str] = Counter()
        self._memoire: Counter[str] = Counter()
        self._ouvriers: list[tuple[float, float, int]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of a test."""
        dits = dict(report.user_properties)
        self._par_test[report.nodeid] += dits.get("cpu", 0.0)
        self._memoire[report.nodeid] = max(self._memoire[report.nodeid], dits.get("mo", 0))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended."""
        if "cout" in getattr(node, "workeroutput", {}):
            self._ouvriers.append(node.workeroutput["cout"])

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Dearest first."""
        ecrire = terminalreporter.write_line
        par_fichier: Counter[str] = Counter()
        par_dossier: Counter[str] = Counter()
        nombre: Counter[str] = Counter()
        for test, cpu in self._par_test.items():
            fichier = test.partition("::")[0]
            for compte, cle in ((par_fichier, fichier), (par_dossier, str(Path(fichier).parent))):
                compte[cle] += cpu
                nombre[cle] += 1
        for compte in (par_dossier, par_fichier):
            terminalreporter.section("CPU, s")
            for cle, cpu in compte.most_common(_CHERS):
                ecrire(f"{cpu:8.1f}  {nombre[cle]:5d} tests  {cpu / nombre[cle]:6.3f} each  {cle}")
        terminalreporter.section("CPU of a test, s")
        for test, cpu in self._par_test.most_common(_CHERS):
            ecrire(f"{cpu:8.2f}  {test}")
        terminalreporter.section("Memory of the process in a test, at most, MB")
        for test, memoire in self._memoire.most_common(_CHERS):
            ecrire(f"{memoire:8d}  {test}")
        terminalreporter.section("Whole")
        for collecte, tout, memoire in self._ouvriers:
            ecrire(f"{tout:8.1f} s of a worker, {collecte:.1f} to collect; {memoire} MB at most")
        ecrire(f"{sum(self._par_test.values()):8.1f} s in tests; here {secondes():.1f} s")
