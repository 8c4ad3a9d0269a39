"""`sne-sandbox generate`: what it writes passes `check`, or fails it in one way."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sne_conformite.cli import commande_check
from sne_interface.errors import OperatorError, UsageError
from sne_sandbox.cli import commande_generate

HORLOGE = "2018-03-15T12:00:00+01:00"


def _generer(*arguments: str) -> Result:
    return CliRunner().invoke(commande_generate.commande, arguments, standalone_mode=False)


def _controler(*arguments: str) -> dict[str, object]:
    resultat = CliRunner().invoke(
        commande_check.commande, ["--format", "json", "--clock", HORLOGE, *arguments], standalone_mode=False
    )
    lu: dict[str, object] = json.loads(resultat.stdout)
    return lu


def test_messages_pass_check(tmp_path: Path) -> None:
    resultat = _generer("--count", "5", "--seed", "3", "--out", str(tmp_path / "a"), "--clock", HORLOGE)
    assert resultat.exception is None
    assert resultat.return_value == 0
    assert resultat.stdout == ""
    assert "5 messages CRE" in resultat.stderr
    assert sorted(f.name for f in (tmp_path / "a").iterdir())[0] == "DEMG1226-201803151200-000000.xml"
    assert _controler("--profile", "strict", str(tmp_path / "a"))["conforme"] is True


def test_the_same_seed_writes_the_same_files(tmp_path: Path) -> None:
    for dossier in ("a", "b"):
        _generer("--kind", "RAD", "--seed", "3", "--out", str(tmp_path / dossier), "--clock", HORLOGE)
    (un,), (deux,) = (list((tmp_path / dossier).iterdir()) for dossier in ("a", "b"))
    assert un.read_bytes() == deux.read_bytes()


@pytest.mark.parametrize("code", ["ENT011", "RAD003", "RCH002", "ENT004"])
def test_a_defect_fails_check_with_that_code_alone(tmp_path: Path, code: str) -> None:
    resultat = _generer("--defect", code.lower(), "--count", "3", "--out", str(tmp_path))
    assert resultat.return_value == 0
    if code == "ENT004":  # « check » reads the name of what is named DEM… only
        assert "Circonstances" in resultat.stderr
        return
    assert "check --profile ecole --clock 2018-03-15" in resultat.stderr
    juges = _controler(str(tmp_path))["fichiers"]
    assert isinstance(juges, list)
    assert len(juges) == 3
    for juge in juges:
        assert {f["regle"] for f in juge["fautes"] if f["gravite"] == "bloquante"} == {code}


def test_what_a_defect_supposes_is_told(tmp_path: Path) -> None:
    resultat = _generer("--defect", "CYC002", "--count", "2", "--out", str(tmp_path))
    assert "demande en base : etat R" in resultat.stderr


def test_constraints(tmp_path: Path) -> None:
    resultat = _generer(
        "--household", "association", "--limits", "--message-version", "02.01", "--out", str(tmp_path),
        "--clock", HORLOGE,
    )  # fmt: skip
    assert resultat.return_value == 0
    (ecrit,) = tmp_path.iterdir()
    assert b'versionInterface="02.01"' in ecrit.read_bytes()
    assert b"<ns1:association>" in ecrit.read_bytes()


@pytest.mark.parametrize(
    ("option", "valeur"), [("--kind", "RAD"), ("--guichet", "G1104"), ("--clock", "2018-03-15T12:00:00")]
)
def test_what_a_defect_would_drop_is_refused(tmp_path: Path, option: str, valeur: str) -> None:
    fait = _generer("--defect", "ENT011", option, valeur, "--out", str(tmp_path))
    assert isinstance(fait.exception, UsageError)
    assert option in fait.exception.diagnostics()
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage_and_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    assert isinstance(_generer("--defect", "MEN001", "--out", str(tmp_path)).exception, UsageError)
    version = CliRunner().invoke(
        commande_generate.commande, ["--message-version", "03.00", "--out", str(tmp_path)]
    )
    assert version.exit_code == 2
    assert (
        CliRunner().invoke(commande_generate.commande, ["--kind", "XXX", "--out", str(tmp_path)]).exit_code
        == 2
    )
    (tmp_path / "fichier").write_text("")
    refuse = _generer("--out", str(tmp_path / "fichier" / "dossier"))
    assert isinstance(refuse.exception, OperatorError)
    assert refuse.exception.exit_code == 3


def test_a_message_takes_the_place_of_no_other(tmp_path: Path) -> None:
    """Names say neither kind nor seed: MOD would have replaced CRE, and said nothing."""
    ecrire = ("--out", str(tmp_path), "--clock", HORLOGE)
    for _ in range(2):  # the same again is no loss
        assert _generer("--kind", "CRE", *ecrire).return_value == 0
    avant = {f.name: f.read_bytes() for f in tmp_path.iterdir()}
    refus = _generer("--kind", "MOD", *ecrire).exception
    assert isinstance(refus, UsageError)
    assert "DEMG1226-201803151200-000000.xml" in str(refus)
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == avant


@pytest.mark.parametrize("code", ["ZZ", "g1226"])
def test_a_guichet_that_is_none(tmp_path: Path, code: str) -> None:
    """As `pki issue` has it: its messages would have been refused one by one."""
    refus = _generer("--guichet", code, "--out", str(tmp_path)).exception
    assert isinstance(refus, UsageError)
    assert f"[{code}]" in str(refus)
    assert "majuscules" in refus.remede
