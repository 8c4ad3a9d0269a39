"""The plan in pytest: `pytest --sne-application COMMANDE` has an item for each scenario.

`sne-sandbox conform` plays the scenarios that pytest kept, in one run beside pytest, as it plays them alone:
same draws, same findings, same report, same evidence. An item waits for its scenario, whichever process of
pytest-xdist it is in, and tells what was found.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from sne_interface import systeme

#: What the ids of the items begin with; one of them, given to pytest as a file is, plays that scenario.
PREFIXE: Final = "sne_sandbox::"
_NOM: Final = PREFIXE.removesuffix("::")
#: Of the settings of pytest.ini, that of tests only.
_DES_TESTS: Final = "sne_contrats"
_SUIVI, _FINI, _SORTIE, _ERREURS = "suivi.jsonl", "fini", "rapport.txt", "erreurs.txt"
#: Seconds between two looks at what has ended, and given to a run that is told to end.
_PAS, _FIN = 0.05, 60.0


class ManquementSne(Exception):
    """A scenario in which a requirement broke; `str()` says what was found."""


class EpreuveSne(Exception):
    """The run did not come to a scenario; `str()` says why."""


class CasDuPlan(pytest.Item):
    """A scenario of the plan; `scenario` is that of the plan."""

    def __init__(self, *, suivi: "Suivi", scenario: Any, **autres: Any) -> None:
        super().__init__(**autres)
        self._suivi = suivi
        self.scenario = scenario
        self.add_marker("sne_plan")

    def runtest(self) -> None:
        """Waits for it. Raises ManquementSne, EpreuveSne."""
        from sne_conformite.rapports import verdict_de_conformite as verdicts

        rapport = self._suivi.attendre(self.scenario.id)
        (resultat,) = rapport.scenarios
        self.user_properties += [("exemples", resultat.exemples), ("secondes", round(resultat.duree, 3))]
        if verdicts.non_juge(rapport):
            raise EpreuveSne(resultat.retard)
        if not rapport.conforme:
            raise ManquementSne(_constats(rapport))
        issue = verdicts.issue_de_scenario(resultat, verdicts.niveaux_de(rapport))
        if issue is verdicts.EN_ATTENTE and resultat.raison:  # not played: the application does not answer
            raise EpreuveSne(resultat.raison)
        if issue in (verdicts.SANS_OBJET, verdicts.IGNOREE, verdicts.EN_ATTENTE):
            pytest.skip(f"{issue.scenario} : {resultat.raison}" if resultat.raison else issue.scenario)
        if issue in (verdicts.NON_SUIVIE, verdicts.CONNUE):
            warnings.warn(f"{self.name} : {_constats(rapport)}", pytest.PytestWarning, stacklevel=1)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The finding, and nothing of how it was come by."""
        if isinstance(excinfo.value, ManquementSne | EpreuveSne):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Its file, and its title."""
        return self.path, 0, f"{self.scenario.id} {self.scenario.titre}"


def _constats(rapport: Any) -> str:
    """Returns the findings, without the line on the whole: the report is of one scenario."""
    from sne_conformite.rapports.rapport_texte import en_bref

    return en_bref(rapport).partition("\n")[2] or " ".join(rapport.motifs)


class _Collecteur(pytest.Collector):
    def collect(self) -> Iterator[pytest.Item]:
        """Its items are made by `PlanDansPytest`."""
        return iter(())


class Suivi:
    """The progress of the run, read from its folder."""

    def __init__(self, dossier: Path) -> None:
        self._dossier = dossier
        self._lecture: Any = None
        self._rapports: dict[str, Any] = {}
        self._parent = os.getppid()

    def attendre(self, scenario: str) -> Any:
        """The report of a scenario, once it has ended. Raises EpreuveSne when the run ends without it."""
        while scenario not in self._rapports:
            fini = (self._dossier / _FINI).exists()
            self._lire()
            if scenario in self._rapports:
                break
            if fini:
                dits = (self._dossier / _ERREURS).read_text("utf-8", "replace").strip().splitlines()
                raise EpreuveSne("\n".join(["L'épreuve n'est pas allée jusqu'à ce scénario.", *dits[-8:]]))
            if os.getppid() != self._parent:
                raise EpreuveSne("pytest a pris fin.")
            time.sleep(_PAS)
        return self._rapports[scenario]

    def _lire(self) -> None:
        from sne_conformite.rapports import suivi_de_pilotage

        self._lecture = self._lecture or suivi_de_pilotage.LectureDuSuivi(self._dossier / _SUIVI)
        for rapport in self._lecture.suite():
            if not rapport.entete.inacheve:  # of one that others may explain, the last word
                self._rapports[rapport.scenarios[0].id] = rapport


class PlanDansPytest:
    """The plugin: items, and the run that they wait for. In a process of pytest-xdist, items only.
    `options` of pytest, and `reglages` of pytest.ini, are those of `conform` under our name."""

    def __init__(self, config: pytest.Config, options: Collection[str], reglages: Collection[str]) -> None:
        self._config = config
        self._options, self._reglages = options, reglages
        recu = getattr(config, "workerinput", None)
        self._ouvrier = recu is not None
        self._dossier = Path(recu["sne_dossier"] if recu else tempfile.mkdtemp(prefix="sne-pytest-"))
        self._processus: subprocess.Popen[bytes] | None = None
        self._attendus: set[str] = set()
        self._rendus: set[str] = set()
        self._code: int | None = None
        # Of what pytest was given, our names; it collects the rest, and nothing when there is no rest.
        nommes = [arg for arg in config.args if str(arg).startswith(PREFIXE)]
        self._nommes = [nom for arg in nommes if (nom := str(arg).removeprefix(PREFIXE))]
        config.args = [arg for arg in config.args if arg not in nommes]

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tells a process of pytest-xdist where the run is."""
        node.workerinput["sne_dossier"] = str(self._dossier)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Adds the scenarios: those that are named, all when none is. `-k`, `-m` and `--lf` come after."""
        from sne_interface.errors import OperatorError

        try:
            scenarios = self._plan()
        except OperatorError as erreur:
            raise pytest.UsageError(erreur.diagnostics()) from None
        connus = {scenario.id for scenario in scenarios}
        if inconnus := [nom for nom in self._nommes if nom not in connus]:
            raise pytest.UsageError(f"Le scénario [{inconnus[0]}] n'est pas du plan.")
        suivi = Suivi(self._dossier)
        parent = _Collecteur.from_parent(session, name=_NOM, nodeid=_NOM)
        for scenario in scenarios:
            if not self._nommes or scenario.id in self._nommes:
                items.append(CasDuPlan.from_parent(parent, name=scenario.id, suivi=suivi, scenario=scenario))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Begins the run, unless it is pytest-xdist that gives the items out."""
        if not self._ouvrier and not self._config.option.collectonly:
            self._commencer([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: Sequence[str]) -> None:
        """Begins the run once the first process says what there is."""
        self._commencer(ids)

    def _commencer(self, ids: Collection[str]) -> None:
        self._attendus = {i.removeprefix(PREFIXE) for i in ids if i.startswith(PREFIXE)}
        if self._processus is not None or not self._attendus:
            return
        commande = [sys.executable, "-P", "-m", "sne_sandbox", "--with-parent", "conform"]
        commande += ["--suivi", str(self._dossier / _SUIVI)]
        for option in self._options:
            valeurs = self._config.getoption(option)
            for valeur in valeurs if isinstance(valeurs, list) else [valeurs]:
                if valeur is not None:
                    commande.append(f"{option.replace('--sne-', '--')}={valeur}")
        for nom in self._reglages:
            if (valeur := str(self._config.getini(nom))) and nom != _DES_TESTS:
                commande.append(f"--{nom.removeprefix('sne_').replace('_', '-')}={valeur}")
        if self._attendus < {scenario.id for scenario in self._plan()}:
            commande += [f"--scenario={nom}" for nom in sorted(self._attendus)]
        with (self._dossier / _SORTIE).open("wb") as sortie, (self._dossier / _ERREURS).open("wb") as erreurs:
            self._processus = subprocess.Popen(  # noqa: S603 - ourselves
                commande,
                stdin=subprocess.PIPE,  # closed by our death: what --with-parent waits for
                stdout=sortie,
                stderr=erreurs,
                cwd=self._config.invocation_params.dir,
                start_new_session=True,  # a Ctrl-C is ours to tell
            )
        threading.Thread(target=self._guetter, args=[self._processus], daemon=True).start()

    def _plan(self) -> list[Any]:
        from sne_conformite.plan import plan as plans

        fichier = self._config.getoption("sne_plan")
        return list(plans.charger(None if fichier is None else Path(fichier)))

    def _guetter(self, processus: "subprocess.Popen[bytes]") -> None:
        processus.wait()
        with contextlib.suppress(OSError):  # the folder is gone with the session
            (self._dossier / _FINI).touch()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes which items have told what they had to, or never will: skipped, or their process killed."""
        dit = report.when != "teardown" and not (report.when == "setup" and report.passed)
        if dit and report.nodeid.startswith(PREFIXE):
            self._rendus.add(report.nodeid.removeprefix(PREFIXE))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Ends the run, if pytest stopped before it; what it decides is an exit code too."""
        if self._processus is None:
            return
        if cesse := self._rendus != self._attendus:
            coupee = session.exitstatus == pytest.ExitCode.INTERRUPTED
            systeme.prevenir(self._processus, signal.SIGINT if coupee else signal.SIGTERM)
        try:  # what was skipped may still be played
            self._code = self._processus.wait(_FIN if cesse else None)
        except subprocess.TimeoutExpired:
            self._processus.kill()
            self._code = self._processus.wait()
        if self._code and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Prints the conclusion of `conform` on the whole."""
        if self._processus is not None:
            terminalreporter.section("sne-sandbox")
            texte = (self._dossier / _SORTIE).read_text("utf-8", "replace")
            if self._code not in (0, 1):
                texte += (self._dossier / _ERREURS).read_text("utf-8", "replace")
            terminalreporter.write_line(texte.strip())

    def pytest_unconfigure(self) -> None:
        """Leaves nothing behind."""
        if not self._ouvrier:
            if self._processus is not None and self._processus.poll() is None:
                self._processus.kill()
            shutil.rmtree(self._dossier, ignore_errors=True)
