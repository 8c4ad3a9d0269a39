"""The two checkouts that are compared: this one, and the commit of before, made ready in `build/banc/`."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

RACINE: Final = Path(__file__).resolve().parents[2]
CACHE: Final = RACINE / "build" / "banc"
#: What the figures are compared to.
ANCIEN: Final = "c4b6bf0"


@dataclass(frozen=True, slots=True)
class Version:
    """A checkout whose `.venv` is ready; its package has changed its name since."""

    nom: str
    racine: Path

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.racine / ".venv" / "bin" / "python")

    @property
    def commande(self) -> str:
        """Its `sne-sandbox`."""
        return str(self.racine / ".venv" / "bin" / "sne-sandbox")

    @property
    def paquet(self) -> str:
        """What its modules are imported from."""
        return "sne_sandbox" if (self.racine / "sandbox" / "sne_sandbox").exists() else "sandbox"

    @property
    def sans_attendre(self) -> tuple[str, ...]:
        """What has its server wait for no disk, as the old one, which has no such option, does."""
        return ("--synchronous", "NORMAL") if self.paquet == "sne_sandbox" else ()

    def lancer(self, *arguments: str, tolere: int = 0) -> str:
        """Runs its command; what it wrote on its standard output. Raises RuntimeError when it exits by
        anything but 0 or `tolere`."""
        fini = subprocess.run([self.commande, *arguments], capture_output=True, text=True, cwd="/tmp")
        if fini.returncode not in (0, tolere):
            raise RuntimeError(f"{arguments}: {fini.returncode}\n{fini.stderr[-2000:]}")
        return fini.stdout


def actuelle() -> Version:
    """This checkout."""
    return Version("maintenant", RACINE)


def ancienne(dossier: Path | None) -> Version:
    """The commit `ANCIEN`, in `dossier` when it is there already; else cloned from this repository, and set
    up: two minutes, once."""
    if dossier is None:
        dossier = CACHE / ANCIEN
        if not (dossier / ".venv" / ".ready").exists():
            print(f"Préparation de {ANCIEN} dans {dossier}…", file=sys.stderr, flush=True)
            if not (dossier / ".git").exists():
                _faire("git", "clone", "--quiet", "--no-checkout", str(RACINE), str(dossier))
            _faire("git", "-C", str(dossier), "checkout", "--quiet", ANCIEN)
            _faire("make", "--silent", "-C", str(dossier), "setup", f"PYTHON={sys.executable}")
    return Version(ANCIEN, dossier.resolve())


def _faire(*commande: str) -> None:
    environnement = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("MAKE")}
    subprocess.run(commande, check=True, env=environnement)
