"""A command that does not start: a file that is there is told how to write it."""

from pathlib import Path

import pytest

from sne_conformite.cli.base_d_epreuve import empechement


@pytest.fixture(autouse=True)
def ici(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for nom, droits in (("pret.sh", 0o755), ("mes tests.sh", 0o644)):
        (tmp_path / nom).write_text("#!/bin/sh\n", "utf-8")
        (tmp_path / nom).chmod(droits)
    (tmp_path / "tests").mkdir()


@pytest.mark.parametrize(
    ("nom", "quoi", "remede"),
    [
        ("pret.sh", "n'est pas dans le PATH", "écrivez ./pret.sh"),
        ("mes tests.sh", "n'est pas exécutable", "chmod +x 'mes tests.sh', puis écrivez './mes tests.sh'"),
        ("./mes tests.sh", "n'est pas exécutable", "chmod +x './mes tests.sh'"),
        ("tests", "est un dossier", "le programme qui s'y trouve"),
        ("rien", "est introuvable", "cherchez ailleurs"),
    ],
)
def test_what_is_wrong_and_what_to_write(nom: str, quoi: str, remede: str) -> None:
    dit, conseil = empechement(nom, "cherchez ailleurs")
    assert dit == quoi
    assert conseil.endswith(remede)
