"""What is done where a system lacks something; that our code asks for nothing else is held by a guard."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sne_interface import systeme


def _droits(chemin: Path) -> int:
    return stat.S_IMODE(chemin.stat().st_mode)


def test_an_older_home_is_tightened(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "pki" / "guichets").mkdir(parents=True)
    lisibles = [home / "pki" / "ca.pem", home / "pki" / "guichets" / "G1104.pem", home / "sne.sqlite3-wal"]
    for fichier in lisibles:
        fichier.write_bytes(b"x")
        fichier.chmod(0o644)
    (home / "pki" / "guichets").chmod(0o755)
    home.chmod(0o755)
    systeme.resserrer(home)
    assert {_droits(fichier) for fichier in lisibles} == {0o600}
    assert {_droits(d) for d in (home, home / "pki", home / "pki" / "guichets")} == {0o700}


def test_what_is_the_users_in_the_folder_of_a_home_is_left_alone(tmp_path: Path) -> None:
    dehors = tmp_path / "dehors"
    dehors.write_bytes(b"x")
    home = tmp_path / "projet"
    (home / "src").mkdir(parents=True)
    (home / "pki").mkdir()
    (home / "pki" / "lien").symlink_to(dehors)
    (home / "src" / "main.py").write_bytes(b"x")
    for chemin in (home, home / "src", dehors, home / "src" / "main.py"):
        chemin.chmod(0o755)
    systeme.resserrer(home)
    assert {_droits(c) for c in (home, home / "src", dehors, home / "src" / "main.py")} == {0o755}
    assert _droits(home / "pki") == 0o700
    systeme.resserrer(tmp_path / "absent")


def test_one_at_a_time_holds_the_lock_of_a_file(tmp_path: Path) -> None:
    fichier = tmp_path / "verrou"
    with systeme.tenu(fichier) as pris, systeme.tenu(fichier, attendre=False) as aussi:
        assert (pris, aussi) == (True, False)
    with systeme.tenu(fichier, attendre=False) as enfin:
        assert enfin
    assert _droits(fichier) == 0o600


def test_the_lock_of_a_process_that_is_killed_is_free(tmp_path: Path) -> None:
    fichier = tmp_path / "verrou"
    programme = (
        "import sys, pathlib\nfrom sne_interface import systeme\n"
        "systeme.VerrouDeFichier(pathlib.Path(sys.argv[1])).prendre()\nprint('pris', flush=True)\ninput()"
    )
    commande = [sys.executable, "-c", programme, str(fichier)]
    with subprocess.Popen(commande, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as autre:
        assert autre.stdout is not None
        assert autre.stdout.readline() == b"pris\n"
        with systeme.tenu(fichier, attendre=False) as pris:
            assert not pris
        autre.kill()
        with systeme.tenu(fichier) as pris:
            assert pris


def test_a_thread_ends_the_process_as_sigterm_does() -> None:
    programme = (
        "import signal, sys, threading, time\nfrom sne_interface import systeme\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        "threading.Thread(target=systeme.se_terminer).start()\ntime.sleep(60)"
    )
    assert subprocess.run([sys.executable, "-c", programme], check=False).returncode == 7


def test_a_group_is_told_then_killed() -> None:
    programme = (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(1, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", programme], stdout=subprocess.PIPE, start_new_session=True
    ) as sourd:
        assert sourd.stdout is not None
        sourd.stdout.readline()
        systeme.prevenir(sourd, signal.SIGTERM, groupe=True)
        assert sourd.poll() is None
        systeme.tuer(sourd, groupe=True)
        assert sourd.wait() == -signal.SIGKILL
    systeme.prevenir(sourd, signal.SIGTERM, groupe=True)  # it is gone: nothing


@pytest.mark.parametrize(
    ("windows", "ligne", "mots"),
    [
        (False, "python 'mon adaptateur.py' -v", ["python", "mon adaptateur.py", "-v"]),
        (
            True,
            r'C:\outils\python.exe "mon adaptateur.py" -v',
            [r"C:\outils\python.exe", "mon adaptateur.py", "-v"],
        ),
    ],
)
def test_a_command_line_is_cut_as_its_system_does(
    monkeypatch: pytest.MonkeyPatch, windows: bool, ligne: str, mots: list[str]
) -> None:
    monkeypatch.setattr(systeme, "WINDOWS", windows)
    assert systeme.decouper(ligne) == mots


def test_who_waits_for_the_lock_has_it_when_it_is_given_back(tmp_path: Path) -> None:
    verrou = systeme.VerrouDeFichier(tmp_path / "verrou")
    verrou.prendre()
    pris: list[float] = []

    def attendre() -> None:
        with systeme.tenu(tmp_path / "verrou"):
            pris.append(time.monotonic())

    fil = threading.Thread(target=attendre)
    fil.start()
    rendu = time.monotonic()
    verrou.rendre()
    fil.join()
    assert pris[0] >= rendu
    verrou.fermer()


def test_the_users_own_mask_is_given_back_to_their_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systeme, "_masque", None)
    assert systeme.masque_de_l_utilisateur() == -1, "nothing was changed"
    avant = os.umask(0o027)
    try:
        systeme.reserver()
        assert os.umask(0o077) == 0o077
        assert systeme.masque_de_l_utilisateur() == 0o027
    finally:
        os.umask(avant)
