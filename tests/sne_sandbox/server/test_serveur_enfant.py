"""The child server: it starts, ends with the block or with its parent, and says why it does not start."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import moule
import pytest

from sne_interface.errors import UsageError
from sne_sandbox.server.serveur_enfant import EnfantPerdu, servir_en_enfant

VIDE = ("--seed-base", "vide")
PATIENCE = 120.0


def finit(pid: int) -> bool:
    """Whether a process that is not our child ends soon (a zombie has ended)."""
    limite = time.monotonic() + PATIENCE
    while time.monotonic() < limite:
        try:
            etat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):  # the latter, when it ends while it is read
            return True
        if etat == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_server_lives_as_long_as_the_block_and_leaves_nothing() -> None:
    with servir_en_enfant(VIDE) as enfant:
        with urllib.request.urlopen(enfant.pret["http"] + "/healthz", timeout=PATIENCE) as reponse:
            assert reponse.status == 200
        assert Path(enfant.pret["cert_file"]).is_relative_to(enfant.home.resolve())
        enfant.verifier()
    assert enfant.processus.returncode == 0
    assert not enfant.home.exists()


def test_a_home_that_was_given_is_kept_with_its_log(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), servir_en_enfant(VIDE, home=tmp_path / "home") as enfant:
        raise ZeroDivisionError
    assert enfant.processus.returncode == 0
    assert "sne-sandbox" in enfant.journal.read_text("utf-8")


def test_a_server_that_ends_by_itself_is_told(tmp_path: Path) -> None:
    with servir_en_enfant(VIDE, home=tmp_path / "home") as enfant:
        enfant.processus.kill()
        enfant.processus.wait(PATIENCE)
        with pytest.raises(EnfantPerdu, match="s'est arrêté"):
            enfant.verifier()


def test_a_busy_port_is_told_with_the_last_lines_of_the_log(tmp_path: Path) -> None:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        prise.listen()
        port = str(prise.getsockname()[1])
        with pytest.raises(EnfantPerdu, match=port), servir_en_enfant(["--http-port", port], home=tmp_path):
            pytest.fail("it must not start")


def test_wrong_options_are_a_wrong_usage(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="n'existe pas"),
        servir_en_enfant(["--seed-base", "zz"], home=tmp_path),
    ):
        pytest.fail("it must not start")


def test_it_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import json, sys, time\nfrom pathlib import Path\n"
        "from sne_sandbox.server.serveur_enfant import servir_en_enfant\n"
        "with servir_en_enfant(['--seed-base', 'vide'], home=Path(sys.argv[1])) as enfant:\n"
        "    print(json.dumps(enfant.processus.pid), flush=True)\n"
        "    time.sleep(600)\n"
    )
    racine = str(Path(__file__).resolve().parents[3])
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "home")],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": racine},
    )
    assert parent.stdout is not None
    pid = json.loads(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait(PATIENCE)
    parent.stdout.close()
    assert finit(pid)


def test_a_folder_of_the_user_does_not_stand_for_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sne_sandbox").mkdir()
    (tmp_path / "sne_sandbox" / "__main__.py").write_text("raise SystemExit('theirs')")
    (tmp_path / "sne_sandbox" / "__init__.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(subprocess, "Popen", moule.POPEN)  # an interpreter looks in that folder, no copy does
    with servir_en_enfant(VIDE) as enfant:
        enfant.verifier()
