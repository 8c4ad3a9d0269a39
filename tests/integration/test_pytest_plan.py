"""The plan in pytest, in a project that is not ours: an item a scenario, the verdicts of `conform`."""

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from commande import jugee, rapport_de, sne
from donnees import a_cote
from fautes import ENVIRONNEMENT, designation

pytestmark = pytest.mark.cher

pytest_plugins = ["pytester"]

#: One that passes, one that a defect breaks, one that the application must be ready for.
CHOISIS = ("CRE-COLOCATION", "EVT-AJOUTER", "ROB-HTML-502")
NOMS = [f"sne_sandbox::{scenario}" for scenario in CHOISIS]
DEFAUT = "second-cotitulaire"
#: The plugins of others stay out: they take seconds.
SEULE = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_PLUGINS": "sne_sandbox.pytest_plugin",
    **ENVIRONNEMENT,
}
#: Verdict of a scenario → what pytest says of its item.
_DITS = {"échoué": "FAILED", "réussi": "PASSED", "ignoré": "SKIPPED"}


@pytest.fixture(autouse=True)
def seule(monkeypatch: pytest.MonkeyPatch) -> None:
    for nom, valeur in SEULE.items():
        monkeypatch.setenv(nom, valeur)


def options_de(faute: str = "") -> tuple[str, str]:
    application = designation(faute) if faute else shlex.join([sys.executable, "-P", "-m", "sne_temoin"])
    return f"--sne-application={application}", "--sne-examples=1"


def lancer(pytester: pytest.Pytester, *options: str, faute: str = "") -> pytest.RunResult:
    return jugee(
        lambda: pytester.runpytest_subprocess(*options_de(faute), *options), lambda vu: vu.stdout.str()
    )


@dataclass(frozen=True)
class Lancee:
    """A run that is over: where, what it wrote."""

    dossier: Path
    code: int
    lignes: list[str]


@pytest.fixture(scope="module")
def fautive(tmp_path_factory: pytest.TempPathFactory) -> Lancee:
    """The scenarios of `CHOISIS` against an application at fault, in a project that has a test of its own."""
    dossier = tmp_path_factory.mktemp("fautive")
    (dossier / "test_editeur.py").write_text("def test_de_l_editeur(): assert False, 'autre chose'", "utf-8")
    mots = (*options_de(DEFAUT), *NOMS, "--sne-report-dir=rapport", "--junitxml=junit.xml")
    vu = jugee(
        lambda: subprocess.run(
            [sys.executable, "-m", "pytest", *mots],
            cwd=dossier, env=os.environ | SEULE, capture_output=True, text=True, timeout=900,
        ),
        lambda vu: vu.stdout,
    )  # fmt: skip
    return Lancee(dossier, vu.returncode, vu.stdout.splitlines())


def test_each_scenario_is_an_item(pytester: pytest.Pytester) -> None:
    vu = lancer(pytester, "--collect-only", "-q", "-k", "COLOCATION or EVT-SUPPRIMER")
    vu.stdout.fnmatch_lines(["sne_sandbox::CRE-COLOCATION", "sne_sandbox::EVT-SUPPRIMER"])
    assert vu.ret == 0


