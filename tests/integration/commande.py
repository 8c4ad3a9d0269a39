"""The command as a script calls it, in a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from fautes import ENVIRONNEMENT

from sne_interface.resources import fixtures_dir

CLIENT = fixtures_dir() / "clients" / "shell" / "enregistrer.sh"
#: The specimens were written for this instant.
MARS = "2018-03-15T12:00:00"


def environnement() -> dict[str, str]:
    """Ours without what a server of these tests may have left; `python -m fautes` runs in it."""
    propre = {nom: v for nom, v in os.environ.items() if not nom.startswith("SNE_")}
    return propre | ENVIRONNEMENT


def argv(*arguments: str | Path) -> list[str]:
    """The words of `sne-sandbox …`."""
    return [sys.executable, "-m", "sne_sandbox", *map(str, arguments)]


def sne(ou: Path, *arguments: str | Path, delai: float = 900) -> "subprocess.CompletedProcess[str]":
    """Runs `sne-sandbox …` in the folder `ou`, to its end."""
    return subprocess.run(
        argv(*arguments), capture_output=True, text=True, cwd=ou, env=environnement(), timeout=delai
    )


def client(nom: str, *suite: str) -> Sequence[str]:
    """The command of the shell client that registers a specimen."""
    return ["sh", str(CLIENT), str(fixtures_dir() / "demandes" / f"{nom}.xml"), *suite]
