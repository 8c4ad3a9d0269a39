"""What our commands write is for its owner alone, even under the mask of everybody's machine."""

import shutil
import stat
import subprocess
import sys
from pathlib import Path

from serveur_local import Serveur

from sne_interface import systeme

#: What a run of the suite writes: of these, each is looked for below.
ATTENDUS = ("sne.sqlite3", "pki/ca.pem", "pki/guichets/G1104.p12", "conformite/essai/preuves.zip", "bases")


def _ouverts(dossier: Path) -> dict[str, str]:
    """What others may read, write or enter, with its rights."""
    tous = [dossier, *dossier.rglob("*")]
    return {
        str(c.relative_to(dossier)): oct(stat.S_IMODE(c.stat().st_mode))
        for c in tous
        if not c.is_symlink() and stat.S_IMODE(c.stat().st_mode) not in (0o600, 0o700)
    }


def _lancer(*mots: str, dossier: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sne_sandbox", *mots],
        cwd=dossier, capture_output=True, text=True, encoding="utf-8", umask=0o022, timeout=240, check=False,
    )  # fmt: skip


def test_a_home_and_its_reports_are_for_their_owner_alone(tmp_path: Path) -> None:
    """A conform, a server, a snapshot; then the same home, loosened as an older version left it."""
    home = tmp_path / "home"
    sortie = _lancer(
        *("conform", "--application", "temoin", "--scenario", "CYC-RENOUVELER", "--examples", "1"),
        *("--home", "home", "--report-dir", "home/conformite/essai"),
        dossier=tmp_path,
    )
    assert sortie.returncode == 0, sortie.stderr
    serveur = Serveur.demarrer(home, "--seed-base", "ecole")
    serveur.tuer()
    assert _lancer("db", "snapshot", "home/avant.zip", "--home", "home", dossier=tmp_path).returncode == 0
    (home / "avant.zip").rename(tmp_path / "avant.zip")
    assert all((home / nom).exists() for nom in ATTENDUS), sorted(home.rglob("*"))
    assert _ouverts(home) == {}
    assert _ouverts(tmp_path / "avant.zip") == {}
    inconnus = [e.name for e in home.iterdir() if not any(Path(e.name).match(m) for m in systeme.DU_HOME)]
    assert inconnus == [], "what we write in a home is listed in systeme.DU_HOME"
    for chemin in (home, *home.rglob("*")):
        chemin.chmod(0o755 if chemin.is_dir() else 0o644)
    serveur = Serveur.demarrer(home)
    try:
        assert _ouverts(home) == {}
    finally:
        serveur.tuer()


def test_what_the_user_asks_to_be_run_keeps_their_mask(tmp_path: Path) -> None:
    sortie = _lancer(
        "run", "--report-dir", "rapport", "--", shutil.which("touch") or "", "a-eux", dossier=tmp_path
    )
    assert sortie.returncode == 1, "nothing was sent"
    assert stat.S_IMODE((tmp_path / "a-eux").stat().st_mode) == 0o644
    assert _ouverts(tmp_path / "rapport") == {}
