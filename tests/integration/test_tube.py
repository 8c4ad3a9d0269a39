"""The reader of what we say may go away (`… 2>&1 | head`): the exit code stays that of the command."""

import os
import subprocess
from pathlib import Path

import pytest
from commande import MARS, argv, client, environnement, sne


@pytest.mark.parametrize("tampon", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize(
    ("mots", "attendu"),
    [
        pytest.param(["rules", "--detail"], 0, marks=pytest.mark.interprete),
        (["conform", "--application", "temoin", "--examples", "1", "--scenario", "CRE-SIMPLE"], 0),
        (["rules", "ZZZ001"], 2),
    ],
    ids=["rules", "conform", "usage"],
)
def test_nobody_reads(tmp_path: Path, tampon: str, mots: list[str], attendu: int) -> None:
    lire, ecrire = os.pipe()
    os.close(lire)
    environ = environnement() | {"PYTHONUNBUFFERED": tampon}
    try:
        vu = subprocess.run(argv(*mots), stdout=ecrire, stderr=ecrire, cwd=tmp_path, env=environ, timeout=240)
    finally:
        os.close(ecrire)
    assert vu.returncode == attendu


@pytest.mark.parametrize("tampon", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize(
    "mots",
    [["rules", "--format", "json"], ["pannes", "genres"],
     pytest.param(["--help"], marks=pytest.mark.interprete)],
    ids=lambda m: m[0],
)  # fmt: skip
def test_a_full_disk_is_said(tmp_path: Path, tampon: str, mots: list[str]) -> None:
    environ = environnement() | {"PYTHONUNBUFFERED": tampon}
    with Path("/dev/full").open("wb") as plein:
        vu = subprocess.run(
            argv(*mots), stdout=plein, stderr=subprocess.PIPE, text=True, env=environ, cwd=tmp_path
        )
    assert vu.returncode == 3
    assert "ne peut pas être écrit" in vu.stderr
    assert "Traceback" not in vu.stderr


def test_a_terminal_that_has_not_our_letters(tmp_path: Path) -> None:
    environ = environnement() | {"PYTHONIOENCODING": "latin-1"}
    vu = subprocess.run(
        argv("rules", "--detail"), capture_output=True, cwd=tmp_path, env=environ, timeout=240
    )
    assert vu.returncode == 0, vu.stderr
    assert "règle" in vu.stdout.decode("latin-1")


def test_run_leaves_its_own_code(tmp_path: Path) -> None:
    lire, ecrire = os.pipe()
    os.close(lire)
    # The command that is run writes nothing: it would die of the pipe, and that is its own affair.
    muet = ["sh", "-c", '"$@" >/dev/null 2>&1', "-", *client("colocataires")]
    try:
        vu = subprocess.run(
            argv("run", "--clock", MARS, "--", *muet),
            stdout=ecrire, stderr=ecrire, cwd=tmp_path, env=environnement(), timeout=240,
        )  # fmt: skip
    finally:
        os.close(ecrire)
    assert vu.returncode == 0


def test_a_report_where_the_locale_is_c(tmp_path: Path) -> None:
    """There Python writes what is no ASCII nowhere, but for names of files."""
    sne(tmp_path, "bases", "create", "ecole", "--seed-base", "vide")
    environ = environnement() | {"PYTHONIOENCODING": "ascii:surrogateescape"}
    vu = subprocess.run(argv("report"), capture_output=True, cwd=tmp_path, env=environ, timeout=240)
    assert vu.returncode == 1, vu.stderr
    assert b"preuve non retenue" in vu.stdout
    assert b"V?rifications" in vu.stdout
