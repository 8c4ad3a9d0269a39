"""`sne-sandbox report`: a base judged, evidence judged again offline, two runs compared; known failures."""

import json
import shutil
from pathlib import Path

import pytest
from commande import MARS, client, rapport_de, sne
from donnees import a_cote
from lxml import etree
from paquet_refait import contenus, emballer, sceller

from sne_conformite.rapports import formats_de_rapport
from sne_interface.resources import fixtures_dir

DONNEES = a_cote(__file__)

FAUTIF = ["sh", str(Path(__file__).with_name("fautif.sh")), str(fixtures_dir() / "demandes/colocataires.xml")]
pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@pytest.fixture(scope="module")
def ici(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home `m` (its base ecole has seen a right client) and two reports: `bon`, of
    a right client, and `mal`, of a wrong one."""
    dossier = tmp_path_factory.mktemp("report")
    options = ("--home", "m", "--clock", MARS, "--report-dir", "bon")
    vu = sne(dossier, "run", *options, "--", *client("colocataires"))
    assert vu.returncode == 0, vu.stderr
    vu = sne(dossier, "run", "--profile", "souple", "--clock", MARS, "--report-dir", "mal", "--", *FAUTIF)
    assert vu.returncode == 1, vu.stderr
    return dossier


# --- a base ------------------------------------------------------------------------------------------


def test_a_base_is_judged_as_its_run_was(ici: Path, tmp_path: Path) -> None:
    vu = sne(ici, "report", "--home", "m", "--report-dir", tmp_path, "--format", "json")
    assert vu.returncode == 0, vu.stderr
    refait, fait = json.loads(vu.stdout), rapport_de(ici / "bon")
    assert refait["bilans"] == fait["bilans"]
    assert refait["couverture"] == fait["couverture"]
    assert {f.name for f in tmp_path.iterdir()} == set(formats_de_rapport.TOUJOURS)


def test_machine_formats_have_stdout_to_themselves(ici: Path) -> None:
    vu = sne(ici, "report", "--home", "m", "--format", "junit")
    assert vu.returncode == 0
    assert etree.fromstring(vu.stdout.encode()).tag == "testsuites"
    texte = sne(ici, "report", "--home", "m")
    assert texte.stdout.startswith("1 opération sur 13, ")
    assert "[1/4]" in texte.stderr


def test_what_is_required_and_unknown_bases(ici: Path) -> None:
    assert sne(ici, "report", "--home", "m", "--require", "VIE-05").returncode == 1
    inconnue = sne(ici, "report", "--home", "m", "--base", "zz")
    assert (inconnue.returncode, inconnue.stdout) == (2, "")
    assert "n'existe pas" in inconnue.stderr


# --- evidence ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("nom", "code"), [("bon", 0), ("mal", 1)])
def test_evidence_is_confirmed(ici: Path, tmp_path: Path, nom: str, code: int) -> None:
    """Offline, away from the base."""
    shutil.copy(ici / nom / "preuves.zip", tmp_path / "p.zip")
    vu = sne(tmp_path, "report", "--verify", "p.zip", "--format", "json")
    assert vu.returncode == code, vu.stderr
    assert "octet pour octet" in vu.stderr
    assert json.loads(vu.stdout)["bilans"] == rapport_de(ici / nom)["bilans"]


def _changer(source: Path, membre: str, ancien: bytes, nouveau: bytes) -> dict[str, bytes]:
    """The members of a package, of which one was edited."""
    membres = contenus(source)
    assert ancien in membres[membre]
    return membres | {membre: membres[membre].replace(ancien, nouveau)}


def test_an_edited_package_is_refused(ici: Path, tmp_path: Path) -> None:
    membres = _changer(ici / "mal" / "preuves.zip", "rapport.json", b"enfreinte", b"prouv\xc3\xa9e")
    vu = sne(tmp_path, "report", "--verify", sceller(tmp_path / "p.zip", membres))
    assert (vu.returncode, vu.stdout) == (1, "")
    assert "modifié" in vu.stderr


def test_verdicts_that_the_journal_belies_are_told(ici: Path, tmp_path: Path) -> None:
    """Whoever seals an edited report again is told by the exchanges themselves."""
    membres = _changer(ici / "bon" / "preuves.zip", "journal.jsonl", b"CERG1226-", b"CERTIFICAT-")
    vu = sne(tmp_path, "report", "--verify", emballer(tmp_path / "p.zip", membres))
    assert vu.returncode == 1
    assert "NOM-02" in vu.stderr
    assert "ce dossier n'est pas confirmé" in vu.stdout


def test_a_journal_shorter_than_its_report_is_told(ici: Path, tmp_path: Path) -> None:
    """Whoever takes an exchange away and seals the rest leaves the report that counts it."""
    membres = contenus(ici / "mal" / "preuves.zip")
    membres["journal.jsonl"] = b"".join(membres["journal.jsonl"].splitlines(keepends=True)[:-1])
    vu = sne(tmp_path, "report", "--verify", emballer(tmp_path / "p.zip", membres))
    assert vu.returncode == 1
    assert "manque au journal" in vu.stderr


def test_what_is_no_package(ici: Path, tmp_path: Path) -> None:
    (tmp_path / "p.zip").write_bytes(b"PK")
    shutil.copy(ici / "bon" / "rapport.json", tmp_path)
    for nom in ("p.zip", "absent.zip", "rapport.json"):
        vu = sne(tmp_path, "report", "--verify", nom)
        assert (vu.returncode, vu.stdout) == (2, "")
        assert nom in vu.stderr


# --- two runs ----------------------------------------------------------------------------------------


def test_two_runs_are_compared(ici: Path) -> None:
    pire = sne(ici, "report", "--compare", "bon/rapport.json", "mal/preuves.zip", "--format", "json")
    assert pire.returncode == 1
    assert {n["exigence"] for n in json.loads(pire.stdout)["nouveaux"]} == {"NOM-02", "VIE-02"}
    mieux = sne(ici, "report", "--compare", "mal/rapport.json", "bon/rapport.json")
    assert mieux.returncode == 0
    assert "Nouveaux : aucun" in mieux.stdout
    memes = sne(ici, "report", "--compare", "mal/rapport.json", "mal/rapport.json", "--format", "json")
    assert memes.returncode == 0, "what was there already is not new"
    assert len(json.loads(memes.stdout)["persistants"]) == 2
    exigee = sne(
        ici, "report", "--compare", "bon/rapport.json", "bon/rapport.json", "--require", "VIE-05,EMB-01"
    )
    assert (exigee.returncode, exigee.stderr) == (
        1, "sne-sandbox : Preuve exigée, et absente : VIE-05.\n"
    )  # fmt: skip


@pytest.mark.parametrize("autres", DONNEES["compare_used_wrongly"])
def test_compare_used_wrongly(ici: Path, autres: list[str]) -> None:
    vu = sne(ici, "report", "--compare", "bon/rapport.json", *autres)
    assert (vu.returncode, vu.stdout) == (2, "")
    assert vu.stderr


# --- known failures ----------------------------------------------------------------------------------

CONNUS = DONNEES["connus"]


@pytest.mark.parametrize(("expire", "code"), [("2099-12-31", 0), ("2020-01-31", 1)])
def test_known_failures_are_excused_until_they_expire(tmp_path: Path, expire: str, code: int) -> None:
    (tmp_path / "connus.toml").write_text(CONNUS.format(expire=expire), "utf-8")
    options = ("--profile", "souple", "--clock", MARS, "--baseline", "connus.toml", "--report-dir", "r")
    vu = sne(tmp_path, "run", *options, "--", *FAUTIF)
    assert vu.returncode == code, vu.stderr
    assert "ticket 12" in (tmp_path / "r" / "rapport.json").read_text("utf-8")
    assert ("expiré" in vu.stderr) is bool(code)
    # The package keeps what was excused.
    assert sne(tmp_path, "report", "--verify", "r/preuves.zip").returncode == code


def test_a_baseline_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "connus.toml").write_text('[[connue]]\nexigence = "NOM-02"\n', "utf-8")
    vu = sne(tmp_path, "run", "--baseline", "connus.toml", "--", "true")
    assert (vu.returncode, vu.stdout) == (2, "")
    assert "raison" in vu.stderr
    absent = sne(tmp_path, "run", "--baseline", "absent.toml", "--", "true")
    assert absent.returncode == 2