def test_its_own_tests_go_on_beside(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_de_l_editeur(): pass")
    vu = lancer(pytester, "-k", "EVT-SUPPRIMER or editeur")
    vu.assert_outcomes(passed=2)
    vu.stdout.fnmatch_lines(["*= sne-sandbox =*", "*opération*sur 13*"])


def test_a_scenario_that_fails_shows_the_finding_and_not_our_stack(fautive: Lancee) -> None:
    comptes = pytest.RunResult.parse_summary_nouns(fautive.lignes)
    # What was named, and nothing of the vendor's own.
    assert {sorte: comptes.get(sorte, 0) for sorte in ("passed", "failed", "errors", "skipped")} == {
        "passed": 2, "failed": 1, "errors": 0, "skipped": 0,
    }  # fmt: skip
    ecrit = pytest.LineMatcher(fautive.lignes)
    ecrit.fnmatch_lines(
        [
            "*CRE-COLOCATION*",
            "*FID-02*",
            "*observé : (rien)*",
            "*remède*",
            "*rejouer :*--scenario CRE-COLOCATION*",
            "FAILED sne_sandbox::CRE-COLOCATION*",
        ]
    )
    ecrit.no_fnmatch_line("*plan_pytest.py*")
    assert "cotitulaire" in (fautive.dossier / "junit.xml").read_text("utf-8")


def _verdicts(dossier: Path) -> list[tuple[str, str, str]]:
    joues = rapport_de(dossier)["scenarios"]
    return [(s["id"], v["exigence"], v["verdict"]) for s in joues for v in s["verifications"]]


def test_report_and_evidence_are_those_of_conform(fautive: Lancee, pytester: pytest.Pytester) -> None:
    assert fautive.code == 1
    seul = sne(
        pytester.path, "conform", "--application", designation(DEFAUT),
        "--examples", "1", "--report-dir", "seul", *(f"--scenario={s}" for s in CHOISIS),
    )  # fmt: skip
    assert seul.returncode == 1
    rapport = fautive.dossier / "rapport"
    assert _verdicts(rapport) == _verdicts(pytester.path / "seul")
    verifier = ("report", "--verify", str(rapport / "preuves.zip"))
    preuves = pytester.run(sys.executable, "-m", "sne_sandbox", *verifier)
    preuves.stderr.fnmatch_lines(["Comparaison : *octet pour octet*"])


def test_an_item_says_what_the_report_will(pytester: pytest.Pytester) -> None:
    """What is broken everywhere is charged once, under the requirement that says so: when it is known."""
    noms = [f"sne_sandbox::{scenario}" for scenario in ("EVT-AJOUTER", "RCH-CRITERES", "CRE-COMPLETE")]
    vu = lancer(pytester, "-v", *noms, "--sne-report-dir=rapport", faute="mojibake")
    lu = rapport_de(pytester.path / "rapport")
    plies = {v["exigence"] for s in lu["scenarios"] for v in s["verifications"] if v["verdict"] == "ignoré"}
    assert "FID-14" in plies, "a consequence, and its cause"
    assert "✗ FID-10" in vu.stdout.str()
    assert "✗ FID-14" not in vu.stdout.str()
    for scenario, verdict in ((s["id"], s["verdict"]) for s in lu["scenarios"]):
        vu.stdout.fnmatch_lines([f"sne_sandbox::{scenario} {_DITS[verdict]}*"])


def test_as_many_processes_as_one_likes(pytester: pytest.Pytester) -> None:
    vu = lancer(pytester, "-p", "xdist.plugin", "-n", "3", *NOMS, faute=DEFAUT)
    vu.assert_outcomes(passed=2, failed=1)
    vu.stdout.fnmatch_lines(["*FID-02*", "*= sne-sandbox =*"])


def test_x_stops_the_run_and_what_was_played_is_reported(pytester: pytest.Pytester) -> None:
    vu = lancer(pytester, "-x", "-k", "CRE-", "--sne-report-dir=rapport", faute=DEFAUT)
    assert vu.ret == 1
    assert rapport_de(pytester.path / "rapport")["entete"]["inacheve"]


def test_an_item_that_the_user_skips_does_not_end_the_run(pytester: pytest.Pytester) -> None:
    """By a mark, or as it is set up: the last ones, so that the run is not over."""
    pytester.makeconftest(a_cote(__file__)["an_item_that_the_user_skips_does_not_end_the_run"])
    vu = lancer(pytester, *NOMS, "--sne-report-dir=rapport")
    vu.assert_outcomes(passed=1, skipped=2)
    tete = rapport_de(pytester.path / "rapport")["entete"]
    assert (tete["inacheve"], vu.ret) == ("", 0)


def test_ctrl_c_ends_the_run_which_reports_what_was_played(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        def pytest_runtest_logreport(report):
            if report.when == "call":
                raise KeyboardInterrupt
        """
    )
    vu = lancer(pytester, "-k", "CRE-", "--sne-report-dir=rapport")
    assert vu.ret == pytest.ExitCode.INTERRUPTED
    vu.stdout.fnmatch_lines(["*= sne-sandbox =*", "*KeyboardInterrupt*"])
    tete = rapport_de(pytester.path / "rapport")["entete"]
    assert tete["inacheve"].startswith("Interrompu (SIGINT)")


def test_a_process_of_xdist_that_is_killed_fails_its_item_alone(pytester: pytest.Pytester) -> None:
    """Of the run, which goes on beside, nothing is lost."""
    pytester.makeconftest(
        """
        import os
        def pytest_runtest_call(item):
            if item.name == "CRE-COLOCATION":
                os._exit(9)
        """
    )
    vu = lancer(pytester, "-p", "xdist.plugin", "-n", "2", *NOMS[:2], "--sne-report-dir=rapport")
    vu.assert_outcomes(passed=1, failed=1)
    assert vu.ret == 1
    vu.stdout.fnmatch_lines(["*crashed while running*CRE-COLOCATION*"])
    assert {verdict for _, _, verdict in _verdicts(pytester.path / "rapport")} == {"réussi"}
    tete = rapport_de(pytester.path / "rapport")["entete"]
    assert tete["inacheve"] == ""


def test_what_failed_last_time_is_played_again(
    fautive: Lancee, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(fautive.dossier)
    vu = lancer(pytester, "--lf", "-q", *NOMS, faute=DEFAUT)
    vu.assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("application", "dit"),
    [("./absent", "*L'application ne se lance pas*absent*"), (f"{sys.executable} -m rien.du.tout", "*")],
)
def test_an_application_that_does_not_start_is_told(
    pytester: pytest.Pytester, application: str, dit: str
) -> None:
    """One that ends at once is no skipped scenario."""
    vu = pytester.runpytest_subprocess(f"--sne-application={application}", NOMS[0])
    vu.assert_outcomes(failed=1)
    vu.stdout.fnmatch_lines([dit])
    vu.stdout.no_fnmatch_line("*plan_pytest.py*")


def test_what_is_no_scenario_is_refused(pytester: pytest.Pytester) -> None:
    vu = lancer(pytester, "sne_sandbox::CRE-RIEN")
    assert vu.ret == pytest.ExitCode.USAGE_ERROR
    vu.stderr.fnmatch_lines(["*CRE-RIEN*n'est pas du plan*"])


def test_a_mention_that_lacks_fails_the_session(pytester: pytest.Pytester) -> None:
    vu = lancer(pytester, "sne_sandbox::EVT-AJOUTER", "--sne-mention=socle")
    vu.assert_outcomes(passed=1)
    assert vu.ret == 1
    vu.stdout.fnmatch_lines(["*socle*"])


def test_without_the_option_nothing_changes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_rien(): pass")
    vu = pytester.runpytest_subprocess()
    vu.assert_outcomes(passed=1)
    vu.stdout.no_fnmatch_line("*sne-sandbox =*")
